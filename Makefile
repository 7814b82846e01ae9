# SPDX-License-Identifier: EUPL-1.2
# `make` alone prints this help.

PYTHON ?= python3
OUT ?= demo-out
BIN := .venv/bin
UV_VERSION := 0.13.9

.DEFAULT_GOAL := help
.PHONY: help dev serve demo test lint format bench docs lock image clean

help: ## Show what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

dev: .venv/.ready ## Install everything into .venv

.venv/.ready: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing the locked packages into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

serve: dev ## Run everything on http://127.0.0.1:8080 with the demo besturen
	@$(BIN)/loket serve --demo

demo: dev ## Send a decision, open it and check the proof; results in OUT (default demo-out)
	@$(BIN)/loket demo $(OUT)

test: dev ## Run all tests
	@$(BIN)/pytest $(ARGS)

lint: dev ## Check style, types and the direction of imports
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@PYTHONPATH=src $(BIN)/lint-imports --no-cache

format: dev ## Format the code
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: dev ## Measure against raw PostgreSQL and FastAPI; writes bench/results.json
	@$(BIN)/python -m bench $(ARGS)

docs: dev ## Write the generated parts of the documentation again
	@$(BIN)/python docs/generate.py

lock: .venv/.ready ## Resolve the dependencies again and lock them by hash
	@$(BIN)/uv pip compile --quiet pyproject.toml --group dev --universal --upgrade \
		--generate-hashes --no-emit-index-url --no-annotate -o requirements.lock

image: ## Build the container image that compose.yaml runs
	docker build -t loket .

clean: ## Remove what demo and tests left behind
	rm -rf demo-out data .pytest_cache .mypy_cache .ruff_cache .hypothesis
