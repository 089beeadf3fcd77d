# Everything starts from here and needs only python3 and make; the packages go into .venv by themselves.
PYTHON ?= python3
VENV_PYTHON = .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help demo code run test lint format shots bench bench-data bench-pack bench-diversion bench-live bench-followups fault mutate sbom lock clean

help:  ## Say what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo:  ## Start a clinic with made-up patients on this machine, and print its address and sign-ins
	@$(PYTHON) scripts/run_clinic.py --demo $(ARGS)

code:  ## Show the sign-in code of the demonstration clinic
	@$(PYTHON) scripts/demo_code.py

run:  ## Start a clinic on this machine, empty at first, data in var/
	@$(PYTHON) scripts/run_clinic.py $(ARGS)

test:  ## Run every check and test, on SQLite and on PostgreSQL (ARGS="--engine sqlite --only unit" for a part)
	@$(PYTHON) scripts/run_tests.py $(ARGS)

lint:  ## Run the style, template and type checks only
	@$(PYTHON) scripts/run_tests.py --only checks $(ARGS)

format:  ## Lay out code and templates the way the checks want them
	@$(PYTHON) scripts/bootstrap.py --dev
	@$(VENV_PYTHON) -m ruff check --fix --exit-zero --quiet .
	@$(VENV_PYTHON) -m ruff format .
	@find . -path ./.venv -prune -o -path '*templates*' -name '*.html' -print0 | xargs -0r .venv/bin/djade --target-version 5.2

shots:  ## Take the screenshots used in the documents
	@$(PYTHON) scripts/bootstrap.py --dev
	@$(VENV_PYTHON) scripts/screenshots.py $(ARGS)

bench-data:  ## Make the large made-up clinic that the measurements use
	@$(PYTHON) scripts/bootstrap.py --dev
	@$(VENV_PYTHON) scripts/bench.py data $(ARGS)

bench:  ## Compare the API with a reference and time the pages, with that clinic in PostgreSQL
	@$(PYTHON) scripts/bootstrap.py --dev
	@$(VENV_PYTHON) scripts/bench.py run $(ARGS)

bench-pack:  ## Make an inspection pack of everything in that clinic and say how long and how much memory it took
	@$(PYTHON) scripts/bootstrap.py --dev
	@$(VENV_PYTHON) scripts/bench.py pack $(ARGS)

bench-diversion:  ## Plant signs of diversion in made-up years and see how many the watch finds
	@$(PYTHON) scripts/bootstrap.py --dev
	@$(VENV_PYTHON) -m bench.diversion $(ARGS)

bench-live:  ## Follow fifty open cockpits and boards while others write: polling against events
	@$(PYTHON) scripts/bootstrap.py --dev
	@$(VENV_PYTHON) -m bench.live $(ARGS)

bench-followups:  ## Say what the sweep costs beside a million planned check-ins, and how many messages go out a second
	@$(PYTHON) scripts/bootstrap.py --dev
	@$(VENV_PYTHON) -m bench.followups $(ARGS)

fault:  ## Kill workers, empty and stop the queue, hang the provider while check-ins go out (half an hour)
	@$(PYTHON) scripts/bootstrap.py --dev
	@$(VENV_PYTHON) -m bench.fault $(ARGS)

mutate:  ## Leave out one check of a right at a time and see whether a test notices (half an hour)
	@$(PYTHON) scripts/bootstrap.py --dev
	@SWEEPS=stored $(VENV_PYTHON) -m pytest -p tests.mutation.run -p no:cacheprovider -q tests/integration tests/sweeps $(ARGS)

sbom:  ## Write the bill of materials of a release (CycloneDX JSON)
	@$(PYTHON) scripts/sbom.py $(ARGS)

lock:  ## Pin the packages named in requirements*.in again (ARGS=--upgrade for newer ones)
	@$(PYTHON) scripts/lock_requirements.py $(ARGS)

clean:  ## Remove the environment, caches and build files; clinic data in var/ stays
	rm -rf .venv .venv.lock .build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
