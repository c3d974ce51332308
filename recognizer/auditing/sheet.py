"""The sheet of an audit, to be filled in by someone who does not see what was read: CSV, or Excel with pictures of the places."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from recognizer.auditing.sample import Item
from recognizer.errors import UsageError

GIVEN = ("number", "document", "page", "kind", "project", "label")
FILLED = ("keyed", "label_right")
COLUMNS = (*GIVEN, *FILLED)
MARGIN = 24.0  # points around a fact's box in its picture
SCALE = 2.0  # pixels of a picture for each point
_PICTURE = len(COLUMNS) + 1  # the column of pictures
_ROW_HEIGHT = 60.0  # points of a row with a picture, at least

Row = dict[str, str]


def write_sheet(items: Sequence[Item], path: Path, sources: Mapping[str, Path]) -> Path:
    """Writes the empty sheet as `path` says by its ending; Excel shows the page around a fact where its file is in `sources`."""
    if path.suffix == ".xlsx":
        _write_excel(items, path, sources)
    else:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(_given(item) for item in items)
    return path


def _given(item: Item) -> list[str]:
    page = "" if item.page is None else str(item.page)
    return [str(item.number), item.document, page, item.kind, item.project, item.label, "", ""]


def _write_excel(items: Sequence[Item], path: Path, sources: Mapping[str, Path]) -> None:
    from openpyxl import Workbook
    from openpyxl.drawing.image import Image

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*COLUMNS, "picture"])
    for item in items:
        for column, text in enumerate(_given(item), 1):
            cell = sheet.cell(item.number + 1, column, text)
            cell.data_type = "s"  # never a formula
        picture = _picture(item, sources.get(item.document))
        if picture:
            image = Image(io.BytesIO(picture))
            sheet.add_image(image, sheet.cell(item.number + 1, _PICTURE).coordinate)
            sheet.row_dimensions[item.number + 1].height = max(_ROW_HEIGHT, image.height * 0.75)
    for letter, width in zip("ABCDEFGH", (8, 28, 6, 10, 28, 44, 28, 12), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    book.save(path)


def _picture(item: Item, source: Path | None) -> bytes | None:
    """The page around a fact as PNG; None where it cannot be shown."""
    if source is None or item.page is None or item.box is None or source.suffix.lower() != ".pdf":
        return None
    import pymupdf

    with pymupdf.open(source) as document:
        page = document[item.page - 1]
        x0, y0, x1, y1 = item.box
        around = pymupdf.Rect(x0 - 4 * MARGIN, y0 - MARGIN, x1 + 4 * MARGIN, y1 + MARGIN) & page.rect
        clip = around * page.derotation_matrix
        return bytes(page.get_pixmap(matrix=pymupdf.Matrix(SCALE, SCALE), clip=clip).tobytes("png"))


def read_sheet(path: Path, items: Sequence[Item]) -> dict[int, Row]:
    """What was keyed, by number.

    Raises UsageError that names the lines where rows are missing, changed or not filled in.
    """
    rows = _excel_rows(path) if path.suffix == ".xlsx" else _csv_rows(path)
    expected = {str(item.number): dict(zip(GIVEN, _given(item), strict=False)) for item in items}
    found: dict[int, Row] = {}
    wrong: list[str] = []
    for line, row in rows:
        given = expected.get(row.get("number", ""))
        if given is None:
            wrong.append(f"line {line}: no such number {row.get('number', '')!r}")
        elif changed := [name for name in GIVEN if row.get(name, "") != given[name]]:
            wrong.append(f"line {line}: {', '.join(changed)} changed")
        elif int(given["number"]) in found:
            wrong.append(f"line {line}: number {given['number']} a second time")
        elif not row.get("keyed", "").strip() or row.get("label_right", "").strip().lower() not in _ANSWERS:
            wrong.append(f"line {line}: keyed and label_right (y or n) are to be filled in")
        else:
            found[int(given["number"])] = row
    missing = [number for number in expected if int(number) not in found]
    if not wrong and missing:
        wrong.append(f"rows are missing: numbers {', '.join(missing[:10])}{' …' if len(missing) > 10 else ''}")
    if wrong:
        raise UsageError("; ".join(wrong[:10]) + (" …" if len(wrong) > 10 else ""), path=path, stage="audit")
    return found


_ANSWERS = {"y": True, "yes": True, "是": True, "对": True, "1": True, "true": True,
            "n": False, "no": False, "否": False, "错": False, "0": False, "false": False}


def label_right(row: Row) -> bool:
    """Whether whoever keyed found the fact under the label that the sheet gives."""
    return _ANSWERS[row["label_right"].strip().lower()]


def _csv_rows(path: Path) -> list[tuple[int, Row]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            return [(reader.line_num, {key: value or "" for key, value in row.items() if key}) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"the sheet cannot be read: {error}", path=path, stage="audit") from error


def _excel_rows(path: Path) -> list[tuple[int, Row]]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        sheet = load_workbook(path, read_only=True).worksheets[0]
        lines = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    except (OSError, InvalidFileException, BadZipFile, KeyError, ValueError) as error:
        raise UsageError(f"the sheet cannot be read: {error}", path=path, stage="audit") from error
    head = lines[0] if lines else []
    return [(number, dict(zip(head, line, strict=False))) for number, line in enumerate(lines[1:], 2) if any(line)]
