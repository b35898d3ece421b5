# Everything works on a machine with Python 3.11+ and make: the first target that needs it makes
# .venv and installs the pinned packages. `make run LODESK_PORT=8100` chooses another port,
# `make test ARGS="tests/cases -k handover"` a part of the suite.
PYTHON ?= python3
DO = $(PYTHON) lodesk/embedded/bootstrap.py

.DEFAULT_GOAL := help
.PHONY: help run stop test check soak bench mutants requirements messages manage clean

help:  ## This list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 22

run:  ## The site, its worker and a mail catcher on this machine, with invented people
	@$(DO) run

stop:  ## Stop a run in another terminal, or what a killed one left behind
	@$(DO) down

test:  ## The suite, browser included; ARGS goes to pytest
	@$(DO) test $(ARGS)

soak:  ## The long tests: faults, races, every page in every language
	@$(DO) soak $(ARGS)

bench:  ## Measure pages, statements, twenty people at once; writes docs/performance.md
	@$(DO) bench $(ARGS)

mutants:  ## Loosen the border rule by rule; the suite must notice each one (hours)
	@$(DO) tool python -m tests.mutants $(ARGS)

check:  ## Format, lint, types, layers, templates, migrations, deployment settings
	@$(DO) check

requirements:  ## Compile the pinned packages from pyproject.toml
	@$(DO) tool uv pip compile pyproject.toml --universal --generate-hashes --python-version 3.11 -o requirements.txt --quiet
	@$(DO) tool uv pip compile pyproject.toml --group embedded --group test --group lint --universal --generate-hashes --python-version 3.11 -o requirements-dev.txt --quiet

messages:  ## Collect the texts to translate
	@$(DO) manage extract_catalogues

manage:  ## manage.py in the environment of a running demo: make manage ARGS=shell
	@$(DO) manage $(ARGS)

clean: stop  ## Forget the demo's and the tests' data (var/) and every cache
	@rm -rf var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
