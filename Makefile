# Everything there is to do, as one word each. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
MESSAGES ?= 500
ROUNDS ?= 5
SEED ?= 1
PORT ?= 8080
# Tests mostly wait (for groups to form, for servers to start), so more of them at once than there are cores.
WORKERS ?= 3
# How pages look does not depend on the broker.
KAFKA_STORIES ?= tests/e2e --ignore=tests/e2e/test_every_page.py
# More real conversations are used where they are there; nothing needs them.
DATA ?= $(wildcard ../shared/data/conversations_dev.jsonl)
export CASEKEEPER_KAFKA_CACHE ?= $(CURDIR)/build/kafka

##@ Use it
.PHONY: run demo chaos bench
run: $(READY) ## Start the whole system on this machine and show it on a page (PORT=8080)
	$(BIN)/casekeeper up --port $(PORT)

demo: $(READY) ## Send MESSAGES real messages through a private stack and have the run judged
	$(BIN)/casekeeper demo --messages $(MESSAGES) --seed $(SEED) $(if $(DATA),--data $(DATA)) --json

chaos: $(READY) ## Kill parts with -9 under load, ROUNDS times, and have the run judged
	$(BIN)/casekeeper chaos --rounds $(ROUNDS) --seed $(SEED) $(if $(DATA),--data $(DATA)) --json

bench: $(READY) ## Measure hops and the whole pipeline beside bare loops; writes benchmarks/latest.json
	$(BIN)/python -m tests.benchmarks

##@ Check it
.PHONY: test test-unit test-stack test-stories test-services test-kafka test-kafka-services test-kafka-stories lint quality schemas
test: test-unit test-stack ## Run all tests against the real local broker and store

test-unit: $(READY) ## Run only the tests without network (minutes)
	$(BIN)/pytest -n 2 tests/unit

test-stack: $(READY) chromium ## Run only the tests that need broker, store or browser: stories beside services
	@$(MAKE) --no-print-directory -k -j2 test-stories test-services

# One process: the stories share a stack. What failed is remembered in a place of its own, as two would overwrite each other's.
test-stories: $(READY) chromium
	$(BIN)/pytest -o cache_dir=.pytest_cache/stories tests/e2e

test-services: $(READY)
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder tests/chaos tests/integration tests/contract

test-kafka: test-kafka-services test-kafka-stories ## Run integration and end-to-end tests on a real Apache Kafka (needs Java and Maven)

test-kafka-services: $(READY) kafka
	CASEKEEPER_TEST_BROKER=kafka $(BIN)/pytest -n 2 --dist loadfile tests/integration

test-kafka-stories: $(READY) chromium kafka
	CASEKEEPER_TEST_BROKER=kafka $(BIN)/pytest -o cache_dir=.pytest_cache/stories $(KAFKA_STORIES)

lint: $(READY) ## Check style, types and who imports whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m schemas.publish --check
	$(BIN)/casekeeper api check

quality: $(READY) ## Tell how often the reply check is right, on replies that a person labelled
	$(BIN)/python -m tests.quality.replycheck

schemas: $(READY) ## Publish the contracts anew: JSON Schemas, AsyncAPI, OpenAPI, the README's event map, docs/problems.md
	$(BIN)/python -m schemas.publish
	$(BIN)/casekeeper api publish

##@ Prepare it
.PHONY: setup lock train measure-classifier learning-curve clean help
setup: $(READY) ## Make .venv with the locked dependencies and the command casekeeper

$(READY): requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

lock: ## Lock the dependencies of pyproject.toml anew, with hashes
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra local --extra simulate --extra dev pyproject.toml -o requirements-dev.lock

train: $(READY) ## Train the classifier's model anew from DATA_FOLDER
	$(BIN)/python -m services.classification.training.train --data $(or $(DATA_FOLDER),../shared/data) --out services/classification/model

measure-classifier: $(READY) ## Measure the classifier with the sets of DATA_FOLDER and write docs/classification.md
	$(BIN)/python -m services.classification.training.evaluate --data $(or $(DATA_FOLDER),../shared/data) --write docs/classification.md

learning-curve: $(READY) ## Measure how fast the classifier learns with the sets of DATA_FOLDER and write docs/learning-curve.md
	$(BIN)/python -m services.classification.learning.curve --data $(or $(DATA_FOLDER),../shared/data) --write docs

.PHONY: kafka
kafka: $(READY)
	@$(BIN)/python -c "from pathlib import Path; from casekeeper.local.kafka import fetch_kafka; fetch_kafka(Path('$(CASEKEEPER_KAFKA_CACHE)'))"

.PHONY: chromium
chromium: # Browser tests need a Chromium; on Debian it can be installed here.
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } || \
	  echo "no chromium here: the browser tests will be skipped"

clean: ## Remove what was built; the local stack's data stays
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
