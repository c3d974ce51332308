"""Pages that are hard to read: Type 3 fonts, labels set sideways, several tables a page, pages that are turned."""

from __future__ import annotations

import sys
from pathlib import Path

import pymupdf
import pytest

from recognizer.generation.printing import print_generated, print_reserved
from recognizer.layout import lay_out
from recognizer.measuring.structure import grid_cells, measure_structure
from recognizer.reading.pdf import read_pdf
from recognizer.types import Grid, Page

sys.path.insert(0, str(Path(__file__).parents[1] / "eval"))

from readings import turned

FONT = "china-s"
ROWS = (("培训人数", "≥900人"), ("合格率", "≥98%"), ("能耗", "≤3%"))


def type3(text: str) -> bytes:
    """A page that prints a text in a Type 3 font of boxes, whose characters a ToUnicode map tells, as browsers do."""
    with pymupdf.open() as made:
        page = made.new_page()
        glyph, to_unicode, font, content = (made.get_new_xref() for _ in range(4))
        codes = range(1, len(text) + 1)
        rows = "\n".join(f"<{code:02x}> <{char.encode('utf-16-be').hex()}>" for code, char in zip(codes, text, strict=True))
        cmap = (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def "
            f"1 begincodespacerange <00> <ff> endcodespacerange {len(text)} beginbfchar\n{rows}\nendbfchar "
            "endcmap CMapName currentdict /CMap defineresource pop end end")
        shown = "".join(f"{code:02x}" for code in codes)
        streams = {glyph: "1000 0 0 0 900 900 d1 0 0 900 900 re f", to_unicode: cmap,
                   content: f"BT /F 10 Tf 100 700 Td <{shown}> Tj ET"}
        for xref, stream in streams.items():
            made.update_object(xref, "<<>>")
            made.update_stream(xref, stream.encode("ascii"))
        names, glyphs = " ".join(f"/g{code}" for code in codes), " ".join(f"/g{code} {glyph} 0 R" for code in codes)
        made.update_object(
            font, "<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[.001 0 0 .001 0 0]/Resources<<>>"
            f"/FirstChar 1/LastChar {len(text)}/Widths[{'1000 ' * len(text)}]/Encoding<</Type/Encoding/Differences[1 {names}]>>"
            f"/CharProcs<<{glyphs}>>/ToUnicode {to_unicode} 0 R>>")
        made.xref_set_key(page.xref, "Resources", f"<</Font<</F {font} 0 R>>>>")
        page.set_contents(content)
        data: bytes = made.tobytes()
        return data


def test_text_in_a_type_3_font_comes_out_with_its_boxes() -> None:
    (page,) = read_pdf(type3("产出指标≥95%"), Path("a.pdf")).blocks
    assert isinstance(page, Page)
    (run,) = page.runs
    assert run.text == "产出指标≥95%"
    assert [round(box[0]) for box in run.boxes] == list(range(100, 180, 10))


@pytest.mark.parametrize("degrees", [90, 270])
@pytest.mark.parametrize("is_ruled", [True, False])
def test_a_label_set_sideways_is_one_cell_beside_its_rows(degrees: int, is_ruled: bool) -> None:
    with pymupdf.open() as made:
        page = made.new_page()
        for x, text in ((62, "一级"), (100, "名称"), (240, "指标值")):
            page.insert_text((x, 118), text, fontname=FONT, fontsize=10)
        for number, texts in enumerate(ROWS):
            for x, text in zip((100, 240), texts, strict=True):
                page.insert_text((x, 148 + 30 * number), text, fontname=FONT, fontsize=10)
        at = (80, 195) if degrees == 90 else (70, 155)
        page.insert_text(at, "产出指标", fontname=FONT, fontsize=10, rotate=degrees)
        if is_ruled:
            for y, x in ((100, 60), (130, 60), (160, 90), (190, 90), (220, 60)):
                page.draw_line((x, y), (400, y))
            for x in (60, 90, 230, 400):
                page.draw_line((x, 100), (x, 220))
        (table,) = lay_out(read_pdf(made.tobytes(), Path("a.pdf")))
    cells = [(cell.row, cell.column, cell.row_span, cell.text) for cell in table.cells]
    assert cells[:4] == [(0, 0, 1, "一级"), (0, 1, 1, "名称"), (0, 2, 1, "指标值"), (1, 0, 3, "产出指标")]
    assert [text for _, _, _, text in cells[4:]] == [text for row in ROWS for text in row]


def tables(pdf: bytes) -> list[Grid]:
    return [grid for grid in lay_out(read_pdf(pdf, Path("a.pdf"))) if grid.drawn]


def test_turned_pages_lose_nothing() -> None:
    for printed in print_generated(4, 8):
        upright, other = (measure_structure(printed.structure(), [grid_cells(grid) for grid in tables(pdf)])
                          for pdf in (printed.pdf, turned(printed.pdf)))
        assert other.cells.hit >= upright.cells.hit


def test_printing_ends_where_headings_leave_no_room_for_a_row() -> None:
    assert len(list(print_reserved(33, 1, "half"))) == 10
