"""Second opinions on pages: engines behind one interface, their disagreement as a doubt, their failures as warnings."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pymupdf
import pytest
from typer.testing import CliRunner

from recognizer import digitize
from recognizer.api import Digitized
from recognizer.commands.app import app
from recognizer.errors import UsageError
from recognizer.layout import lay_out
from recognizer.layout.engines import Layout
from recognizer.layout.engines.disagreement import disagreements
from recognizer.layout.lattice import Lattice, lattices
from recognizer.reading import read
from recognizer.types import Cell, Rule, Run, Value

PDFS = Path(__file__).parents[1] / "eval" / "pdfs"
RULED = PDFS / "langxi_wqy.pdf"
SHADED = PDFS / "anqing_zebra_wqy.pdf"


def cells(path: Path, layout: str) -> list[Cell]:
    warnings: list[str] = []
    grids = lay_out(read(path), None, warnings.append, layout=layout, path=path)
    assert not warnings
    return [cell for grid in grids if grid.drawn for cell in grid.cells]


def values_of(document: Digitized) -> list[Value]:
    return [value for project in document.projects for indicator in project.indicators for value in indicator.values]


@pytest.fixture
def stroked(tmp_path: Path) -> Path:
    """The ruled form with a stray stroke of a pen, which runs through the values of two rows."""
    with pymupdf.open(RULED) as pdf:
        table = lattices(read(RULED).blocks[0].rules)[0]  # type: ignore[union-attr]
        x = (table.xs[-2] + table.xs[-1]) / 2
        pdf[0].draw_line((x, table.ys[9] + 3), (x, table.ys[12] - 4), width=0.5)
        pdf.save(tmp_path / "stroked.pdf")
    return tmp_path / "stroked.pdf"


@pytest.fixture
def unfiltered(tmp_path: Path) -> Path:
    """The ruled form with a filter on its first page that MuPDF passes over and camelot's reader does not know."""
    with pymupdf.open(RULED) as pdf:
        xref = pdf.get_new_xref()
        pdf.update_object(xref, "<</Length 0>>")
        pdf.update_stream(xref, b" ", compress=False)
        pdf.xref_set_key(xref, "Filter", "/Crypt")
        own = " ".join(f"{other} 0 R" for other in (*pdf[0].get_contents(), xref))
        pdf.xref_set_key(pdf[0].xref, "Contents", f"[{own}]")
        pdf.save(tmp_path / "unfiltered.pdf")
    return tmp_path / "unfiltered.pdf"


@pytest.mark.parametrize("layout", [Layout.CAMELOT, Layout.BOTH])
def test_camelot_reads_a_ruled_form_as_we_do(layout: Layout) -> None:
    assert cells(RULED, layout) == cells(RULED, Layout.NATIVE)


def test_where_camelot_sees_no_table_our_own_stand_undisputed() -> None:
    assert cells(SHADED, Layout.BOTH) == cells(SHADED, Layout.CAMELOT) == cells(SHADED, Layout.NATIVE)


def test_what_engines_differ_on_is_doubted(stroked: Path) -> None:
    disputed = [cell for cell in cells(stroked, Layout.BOTH) if cell.disputed]
    assert disputed
    assert {kind for cell in disputed for kind in cell.disputed} <= {"text", "spans", "rows"}
    plain, doubted = digitize(stroked), digitize(stroked, layout="both")
    # The stroke cuts a number in two, which one reading alone has no way of knowing.
    values = values_of(doubted)
    differing = [value for value in values if "layouts_differ" in value.evidence.doubts]
    assert 1 <= len(differing) < 0.2 * len(values)
    before = {value.evidence.at: value.evidence for value in values_of(plain)}
    for value in differing:
        assert "layouts_differ" not in before[value.evidence.at].doubts
        assert value.evidence.confidence < before[value.evidence.at].confidence
    assert doubted.to_json()["recognizer"]["options"] == {"layout": "both"}
    assert plain.to_json()["recognizer"]["options"] == {"layout": "native"}


def test_a_page_on_which_camelot_fails_keeps_our_reading_and_warns(unfiltered: Path) -> None:
    plain, other = digitize(unfiltered), digitize(unfiltered, layout="both")
    assert other.projects == plain.projects
    (warning,) = set(other.records.warnings) - set(plain.records.warnings)
    assert warning.startswith("page 1: ")
    assert "our own reading is kept" in warning


def test_a_file_that_is_gone_keeps_our_reading_and_warns(tmp_path: Path) -> None:
    copy = tmp_path / "copy.pdf"
    copy.write_bytes(RULED.read_bytes())
    document = read(copy)
    copy.unlink()
    warnings: list[str] = []
    assert lay_out(document, None, warnings.append, layout="camelot", path=copy) == lay_out(document)
    assert len(warnings) == 1


