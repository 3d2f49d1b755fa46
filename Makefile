PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
ARGS ?=
LOCALE ?= es
# What has to be tested to the last branch: the engine, who may what, every life, every calculation. The rest: 95 %.
EXACT := workflow/*,*/rules.py,*/lifecycle.py,charts/*,goals/analysis/*,goals/breakdown.py,goals/evaluation.py,goals/outlook.py,goals/periods.py
COVERAGE = $(PY) -m coverage
COVERAGE_POSTGRES ?= postgres://postgres@127.0.0.1:5432/yesif_coverage
export PORT

.DEFAULT_GOAL := help
.PHONY: help run test coverage check fix demo bench drill messages

help: ## What can be done here
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1|/' | awk -F'|' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(VENV)/.runs ## Start the site with the demonstration city on http://127.0.0.1:8000 (PORT changes it)
	@DEMO=$${DEMO-1} SITE_URL=$${SITE_URL-http://127.0.0.1:$(PORT)} exec $(PY) manage.py serve --port $(PORT)

test: $(VENV)/.tests ## Run all tests (ARGS="tests/workflow -x" narrows them)
	@$(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder -q $(ARGS)

coverage: $(VENV)/.tests ## Measure which branches the tests reach, on both databases; stops below what is agreed
	@$(COVERAGE) erase
	@$(COVERAGE) run -m pytest -n auto --dist loadfile --no-loadscope-reorder -q -m "not browser" $(ARGS)
	@[ -z "$(COVERAGE_POSTGRES)" ] || DATABASE_URL=$(COVERAGE_POSTGRES) $(COVERAGE) run -m pytest -q tests/workflow/test_backups.py
	@$(COVERAGE) combine --quiet
	@failed=0; $(COVERAGE) report --include='$(EXACT)' --fail-under=100 || failed=1; \
	for app in accounts goals intake projects reports; do \
	  echo "== $$app"; $(COVERAGE) report --include="$$app/*" --fail-under=95 || failed=1; \
	done; exit $$failed

check: $(VENV)/.tests ## Lint, types, imports, migrations, generated documents, production settings
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/djlint templates --lint --quiet
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache
	DATABASE_URL=sqlite://:memory: $(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py draw_lifecycles --check
	PRODUCTION=1 DEMO=0 ALLOWED_HOSTS=ideas.example.org EMAIL_URL=smtp+tls://u:p@mail.example.org:587 \
	  DATABASE_URL=sqlite://:memory: SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') \
	  $(PY) manage.py check --deploy --fail-level WARNING

fix: $(VENV)/.tests ## Repair what lint and format can repair, and write the generated documents
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	$(PY) manage.py draw_lifecycles

demo: $(VENV)/.runs ## Load the demonstration city into the database, once
	@DEMO=1 $(PY) manage.py migrate --verbosity 0
	@DEMO=1 $(PY) manage.py load_demo

messages: $(VENV)/.runs ## Collect the texts for translation into locale/ (LOCALE=es names the language)
	@command -v xgettext >/dev/null || { echo "xgettext is missing. On Debian and Ubuntu: sudo apt install gettext"; exit 1; }
	@mkdir -p locale
	$(PY) manage.py makemessages --locale $(LOCALE) --no-location --ignore '.venv/*' --ignore 'tests/*' --ignore 'bench/*'
	@msgfmt --check-format --statistics --output-file=/dev/null locale/$(LOCALE)/LC_MESSAGES/django.po

bench: $(VENV)/.tests ## Measure: every script of bench/ whose name does not begin with drill_
	@for script in $(filter-out bench/drill_% bench/screenshot.py,$(wildcard bench/*.py)); do echo "== $$script"; $(PY) $$script $(ARGS) || exit 1; done

drill: $(VENV)/.tests ## Break things on purpose: every bench/drill_*.py
	@for script in $(wildcard bench/drill_*.py); do echo "== $$script"; $(PY) $$script $(ARGS) || exit 1; done

$(VENV)/.runs: requirements.txt | $(VENV)/bin/pip
	@echo "Installing the locked packages. This takes a minute, once."
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.tests: requirements-dev.txt $(VENV)/.runs
	@echo "Installing the locked packages for tests and checks. This takes a minute, once."
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/bin/pip:
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	  "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || continue; \
	  "$$python" -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "Python lacks venv. On Debian and Ubuntu install the package python3-venv: sudo apt install python3-venv"; exit 1; }; \
	  "$$python" -m venv $(VENV) && exit 0 || exit 1; \
	done; \
	echo "Python 3.11, 3.12 or 3.13 is needed. On Debian and Ubuntu: sudo apt install python3 python3-venv (or name one: make PYTHON=/path/to/python3.12 run)"; \
	exit 1
