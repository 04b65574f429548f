# Two commands do everything on a machine with Python 3.11 or newer and make:
#   make demo     makes .venv, installs npnet, trains configs/circles.yaml
#   make test     makes .venv with the test extra, runs the whole suite

PYTHON ?= python3
BIN := .venv/bin
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test test-long test-bridges test-oldest test-browser crash powerloss ioerr stops starved repro flips rivals fuzz fuzz-checkpoints test-peers check format bench
.PHONY: bench-scale bench-tables docs clean

help:
	@echo "make demo    install into .venv, train configs/circles.yaml, say where the pictures are"
	@echo "make test    install into .venv with the test extra, run the whole suite"
	@echo "make test-long  the tests that take longer: every task through every command, and what else is marked so"
	@echo "make test-bridges  exports in onnxruntime and PyTorch, the notebook, and make test-oldest"
	@echo "make test-oldest  the estimators in the oldest scikit-learn that they take, 1.6"
	@echo "make test-browser  the scripts of reports in Chromium, and how far they are from NumPy"
	@echo "make check   format, lint, types, tests"
	@echo "make docs    regenerate docs/reference, the schema and docs/article.md"
	@echo "make bench   time npnet and its sweeps beside PyTorch, JAX, Keras and scikit-learn"
	@echo "make bench-scale   say what a sweep costs and what many machines would give; ARGS=--help says more"
	@echo "make bench-tables  score npnet's preset for tables beside other libraries; TABLES=FOLDER has the CSVs"
	@echo "make flips   change every byte of a checkpoint to every other value, and cut it everywhere"
	@echo "make rivals  the same to what PyTorch, Keras, joblib and others save, and kills while they do"
	@echo "make fuzz-checkpoints  read 100,000 checkpoints that were changed and signed again"
	@echo "make fuzz    hold 50,000 odd configs and 5,000 odd tables against what npnet promises; ARGS=--help says more"
	@echo "make crash   kill trainings at every call that writes, resume them, and compare the bytes; ARGS=--help says more"
	@echo "make powerloss  cut trainings off from power after every operation, and compare what comes of it"
	@echo "make ioerr   refuse trainings every call that writes, for every reason"
	@echo "make starved  run commands under limits of their memory: done, or refused in words"
	@echo "make stops   tell trainings and sweeps to stop at ten moments: how long that takes, and what comes of it"
	@echo "make repro   train two networks in 40 environments and compare the bits"
	@echo "make test-peers  compare with PyTorch step for step"

$(BIN)/python:
	$(PYTHON) -m venv .venv

# An extra is installed when its stamp is older than what it depends on.
.venv/.demo .venv/.test .venv/.bridges .venv/.browser .venv/.dev .venv/.bench .venv/.bench-tables .venv/.rivals: .venv/.%: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.$(if $(filter-out demo,$*),[$*])'
	@touch $@

demo: .venv/.demo
	@run=$$($(BIN)/npnet train configs/circles.yaml) && echo "The pictures are in $$run/plots" && ls $$run/plots/*.png

# Without Chromium and Playwright, the tests of tests/browser are skipped
test: .venv/.test
	@command -v chromium >/dev/null || echo "no Chromium, so tests/browser is skipped: apt-get install chromium"
	$(BIN)/python -m pytest -n $(JOBS) -m "not peers and not long and not bridges" --quiet

# Without pdflatex (apt-get install texlive-latex-base), no worksheet is compiled
test-long: .venv/.test
	$(BIN)/python -m pytest -n $(JOBS) -m "long and not peers and not bridges" --quiet

# python -m tests.bridges.parity prints how far each export is; --write renews the table of docs/export.md
test-bridges: .venv/.bridges test-oldest
	$(BIN)/python -m pytest -n $(JOBS) -m bridges --quiet tests/bridges

# scikit-learn 1.6 with libraries of its time, in an environment of its own; the long tests use the newest
.venv-oldest/.done: pyproject.toml
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet --disable-pip-version-check --editable . 'pytest>=8.3' \
		'numpy==2.1.*' 'pandas==2.2.*' 'scikit-learn==1.6.*' 'scipy==1.14.*'
	@touch $@

test-oldest: export SCIPY_ARRAY_API := 1
test-oldest: .venv-oldest/.done
	.venv-oldest/bin/python -m pytest --quiet tests/estimators

# Debian's Chromium (apt-get install chromium), driven by Playwright, which downloads no browser
test-browser: .venv/.browser
	$(BIN)/python -m pytest --quiet tests/browser
	$(BIN)/python -m tests.browser.deviations
	$(BIN)/python -m tests.browser.speed

# Every byte of a small checkpoint to every other value, each truncation, samples of a large one
flips: .venv/.test
	$(BIN)/python -m tests.faults.flips $(ARGS)

# npnet's saving and that of other libraries: changed bytes, truncations, kills, power, code; some minutes
rivals: .venv/.test .venv/.rivals
	$(BIN)/python -m tests.faults.rivals --jobs $(JOBS) $(ARGS)

# 100,000 checkpoints that were changed and signed again; a part of make fuzz
fuzz: fuzz-checkpoints
fuzz-checkpoints: .venv/.test
	$(BIN)/python -m tests.faults.malformed $(CHECKPOINTS)

# Trainings that are killed, cut off from power, and refused what they ask of the disk; children take no threads along
crash powerloss ioerr stops: export OPENBLAS_NUM_THREADS := 1
crash: .venv/.test
	$(BIN)/python -m tests.faults.crash --jobs $(JOBS) $(ARGS)
	$(BIN)/python -m tests.faults.straced --jobs $(JOBS) $(STRACE)

powerloss: .venv/.test
	$(BIN)/python -m tests.faults.powerloss --jobs $(JOBS) $(ARGS)

ioerr: .venv/.test
	$(BIN)/python -m tests.faults.ioerr --jobs $(JOBS) $(ARGS)

# Trainings, folds, ensembles and sweeps of the tabular preset, told to stop at ten moments; wants an idle machine
stops: .venv/.test
	$(BIN)/python -m tests.faults.stops $(ARGS)

# Commands under many limits of their memory: each is done, or refused in words
starved: .venv/.test
	$(BIN)/python -m tests.faults.starved --jobs $(JOBS) $(ARGS)

# Two networks in 40 environments: a hash each; a BLAS of other kernels, another seed, other threads give others
repro: .venv/.test
	$(BIN)/python -m tests.faults.repro

test-peers: .venv/.test .venv/.bench
	$(BIN)/python -m pytest -m peers --quiet

# 50,000 configs and 5,000 tables; a failing one is kept in fuzz-failures
fuzz: .venv/.test
	$(BIN)/python -m tests.faults.fuzz --jobs $(JOBS) $(ARGS)

check: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(MAKE) test

format: .venv/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/.bench
	$(BIN)/python -m benchmarks.speed
	$(BIN)/python -m benchmarks.positions
	$(BIN)/python -m benchmarks.sweeps

# What a sweep costs, and what clusters make of it: ARGS=costs, simulate or validate
bench-scale: .venv/.bench
	$(BIN)/python -m benchmarks.scale $(ARGS)

# An interrupted run goes on where it was; to measure anew: make bench-tables ARGS=--fresh
TABLES ?= tables
bench-tables: .venv/.bench-tables
	NPNET_TABLES='$(TABLES)' $(BIN)/python -m benchmarks.tables $(ARGS)

docs: .venv/.dev
	$(BIN)/python -m docs.generate
	$(BIN)/python -m docs.article

clean:
	rm -rf .venv .venv-oldest build dist .pytest_cache .mypy_cache .ruff_cache
