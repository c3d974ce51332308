"""Conservation: every word of a page ends in exactly one place, and what does not is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest

from recognizer.assembly import assemble
from recognizer.checking.ledgers import ledgers
from recognizer.digitizing import digitize
from recognizer.labelling import label
from recognizer.layout import lay_out
from recognizer.model import shipped_model
from recognizer.reading import read
from recognizer.repair import repair
from recognizer.types import Document, Grid, LabelledGrid, Ledger, Records, Role

EVAL = Path(__file__).parents[1] / "eval"
PDFS = sorted(path for path in (EVAL / "pdfs").glob("*.pdf") if "scan" not in path.name)
OFFICE = [EVAL / "office_files" / name for name in ("anqing_zebra_wqy.html", "huaian_wqy.xlsx", "langxi_wqy.docx")]
FORM = EVAL / "pdfs" / "langxi_wqy.pdf"
TEXT = EVAL / "documents" / "002_3bf4b339ed407386.txt"
Journey = tuple[Records, Document, tuple[Grid, ...], tuple[LabelledGrid, ...]]


def journey(path: Path) -> Journey:
    document, model = read(path), shipped_model()
    grids = repair(lay_out(document), model)
    labelled = label(grids, model)
    return assemble(document, labelled, model), document, grids, labelled


def total(found: tuple[Ledger, ...]) -> tuple[int, int, int]:
    return sum(one.lost for one in found), sum(one.doubled for one in found), sum(one.invented for one in found)


@pytest.mark.parametrize("path", [*PDFS, *sorted((EVAL / "documents").glob("*.txt")), *OFFICE], ids=lambda path: path.stem[:12])
def test_nothing_of_a_real_document_is_lost_doubled_or_invented(path: Path) -> None:
    pages = digitize(path).records.pages
    assert total(pages) == (0, 0, 0)
    assert all(page.words for page in pages)
    assert sum(page.left + page.prose for page in pages) <= 0.005 * sum(page.words for page in pages)


def without_a_cell(records: Records, document: Document, grids: tuple[Grid, ...], labelled: tuple[LabelledGrid, ...]) -> Journey:
    rows = [tuple(tuple(entry for entry in row if entry.label.role is not Role.NAME) for row in grid.rows) for grid in labelled]
    return records, document, grids, tuple(replace(grid, rows=left) for grid, left in zip(labelled, rows, strict=True))


def with_a_cell_twice(
        records: Records, document: Document, grids: tuple[Grid, ...], labelled: tuple[LabelledGrid, ...]) -> Journey:
    return records, document, grids, (*labelled, LabelledGrid(labelled[-1].rows[-1:], labelled[-1].drawn))


def with_a_text_of_its_own(
        records: Records, document: Document, grids: tuple[Grid, ...], labelled: tuple[LabelledGrid, ...]) -> Journey:
    grid = labelled[-1]
    entry = grid.rows[-1][-1]
    piece = replace(entry.cell.pieces[-1], text="伪" * len(entry.cell.pieces[-1].text))
    made_up = replace(entry, cell=replace(entry.cell, pieces=(*entry.cell.pieces, piece)))
    return records, document, grids, (*labelled[:-1], replace(grid, rows=(*grid.rows[:-1], (*grid.rows[-1][:-1], made_up))))


def without_a_fact(records: Records, document: Document, grids: tuple[Grid, ...], labelled: tuple[LabelledGrid, ...]) -> Journey:
    projects = tuple(replace(project, goals=()) for project in records.projects)
    return replace(records, projects=projects), document, grids, labelled


def with_a_fact_twice(
        records: Records, document: Document, grids: tuple[Grid, ...], labelled: tuple[LabelledGrid, ...]) -> Journey:
    first, *others = records.projects
    return replace(records, projects=(replace(first, goals=first.goals * 2), *others)), document, grids, labelled


@pytest.mark.parametrize(("path", "spoil", "kind"), [
    (FORM, without_a_cell, 0), (FORM, with_a_cell_twice, 1), (FORM, with_a_text_of_its_own, 2), (FORM, without_a_fact, 0),
    (FORM, with_a_fact_twice, 1), (TEXT, without_a_cell, 0), (TEXT, with_a_cell_twice, 1), (TEXT, with_a_text_of_its_own, 2),
    (TEXT, without_a_fact, 0)])
def test_whatever_goes_wrong_on_the_way_is_counted(path: Path, spoil: Callable[..., Journey], kind: int) -> None:
    whole = journey(path)
    assert total(ledgers(*whole)) == (0, 0, 0)
    counts = total(ledgers(*spoil(*whole)))
    assert counts[kind] > 0
    assert sum(counts) == counts[kind]


@pytest.mark.parametrize("off", [0.0, 0.4])
def test_a_hidden_layer_that_prints_everything_once_more_changes_nothing(tmp_path: Path, off: float) -> None:
    """As scanners and some printers add: the same characters, invisible, a word at a time, slightly off."""
    with pymupdf.open(FORM) as pdf:
        for page in pdf:
            font = pymupdf.Font("china-s")
            layer = pymupdf.TextWriter(page.rect)
            spans = [span for block in page.get_text("rawdict")["blocks"] for line in block.get("lines", ())
                     for span in line["spans"]]
            for span in spans:
                for char in span["chars"]:
                    x, y = char["origin"]
                    layer.append((x + off, y + off), char["c"], font, span["size"])
            layer.write_text(page, render_mode=3)
        pdf.save(tmp_path / FORM.name)
    once, twice = digitize(FORM).records, digitize(tmp_path / FORM.name).records
    assert [project.indicators and [one.name for one in project.indicators] for project in twice.projects] == [
        project.indicators and [one.name for one in project.indicators] for project in once.projects]
    assert total(twice.pages) == (0, 0, 0)
    assert [page.words for page in twice.pages] == [page.words for page in once.pages]
