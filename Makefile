# Each target has one line that says what it does; `make help` prints them.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.SUFFIXES:
.DELETE_ON_ERROR:
SHELL := /bin/sh

# Python to build the environment with. Empty: the first that is 3.11 or newer.
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# pytest's workers.
JOBS ?= 2

.PHONY: help
help: ## Say what each target does (the default).
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)$$/\1|\2/p' Makefile | while IFS='|' read -r t c; do printf '  make %-13s %s\n' "$$t" "$$c"; done

.PHONY: venv
venv: $(VENV)/.run ## Make .venv with exeat and what it needs to run, from the locked list.

.PHONY: dev
dev: $(VENV)/.dev ## Add to .venv what tests, checks and releases need.

.PHONY: demo
demo: venv ## Audit real jail records, and show three answers at the desk.
	@$(BIN)/exeat demo

.PHONY: browser
browser: ## Find Chromium for the browser tests, or bring Debian's.
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
		echo "browser: installing Debian's chromium"; \
		{ apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium; } \
			>/dev/null 2>&1 || { \
			echo "browser: found no Chromium and could not install one" >&2; \
			echo "  help: install it (Debian: sudo apt install chromium); in CI the browser tests fail without it" >&2; \
		}; \
	}

.PHONY: test
test: lint types contracts browser ## Run every check, then every test. What CI runs.
	@echo "test: pytest, $(JOBS) workers"
	@$(BIN)/pytest -n $(JOBS)

.PHONY: lint
lint: dev ## Check style and format; `make format` mends most of it.
	@echo "lint: ruff"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

.PHONY: format
format: dev ## Put the code in the house format and mend what can be mended.
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: types
types: dev ## Check types.
	@echo "types: mypy"
	@$(BIN)/mypy

.PHONY: contracts
contracts: dev ## Check which part imports which.
	@echo "contracts: import-linter"
	@$(BIN)/lint-imports

.PHONY: docs
docs: dev ## Build the documents and the pages of the law as one site, into build/docs.
	@echo "docs: build/docs/index.html"
	@$(BIN)/zensical build --clean --strict
	@$(BIN)/exeat law docs --out build/docs/law/pages

.PHONY: schema
schema: dev ## Print the schema of the database, as all migrations together make it.
	@$(BIN)/python -m tests.schema

.PHONY: record
record: dev ## Write anew what documents show of commands and code: answers, tutorial, gallery, reference.
	@$(BIN)/python -m tests.acceptance.readme
	@$(BIN)/python -m tests.acceptance.gallery
	@$(BIN)/python -m tests.acceptance.reference

.PHONY: words
words: dev ## Bring each translation up to the English of src/exeat/i18n/exeat.pot.
	@for po in src/exeat/i18n/*.po; do $(BIN)/pybabel -q update --no-wrap --previous --ignore-obsolete \
		--ignore-pot-creation-date -i src/exeat/i18n/exeat.pot -o $$po -l $$(basename $$po .po); done

.PHONY: bench
bench: dev ## Measure speed, and print the figures.
	@$(BIN)/python bench/run.py
	@$(BIN)/python bench/files.py

.PHONY: soak
soak: dev ## Ten minutes of mixed load, while the database is restarted and workers are killed.
	@$(BIN)/python bench/mixed.py

.PHONY: bench-workers
bench-workers: dev ## Clearances a second at one, two and four workers.
	@$(BIN)/python bench/workers.py

# 10 million entries take a quarter of an hour to make, and 21 GB.
BENCH ?= build/bench
.PHONY: bench-ledger
bench-ledger: dev ## Make a ledger of 10 million entries, and measure the desk on it.
	@test -d $(BENCH) || $(BIN)/python bench/ledger.py grow $(BENCH)
	@$(BIN)/python bench/ledger.py all $(BENCH)

# UPGRADE=--upgrade takes the newest versions; without it, pins that still fit stay.
UPGRADE ?=
COMPILE = $(BIN)/uv pip compile --no-config --quiet --universal --python-version 3.11 \
	--generate-hashes --custom-compile-command "make lock" $(UPGRADE)

.PHONY: lock
lock: dev ## Write requirements/*.lock anew from pyproject.toml; UPGRADE=--upgrade for newest.
	@echo "lock: requirements/run.lock, requirements/dev.lock"
	@$(COMPILE) pyproject.toml --group build --output-file requirements/run.lock
	@$(COMPILE) pyproject.toml --group build --group dev --group docs --extra proofs \
		--constraint requirements/run.lock --output-file requirements/dev.lock

.PHONY: changelog
changelog: dev ## Join the fragments of changelog.d into CHANGELOG.md, for a release.
	@$(BIN)/python -m tools.fragments
	@git add changelog.d
	@$(BIN)/towncrier build --yes

# make release KEY=~/.ssh/id_ed25519; to try it, without a signature: make release UNSIGNED=yes
KEY ?=
UNSIGNED ?=
.PHONY: release
release: dev ## Build what is published, into dist: sdist, wheel, bill of materials, provenance, sums; sign them.
	@$(BIN)/python -m tools.release $(if $(KEY),--key "$(KEY)") $(if $(UNSIGNED),--unsigned)

# AUDIT='--vulnerability-service osv' asks another database.
AUDIT ?=
.PHONY: audit-deps
audit-deps: dev ## Ask whether a locked package has a known fault; says so where it could not look.
	@$(BIN)/python -m tools.audit_deps $(AUDIT)

# make attack SEED=7 STEPS=300; without a seed, one of chance; without a number, all steps three times.
SEED ?=
STEPS ?=
.PHONY: attack
attack: dev ## Attack a desk by every way in that was ever found, and print what got through.
	@$(BIN)/python -m tests.attack $(if $(SEED),--seed $(SEED)) $(if $(STEPS),--steps $(STEPS))

.PHONY: clean
clean: ## Remove .venv and everything that was made.
	@echo "clean: .venv, caches, build, dist, out"
	@rm -rf $(VENV) build dist out htmlcov .coverage .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache
	@find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# --- the environment -----------------------------------------------------------

$(BIN)/python:
	@for p in "$(PYTHON)" python3 python3.13 python3.12 python3.11 python3.14 python; do \
		test -n "$$p" || continue; \
		"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
			>/dev/null 2>&1 || continue; \
		echo "venv: $(VENV), with $$("$$p" --version)"; \
		"$$p" -m venv --clear $(VENV) && exit 0; \
		exit 1; \
	done; \
	echo "make: found no Python 3.11 or newer that can make an environment" >&2; \
	echo "  help: install one (Debian: apt install python3 python3-venv), or name it: make PYTHON=/path/to/python3.11 venv" >&2; \
	exit 1

# A lock is the whole list, so nothing is resolved (--no-deps): a resolver that meets an extra, such
# as coverage[toml], may take a release newer than the lock, and stop. `pip check` proves the whole.
INSTALL = $(PIP) install --require-hashes --no-deps -r
CHECK = $(PIP) check >&2 || { \
	echo "  help: packages of an older list may be left; make anew with: make clean dev" >&2; exit 1; }

# --no-build-isolation: the build tools come from the lock too, so nothing unlocked is fetched.
$(VENV)/.run: requirements/run.lock pyproject.toml Makefile | $(BIN)/python
	@echo "venv: installing what exeat needs (requirements/run.lock)"
	@$(INSTALL) requirements/run.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(CHECK)
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.run
	@echo "venv: installing what tests need (requirements/dev.lock)"
	@$(INSTALL) requirements/dev.lock
	@$(CHECK)
	@touch $@
