# The two commands of the README are `make demo` and `make test`; `make` alone lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := build/demo
BENCH := build/bench
# Compiled when first imported: most modules of what is installed never are.
INSTALL := $(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench docs editors clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.base  ## make .venv with the base install (quick when it is up to date)

demo: $(VENV)/.base  ## design EGFR inhibitors that spare the heart and the liver: designs, report, ledger
	rm -rf $(DEMO)
	$(BIN)/pharmakon design examples/egfr.toml -o $(DEMO)

test: check  ## everything: lint, types, architecture, then every test
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist loadfile

check: $(VENV)/.dev  ## lint, formatting, types, architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(VENV)/.dev  ## a small slice of every benchmark (needs PHARMAKON_DATA)
	$(BIN)/pharmakon benchmark tdc --tasks caco2_wang,hia_hou --limit 200 --repeats 1 -o $(BENCH)
	$(BIN)/pharmakon benchmark moleculeace --tasks CHEMBL2835_Ki --limit 200 -o $(BENCH)
	$(BIN)/pharmakon benchmark expansionrx --tasks MGMB --limit 200 -o $(BENCH)
	$(BIN)/pharmakon benchmark coverage --tasks hia,herg -o $(BENCH)
	$(BIN)/pharmakon benchmark routes --limit 40 -o $(BENCH)
	$(BIN)/pharmakon benchmark pmo --tasks albuterol_similarity --calls 200 --repeats 1 -o $(BENCH)

docs: $(VENV)/.dev  ## write docs/reference from the code, and the outputs in docs from their commands
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/console.py

editors:  ## take the structure editor and the 3-D viewer of the workbench from npm, as the build of a wheel does
	$(PYTHON) hatch_build.py

clean:  ## remove what make made, but not your results
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than the two files that decide what is installed, or the environment is brought up to date.
$(VENV)/.base: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(INSTALL) pip
	$(INSTALL) --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.base
	$(INSTALL) --editable '.[all]' --group dev
	touch $@
