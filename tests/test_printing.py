"""Printed documents: what their truth says stands where it says, and is what the PDF holds."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from pathlib import Path

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognizer.generation.printing import PrintedDocument, aligned, labelled, print_generated, print_reserved, reprint
from recognizer.generation.printing.lines import advance_of, break_lines
from recognizer.generation.printing.pages import RADICALS
from recognizer.layout import lay_out
from recognizer.reading import read
from recognizer.types import Place

PDFS = Path(__file__).parents[1] / "eval" / "pdfs"
IDEOGRAPHS = {radical: ideograph for ideograph, radical in RADICALS.items()}


@pytest.fixture(scope="module")
def printed() -> list[PrintedDocument]:
    return list(print_generated(25, 11, rules=None))


def characters(document: PrintedDocument) -> list[tuple[str, Place]]:
    """The characters of a PDF, radicals folded, with their boxes on the page as displayed."""
    found = []
    for page in pymupdf.open(stream=document.pdf):
        for block in page.get_text("rawdict")["blocks"]:
            for line in block.get("lines", ()):
                for span in line["spans"]:
                    for character in span["chars"]:
                        text = IDEOGRAPHS.get(character["c"], character["c"])
                        box = pymupdf.Rect(character["bbox"]) * page.rotation_matrix
                        found.append((text, Place(page=page.number + 1, bbox=tuple(box))))
    return found


def test_every_character_belongs_to_the_cell_that_says_so(printed: list[PrintedDocument]) -> None:
    for document in printed:
        read = characters(document)
        owners = aligned(document, [place for _, place in read])
        texts: dict[int, Counter[str]] = {}
        for (text, _), (owner, _) in zip(read, owners, strict=True):
            assert owner >= 0 or not text.strip()
            texts.setdefault(owner, Counter()).update(text.split())
        for number, cell in enumerate(document.cells):
            expected = Counter("".join("".join(fragment.text for fragment in cell.fragments).split()))
            assert texts.get(number, Counter()) == expected, (document.name, cell)


def test_fragments_of_a_cell_make_its_text(printed: list[PrintedDocument]) -> None:
    for document in printed:
        for cell in document.cells:
            joined = "".join("".join(fragment.text for fragment in cell.fragments).split())
            assert joined == "".join(cell.text.split())


def test_texts_stand_inside_their_cells_and_pages(printed: list[PrintedDocument]) -> None:
    for document in printed:
        sizes = {page.number + 1: page.rect for page in pymupdf.open(stream=document.pdf)}
        for cell in document.cells:
            for fragment in cell.fragments:
                x0, y0, x1, y1 = fragment.bbox
                left, top, right, bottom = fragment.area
                assert left - 0.5 <= x0 <= x1 <= right + 0.5
                assert top - 0.5 <= y0 <= y1 <= bottom + 0.5
                assert x0 >= 0
                assert y0 >= 0
                assert right <= sizes[fragment.page].width
                assert bottom <= sizes[fragment.page].height


def test_cells_of_a_table_cover_it_without_overlap(printed: list[PrintedDocument]) -> None:
    for document in printed:
        for table in document.structure()["tables"]:
            covered = Counter(
                (row, column)
                for cell in table["cells"]
                for row in range(cell["row"], cell["row"] + cell["rowspan"])
                for column in range(cell["col"], cell["col"] + cell["colspan"])
            )
            assert set(covered.values()) == {1}
            assert len(covered) == table["nrows"] * table["ncols"]


def test_pages_cut_cells_and_stand_labels_upright(printed: list[PrintedDocument]) -> None:
    cells = [cell for document in printed for cell in document.cells]
    assert any(len({fragment.page for fragment in cell.fragments if fragment.text}) > 1 for cell in cells)
    assert any(cell.stacked for cell in cells)
    assert any(cell.again for cell in cells)


def test_what_the_reader_makes_of_a_page_gets_its_true_labels(printed: list[PrintedDocument], tmp_path: Path) -> None:
    ruled = [document for document in printed if "full rules" in document.made_with][:8]
    expected, found = 0, 0
    for document in ruled:
        (tmp_path / document.name).write_bytes(document.pdf)
        read_as = labelled(document, lay_out(read(tmp_path / document.name)))
        keys = [key for cell in read_as.cells for key in cell.pieces]
        assert len(keys) == len(set(keys))
        true = Counter((cell.label, "".join(cell.text.split())) for cell in document.cells if cell.text)
        expected += sum(true.values())
        found += sum((true & Counter((cell.label, "".join(cell.text.split())) for cell in read_as.cells)).values())
        for cell in read_as.cells:
            for start, end, label in cell.parts:
                assert label
                assert cell.text[start:end].strip() == cell.text[start:end] != ""
    assert found >= 0.995 * expected


def test_same_seed_same_bytes() -> None:
    first, second = (list(print_generated(4, 3, rules=None)) for _ in range(2))
    assert first == second


def test_reserved_cities_keep_their_style_and_texts() -> None:
    documents = list(islice(print_reserved(documents=2), 4))
    assert [document.source for document in documents] == ["reserved-0", "reserved-0", "reserved-1", "reserved-1"]
    assert documents[0].made_with == documents[1].made_with
    assert all(document.records["projects"] for document in documents)


def test_gold_tables_print_in_another_style_with_the_same_texts() -> None:
    structure = json.loads((PDFS / "fuyang_uming.truth.json").read_text("utf-8"))
    records = json.loads((PDFS / "fuyang_uming.json").read_text("utf-8"))
    document = reprint(structure, records, 1)
    truth = [cell["text"].strip() for table in structure["tables"] for cell in table["cells"]]
    ours = [cell["text"] for table in document.structure()["tables"] for cell in table["cells"]]
    assert Counter(filter(None, ours)) == Counter(filter(None, truth))
    assert document.records == records


@settings(deadline=None)
@given(st.text("指标，。（）“”%12 ab.≥、", max_size=40), st.floats(1.0, 12.0), st.sampled_from(("cjk", "helv")))
def test_lines_join_to_the_text_and_fit(text: str, width: float, latin: str) -> None:
    advance = advance_of(latin)
    lines = break_lines(text, width, advance)
    assert "".join(lines) == text
    assert all(advance(line.rstrip()) <= width + 0.02 or len(line.rstrip()) == 1 for line in lines)
