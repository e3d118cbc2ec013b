# Needs Python 3.11 or newer and make; everything else is installed into .venv, from the locks.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

BIN := .venv/bin
COVER ?= 100# per cent of the branches of domain/ that the tests must run
PACKAGES := domain projections consumers milepost
FIT := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(shell $(p) -c '$(FIT)' 2>/dev/null && echo $(p))))
SPREAD := $(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder# a file at a time; many tests wait more than they work
WITH_TESTS := --exclude '[.]venv' --non-dev-dependency-groups build,dev# what deptry needs to look at tests and benchmarks
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install --quiet

# $(call step,what it is,command): says what begins, and how long it took or that it failed.
step = @printf '\n== %s\n' '$(1)'; began=$$(date +%s); \
	$(2) || { code=$$?; printf '== %s FAILED after %s s\n' '$(1)' $$(($$(date +%s) - began)); exit $$code; }; \
	printf '== %s: %s s\n' '$(1)' $$(($$(date +%s) - began))

.PHONY: help run run-kafka test test-kafka installs pytest lint types contracts bench bench-large chaos chaos-long kep generate lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{printf "make %-12s %s\n", $$1, $$2}'

run: .venv/run.stamp ## start Milepost with a simulated portfolio on http://127.0.0.1:8000
	@$(BIN)/milepost demo

run-kafka: .venv/broker.stamp ## start it distributed: Kafka, a relay and two of each projector, each a process
	@$(BIN)/milepost demo --kafka

test: .venv/dev.stamp ## run all checks and tests; COVER=n sets the branch coverage that domain/ needs, in per cent
	@$(BIN)/python -m tests.chromium
	@$(MAKE) lint types contracts pytest

lint: .venv/dev.stamp ## check style, format and declared dependencies
	$(call step,ruff check,$(BIN)/ruff check)
	$(call step,ruff format,$(BIN)/ruff format --check)
	$(call step,dependencies of the packages,$(BIN)/deptry . --no-ansi --extend-exclude '^bench/')
	$(call step,dependencies of tests and benchmarks,$(BIN)/deptry . --no-ansi $(WITH_TESTS))

types: .venv/dev.stamp ## check types with mypy and pyright
	$(call step,mypy,$(BIN)/mypy)
	$(call step,pyright,$(BIN)/pyright)

contracts: .venv/dev.stamp ## check the directions of imports
	$(call step,import contracts,$(BIN)/lint-imports --no-logo)

pytest: .venv/dev.stamp ## run only the tests
	$(call step,pytest,$(SPREAD) --durations=5 --cov --cov-fail-under=$(COVER))

installs: ## install each lock into fresh environments, with old and new pips and Pythons
	$(need_python)
	$(call step,installs,$(PYTHON) -m tests.install)

test-kafka: .venv/dev.stamp ## run only the tests that use a Kafka broker
	$(call step,pytest on brokers,$(SPREAD) --brokers=only --durations=10)

bench: .venv/dev.stamp ## measure the speed in ratios and print them as JSON
	@$(BIN)/python -m bench

bench-large: .venv/dev.stamp ## measure over 1,000,000 events and three brokers; resumes after an interruption
	@$(BIN)/python -m bench.large

chaos: .venv/dev.stamp ## inject faults many times and count the lost events; more than 0 fails
	@$(BIN)/python -m tests.chaos

chaos-long: .venv/dev.stamp ## inject several times as many faults, within 80 minutes
	@$(BIN)/python -m tests.chaos --long

kep: .venv/dev.stamp ## check the import of a whole history: HISTORY=FILE names it
	@test -f '$(HISTORY)' || { echo 'make kep needs the history: make kep HISTORY=path/to/kep-history.jsonl'; exit 2; }
	@$(BIN)/python -m tests.kep '$(HISTORY)'

generate: .venv/dev.stamp ## write what is generated from the code: schemas, list of commands, docs, golden files
	$(call step,contract,$(BIN)/python -m milepost.contract)
	$(call step,list of commands,$(BIN)/python -m milepost.cli.generate)
	$(call step,settings in README.md,$(BIN)/python -m milepost.contract.settings_table)
	$(call step,docs/events.md,$(BIN)/milepost catalogue > .events.md && mv .events.md docs/events.md)
	$(call step,docs/policy.md,$(BIN)/python -m milepost.policies > .policy.md && mv .policy.md docs/policy.md)
	$(call step,golden events,$(BIN)/python -m tests.golden)

lock: .venv/dev.stamp ## resolve the dependencies and write the locks; UPGRADE=1 takes newer versions
	$(call compile,--group build,requirements.lock)
	$(call compile,--group build --extra broker --constraints requirements.lock,requirements-broker.lock)
	$(call compile,--group build --extra traces --constraints requirements-broker.lock,requirements-traces.lock)
	$(call compile,--group dev --extra broker --extra traces --constraints requirements-broker.lock --constraints requirements-traces.lock,requirements-dev.lock)

clean: ## remove the environment and every cache; data folders stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage build dist
	find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +

compile = UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv pip compile pyproject.toml $(1) --output-file $(2) --quiet \
	--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)

.venv/run.stamp: requirements.lock pyproject.toml
	$(call install,requirements.lock)

.venv/broker.stamp: requirements-broker.lock pyproject.toml
	$(call install,requirements-broker.lock)

.venv/traces.stamp: requirements-traces.lock pyproject.toml
	$(call install,requirements-traces.lock)

.venv/dev.stamp: requirements-dev.lock pyproject.toml
	$(call install,requirements-dev.lock)

need_python = @test -n '$(PYTHON)' || { \
	echo 'Milepost needs Python 3.11 or newer and finds none: install it, or say make PYTHON=/path/to/python'; exit 1; }

# The lock alone says what is installed: --no-deps resolves nothing (old pips look up an extra anew despite its pin), by
# hash, never built from source. Then the project itself, which is only a pointer to this folder, and a check that the
# lock left nothing out.
define install
	$(need_python)
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo 'This Python makes no environments: on Debian and Ubuntu, apt install python3-venv'; exit 1; }
	$(call step,installing $(1) into .venv,$(INSTALL) --no-deps --require-hashes --only-binary :all: -r $(1))
	@$(INSTALL) --no-deps --no-build-isolation --no-index --editable .
	@$(PIP) check
	@touch $@
endef
