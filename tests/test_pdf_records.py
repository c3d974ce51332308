"""From ruled PDFs to records with the shipped model: cells as they were, facts with their page and box, nothing invented."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import jsonschema
import pymupdf
import pytest
from test_commands import needs_model, run
from test_ruled_layout import PDFS, RULED

from recognizer import digitize
from recognizer.api import Digitized
from recognizer.checking.conservation import invented
from recognizer.exporting import document_schema
from recognizer.layout import lay_out
from recognizer.measuring import pool, score
from recognizer.measuring.facts import normal
from recognizer.measuring.structure import grid_cells, plain, truth_cells
from recognizer.model import shipped_model
from recognizer.reading import read
from recognizer.repair import repair
from recognizer.types import Place
from recognizer.vocabulary import fold

VALUES = 0.97  # pooled F1

pytestmark = needs_model
each_ruled = pytest.mark.parametrize("name", RULED)


@functools.cache
def digitized(name: str) -> Digitized:
    return digitize(PDFS / f"{name}.pdf")


@each_ruled
def test_every_cell_has_its_text_and_spans_those_cut_by_the_page_too(name: str) -> None:
    truth = json.loads((PDFS / f"{name}.truth.json").read_text("utf-8"))
    grids = [grid for grid in repair(lay_out(read(PDFS / f"{name}.pdf")), shipped_model()) if grid.drawn]
    assert len(grids) == len(truth["tables"])
    for grid, table in zip(grids, truth["tables"], strict=True):
        found = {(cell.row, cell.column, cell.row_span, cell.column_span, normal(cell.text)) for cell in grid_cells(grid)}
        wanted = {(cell.row, cell.column, cell.row_span, cell.column_span, normal(cell.text)) for cell in truth_cells(table)}
        assert found == wanted


def test_values_are_those_of_the_gold_records() -> None:
    scores = [
        score(json.loads((PDFS / f"{name}.json").read_text("utf-8")), digitized(name).to_json()) for name in RULED
    ]
    assert pool(scores)["value"].f1 >= VALUES


@each_ruled
def test_a_document_meets_the_schema_and_invents_nothing(name: str) -> None:
    found = digitized(name)
    jsonschema.validate(found.to_json(), document_schema())
    document = read(PDFS / f"{name}.pdf")
    assert invented(found.records, document) == []
    with pymupdf.open(PDFS / f"{name}.pdf") as source:
        assert len(found.records.pages) == len(source)
    assert all(ledger.words > 0 and ledger.invented == 0 for ledger in found.records.pages)


def in_box(source: pymupdf.Document, place: Place) -> str:
    assert place.page is not None
    assert place.bbox is not None
    x0, y0, x1, y1 = place.bbox
    return str(source[place.page - 1].get_textbox((x0 - 0.5, y0 + 1, x1 + 0.5, y1 - 1)))


@each_ruled
def test_every_value_stands_in_the_boxes_that_its_evidence_names(name: str) -> None:
    with pymupdf.open(PDFS / f"{name}.pdf") as source:
        for project in digitized(name).records.projects:
            for indicator in project.indicators:
                for value in indicator.values:
                    assert value.evidence.at
                    printed = "".join(in_box(source, place) for place in value.evidence.at)
                    assert plain(fold(value.text)) in plain(fold(printed)), (indicator.name, value)


def test_a_label_over_the_page_is_inherited_from_where_it_was_printed() -> None:
    found = {
        indicator.name: indicator for project in digitized("fuyang_uming").records.projects for indicator in project.indicators
    }
    last = found["社会公众及相关单位满意度"]
    assert last.level1_raw == "满意度指标"
    assert {place.page for place in last.evidence.at} == {2, 3}
    langxi = digitized("langxi_wqy").records.projects[0].indicators
    carried = [indicator for indicator in langxi if any(place.inherited and place.page == 1 for place in indicator.evidence.at)
               and any(not place.inherited and place.page == 2 for place in indicator.evidence.at)]
    assert carried


def test_folders_with_pdfs_are_digitised_with_page_and_box_in_the_table(tmp_path: Path) -> None:
    import pandas

    ended = run("digitize", PDFS / "langxi_wqy.pdf", "--out", tmp_path / "out")
    assert ended.status == 0, ended.err
    table = pandas.read_csv(tmp_path / "out" / "records.csv")
    assert set(table["page"]) == {1, 2}
    assert (table["x0"] < table["x1"]).all()
    assert (tmp_path / "out" / "documents" / "langxi_wqy.pdf.json").is_file()
