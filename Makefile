# `make help` explains every target. All that is needed beforehand is make and a Python of 3.11 or newer.
.DEFAULT_GOAL := help
.NOTPARALLEL:

# The first Python that is new enough. Where there is none, the first stage says so in one sentence.
PYTHON ?= $(or $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done),python3)
FIRST_STAGE = $(PYTHON) portal/embedded/first_stage.py
VENV := .venv/bin/python

.PHONY: help
help: ## Explain every target (this page)
	@$(PYTHON) -c "import re; print(*('make %-11s %s' % found for found in \
	re.findall(r'^([a-z-]+):.*?## (.*)$$', open('Makefile').read(), re.M)), sep='\n')"

.PHONY: run
run: ## Start Charter on this machine, services and demo included; Ctrl-C stops it all. PORT=8000 CHARTER_HOME=./var
	@$(FIRST_STAGE) run

.PHONY: backup
backup: ## Back up the database and keys of make run, as in: make backup TO=~/charter-backup
	@$(VENV) -m portal.embedded.backup save $(TO)

.PHONY: restore
restore: ## Restore such a backup into an empty data folder, as in: make restore FROM=~/charter-backup
	@$(VENV) -m portal.embedded.backup restore $(FROM)

.PHONY: test
test: dev chromium ## Run the whole test suite on real, throw-away services. ARGS="-k search" narrows it
	@$(VENV) -m pytest -n 2 $(ARGS)

.PHONY: check
check: lint types contracts test ## Everything that must be green before a merge: lint, types, contracts, tests

.PHONY: lint
lint: dev ## Look for mistakes and unformatted lines in Python and templates
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@$(VENV) -m djlint --quiet --lint templates

.PHONY: format
format: dev ## Format the Python code and repair what can be repaired by itself
	@$(VENV) -m ruff check --fix .
	@$(VENV) -m ruff format .

.PHONY: types
types: export CHARTER_SECRET_KEY := only-for-checks
types: dev ## Check the types
	@$(VENV) -m mypy

.PHONY: contracts
contracts: export CHARTER_SECRET_KEY := only-for-checks-and-as-long-as-a-real-one-must-be-0123456789
contracts: export CHARTER_BASE_URL := https://charter.example.com
contracts: export CHARTER_MODE := production
contracts: dev ## Check who imports whom, and the settings as production would have them
	@.venv/bin/lint-imports --no-logo
	@$(VENV) manage.py check --deploy --fail-level WARNING

.PHONY: test-live
test-live: dev ## Run the tests against real third parties (Feast, dbt, ...), each installed into an environment of its own
	@$(VENV) -m pytest tests/live $(ARGS)

.PHONY: demo-store
demo-store: dev ## Build demo/store anew from public data, with real Feast in an environment of its own (2 minutes)
	@$(VENV) -m demo.build

.PHONY: demo-day
demo-day: dev ## Live the demo's day anew with real Airflow, dbt and Feast, and keep what they send (5 minutes)
	@$(VENV) -m demo.record

.PHONY: bench
bench: dev ## Run the benchmarks, ours beside the floor and the peer; results belong into docs/performance.md
	@$(VENV) -m bench $(ARGS)

.PHONY: pins
pins: ## After a change of requirements: write the versions of all packages into constraints.txt
	@rm -rf .venvs/pins && $(PYTHON) -m venv .venvs/pins
	@.venvs/pins/bin/python -m pip install --quiet --only-binary :all: -r requirements-dev.txt
	@{ sed -n '/^#/p' constraints.txt; .venvs/pins/bin/python -m pip freeze --exclude-editable; } > .venvs/constraints.txt
	@mv .venvs/constraints.txt constraints.txt && rm -rf .venvs/pins

.PHONY: schema
schema: export CHARTER_SECRET_KEY := only-for-checks
schema: dev ## Write the OpenAPI description of the REST API anew
	@$(VENV) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

.PHONY: protos
protos: dev ## Generate the Python code that decodes Feast registries from connectors/feast/registry.proto
	@$(VENV) -m grpc_tools.protoc --proto_path=. --python_out=. --pyi_out=. connectors/feast/registry.proto

.PHONY: clean
clean: ## Remove what installing and checking made. The data of `make run` in ./var stay
	rm -rf .venv .venvs .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: dev
dev:
	@$(FIRST_STAGE) dev

# Browser tests need it and skip, saying so, where it is missing: so this never fails.
.PHONY: chromium
chromium:
	@command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || { \
	  [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && echo "Installing Chromium for the browser tests" && \
	  { timeout 120 apt-get update -qq; timeout 300 apt-get install -y -qq --no-install-recommends chromium; } \
	    >/dev/null 2>&1 && command -v chromium >/dev/null 2>&1; } || \
	  echo "Chromium is not here and cannot be installed by this user: the browser tests will be skipped."
