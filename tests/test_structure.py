"""Measures of structure: the same table scores 1, figures stay between 0 and 1, and each fault lowers what it should."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognizer.generation.printing import print_generated
from recognizer.measuring.similarity import grits_con, grits_top, teds
from recognizer.measuring.structure import StructureCell, adjacency, cells_exact, measure_structure, relations, truth_cells

PDFS = Path(__file__).parents[1] / "eval" / "pdfs"
FIGURES = [
    teds,
    grits_con,
    grits_top,
    lambda truth, read: adjacency([truth], [read]).f1,
    lambda truth, read: cells_exact([truth], [read]).f1,
]


def fuyang() -> tuple[StructureCell, ...]:
    truth = json.loads((PDFS / "fuyang_uming.truth.json").read_text("utf-8"))
    return truth_cells(truth["tables"][0])


@st.composite
def tables(draw: st.DrawFn) -> tuple[StructureCell, ...]:
    """Grids of one to four rows and columns, the first column of two rows merged now and then."""
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    merged = rows > 1 and draw(st.booleans())
    texts = st.sampled_from(("", "产出指标", "数量指标", "≥95%", "48.00", "较高"))
    cells = []
    for row in range(rows):
        for column in range(columns):
            if merged and column == 0 and row == 1:
                continue
            span = 2 if merged and column == 0 and row == 0 else 1
            cells.append(StructureCell(row, column, draw(texts), span))
    return tuple(cells)


@settings(deadline=None)
@given(tables())
def test_a_table_is_like_itself(table: tuple[StructureCell, ...]) -> None:
    for figure in FIGURES:
        assert figure(table, table) == pytest.approx(1.0)


def test_a_row_and_a_column_without_a_text_in_common_have_nothing_in_common() -> None:
    row = tuple(StructureCell(0, column, text) for column, text in enumerate(("产出指标", "数量指标", "≥95%", "48.00")))
    column = tuple(StructureCell(number, 0, "较高") for number in range(3))
    assert teds(row, column) == 0.0


@settings(deadline=None)
@given(tables(), tables())
def test_figures_are_symmetric_and_within_bounds(one: tuple[StructureCell, ...], other: tuple[StructureCell, ...]) -> None:
    for figure in FIGURES:
        assert 0.0 <= figure(one, other) <= 1.0 + 1e-9
        assert figure(one, other) == pytest.approx(figure(other, one))


def test_neighbours_pass_over_blank_cells_and_count_once_for_merged_ones() -> None:
    table = [
        StructureCell(0, 0, "产出指标", 2),
        StructureCell(0, 1, "数量指标", 2),
        StructureCell(0, 2, ""),
        StructureCell(0, 3, "≥95%"),
        StructureCell(1, 2, "完成 率"),
        StructureCell(1, 3, "及时"),
    ]
    assert sorted(relations(table)) == [
        ("≥95%", "及时", "below"),
        ("产出指标", "数量指标", "right"),
        ("完成率", "及时", "right"),
        ("数量指标", "≥95%", "right"),
        ("数量指标", "完成率", "right"),
    ]


def test_teds_of_one_changed_character_and_one_lost_cell() -> None:
    table = [StructureCell(0, 0, "≥95%"), StructureCell(0, 1, "及时")]
    changed = [replace(table[0], text="≤95%"), table[1]]
    assert teds(table, changed) == pytest.approx(1 - 0.25 / 4)
    assert teds(table, table[:1]) == pytest.approx(1 - 1 / 4)


def test_lost_spans_lower_the_figures_of_a_real_table() -> None:
    table = fuyang()
    flat = [replace(cell, row_span=1, column_span=1) for cell in table]
    assert grits_top(table, flat) < 0.9
    assert teds(table, flat) < 0.9
    assert cells_exact([table], [flat]).recall < 1.0


def test_printed_documents_measure_as_whole_against_themselves_and_not_without_their_joins() -> None:
    documents = [document for document in print_generated(12, 5) if document.pages > 1]
    cut = carried = 0
    for document in documents:
        truth = document.structure()
        read = [truth_cells(table) for table in truth["tables"]]
        scores = measure_structure(truth, read)
        assert scores.cells.f1 == scores.relations.f1 == 1.0
        assert scores.labels.value == scores.joined.value == scores.carried.value == 1.0
        apart = [[replace(cell, pages=frozenset(sorted(cell.pages)[:1])) for cell in table] for table in read]
        if scores.carried.number:
            assert measure_structure(truth, apart).carried.value < 1.0
        cut += scores.joined.number
        carried += scores.carried.number
    assert cut
    assert carried
