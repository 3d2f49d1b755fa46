"""Makes docs/screenshot.png: the queue of a triager in a fresh demonstration city, photographed in Chromium."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PORT = os.environ.get("PORT", "8791")
SITE = f"http://127.0.0.1:{PORT}"


def wait_for_site() -> None:
    for _ in range(150):
        try:
            urllib.request.urlopen(f"{SITE}/livez")
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise SystemExit("The site did not answer.")


def main() -> int:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        print("Chromium was not found: install it, or name it in CHROMIUM.")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"DATABASE_URL": f"sqlite:///{folder}/city.sqlite3", "VAR_DIR": folder, "DEMO": "1"}
        for command in (["migrate", "--verbosity", "0"], ["load_demo"]):
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, check=True)
        server = subprocess.Popen(
            [sys.executable, "manage.py", "runserver", f"127.0.0.1:{PORT}", "--noreload", "--insecure"],
            cwd=ROOT,
            env=env,
        )
        try:
            wait_for_site()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                page.goto(f"{SITE}/sign-in/")
                page.fill("input[name=login]", "triager@alder-springs.example")
                page.fill("input[name=password]", "alder-springs-demo")
                page.press("input[name=password]", "Enter")
                page.wait_for_url(f"{SITE}/queue/")
                page.goto(f"{SITE}/queue/")
                page.screenshot(path=ROOT / "docs" / "screenshot.png")
                browser.close()
        finally:
            server.terminate()
            server.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
