# The two commands: `make demo` runs the main job on the embedded local stack, `make test` passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO ?= --orders 200 --seed 7
FUZZ ?= 300

.PHONY: demo up test lint fuzz lock schemas clean
.DEFAULT_GOAL := demo

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed, $(PYTHON) is older: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: $(VENV)/.installed ## 200 orders through the whole local stack, checked
	$(BIN)/sandan demo $(DEMO)

up: $(VENV)/.installed ## the same stack, until Ctrl-C
	$(BIN)/sandan up

test: $(VENV)/.installed
	$(BIN)/python -m pytest

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint template.yaml

fuzz: $(VENV)/.installed ## five minutes of fuzzing what strangers send (FUZZ=seconds); needs a wheel of atheris
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -e '.[fuzz]'
	$(BIN)/python -m tests.fuzz --seconds $(FUZZ)

schemas: $(VENV)/.installed ## regenerate the JSON Schemas and the OpenAPI document from the models
	$(BIN)/python -m infra.contract

lock: $(VENV)/.installed ## pin every dependency with hashes, for every platform
	$(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/pip install --quiet uv
	$(VENV)/lock/bin/uv pip compile pyproject.toml --extra dev --extra amqp --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock

clean:
	rm -rf $(VENV) .sandan
