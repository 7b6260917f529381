# Z2. `make help` lists what there is.
FILE ?= examples/tidal-power.md
B ?=
export FILE

unexport PYTHONDONTWRITEBYTECODE
BOOTSTRAP = sh deploy/bootstrap.sh
BIN = .venv/bin
PACKAGES = domain application projections infrastructure interfaces deploy tests

.DEFAULT_GOAL := help
.PHONY: help demo up test check bench lock clean

help: ## lists these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

demo: ## installs everything, starts Z2 and turns a document into a brief (FILE=path for your own)
	@test -r "$$FILE" || { echo "✗ No readable file $$FILE: give one with make demo FILE=path" >&2; exit 2; }; \
	Z2_DEMO_STARTED=$$(date +%s) && export Z2_DEMO_STARTED && \
	$(BOOTSTRAP) run && exec $(BIN)/z2 up --demo "$$FILE"

up: ## installs what is missing and starts Z2; Ctrl-C stops it
	@$(BOOTSTRAP) run && exec $(BIN)/z2 up

test: ## installs what is needed and runs every test
	@$(BOOTSTRAP) test
	$(BIN)/python -m pytest --cov -n auto
	@$(BIN)/coverage report --include='domain/*,application/*' --fail-under=95 --skip-covered
	@$(BIN)/python -m deploy.npm run --if-present test

check: ## linters, types and the rules of the architecture, as CI runs them
	@$(BOOTSTRAP) check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict $(PACKAGES)
	$(BIN)/lint-imports
	@$(BIN)/python -m deploy.npm run --if-present typecheck
	@$(BIN)/python -m deploy.npm run --if-present lint

bench: ## runs a benchmark (B=name)
	@test -n "$(B)" && test -f "bench/$(B).py" || { \
	echo "✗ Name a benchmark with B=name; there are: $$(grep -ls __main__ bench/*.py | sed 's|bench/\(.*\)\.py|\1|' | tr '\n' ' ')" >&2; exit 2; }
	@$(BOOTSTRAP) run && exec $(BIN)/python -m "bench.$(B)"

lock: ## recompiles the lock files after a change in pyproject.toml (UPGRADE=1 for the newest versions)
	@$(BOOTSTRAP) lock $(if $(UPGRADE),--upgrade)

clean: ## removes what was built and installed, never your data in .z2
	rm -rf .venv dist htmlcov .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf frontend/node_modules frontend/dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
