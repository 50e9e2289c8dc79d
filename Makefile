# The same few verbs for people and for CI. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
STAMP := .venv/.installed
DISTRIBUTIONS := -e . -e plugins/email -e plugins/telegram -e plugins/kb
PYTEST := $(BIN)/python -m pytest
# One worker more than cores, as tests often wait; each starts servers of its own when a test first asks for one.
WORKERS ?= $(shell echo $$(($$(nproc) + 1)))

# Compiled modules halve the start of every command; some container images turn them off.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install demo test test-long lint format docs site messages bench crash fuzz clean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## make .venv with deskctl, its plugins and the tools

$(STAMP): pyproject.toml $(wildcard plugins/*/pyproject.toml) constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("deskctl needs Python 3.11 or newer, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) pip
	$(PIP) --group dev
	$(PIP) --no-build-isolation $(DISTRIBUTIONS)
	@touch $@

demo: install ## see the whole desk at work (ARGS="--keep" leaves it running)
	@$(BIN)/deskctl demo $(ARGS)

test: install ## run every test, with the same examples each time (ARGS="-k word" for some)
	$(PYTEST) -n $(WORKERS) --dist worksteal --hypothesis-seed=0 $(ARGS)

test-long: install ## what chance decides, thousands of times: working time and clocks (takes long)
	DESKCTL_LONG=1 $(PYTEST) -n $(WORKERS) --dist worksteal --timeout 3600 tests/unit/core/calendars tests/commands/test_random_clocks.py $(ARGS)

crash: install ## break the daemon at every named point, and kill it at random moments (takes long)
	DESKCTL_CRASH=all DESKCTL_KILLS=$${DESKCTL_KILLS:-50} $(PYTEST) -m crash -n $(WORKERS) --dist worksteal $(ARGS)

lint: install ## everything that can be checked without running
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	for tests in tests plugins/*/tests; do $(BIN)/mypy $$tests || exit 1; done
	for project in examples/plugins/*; do (cd $$project && ../../../$(BIN)/mypy) || exit 1; done
	$(BIN)/lint-imports
	$(BIN)/deptry deskctl
	$(BIN)/codespell README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md config.example.toml docs deskctl plugins/*/README.md examples/plugins/*/README.md

format: install ## put the code into its usual form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: install ## write the reference pages and the picture that are made from the code
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/terminal.py

site: install ## build the documentation as a website in .site/html
	$(PIP) --group docs
	$(BIN)/python docs/site.py

messages: install ## collect the messages into the catalogues and compile them (ARGS="--add ja" for a language)
	$(BIN)/python tools/messages.py $(ARGS)

SECONDS ?= 60
fuzz: install ## feed the mail parser with damaged mail (SECONDS=600)
	$(BIN)/python bench/parse_fuzz.py --seconds $(SECONDS) $(ARGS)

bench: install ## measure against the floors (ARGS="--only imap --runs 5")
	$(PIP) --group bench
	$(BIN)/python bench/run.py $(ARGS)

clean: ## remove what the verbs above have made
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .bench .site
