# Everything sets itself up: each target makes the environment in .venv when it is not there yet.
# PYTHON may name another interpreter (3.11 or newer): make demo PYTHON=python3.12
# DEMO may name another folder, when somebody works with the first: make demo DEMO=demo-2

PYTHON ?= python3
DEMO ?= demo
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TEST_STAMP := $(VENV)/.installed-test

.PHONY: demo test lint types contracts docs docs-check bench fuzz sample format clean

demo: $(STAMP)
	$(BIN)/kanpo demo $(DEMO) --map maps/sample.html

test: $(TEST_STAMP) lint types contracts docs-check
	$(BIN)/python -m pytest -n auto

lint: $(TEST_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(TEST_STAMP)
	$(BIN)/mypy

contracts: $(TEST_STAMP)
	$(BIN)/lint-imports

docs: $(STAMP)
	$(BIN)/python docs/make_docs.py

docs-check: $(STAMP)
	$(BIN)/python docs/make_docs.py --check

bench: $(TEST_STAMP)
	$(BIN)/python -m benchmarks

fuzz: $(TEST_STAMP)
	$(BIN)/python -m tests.fuzz --cases 30000

sample: $(STAMP)
	$(BIN)/python data/make_sample.py

format: $(TEST_STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 以上が要ります / Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "venv が作れません(Debian/Ubuntu: apt install python3-venv) / python3-venv is missing"; exit 2; }

$(STAMP): setup.cfg pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(TEST_STAMP): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test]"
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache demo
