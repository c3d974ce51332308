"""Tables of pages in alphabetic writing: found among prose, with the rows and columns that no rule draws; and how the
competition's measure counts them."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pymupdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognizer.layout import lay_out
from recognizer.layout.filling import fill
from recognizer.layout.lattice import Lattice, lattices
from recognizer.layout.refining import refined
from recognizer.measuring.structure import grid_cells
from recognizer.reading import read
from recognizer.types import Page, Rule, Run

sys.path.insert(0, str(Path(__file__).parents[1] / "eval"))

from icdar import compared, documents, measure, native, true_tables

PROSE = (
    "The scale of the effort required by the new members to submit projects that were prepared in time would present",
    "considerable challenges given their relative lack of experience and capacity. The commission therefore called for",
    "more technical assistance to be provided to the national authorities in order to help them to reach and to absorb",
    "the resources that were set aside for them, among which those for roads and railways were by far the largest ones.",
)
ROWS = (("Country", "Cohesion", "Regional", "Total"), ("Bulgaria", "2.3", "3.2", "5.5"), ("Cyprus", "0.21", "-", "0.21"),
        ("Czech Republic", "8.8", "13.4", "22.2"), ("Estonia", "1.1", "1.9", "3.0"), ("Hungary", "8.6", "11.2", "19.8"))
LEFT, RIGHT, TOP, HEIGHT = 72.0, 520.0, 200.0, 14.0
XS = (72.0, 190.0, 300.0, 410.0, 520.0)


def page_with(folder: Path, level: tuple[float, ...], upright: tuple[float, ...]) -> Path:
    """A page of prose with the table of `ROWS` below it, and rules at the given heights and places."""
    path = folder / "table.pdf"
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        for number, line in enumerate(PROSE):
            page.insert_text((LEFT, 80 + 12 * number), line, fontsize=8.5)
            page.insert_text((LEFT, 400 + 12 * number), line, fontsize=8.5)
        for row, texts in enumerate(ROWS):
            for x, text in zip(XS, texts, strict=False):
                page.insert_text((x + 4, TOP + HEIGHT * (row + 1) - 4), text, fontsize=9)
        for y in level:
            page.draw_line((LEFT, y), (RIGHT, y), width=0.5)
        for x in upright:
            page.draw_line((x, TOP), (x, TOP + HEIGHT * len(ROWS)), width=0.5)
        pdf.save(path)
    return path


BOTTOM = TOP + HEIGHT * len(ROWS)


@pytest.mark.parametrize(("level", "upright"), [
    ((TOP, TOP + HEIGHT, BOTTOM), XS),  # a box around all the data of a column
    (tuple(TOP + HEIGHT * row for row in range(len(ROWS) + 1)), (LEFT, RIGHT)),  # boxes around rows
    ((TOP, TOP + HEIGHT, BOTTOM), ()),  # lines above, under the heading and below
    ((), ()),
], ids=["columns", "rows", "level", "none"])
def test_rows_and_columns_that_no_rule_draws_are_found(
    tmp_path: Path, level: tuple[float, ...], upright: tuple[float, ...]
) -> None:
    document = read(page_with(tmp_path, level, upright))
    tables = [grid for grid in lay_out(document) if grid.drawn]
    assert [[(cell.row, cell.column, cell.text) for cell in table.cells if cell.text] for table in tables] == [
        [(row, column, text) for row, texts in enumerate(ROWS) for column, text in enumerate(texts)]]
    assert all(cell.row_span == cell.column_span == 1 for table in tables for cell in table.cells)


def test_prose_and_lists_are_no_tables(tmp_path: Path) -> None:
    path = tmp_path / "prose.pdf"
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        for number, line in enumerate(PROSE * 4):
            page.insert_text((LEFT, 80 + 12 * number), line, fontsize=8.5)
        for number, line in enumerate(PROSE):
            page.insert_text((LEFT, 320 + 12 * number), f"{number + 1}.", fontsize=8.5)
            page.insert_text((LEFT + 20, 320 + 12 * number), line[:60], fontsize=8.5)
        page.draw_line((LEFT, 600), (RIGHT, 600))
        page.draw_line((LEFT, 70), (RIGHT, 70))
        pdf.save(path)
    assert not [grid for grid in lay_out(read(path)) if grid.drawn]


def test_the_measure_of_the_competition(tmp_path: Path) -> None:
    page_with(tmp_path, (), ())
    cells = "".join(
        f'<cell start-row="{row}" start-col="{column}"><content>{text}</content></cell>'
        for row, texts in enumerate(ROWS) for column, text in enumerate(texts))
    structure = tmp_path / "table-str.xml"
    structure.write_text(
        f'<document><table id="1"><region page="1" row-increment="0" col-increment="0">{cells}</region></table></document>')
    (path,) = documents(tmp_path)
    outcome = measure(path, native)
    assert outcome.relations.f1 == 1
    assert outcome.relations.gold == 6 * 3 + 5 * 4  # to the right, and below
    structure.write_text(structure.read_text().replace("Bulgaria", "Romania"))
    assert measure(path, native).relations.hit == 6 * 3 + 5 * 4 - 3
    (table,) = true_tables(structure)
    assert compared(table)[4].text == "ROMANIA"
    assert grid_cells(lay_out(read(path))[1])[0].text == "Country"


@st.composite
def tables_with_texts(draw: st.DrawFn) -> tuple[Lattice, list[Run]]:
    """A lattice, and texts anywhere in it, none over another."""
    columns, rows = draw(st.integers(1, 4)), draw(st.integers(2, 4))
    xs = [float(120 * number) for number in range(columns + 1)]
    ys = [float(60 * number) for number in range(rows + 1)]
    level = [Rule(xs[0], y, xs[-1], y) for y in ys]
    upright = [Rule(x, ys[0], x, ys[-1]) for x in xs]
    (table,) = lattices([*level, *upright])
    places = draw(st.sets(st.tuples(st.integers(0, 6 * columns - 1), st.integers(0, 4 * rows - 1)), max_size=40))
    words = st.sampled_from(("total", "12.5", "a", "3 4", "1,200", "per cent"))
    runs = []
    for x, y in sorted(places):
        text = draw(words)
        width = 18.0 / len(text)
        lefts = [20 * x + 1 + width * at for at in range(len(text))]
        runs.append(Run(text, tuple((left, 15 * y + 2.0, left + width, 15 * y + 12.0) for left in lefts)))
    return table, runs


@given(tables_with_texts())
def test_cells_that_are_cut_lose_and_double_nothing(given_table: tuple[Lattice, list[Run]]) -> None:
    table, runs = given_table
    (filled,), outside = fill(Page(1, 600, 600, tuple(runs)), [table])
    assert not outside
    finer, cut = refined(table, filled)
    printed = Counter(char for run in runs for char in run.text if not char.isspace())
    assert Counter(char for own in cut.values() for run in own for char in run.text if not char.isspace()) == printed
    covered = Counter((row, column) for slot in finer.slots for row in range(slot.row, slot.row + slot.row_span)
                      for column in range(slot.column, slot.column + slot.column_span))
    assert set(covered.values()) == {1}
    assert len(covered) == (len(finer.xs) - 1) * (len(finer.ys) - 1)
    assert set(table.xs) <= set(finer.xs)
    assert set(table.ys) <= set(finer.ys)
    for number, own in cut.items():
        x0, y0, x1, y1 = finer.box_of(finer.slots[number])
        boxes = [box for run in own for box in run.boxes]
        assert all(y0 <= (box[1] + box[3]) / 2 <= y1 and x0 - 1 <= box[0] and box[2] <= x1 + 1 for box in boxes)
