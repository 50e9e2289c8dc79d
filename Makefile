# Commands for developers and CI. `make` without arguments lists them.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
STAMP := .venv/.installed
DISTRIBUTIONS := -e . -e plugins/email -e plugins/telegram -e plugins/kb
PYTEST := $(BIN)/python -m pytest
UNIT := tests/unit plugins/email/tests/parse
# One worker more than cores, because tests often wait. Each worker starts its own servers on first use.
WORKERS ?= $(shell echo $$(($$(nproc) + 1)))

# Compiled modules halve the start of every command; some container images turn them off.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo test test-unit check test-long lint format docs site messages bench bench-peers crash fuzz clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## create .venv with deskctl, its plugins and the tools

$(STAMP): pyproject.toml $(wildcard plugins/*/pyproject.toml) constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("deskctl needs Python 3.11 or newer, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) pip
	$(PIP) --group dev
	$(PIP) --no-build-isolation $(DISTRIBUTIONS)
	@touch $@

demo: install ## run the demo (ARGS="--keep" keeps the desk running)
	@$(BIN)/deskctl demo $(ARGS)

test: install ## run all tests with reproducible examples (ARGS="-k word" selects tests)
	$(PYTEST) -n $(WORKERS) --dist worksteal --hypothesis-seed=0 $(ARGS)

test-unit: install ## run the unit tests, which need no server and no network (under a minute)
	DESKCTL_UNIT=1 $(PYTEST) -n $(WORKERS) --dist worksteal --hypothesis-seed=0 $(UNIT) $(ARGS)

check: lint test-unit ## run lint and the unit tests before a commit

test-long: install ## run property tests of working time and SLA clocks with thousands of examples (slow)
	DESKCTL_LONG=1 $(PYTEST) -n $(WORKERS) --dist worksteal --timeout 3600 tests/unit/core/calendars tests/commands/sla/test_random_clocks.py tests/growth $(ARGS)

crash: install ## stop and kill the daemon at every fault point, and at random times (slow)
	DESKCTL_CRASH=all DESKCTL_KILLS=$${DESKCTL_KILLS:-50} $(PYTEST) -m crash -n $(WORKERS) --dist worksteal $(ARGS)

lint: install ## run all static checks
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	for tests in tests plugins/*/tests; do $(BIN)/mypy $$tests || exit 1; done
	for project in examples/plugins/*; do (cd $$project && ../../../$(BIN)/mypy) || exit 1; done
	$(BIN)/python tools/messages.py --check
	$(BIN)/python tools/language.py
	$(BIN)/lint-imports
	$(BIN)/deptry deskctl
	$(BIN)/codespell README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md config.example.toml docs deskctl plugins/*/README.md examples/plugins/*/README.md

format: install ## format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: install ## generate the reference pages and the diagram from the code
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/terminal.py

site: install ## build the documentation as a website in .site/html
	$(PIP) --group docs
	$(BIN)/python docs/site.py

messages: install ## collect the messages into the catalogues and compile them (ARGS="--add ja" for a language)
	$(BIN)/python tools/messages.py $(ARGS)

SECONDS ?= 60
fuzz: install ## run the mail parser on damaged mail (SECONDS=600)
	$(BIN)/python bench/parse_fuzz.py --seconds $(SECONDS) $(ARGS)

bench: install ## run the benchmarks (ARGS="--only imap --runs 5")
	$(PIP) --group bench
	$(BIN)/python bench/run.py $(ARGS)

PEERS := .bench/peers/venv
bench-peers: install ## compare the intake with django-helpdesk, which is installed below .bench (ARGS="--runs 5")
	$(PIP) --group bench
	test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade django-helpdesk
	$(BIN)/python bench/run.py --only peers $(ARGS)

clean: ## remove all generated files
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .bench .site
