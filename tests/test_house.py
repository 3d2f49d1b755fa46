"""Rules of the house that hold for every file: what a reviewer should not have to look for."""

import ast
import re
from importlib.metadata import distributions
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "charts", "config", "goals", "intake", "projects", "reports", "workflow")
CODE = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py"))
MODULES = [path for path in CODE if "migrations" not in path.parts and path.name != "__init__.py"]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.txt"))
PAGES = [path for path in TEMPLATES if path.suffix == ".html"]
# Looked up by name by Django, allauth and django-filter, or composed from a name at run time.
NAMED_BY_OTHERS = re.compile(r"^(\d{3}(_csrf)?\.html|(account|admin|django|registration)/.*|[a-z]+/email/.*)$")
TRANSLATED = re.compile(r"{%-?\s*blocktrans(late)?\b.*?{%-?\s*endblocktrans(late)?\s*-?%}", re.DOTALL)
NOT_TEXT = re.compile(
    r"{%\s*block \w+_class\s*%}.*?{%\s*endblock\s*%}"
    r"|{#.*?#}|{%\s*comment.*?endcomment\s*%}|{%.*?%}|{{.*?}}"
    r"|<(script|style|svg|code|kbd)\b.*?</\1>|<!--.*?-->|<[^>]*>|&#?\w+;",
    re.DOTALL,
)


# All but the page of samples, which is for those who build pages.
SPOKEN = [path for path in PAGES if path != ROOT / "templates" / "workflow" / "components.html"]


def relative(path):
    return str(path.relative_to(ROOT))


def name_of(template):
    return str(template.relative_to(ROOT / "templates"))


def literals(path):
    """Every string in a module, f-strings with {} in place of their values."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_exactly_one_state_machine_library_is_installed():
    names = {(package.metadata["Name"] or "").lower().replace("_", "-") for package in distributions()}

    assert names & {"django-fsm", "django-fsm-2", "viewflow"} == {"django-fsm-2"}


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=relative)
def test_every_module_says_what_lives_in_it(path):
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""

    assert docstring.split("\n")[0].rstrip().endswith((".", "?"))


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_imports_are_absolute_and_at_the_top(path):
    tree = ast.parse(path.read_text())
    # AppConfig.ready() runs when the models exist: Django's own place for imports with effects.
    inside = [
        node.lineno
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name != "ready"
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    from_here = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]

    assert inside + from_here == []


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_nobody_writes_a_state_past_its_move(path):
    bulk = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("update", "bulk_update")
        and (
            any(keyword.arg == "state" for keyword in node.keywords)
            or any(isinstance(one, ast.Constant) and one.value == "state" for arg in node.args for one in ast.walk(arg))
        )
    ]

    assert bulk == []


@pytest.mark.parametrize("room", ["common", "core", "utils", "helpers", "services", "signals", "constants"])
def test_there_is_no_room_without_a_name(room):
    assert [relative(path) for path in CODE if path.stem == room or room in path.relative_to(ROOT).parts[:-1]] == []


def test_every_template_is_used():
    strings = [text for path in CODE for text in literals(path)]
    strings += re.findall(r"""["']([\w/.-]+\.(?:html|txt))["']""", "\n".join(path.read_text() for path in TEMPLATES))
    composed = [re.compile(re.escape(text).replace(r"\{\}", ".+")) for text in strings if "{}" in text and "/" in text]
    of_views = {
        f"{model._meta.app_label}/{model._meta.model_name}{suffix}.html"
        for model in apps.get_models()
        for suffix in ("_list", "_detail", "_form")
    }

    unused = {
        name
        for name in map(name_of, TEMPLATES)
        if name not in strings
        and name not in of_views
        and not NAMED_BY_OTHERS.match(name)
        and not any(pattern.fullmatch(name) for pattern in composed)
    }
    assert unused == set()


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_no_template_holds_script_or_style_of_its_own(path):
    text = path.read_text()

    found = re.findall(r"""<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:|<script(?![^>]*\bsrc=)[^>]*>""", text)
    assert found == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_no_template_turns_escaping_off(path):
    assert re.findall(r"\|\s*safe\b|autoescape\s+off", path.read_text()) == []


@pytest.mark.parametrize("path", SPOKEN, ids=name_of)
def test_every_word_of_a_template_can_be_translated(path):
    bare = NOT_TEXT.sub(" ", TRANSLATED.sub(" ", path.read_text()))

    assert re.findall(r"[^\W\d_]{2,}(?:[^\S\n]+\S+)*", bare) == []


@pytest.mark.parametrize("path", SPOKEN, ids=name_of)
def test_attributes_that_people_hear_can_be_translated(path):
    spoken = re.findall(r"""\b(?:aria-label|alt|title|placeholder)="([^"{<]*[^\W\d_]{2,}[^"]*)\"""", path.read_text())

    assert [text for text in spoken if "{" not in text] == []


@pytest.mark.parametrize("path", [*TEMPLATES, *CODE], ids=relative)
def test_no_text_for_people_uses_a_word_that_we_do_not_say(path):
    words = r"\b(rejected|rejects?|denied|invalid|tickets?|KPIs?|SLAs?|stakeholders?)\b"
    if path.suffix == ".py":
        tree = ast.parse(path.read_text())
        texts = [
            arg.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("_", "gettext", "ngettext")
            for arg in node.args
            if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        ]
    else:
        whole = path.read_text()
        texts = [match.group() for match in TRANSLATED.finditer(whole)] + re.findall(r"{%\s*translate\s+(.*?)%}", whole)

    assert [text for text in texts if re.search(words, text, re.IGNORECASE)] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_locked_packages_have_hashes_and_no_addresses(name):
    text = (ROOT / name).read_text()
    packages = re.findall(r"^[A-Za-z0-9][\w.\[\]-]*==", text, re.MULTILINE)
    unhashed = re.findall(r"^[A-Za-z0-9][^\n\\]*$", text, re.MULTILINE)

    assert (len(packages) > 20, unhashed, re.findall(r"https?://|--(?:extra-)?index-url|--find-links", text)) == (
        True,
        [],
        [],
    )


def test_every_command_of_the_house_says_what_it_does():
    makefile = (ROOT / "Makefile").read_text()
    helped = re.findall(r"^([a-z]+):[^\n]*## \S", makefile, re.MULTILINE)

    assert {"help", "run", "test", "check", "fix", "demo", "bench", "drill"} <= set(helped)


def test_no_two_test_files_share_a_name():
    names = [path.name for path in TESTS if path.name.startswith("test_")]

    assert sorted(names) == sorted(set(names))
