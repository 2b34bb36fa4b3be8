# make demo   install into .venv, render the bundled example on the CPU, say where the pictures are
# make test   install the test tools too and run every test
# make lint   style, types and the import contract; the page's types where npm is installed
# make clean  remove what these made
#
# pip reads its usual settings (PIP_INDEX_URL, PIP_EXTRA_INDEX_URL, ...). On Linux, torch from PyPI
# brings CUDA along; PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu avoids that.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
SOURCES := src tests $(wildcard benchmarks)
WORKERS ?= 2

.PHONY: demo test lint clean
.DELETE_ON_ERROR:

demo: $(VENV)/.installed
	$(BIN)/likewise demo -o demo --device cpu --overwrite

# One thread a worker: two workers of two threads each are slower on two cores than one. Files go to
# the workers in the order of tests/conftest.py, slow ones first; pytest-xdist would take those of
# the most tests first, and end on one core with a file of one long test.
test: $(VENV)/.installed-dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if command -v npm >/dev/null; then npm ci --silent && npx --no-install tsc; \
	else echo "no npm: the types of the studio's page were not checked"; fi

clean:
	rm -rf $(VENV) demo build .pytest_cache .ruff_cache .mypy_cache .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf src/likewise.egg-info

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "error: $(PYTHON) is too old or missing; expected Python 3.11 or newer." \
	           "Name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.created pyproject.toml constraints.txt
	$(PIP) -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP) -e '.[dev]'
	@touch $@
