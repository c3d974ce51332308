"""Office files with a few wrong bytes or odd cells: refused with a reason, or read but for what is broken, never a surprise."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path
from typing import Any

import pytest
from test_office_reading import FILES, grids, placed, repacked, saved

from recognizer import digitize
from recognizer.errors import DamagedFileError, RecognizerError
from recognizer.reading import read, read_bytes


@pytest.mark.parametrize("name", ["langxi_wqy.docx", "huaian_wqy.xlsx"])
def test_overwritten_bytes_of_a_package_are_damage(name: str) -> None:
    """A bit of a download lost, a sector of a disk gone: most of it lies in what is compressed."""
    draw = random.Random(1)
    whole = (FILES / name).read_bytes()
    refused = 0
    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(draw.choice((1, 5, 40))):
            broken[draw.randrange(len(broken))] = draw.randrange(256)
        try:
            read_bytes(bytes(broken), Path(name))
        except RecognizerError:
            refused += 1
    assert refused


def test_a_part_packed_in_a_strange_way_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(FILES / "langxi_wqy.docx") as old, zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as new:
        for part in old.namelist():
            new.writestr(part, old.read(part))
    with pytest.raises(DamagedFileError, match="packed in a way"):
        read(path)


def _with_format(path: Path, number: int) -> Path:
    """A sheet whose cells all have a format of this number, which the file does not define."""

    def make(sheet: Any) -> None:
        for row, (name, figure) in enumerate((("开工", 45000), ("太远", 10**10), ("以前", -5)), 1):
            sheet.cell(row, 1).value = name
            sheet.cell(row, 2).value = figure

    plain = saved(make, path.with_name("plain.xlsx"))
    with zipfile.ZipFile(plain) as package:
        styles = package.read("xl/styles.xml")
    assert b'numFmtId="0"' in styles
    return repacked(plain, path, {"xl/styles.xml": styles.replace(b'numFmtId="0"', f'numFmtId="{number}"'.encode())})


@pytest.mark.parametrize(("number", "shown"), [(31, "2023年3月15日"), (57, "2023年3月"), (165, "45000")])
def test_a_number_that_is_no_date_or_has_no_format_stays_a_number(number: int, shown: str, tmp_path: Path) -> None:
    grid, = grids(read(_with_format(tmp_path / "a.xlsx", number)))
    assert [text for text, _, _ in placed(grid).values()] == ["开工", shown, "太远", "10000000000", "以前", "-5"]


def test_codes_of_characters_become_characters_and_halves_of_pairs_none(tmp_path: Path) -> None:
    """Spreadsheets write what XML cannot hold as _x000B_; a lone half of a pair cannot be encoded in any file or feature."""
    from openpyxl import load_workbook

    book = load_workbook(FILES / "huaian_wqy.xlsx")
    sheet = book.worksheets[0]
    longest = max((cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)),
                  key=lambda cell: len(str(cell.value)))
    longest.value = f"{str(longest.value)[:2]}_xD83D_{str(longest.value)[2:]}"
    book.save(tmp_path / "a.xlsx")
    text = digitize(tmp_path / "a.xlsx").to_json()
    assert "\ufffd" in str(text)
    assert str(text).encode()

    def pair(other: Any) -> None:
        other["A1"], other["B1"], other["A2"], other["B2"] = "名称", "数量", "_xD83D__xDE00_", 1

    grid, = grids(read(saved(pair, tmp_path / "b.xlsx")))
    assert [text for text, _, _ in placed(grid).values()] == ["名称", "数量", "😀", "1"]
