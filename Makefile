# Everything a clone needs: Python 3.11 to 3.14 with venv, pip, make, git.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FITS := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))

.PHONY: calibrate eval-scans eval-decisions help venv install demo test lint train gold-texts eval eval-full readme bench bench-icdar bench-layouts bench-archive soak torture fuzz damage pictures clean bench-review bench-learning review-pictures

help:
	@echo "make install    recognizer in $(VENV)"
	@echo "make demo       digitise eval/documents, eval/pdfs and eval/office_files into demo/, with pictures of what was recognised"
	@echo "make test       ruff, mypy and the tests, in $(VENV)"
	@echo "make lint       ruff and mypy alone"
	@echo "make train      train the shipped model anew"
	@echo "make gold-texts gather the texts of the gold records for the generator again, after a change of them"
	@echo "make eval       measure it: cities and layouts left out, bars (half an hour on two cores)"
	@echo "make eval-decisions  decisions that a new city takes, chosen and at random (half an hour); make eval shows the last ones"
	@echo "make eval-full  the same on many more reserved documents"
	@echo "make eval-scans measure scans: facts, confidence, time beside the OCR engine alone (an hour on one core)"
	@echo "make calibrate  give the shipped model the calibration fitted in the last evaluation"
	@echo "make readme     write the figures of the last evaluation into the READMEs"
	@echo "make bench      speed and memory, stage by stage"
	@echo "make bench-icdar DIR=...  tables that are no budget forms: a folder with data of the ICDAR-2013 competition"
	@echo "make bench-layouts        the layout engines compared: native, camelot, both, deep"
	@echo "make bench-archive        what a run over an archive costs, brings and weighs"
	@echo "make bench-review         how long a reviewer waits: 200 pages, 100,000 items"
	@echo "make bench-learning       how long retraining takes: 200 corrected cells"
	@echo "make review-pictures      the pictures of docs/review.md, made by the tests in a real browser"
	@echo "make soak       kill a run over 500 documents 100 times, at random moments, and compare what comes out byte for byte"
	@echo "make torture DIR=...      strange PDFs of a folder, and fixtures mutated by seed: every file accounted for"
	@echo "make fuzz SECONDS=60      each reader with bytes that no document has"
	@echo "make damage     what measures of structure do not see: faults put into gold tables"
	@echo "make pictures   the pictures of docs/layout.md, a page of each kind with its cells"
	@echo "make clean      remove what can be made again"

venv: $(BIN)/python

install: $(VENV)/.installed

# The first interpreter that fits: the one asked for, else a sibling of it.
$(BIN)/python:
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3.14; do \
	    if $$python -c '$(FITS)' >/dev/null 2>&1; then \
	        echo "$$python -m venv $(VENV)"; exec $$python -m venv $(VENV); \
	    fi; \
	done; \
	echo "No Python 3.11 to 3.14 with venv and pip found; say where it is: make PYTHON=/path/to/python3.12" >&2; exit 1

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-for-tests: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/.installed

demo: $(VENV)/.installed
	$(BIN)/recognizer digitize eval/documents eval/pdfs/*.pdf eval/office_files/*.docx eval/office_files/*.xlsx eval/office_files/*.html --out demo --excel
	$(BIN)/recognizer show eval/pdfs/langxi_wqy.pdf --page 1 --out demo/pictures/langxi_page_1.png
	$(BIN)/recognizer show eval/pdfs/langxi_wqy.pdf --page 2 --out demo/pictures/langxi_page_2.png
	$(BIN)/recognizer show eval/pdfs/langxi_wqy_scan.pdf --page 1 --out demo/pictures/scan_page_1.png
	$(BIN)/recognizer show eval/pdfs/huaian_wqy.pdf --page 1 --out demo/pictures/huaian_page_1.png
	$(BIN)/recognizer show eval/pdfs/guangzhou_xlsx_uming.pdf --page 1 --out demo/pictures/guangzhou_page_1.png
	$(BIN)/recognizer show eval/pdfs/fuyang_uming.pdf --out demo/pictures/fuyang_all_pages.png
	$(BIN)/recognizer show eval/documents/000_9a213de64ab02e97.txt --page 1 --out demo/pictures/text_sheet_1.png

test: lint
	$(BIN)/python -m pytest

lint: $(VENV)/.installed-for-tests
	$(BIN)/python -m ruff check
	$(BIN)/python -m mypy

train: $(VENV)/.installed
	$(BIN)/recognizer train

gold-texts: $(VENV)/.installed
	$(BIN)/python -c "from recognizer.generation.banks import rebuild_gold_texts as rebuild; print(rebuild(), 'texts')"

eval: $(VENV)/.installed-for-tests
	$(BIN)/python eval/evaluate.py

eval-decisions: $(VENV)/.installed-for-tests
	$(BIN)/python eval/decisions.py

eval-full: $(VENV)/.installed-for-tests
	$(BIN)/python eval/evaluate.py --reserved 300 --printed 40

eval-scans: $(VENV)/.installed-for-tests
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 $(BIN)/python eval/scans.py

calibrate: $(VENV)/.installed-for-tests
	$(BIN)/python eval/evaluate.py --calibrate

readme: $(VENV)/.installed-for-tests
	$(BIN)/python eval/evaluate.py --readme

bench: $(VENV)/.installed-for-tests
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 $(BIN)/python eval/bench.py

bench-icdar: $(VENV)/.installed-for-tests
	@test -n "$(DIR)" || { echo "say where the data is: make bench-icdar DIR=folder with eu-001.pdf, eu-001-str.xml ..." >&2; exit 2; }
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 $(BIN)/python eval/icdar.py $(DIR)

bench-layouts: $(VENV)/.installed-for-tests
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 $(BIN)/python eval/layouts.py

bench-archive: $(VENV)/.installed
	$(BIN)/python eval/bench_archive.py

bench-review: $(VENV)/.installed
	$(BIN)/python eval/bench_review.py

bench-learning: $(VENV)/.installed
	$(BIN)/python eval/bench_learning.py

review-pictures: $(VENV)/.installed-for-tests
	RECOGNIZER_PICTURES=docs/pictures $(BIN)/python -m pytest tests/reviewing/test_review_in_browser.py

soak: $(VENV)/.installed
	$(BIN)/python tests/soak.py

DIR ?=
torture: $(VENV)/.installed
	$(BIN)/python tests/torture.py $(DIR)

SECONDS ?= 60
fuzz: $(VENV)/.installed-for-tests
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	$(BIN)/python tests/fuzz.py --seconds $(SECONDS)

damage: $(VENV)/.installed
	$(BIN)/python eval/damage.py --out eval/damage.md

pictures: $(VENV)/.installed-for-tests
	$(BIN)/python eval/pictures.py docs/pictures

clean:
	rm -rf $(VENV) build dist demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
