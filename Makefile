# Liancheng 联程. `make` alone tells what there is.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NODE_HOME := $(if $(shell command -v npm),,$(CURDIR)/$(BIN))
export PYTHONPATH := .
export PATH := $(if $(NODE_HOME),$(NODE_HOME):)$(PATH)

.DEFAULT_GOAL := help
.PHONY: help setup web fonts run test chaos lint format check types scenarios bench openapi diagrams lock clean system

help: ## Tell what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.ready: requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

setup: $(VENV)/.ready ## Create the environment with locked packages

# Node from the system or, where it is missing, from PyPI.
$(VENV)/.node: requirements-node.txt | $(VENV)/.ready
	command -v npm >/dev/null || $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.txt
	touch $@

web/node_modules/.ready: web/package-lock.json $(VENV)/.node
	cd web && npm ci --silent --no-audit --no-fund --ignore-scripts
	touch $@

web/dist/index.html: web/node_modules/.ready docs/openapi.json web/index.html web/vite.config.ts $(shell find web/src web/public -type f ! -name schema.d.ts 2>/dev/null)
	cd web && npm run --silent build

web: web/dist/index.html ## Build the web application into web/dist

# Only the two weights that papers are set in are kept of the packaged font.
FONT := web/fonts/node_modules/@expo-google-fonts/noto-serif-sc
fonts: setup $(VENV)/.node ## Bring a Chinese font for PDF where the system has none
	$(BIN)/python -c "from services.rendering import find_fonts; find_fonts(None)" 2>/dev/null || \
	  { cd web/fonts && npm ci --silent --no-audit --no-fund --ignore-scripts && cd ../.. && \
	    find $(FONT) -name '*.ttf' ! -name '*_400Regular.ttf' ! -name '*_700Bold.ttf' -delete; }

system: ## Install what the tests need of the system (PostgreSQL, Redis, Chromium, fonts), where possible
	@bash tests/system.sh

run: setup web fonts ## Serve the product with jurisdictions and sample parties on http://127.0.0.1:8000
	$(BIN)/liancheng migrate
	$(BIN)/liancheng load
	$(BIN)/liancheng demo
	$(BIN)/liancheng serve

test: setup system web ## Run everything: tests, scenarios, chaos, lints have their own target
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	  $(BIN)/pytest -n 3 --dist loadgroup --basetemp "$$folder/tests" --ignore tests/web && \
	  $(BIN)/pytest -n 2 --dist worksteal --basetemp "$$folder/web" tests/web

chaos: setup system ## The long storm and the long forms of the tests, each with a summary
	sound=0; $(BIN)/python -m tests.chaos.run $(CHAOS) || sound=1; \
	  $(BIN)/python -m tests.chaos.long_forms || sound=1; exit $$sound

lint: setup web/node_modules/.ready ## The lints of CI
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/hadolint docker/Dockerfile
	$(BIN)/mypy
	cd web && npm run --silent lint && npm run --silent types

types: setup ## Type-check
	$(BIN)/mypy

format: setup ## Format and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

check: setup ## Check every shipped bundle
	$(BIN)/liancheng check workflows/bpmn

scenarios: setup ## Play every recorded scenario in process
	$(BIN)/liancheng play workflows/bpmn/*/scenarios/*.yaml

openapi: setup ## Write docs/openapi.json from the code
	$(BIN)/liancheng openapi > docs/openapi.json

bench: setup system ## Measure the budgets of the design; prints ratios
	BENCH_SCENARIO=workflows/bpmn/liangjiang/scenarios/approval.yaml $(BIN)/python -m bench.run

diagrams: ## Render the diagrams into docs/diagrams (needs Node and Chromium)
	cd docs/rendering && npm ci --silent && node render.mjs

lock: ## Lock the packages anew
	uv pip compile -q --universal --generate-hashes pyproject.toml -o requirements.txt
	uv pip compile -q --universal --generate-hashes --extra tracing pyproject.toml -o requirements-tracing.txt
	uv pip compile -q --universal --generate-hashes requirements-node.in -o requirements-node.txt
	uv pip compile -q --universal --generate-hashes --extra dev pyproject.toml -o requirements-dev.txt

clean: ## Remove what was made
	rm -rf $(VENV) web/node_modules web/fonts/node_modules web/dist var .pytest_cache .mypy_cache .ruff_cache
