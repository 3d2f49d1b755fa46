"""What every test stands on: a closed network, quick passwords, a folder of its own, a browser where there is one."""

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from celery import current_app
from django.db import connection
from django.db.models.signals import post_migrate
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import sync_playwright

from accounts import policy
from workflow import clock

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
hypothesis_settings.register_profile("yesif", deadline=None)  # a busy machine is no fault of the code
hypothesis_settings.load_profile("yesif")
LOOPBACK = ("127.0.0.1", "::1", "localhost", "", None)


def keep_machines(sender, **kwargs):
    """Tests with real transactions empty the tables afterwards: the machine accounts of the migration come back."""
    if sender.name == "accounts":
        for kind, name in (("system", "System"), ("import", "Import")):
            sender.get_model("User").objects.get_or_create(
                kind=kind, defaults={"name": name, "email": f"{kind}@machine.localhost", "password": "!"}
            )


post_migrate.connect(keep_machines)


def refuse_outside(event, args):
    """An audit hook: a test that reaches beyond this machine fails where it does."""
    if event == "socket.connect" and isinstance(args[1], tuple) and args[1][0] not in LOOPBACK:
        raise OSError(f"Tests do not use the network: {args[1]!r}")
    if event == "socket.getaddrinfo" and args[0] not in (*LOOPBACK, "0.0.0.0", b"127.0.0.1", b"localhost"):
        raise OSError(f"Tests do not use the network: {args[0]!r}")


sys.addaudithook(refuse_outside)


def pytest_collection_modifyitems(items):
    missing_browser = pytest.mark.skip(reason="Chromium was not found: install it, or name it in CHROMIUM.")
    missing_postgres = pytest.mark.skip(reason="PostgreSQL only: set DATABASE_URL=postgres://...")
    on_postgres = os.environ.get("DATABASE_URL", "").startswith("postgres")
    for item in items:
        if "page" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
        if item.get_closest_marker("browser") and not CHROMIUM:
            item.add_marker(missing_browser)
        if item.get_closest_marker("postgres") and not on_postgres:
            item.add_marker(missing_postgres)
    # Long files first: one that begins last would keep a single worker busy while the others wait.
    items.sort(key=lambda item: not (item.get_closest_marker("browser") or item.get_closest_marker("crawl")))


def pytest_terminal_summary(terminalreporter):
    if not CHROMIUM:
        terminalreporter.write_line("Browser tests were left out: install Chromium, or name it in CHROMIUM.")


@pytest.fixture(autouse=True)
def own_world(settings, tmp_path, monkeypatch):
    """Quick password hashing, and no file outside the test's own folder."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(policy, "_SECONDS", 3600.0)  # a refresh amid a test would be one query more
    policy.forget_policy()
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MAIL_DIR = tmp_path / "mail"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """PostgreSQL drops no database in use: a thread of the live server may still answer a browser that is closing."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True, scope="session")
def own_broker():
    """The broker named by the environment, else one in memory: never the queue of the site beside the tests."""
    current_app.conf.broker_url = os.environ.get("CELERY_BROKER_URL", "memory://")


@pytest.fixture(scope="session")
def project_root():
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data(project_root):
    """The folder of real data; tests that read it are skipped where it is absent."""
    folder = Path(os.environ.get("YESIF_SHARED_DATA") or project_root.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("The folder of real data is absent: name it in YESIF_SHARED_DATA.")
    return folder


@pytest.fixture(scope="session")
def chromium():
    """One Chromium for the whole run."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A page in a context of its own, 1440 px wide; a script error fails the test."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def today():
    return clock.today()


@pytest.fixture
def noon_2024():
    return datetime(2024, 5, 14, 19, tzinfo=UTC)
