"""Other tools' grids as baselines: what they find of a ruled page comes out as they give it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from recognizer.measuring.structure import StructureCell, plain, truth_cells, whole_texts

EVALUATION = Path(__file__).parents[1] / "eval"
sys.path.insert(0, str(EVALUATION))

from peers import ENGINES, records_by_rules  # noqa: E402

PDF = EVALUATION / "pdfs" / "huaian_wqy.pdf"


@pytest.mark.parametrize("engine", ENGINES)
def test_tools_find_most_cells_of_a_ruled_page_with_their_spans(engine: str) -> None:
    found = {(plain(cell.text), cell.row_span, cell.column_span) for table in ENGINES[engine](PDF) for cell in table.cells}
    truth = json.loads(PDF.with_suffix(".truth.json").read_text("utf-8"))
    wanted = {(plain(cell.text), cell.row_span, cell.column_span)
              for table in truth["tables"] for cell in truth_cells(table) if cell.text}
    assert len(wanted & found) > 0.8 * len(wanted)
    assert any(max(spans) > 1 for _, *spans in wanted & found)


def test_rules_read_names_and_titles_from_another_tools_grids() -> None:
    gold = json.loads(PDF.with_suffix(".json").read_text("utf-8"))
    records = records_by_rules(PDF, ENGINES["pdfplumber"](PDF))
    assert [project["project_name"] for project in records["projects"]] == [one["project_name"] for one in gold["projects"]]
    assert records["fiscal_year"] == gold["fiscal_year"]


def test_a_label_that_stands_elsewhere_does_not_answer_for_one_that_was_cut() -> None:
    truth = [[StructureCell(0, 0, "数量指标"), StructureCell(1, 0, "数量指标", 2)]]
    apart = [[StructureCell(0, 0, "数量指标"), StructureCell(1, 0, "数量"), StructureCell(2, 0, "指标")]]
    assert whole_texts(["数量指标"], truth, apart).right == 0
    assert whole_texts(["数量指标"], truth, truth).right == 1
