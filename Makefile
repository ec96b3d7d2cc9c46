# Everything a newcomer or CI needs. Each target makes what it needs in $(VENV), without root.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin

.PHONY: demo test lint check bench clean
.DEFAULT_GOAL := check

$(VENV)/.demo: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "deadlines needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[demo]'
	touch $@

$(VENV)/.dev: $(VENV)/.demo pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

demo: $(VENV)/.demo  ## the main job, against an embedded CalDAV server
	$(BIN)/deadlines demo

lint: $(VENV)/.dev  ## rules, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: lint  ## lint, then every test
	$(BIN)/python -m pytest -n auto

check: test

clean:
	rm -rf $(VENV) .tools
