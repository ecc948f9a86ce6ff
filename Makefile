# Everything is done inside .venv and build/; nothing is installed elsewhere.
#   make run                  build, then run the tour on a photo
#   make run PHOTO=cat.jpg    ... on a photo of yours
#   make test                 build, install what the tests need, run them
#   make help                 every target

PYTHON ?= python3
VENV   ?= .venv
PHOTO  ?=
OUT    ?= tour
LEVELS ?= native
PYTEST_ARGS ?=
BENCH_ARGS  ?= --memory

export PIP_DISABLE_PIP_VERSION_CHECK := 1

BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip
INSTALL := $(PIP) install --quiet --constraint constraints.txt
# The build's own tools stay in the environment, so that a second installation compiles nothing again.
BUILD   := $(INSTALL) --no-build-isolation --config-settings=cmake.define.LEVELS="$(LEVELS)" --editable
# One process a core, each with one thread for NumPy's own products: PYTEST_ARGS="-n 0" runs them in one.
PYTEST  := OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 8 --dist worksteal
NATIVE  := pyproject.toml constraints.txt CMakeLists.txt tools/native_level.cpp $(wildcard core/*.cpp core/*.hpp)

.PHONY: help run test test-slow lint format bench calibrate clean FORCE
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo "  PYTHON=$(PYTHON) chooses the Python (3.11 or newer), PHOTO= the photo of the tour,"
	@echo "  LEVELS=$(LEVELS) the SIMD levels that are built: native, all, or a list such as 'base;v3'."

run: $(VENV)/.ready-run ## build, then write the tour of a photo (PHOTO=, OUT=)
	$(BIN)/intertwine tour $(if $(PHOTO),"$(PHOTO)") -o "$(OUT)" --force
	@echo "Next: $(BIN)/intertwine convolve PHOTO -k sobel"

test: $(VENV)/.ready-test ## run every test that is not marked slow
	$(PYTEST) -m "not slow" $(PYTEST_ARGS)

test-slow: $(VENV)/.ready-test ## run the long sweeps too
	$(PYTEST) -m "slow or not slow" $(PYTEST_ARGS)

lint: $(VENV)/.ready-test ## ruff, formatting, mypy --strict, clang-format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict src
	$(BIN)/clang-format --dry-run -Werror $(wildcard core/*.cpp core/*.hpp)

format: $(VENV)/.ready-test ## rewrite the sources in house format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/clang-format -i $(wildcard core/*.cpp core/*.hpp)

bench: $(VENV)/.ready-bench ## time the operator beside its peers
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

calibrate: $(VENV)/.ready-run ## measure this machine for the planner (a few seconds)
	$(BIN)/intertwine calibrate

clean: ## remove .venv, build/ and caches
	rm -rf "$(VENV)" build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Stamps: each is made once and again only when what it depends on has changed.

$(VENV)/.ready-venv:
	@tools/check_machine.sh "$(PYTHON)" $(if $(filter default,$(origin CXX)),,"$(CXX)")
	"$(PYTHON)" -m venv --clear "$(VENV)"
	@touch $@

$(VENV)/.ready-build: $(VENV)/.ready-venv pyproject.toml tools/build_requirements.py
	$(INSTALL) $$($(BIN)/python tools/build_requirements.py)
	$(INSTALL) $$($(BIN)/python tools/build_requirements.py --machine)
	@touch $@

# Written when it says something else, so that another choice of levels builds again.
$(VENV)/.levels: FORCE | $(VENV)/.ready-venv
	@echo "$(LEVELS)" | cmp -s - $@ || echo "$(LEVELS)" >$@

$(VENV)/.ready-run: $(VENV)/.ready-build $(VENV)/.levels $(NATIVE)
	@echo "Building Intertwine and installing what it needs ..."
	$(BUILD) '.[image]'
	@touch $@

$(VENV)/.ready-test: $(VENV)/.ready-build $(VENV)/.levels $(NATIVE)
	@echo "Building Intertwine and installing what its tests need ..."
	$(BUILD) '.[dev]'
	@touch $@ $(VENV)/.ready-run

$(VENV)/.ready-bench: $(VENV)/.ready-test benchmarks/peers.txt
	$(INSTALL) --requirement benchmarks/peers.txt
	@touch $@
