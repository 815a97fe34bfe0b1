.DEFAULT_GOAL := help
.PHONY: help demo test test-slow check format bench gallery still worlds bites defenses outputs catalog golden sizes lock clean

PYTHON ?= python3
VENV ?= .venv
# More arguments for the command, as in `make test ARGS="tests/network -x"`.
ARGS ?=

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/.installed ## run the BlackSwarm scenario
	$(VENV)/bin/swarmsec run blackswarm $(ARGS)

test: $(VENV)/.installed ## run the tests, without the slow ones
	$(VENV)/bin/pytest -q -n 2 $(ARGS)

test-slow: $(VENV)/.installed ## run only the slow tests
	$(VENV)/bin/pytest -q -n 2 --dist worksteal -m slow --durations=5 $(ARGS)

check: $(VENV)/.installed ## lint, format, types, docstrings and their examples
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/pytest -q tests/test_docstrings.py

format: $(VENV)/.installed ## fix the findings of `make check` that a tool can fix
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(VENV)/.installed ## measure against plain Mesa, scipy, byzfl (downloads 1 GB once) and NegMAS
	$(VENV)/bin/python -m tests.benchmarks.table

gallery: $(VENV)/.installed ## run every scenario of the library and write scenarios/GALLERY.md
	$(VENV)/bin/python -m swarmsec.report.gallery --jobs 2 $(ARGS)

still: $(VENV)/.installed ## run defenses that do no work in every scenario and write docs/standing-still.md
	$(VENV)/bin/python -m swarmsec.report.still_page --jobs 2 --plugins tests/nulls $(ARGS)

worlds: $(VENV)/.installed ## run the main scenario of every system and write the table in README.md
	$(VENV)/bin/python -m swarmsec.report.main_scenarios --jobs 2 $(ARGS)

bites: $(VENV)/.installed ## run the rows of the bite table and write docs/bite-table.md
	$(VENV)/bin/python -m swarmsec.report.bite_page --jobs 2 $(ARGS)

defenses: $(VENV)/.installed ## run every defense against the same attacks and write docs/defense-table.md
	$(VENV)/bin/python -m swarmsec.report.defense_page --jobs 2 $(ARGS)

outputs: $(VENV)/.installed ## run the commands of README.md, docs/ and the guide, and write what they print into them
	$(VENV)/bin/python -m tests.write_outputs

catalog: $(VENV)/.installed ## write swarmsec/cli/catalog.json, which `list` and `show` read
	$(VENV)/bin/python -m swarmsec.cli.make_catalog

golden: $(VENV)/.installed ## record the golden results again, after SIM_SEMANTICS or a scenario's version was raised
	$(VENV)/bin/python -m tests.golden.record

sizes: ## count code lines by package, and the share of plug-ins
	$(PYTHON) -m tests.sizes $(ARGS)

lock: $(VENV)/.installed ## resolve requirements.lock again (ARGS=--upgrade for the newest versions)
	$(VENV)/bin/pip install -q uv
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --all-extras --no-emit-index-url --no-emit-find-links \
	    --custom-compile-command "make lock" --quiet --output-file requirements.lock pyproject.toml $(ARGS)

clean: ## remove the virtual environment and every cache
	rm -rf $(VENV) build dist .benchmarks .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find swarmsec attacks defenses tests -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.installed: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install -q -c requirements.lock -e '.[dev]'
	@touch $@