def test_turned_pages_are_read_by_our_own_engine_alone(tmp_path: Path) -> None:
    with pymupdf.open(RULED) as pdf:
        for page in pdf:
            page.set_rotation(90)
        pdf.save(tmp_path / "turned.pdf")
    assert cells(tmp_path / "turned.pdf", Layout.CAMELOT) == cells(tmp_path / "turned.pdf", Layout.NATIVE)


def test_a_cropped_page_is_compared_in_its_own_coordinates(tmp_path: Path) -> None:
    with pymupdf.open(RULED) as pdf:
        for page in pdf:
            page.set_cropbox(pymupdf.Rect(page.rect) + (20, 30, -10, -15))  # noqa: RUF005
        pdf.save(tmp_path / "cropped.pdf")
    assert not any(cell.disputed for cell in cells(tmp_path / "cropped.pdf", Layout.BOTH))
    assert cells(tmp_path / "cropped.pdf", Layout.CAMELOT) == cells(tmp_path / "cropped.pdf", Layout.NATIVE)


@pytest.mark.skipif(not find_spec("pymupdf.layout"), reason="the extra 'deep' is not installed")
def test_the_network_is_asked_only_of_pages_that_we_are_unsure_of() -> None:
    assert cells(RULED, Layout.DEEP) == cells(RULED, Layout.NATIVE)
    hard = cells(SHADED, Layout.DEEP)
    assert [cell.text for cell in hard] == [cell.text for cell in cells(SHADED, Layout.NATIVE)]
    assert any(cell.disputed for cell in hard)


def test_a_layout_that_there_is_not_is_bad_usage() -> None:
    with pytest.raises(UsageError, match="native, camelot, both, deep"):
        digitize(RULED, layout="best")


def test_the_command_takes_a_layout(tmp_path: Path, stroked: Path) -> None:
    result = CliRunner().invoke(app, ["digitize", str(stroked), "--out", str(tmp_path / "out"), "--layout", "both", "--quiet"])
    assert result.exit_code == 0
    document = json.loads((tmp_path / "out" / "documents" / "stroked.pdf.json").read_text("utf-8"))
    assert document["recognizer"]["options"]["layout"] == "both"
    assert "layouts_differ" in (tmp_path / "out" / "records.csv").read_text("utf-8")


# Cells compared, without files.


def grid(rows: int, columns: int, without: tuple[tuple[float, float, float], ...] = ()) -> Lattice:
    """A lattice of boxes 10 points high and 40 wide; `without` are the level rules to leave out, as (y, x0, x1)."""
    level = [Rule(40.0 * c, 10.0 * r, 40.0 * c + 40, 10.0 * r) for r in range(rows + 1) for c in range(columns)]
    kept = [rule for rule in level if (rule.y0, rule.x0, rule.x1) not in without]
    upright = [Rule(40.0 * c, 0, 40.0 * c, 10.0 * rows) for c in range(columns + 1)]
    (lattice,) = lattices([*kept, *upright])
    return lattice


def filled(table: Lattice, texts: dict[tuple[float, float], str]) -> list[dict[int, list[Run]]]:
    runs: dict[int, list[Run]] = {}
    for (x, y), text in texts.items():
        boxes = tuple((x + 5 * number, y, x + 5 * number + 5, y + 8) for number in range(len(text)))
        runs.setdefault(table.slot_at(x + 1, y + 4), []).append(Run(text, boxes))
    return [runs]


TEXTS = {(2.0, 1.0): "a", (42.0, 1.0): "b", (2.0, 11.0): "c", (42.0, 11.0): "d"}


def test_two_rows_that_one_engine_fuses_differ_in_text_and_spans() -> None:
    apart, fused = grid(2, 2), grid(2, 2, without=((10.0, 0.0, 40.0),))
    (differing,) = disagreements([apart], filled(apart, TEXTS), [fused], filled(fused, TEXTS))
    assert {apart.slots[number].row: kinds for number, kinds in differing.items()} == {0: ("text", "spans"), 1: ("text", "spans")}
    assert disagreements([apart], filled(apart, TEXTS), [apart], filled(apart, TEXTS)) == [{}]


def test_texts_that_stand_in_other_rows_differ_in_rows() -> None:
    aligned = grid(2, 2)
    lower = Lattice((0, 40, 80), (0, 6, 20), aligned.slots, aligned.owner)
    texts = {(2.0, 1.0): "a", (42.0, 4.0): "b"}
    (differing,) = disagreements([aligned], filled(aligned, texts), [lower], filled(lower, texts))
    assert list(differing.values()) == [("rows",)]


def test_where_the_other_engine_has_no_table_it_has_no_opinion() -> None:
    apart = grid(2, 2)
    assert disagreements([apart], filled(apart, TEXTS), [], []) == [{}]
