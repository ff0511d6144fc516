# The project's commands. Each target sets up what it needs first (infra/setup.sh); a second call is instant.
#   make demo ARGS="--county king_wa --listings 50"     options are passed on
#   make demo PYTHON=/usr/bin/python3.12                another interpreter for .venv

BIN := .venv/bin
ARGS ?=
PYTHON ?=
export PYTHON
export DAGSTER_DISABLE_TELEMETRY := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo up doctor test drill lint format bench lock clean clean-data

help: ## this list
	@echo "make TARGET [ARGS=\"options\"] [PYTHON=/path/to/python]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## system packages and .venv; the other targets call it
	@infra/setup.sh

demo: setup ## the whole pipeline once, on the sandbox
	@$(BIN)/realestate-os demo $(ARGS)

up: setup ## Postgres, Dagster, MLflow UI and the web app, until Ctrl-C
	@exec $(BIN)/realestate-os up $(ARGS)

doctor: setup ## is everything there that a run needs
	@$(BIN)/realestate-os doctor $(ARGS)

# A part of the suite (ARGS names it) is not held to the whole suite's coverage. In the files' own order the demo, which
# takes longest, begins early; by their number of tests it would come last, and the other worker would wait for it.
test: setup ## all tests but the drills, with coverage
	@$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder --cov --cov-report=term:skip-covered $(if $(ARGS),--cov-fail-under=0) $(ARGS)

drill: setup ## the long tests: kills, floods, thousands of pages
	@$(BIN)/pytest -m drill $(ARGS)

# A DAGSTER_HOME of its own keeps the validation from reading dagster.yaml and with it from needing Postgres.
lint: setup ## format, rules, types, floors, the graph
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@home=$$(mktemp -d); trap 'rm -rf "$$home"' EXIT; touch "$$home/dagster.yaml"; \
		DAGSTER_HOME=$$home PYTHONWARNINGS=ignore $(BIN)/dagster definitions validate -w workspace.yaml --log-level warning

format: setup ## put the code into form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup ## the benchmarks
	@$(BIN)/python -m benchmarks $(ARGS)

# For every supported Python and Debian at once; without any index address, so that it works everywhere.
lock: setup ## requirements.lock and requirements-bench.lock from pyproject.toml; ARGS=--upgrade takes newer releases
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header -q -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra bench --universal --python-version 3.11 --generate-hashes \
		-c requirements.lock --no-emit-index-url --no-header -q -o requirements-bench.lock

clean: ## remove .venv and caches; the data stays
	@rm -rf .venv .setup.log .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

clean-data: setup ## remove the data folder: database, archive, models, memos, mails
	@$(BIN)/python infra/clean_data.py
