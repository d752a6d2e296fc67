PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin

.PHONY: run test check lint types secrets audit bench browser clean

ifdef CHECK
run: .venv/app.stamp
	@$(BIN)/python -m gridflex check
else
run: .venv/app.stamp
	@echo "GridFlex is at http://localhost:$(PORT)"
	@$(BIN)/streamlit run asgi.py --server.port=$(PORT)
endif

test: .venv/dev.stamp
	$(BIN)/python -m pytest -m "not browser and not slow" -n auto --dist loadfile

browser: .venv/dev.stamp
	$(BIN)/python -m pytest -m "browser and not slow" tests/browser

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/hadolint Dockerfile

types: .venv/dev.stamp
	$(BIN)/mypy

secrets: .venv/dev.stamp
	.ci/secrets

audit: .venv/dev.stamp
	$(BIN)/python .ci/audit

check: lint types secrets audit test

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv

.venv/python.stamp:
	@command -v $(PYTHON) >/dev/null || { echo "GridFlex needs Python 3.11 or newer: install it (Debian: apt-get install python3 python3-venv), then run make again."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "GridFlex needs Python 3.11 or newer; this is $$($(PYTHON) --version). Name another with: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing: install it (Debian: apt-get install python3-venv), then run make again."; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/app.stamp: requirements.txt .venv/python.stamp
	@echo "Installing GridFlex into .venv (once, about a minute)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt requirements.txt .venv/python.stamp
	@echo "Installing what tests need into .venv (once, about a minute)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
