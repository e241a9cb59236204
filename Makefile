# The two commands: `make demo` runs the main job on the embedded local stack, `make test` passes the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO ?= --orders 200 --seed 7
FUZZ ?= 300
WORKERS ?= $(shell $(PYTHON) -c "import os; print(min(4, (os.cpu_count() or 1) + 1))")

.PHONY: demo up test lint lint-style lint-types lint-imports lint-template fuzz lock schemas emulator package validate clean
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

test: $(VENV)/.installed ## by one process more than there are processors, four at the most (WORKERS=number): some tests wait
	$(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder

lint: lint-style lint-types lint-imports lint-template

lint-style: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lint-types: $(VENV)/.installed
	$(BIN)/mypy

lint-imports: $(VENV)/.installed
	$(BIN)/lint-imports

lint-template: $(VENV)/.installed
	$(BIN)/cfn-lint template.yaml

emulator: $(VENV)/emulator/.installed ## the emulator beside SAM's translator, which wants other versions than ours: for `sandan up --lambda`

$(VENV)/emulator/.installed: emulator.lock $(VENV)/.installed
	$(PYTHON) -m venv $(VENV)/emulator
	$(VENV)/emulator/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r emulator.lock
	touch $@

package: $(VENV)/.installed ## the packages of the functions, for this machine's Python
	$(BIN)/sandan package

validate: $(VENV)/sam/.installed ## the template, as SAM sees it
	SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 $(VENV)/sam/bin/sam validate --lint --template template.yaml

$(VENV)/sam/.installed: sam.lock $(VENV)/.installed
	$(PYTHON) -m venv $(VENV)/sam
	$(VENV)/sam/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r sam.lock
	touch $@

fuzz: $(VENV)/.installed ## five minutes of fuzzing what strangers send (FUZZ=seconds); needs a wheel of atheris
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation -e '.[fuzz]'
	$(BIN)/python -m tests.fuzz --seconds $(FUZZ)

schemas: $(VENV)/.installed ## regenerate the JSON Schemas and the OpenAPI document from the models
	$(BIN)/python -m infra.contract

lock: $(VENV)/.installed ## pin every dependency with hashes, for every platform
	$(PYTHON) -m venv $(VENV)/lock && $(VENV)/lock/bin/pip install --quiet uv
	$(VENV)/lock/bin/uv pip compile pyproject.toml --extra dev --extra amqp --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --custom-compile-command "make lock" --output-file requirements.lock
	{ echo aws-sam-translator; grep '^ministack==' requirements.lock | cut -d' ' -f1; } | \
		$(VENV)/lock/bin/uv pip compile - --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" --output-file emulator.lock
	echo aws-sam-cli | $(VENV)/lock/bin/uv pip compile - --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command "make lock" --output-file sam.lock

clean:
	rm -rf $(VENV) .sandan
