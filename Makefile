# Needs Python >= 3.11 and make; everything else is installed into .venv from the lock files.
# A PYTHON given on the command line or in the environment is used as it is.
.DEFAULT_GOAL := help
.PHONY: help install demo test lint format bench lock clean

VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.installed-runtime
DEV := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

install: $(DEV) ## Install Tollway and its development tools into .venv

demo: $(RUNTIME) ## Run the demonstration (needs no broker, model or key)
	@$(BIN)/tollway demo

test: $(DEV) ## Run all tests; those on real Kafka run where one can be had
	@$(BIN)/python -m pytest $(ARGS)

lint: $(DEV) ## Check style, format, types and layers
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(DEV) ## Put the code into its standard format
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: $(DEV) ## Run the benchmarks
	@$(BIN)/python -m bench $(ARGS)

# uv must be on the path: python3 -m pip install uv
lock: ## Renew the lock files from pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --upgrade --group build pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --upgrade --group dev --constraint requirements.lock -o requirements-dev.lock

clean: ## Remove what was installed, built or cached
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(BIN)/python:
	@sh .ci/venv $(VENV)

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing Tollway into $(VENV) ..."
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	@echo "Installing development tools into $(VENV) ..."
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@
