PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help install up demo chromium test test-faults check format lock bench clean

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

test: install chromium ## Run the test suite
	$(BIN)/python -m pytest -n 2 --dist loadfile

# The pages are tested in it; who has another way to install it than Debian's, has it already.
chromium:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null; \
	else echo "Chromium is missing: the tests of the console are skipped."; fi

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
