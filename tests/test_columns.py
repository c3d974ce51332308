"""Columns that a text dump lost: the order of the headings against what is said of each cell alone."""

from __future__ import annotations

import numpy as np

from recognizer.labelling.columns import Odds, follow_headings
from recognizer.types import Cell, Label, LabelledCell, Period, Piece, Place, Role

ROLES = tuple(role.value for role in Role)
PERIODS = tuple(period.value for period in Period)
HEADINGS = ["header>level2", "header>name", "header>remark", "header>value@half_year", "header>value@annual"]


def read_as(rows: list[list[tuple[str, float]]]) -> tuple[list[LabelledCell], Odds]:
    """Cells with the label that is held most probable, and how probable; what is left goes to all other roles and periods."""
    cells, mass, timed = [], [], []
    for row, entries in enumerate(rows):
        for column, (code, sure) in enumerate(entries):
            label = Label.parse(code)
            cells.append(LabelledCell(Cell(row, column, "文字", (Piece("文字", Place(lines=(row, row))),)), label, sure))
            mass.append([sure if name == label.role else (1 - sure) / (len(ROLES) - 1) for name in ROLES])
            timed.append([sure if name == label.period else (1 - sure) / (len(PERIODS) - 1) for name in PERIODS])
    return cells, Odds(np.asarray(mass), ROLES, np.asarray(timed), PERIODS)


def codes(rows: list[list[tuple[str, float]]]) -> list[str]:
    cells, odds = read_as(rows)
    return [entry.label.code for entry in follow_headings(cells, odds)]


def test_what_a_row_says_as_a_whole_tells_a_doubtful_cell() -> None:
    headings = [(code, 1.0) for code in HEADINGS]
    whole = [("name", 0.9), ("remark", 0.9), ("value@half_year", 0.9), ("value@annual", 0.9)]
    doubtful = [("name", 0.9), ("value@half_year", 0.5), ("value@annual", 0.5), ("value@annual", 0.9)]
    found = codes([headings, [("level2", 0.99), *whole], whole, doubtful, whole])
    assert found[-8:] == ["name", "remark", "value@half_year", "value@annual"] * 2


def test_an_empty_cell_leaves_the_others_where_they_are() -> None:
    headings = [(code, 1.0) for code in HEADINGS]
    whole = [("name", 0.95), ("remark", 0.95), ("value@half_year", 0.95), ("value@annual", 0.95)]
    without_remark = [whole[0], *whole[2:]]
    assert codes([headings, whole, without_remark, whole])[len(HEADINGS) + 4 :][:3] == ["name", "value@half_year", "value@annual"]


def test_what_is_sure_and_out_of_order_stays() -> None:
    headings = [(code, 1.0) for code in HEADINGS]
    row = [("name", 0.99), ("remark", 0.99), ("value@half_year", 0.99), ("value@annual", 0.99)]
    assert codes([headings, row, [("furniture", 0.99)], row])[len(HEADINGS) + 4] == "furniture"


def test_without_headings_of_names_nothing_changes() -> None:
    rows = [[("header>fund_amount@annual", 1.0)] * 3, [("fund_key", 0.6), ("value@annual", 0.4), ("name", 0.4)]]
    cells, odds = read_as(rows)
    assert follow_headings(cells, odds) == cells
