# Everything a newcomer or CI needs. Each target makes what it needs in $(VENV) and .tools, without root.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help demo test lint check bench test-pythons test-servers fuzz clean
.DEFAULT_GOAL := help

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1 \t\2/p' $(MAKEFILE_LIST) | expand -t 20

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "deadlines needs Python 3.11 or newer; name one: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(BIN)/python
	$(PIP) -e '.[demo]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/.demo

CLIENTS := .tools/clients

$(CLIENTS)/.stamp: tests/e2e/requirements.txt
	test -x $(CLIENTS)/bin/python || $(PYTHON) -m venv $(CLIENTS)
	$(CLIENTS)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

demo: $(VENV)/.demo  ## the main job, against an embedded CalDAV server in a throw-away folder
	$(BIN)/deadlines demo

lint: $(VENV)/.dev  ## rules, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: lint $(CLIENTS)/.stamp  ## lint, then every test
	$(BIN)/python -m pytest -n auto

check: test  ## the same as test

test-pythons: $(CLIENTS)/.stamp  ## every test on each of python3.11, 3.12 and 3.13 that is here, in the zones and locales that hurt
	@for version in 3.11 3.12 3.13; do \
		if python$$version -c '' 2>/dev/null; then \
			echo "== python$$version"; \
			$(MAKE) --no-print-directory .tools/venv-$$version/.dev VENV=.tools/venv-$$version PYTHON=python$$version && \
			TZ=Pacific/Kiritimati LANG=C LC_ALL=C .tools/venv-$$version/bin/python -m pytest -n auto || exit 1; \
		else echo "== python$$version is not here"; fi; \
	done

# What we are compared with; its pins differ from ours. Taskwarrior is compared with where it is installed.
.tools/vdirsyncer/.done:
	$(PYTHON) -m venv .tools/vdirsyncer
	.tools/vdirsyncer/bin/python -m pip install --quiet --disable-pip-version-check 'vdirsyncer==0.21.*'
	touch $@

bench: $(VENV)/.dev .tools/vdirsyncer/.done  ## ratios to the peers, in bench/results.md; ONLY="parse tasks" for some, LONG=1 for more
	$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(LONG),--long)

test-servers: $(VENV)/.dev  ## contract and sync on every server that is here; docs/servers.md says how to have DAViCal, Cyrus, SOGo and sabre/dav
	$(BIN)/python -m pytest -m packaged tests/packaged

$(VENV)/.fuzz: $(VENV)/.dev
	$(PIP) -e '.[fuzz]'
	@touch $@

SECONDS ?= 60
fuzz: $(VENV)/.fuzz  ## look for bytes that the codec mistakes, SECONDS=60; docs/reliability.md
	@mkdir -p .tools/fuzz
	$(BIN)/python -m tests.fuzz $(SECONDS) .tools/fuzz

clean:  ## take away what the targets made
	rm -rf $(VENV) .tools
