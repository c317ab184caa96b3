# Needs GNU make 3.81 or newer and Python 3.11 or newer; everything else goes into .venv.
# All paths are relative: the project may lie in a folder with a space in its name.

PYTHON ?= python3
PORT ?= 8501
# Options for Streamlit (make run, make dev), for pytest (make test and its parts) and for
# make benchmark.
STREAMLIT_ARGS ?=
PYTEST_ARGS ?=
BENCHMARK_ARGS ?=
FUZZ_ARGS ?=
SOAK_ARGS ?=
# What the dashboard is installed from: requirements-locked.txt is the tested set, every file by its
# SHA-256, for Python 3.11.
REQUIREMENTS ?= requirements.txt
# Options for pip-compile (make lock), such as --upgrade.
LOCK_ARGS ?=

IN_VENV := .venv/bin/python
PIP_INSTALL := "$(IN_VENV)" -m pip install -qq --disable-pip-version-check

DEVELOPER_ARGS := --server.fileWatcherType=auto --server.runOnSave=true \
	--client.showErrorDetails=full --client.toolbarMode=developer

# Prints the first free port from the one asked for.
define FREE_PORT
import errno, socket, sys

def taken(port):
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.create_server(("", port), family=family).close()
        except OSError as error:
            # Other errors mean a machine without IPv6.
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return True
    return False

if not (sys.argv[1].isdecimal() and 0 < int(sys.argv[1]) < 65536):
    sys.exit("PORT must be a number from 1 to 65535, got " + sys.argv[1])
first = int(sys.argv[1])
free = (port for port in range(first, min(first + 100, 65536)) if not taken(port))
print(next(free, None) or sys.exit(f"No free port from {first} on; choose another: make run PORT=..."))
endef
export FREE_PORT

# One shell command, in which the port that was found free is the one used.
define START_DASHBOARD
@port=$$("$(IN_VENV)" -c "$$FREE_PORT" "$(PORT)") && \
	echo "Dashboard: http://localhost:$$port (Ctrl-C stops it)" && \
	exec "$(IN_VENV)" -m streamlit run app.py --server.port "$$port" \
		--logger.hideWelcomeMessage=true --logger.level=warning
endef

.PHONY: help run dev test test-fast test-browser test-frameworks lint format benchmark screenshots
.PHONY: fuzz soak lock audit clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

run: .venv/run.stamp ## Open the dashboard (PORT=8501, or the next free port)
	$(START_DASHBOARD) $(STREAMLIT_ARGS)

dev: .venv/run.stamp ## The same for developers: reload on save, errors shown in full
	$(START_DASHBOARD) $(DEVELOPER_ARGS) $(STREAMLIT_ARGS)

test: lint test-fast test-browser ## Run all checks and tests

test-fast: .venv/test.stamp ## Run the tests that need no browser
	@OPENBLAS_NUM_THREADS=1 "$(IN_VENV)" -m pytest --quiet --numprocesses auto --maxprocesses 8 \
		--ignore=tests/browser $(PYTEST_ARGS)

test-browser: .venv/test.stamp ## Run the tests in Chromium, installing it on Debian if missing
	@"$(IN_VENV)" tests/browser/chromium.py
	@"$(IN_VENV)" -m pytest --quiet --numprocesses 2 --dist loadfile tests/browser $(PYTEST_ARGS)

test-frameworks: .venv/dev.stamp ## Run the exported code in PyTorch and Keras (1 GB to install)
	@"$(IN_VENV)" -m pytest --quiet tests/nncore/test_export.py $(PYTEST_ARGS)

lint: .venv/test.stamp ## Check style and formatting
	@"$(IN_VENV)" -m ruff check
	@"$(IN_VENV)" -m ruff format --check

fuzz: .venv/test.stamp ## Give every reader 300,000 damaged and hostile inputs (an hour)
	@OPENBLAS_NUM_THREADS=1 "$(IN_VENV)" -W ignore::RuntimeWarning -m tests.fuzz $(FUZZ_ARGS)

soak: .venv/test.stamp ## Try the faults that take minutes, then let a thousand visitors come and go
	@OPENBLAS_NUM_THREADS=1 "$(IN_VENV)" -m pytest --quiet -m soak tests/faults $(PYTEST_ARGS)
	@OPENBLAS_NUM_THREADS=1 "$(IN_VENV)" -m benchmarks.soak $(SOAK_ARGS)

format: .venv/test.stamp ## Mend what can be mended of style and formatting
	@"$(IN_VENV)" -m ruff check --fix
	@"$(IN_VENV)" -m ruff format

benchmark: .venv/dev.stamp ## Compare with JAX, PyTorch, scikit-learn and Keras (an hour; 1 GB)
	@"$(IN_VENV)" -m benchmarks.training $(BENCHMARK_ARGS)

screenshots: .venv/test.stamp ## Take pictures of every page into docs/screenshots
	@"$(IN_VENV)" tests/browser/chromium.py
	@"$(IN_VENV)" -m tests.browser.screenshots docs/screenshots

lock: .venv/supply-chain.stamp ## Pin requirements.txt, with hashes (LOCK_ARGS=--upgrade: the newest)
	@"$(IN_VENV)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "The tested set is that of Python 3.11: make clean, then make lock PYTHON=python3.11" >&2; exit 1; }
	@CUSTOM_COMPILE_COMMAND="make lock" $(SUPPLY_CHAIN) -m piptools compile --quiet \
		--generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --output-file requirements-locked.txt $(LOCK_ARGS) requirements.txt

audit: .venv/supply-chain.stamp ## Compare the pinned versions with known vulnerabilities
	@$(SUPPLY_CHAIN) .ci/audit.py

clean: ## Remove the environment, caches and files written by the dashboard
	rm -rf .venv .pytest_cache .ruff_cache static/plotly* static/card_*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps lie in .venv and are newer than the requirements that are installed there.
.venv/run.stamp: $(REQUIREMENTS)
	@command -v "$(PYTHON)" >/dev/null || \
		{ echo "$(PYTHON) was not found: install Python 3.11 or newer." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, $(PYTHON) is older; name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip' 2>/dev/null || \
		{ echo "$(PYTHON) lacks venv: on Debian or Ubuntu, sudo apt install python3-venv" >&2; exit 1; }
	@echo "Installing what $(REQUIREMENTS) names into .venv"
	@"$(PYTHON)" -m venv --clear .venv
	@$(PIP_INSTALL) -r "$(REQUIREMENTS)"
	@touch $@

.venv/test.stamp: requirements-test.txt .venv/run.stamp
	@echo "Installing what requirements-test.txt names into .venv"
	@$(PIP_INSTALL) -r requirements-test.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/test.stamp
	@echo "Installing what requirements-dev.txt names into .venv"
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@

# In an environment of their own, so that what they need is not taken for the dashboard's.
SUPPLY_CHAIN := .venv/supply-chain/bin/python
.venv/supply-chain.stamp: .venv/run.stamp
	@echo "Installing pip-tools and pip-audit into .venv/supply-chain"
	@"$(IN_VENV)" -m venv --clear .venv/supply-chain
	@$(SUPPLY_CHAIN) -m pip install -qq --disable-pip-version-check 'pip-tools>=7.6,<8' 'pip-audit>=2.10,<3'
	@touch $@

# Where the environment's Python has gone, as after an upgrade of the system, all is installed anew.
STALE := $(shell "$(IN_VENV)" -c '' 2>/dev/null || rm -f .venv/*.stamp)
