PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help install up demo test test-faults check format lock bench clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: .venv/installed ## Make .venv from requirements.lock and install Restock into it

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

up: install ## Run Restock on this machine until Ctrl-C
	$(BIN)/restock up

demo: install ## Watch the whole product work on real parts
	$(BIN)/restock demo

test: install ## Run the test suite
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-faults: install ## Kill, cut and fill up everything while 500 shoppers are told
	$(BIN)/python -m pytest tests/faults --all-faults

check: install ## Lint, types, formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install ## Format the code and mend what the linter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## Measure Restock beside the bare engine
	$(BIN)/python -m benchmarks

lock: install ## Renew requirements.lock and requirements.production.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --extra embedded --extra redis --extra dev pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --constraint requirements.lock --extra redis pyproject.toml -o requirements.production.lock

clean: ## Remove .venv and the embedded stack's data
	rm -rf .venv .restock
