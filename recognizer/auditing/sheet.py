"""The sheet of an audit, to be filled in by someone who does not see what was read: CSV, or Excel with pictures of the places."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from recognizer.auditing.sample import Item
from recognizer.errors import UsageError
from recognizer.exporting.text import writable_in_workbook
from recognizer.language import either

GIVEN = ("number", "document", "page", "kind", "project", "label")
FILLED = ("keyed", "label_right")
COLUMNS = (*GIVEN, *FILLED)
MARGIN = 24.0  # points around a fact's box in its picture
SCALE = 2.0  # pixels of a picture for each point
_PICTURE = len(COLUMNS) + 1  # the column of pictures
_ROW_HEIGHT = 60.0  # points of a row with a picture, at least
_TALLEST_ROW = 409.0  # points, in Excel
_POINTS = 0.75  # to a pixel
_AS_TYPED = "@"  # the format of cells in which 95% stays 95% and 2023-12 is no date

Row = dict[str, str]


def write_sheet(items: Sequence[Item], path: Path, sources: Mapping[str, Path]) -> Path:
    """Writes the empty sheet as `path` says by its ending; Excel shows the page around a fact where its file is in `sources`.

    Raises UsageError where a sheet stands there that somebody has begun to fill in, OSError where it cannot be written.
    """
    if path.exists() and any(row.get("keyed", "").strip() for _, row in _rows(path)):
        hint = either("read it back with --read, or name another --sheet", "用 --read 读回，或用 --sheet 另写一份")
        raise UsageError(either("it is filled in already", "已有人填写"), path=path, stage="audit", hint=hint)
    path.parent.mkdir(parents=True, exist_ok=True)
    if _is_excel(path):
        _write_excel(items, path, sources)
    else:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(_given(item) for item in items)
    return path


def _given(item: Item) -> list[str]:
    page = "" if item.page is None else str(item.page)
    texts = map(writable_in_workbook, (item.document, page, item.kind, item.project, item.label))
    return [str(item.number), *texts, *("" for _ in FILLED)]


def _is_excel(path: Path) -> bool:
    return path.suffix.lower() == ".xlsx"


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
            if column > len(GIVEN):
                cell.number_format = _AS_TYPED
        picture = _picture(item, sources.get(item.document))
        if picture:
            image = Image(io.BytesIO(picture))
            smaller = min(1.0, _TALLEST_ROW / (image.height * _POINTS))
            image.width, image.height = int(image.width * smaller), int(image.height * smaller)
            sheet.add_image(image, sheet.cell(item.number + 1, _PICTURE).coordinate)
            sheet.row_dimensions[item.number + 1].height = max(_ROW_HEIGHT, image.height * _POINTS)
    for letter, width in zip("ABCDEFGH", (8, 28, 6, 10, 28, 44, 28, 12), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    book.save(path)


def _picture(item: Item, source: Path | None) -> bytes | None:
    """The page around a fact as PNG; None where it cannot be shown."""
    if source is None or item.page is None or item.box is None or source.suffix.lower() != ".pdf":
        return None
    import pymupdf

    try:
        with pymupdf.open(source) as document:
            page = document[item.page - 1]
            x0, y0, x1, y1 = item.box
            around = pymupdf.Rect(x0 - 4 * MARGIN, y0 - MARGIN, x1 + 4 * MARGIN, y1 + MARGIN) & page.rect
            clip = around * page.derotation_matrix
            return bytes(page.get_pixmap(matrix=pymupdf.Matrix(SCALE, SCALE), clip=clip).tobytes("png"))
    except (RuntimeError, ValueError, IndexError):  # it is another file by now, or none
        return None


def read_sheet(path: Path, items: Sequence[Item]) -> dict[int, Row]:
    """What was keyed, by number.

    Raises UsageError that names the lines where rows are missing, changed or not filled in.
    """
    rows = _rows(path)
    expected = {str(item.number): dict(zip(GIVEN, _given(item), strict=False)) for item in items}
    found: dict[int, Row] = {}
    wrong: list[str] = []
    for line, row in rows:
        given = expected.get(row.get("number", ""))
        if given is None:
            told = row.get("number", "")
            wrong.append(either(f"line {line}: no such number {told!r}", f"第 {line} 行：没有编号 {told!r}"))
        elif changed := [name for name in GIVEN if row.get(name, "") != given[name]]:
            wrong.append(either(f"line {line}: {', '.join(changed)} changed", f"第 {line} 行：{', '.join(changed)} 被改动"))
        elif int(given["number"]) in found:
            wrong.append(either(f"line {line}: number {given['number']} a second time",
                                f"第 {line} 行：编号 {given['number']} 重复"))
        elif not row.get("keyed", "").strip() or row.get("label_right", "").strip().lower() not in _ANSWERS:
            wrong.append(either(f"line {line}: keyed and label_right (y or n) are to be filled in",
                                f"第 {line} 行：keyed 和 label_right（是/否）须填写"))
        else:
            found[int(given["number"])] = row
    missing = [number for number in expected if int(number) not in found]
    if not wrong and missing:
        numbers = f"{', '.join(missing[:10])}{' …' if len(missing) > 10 else ''}"
        wrong.append(either(f"rows are missing: numbers {numbers}", f"缺少这些编号的行：{numbers}"))
    if wrong:
        raise UsageError("; ".join(wrong[:10]) + (" …" if len(wrong) > 10 else ""), path=path, stage="audit")
    return found


_ANSWERS = {"y": True, "yes": True, "是": True, "对": True, "1": True, "true": True,
            "n": False, "no": False, "否": False, "错": False, "0": False, "false": False}


def label_right(row: Row) -> bool:
    """Whether whoever keyed found the fact under the label that the sheet gives."""
    return _ANSWERS[row["label_right"].strip().lower()]


def _rows(path: Path) -> list[tuple[int, Row]]:
    """The rows of a sheet with their lines, the head apart. Raises UsageError for what is no sheet."""
    return _excel_rows(path) if _is_excel(path) else _csv_rows(path)


def _unreadable(path: Path, error: Exception) -> UsageError:
    return UsageError(either(f"the sheet cannot be read: {error}", f"核对表无法读取：{error}"), path=path, stage="audit")


def _csv_rows(path: Path) -> list[tuple[int, Row]]:
    try:
        data = path.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:  # older spreadsheets save in the encoding of their system
            text = data.decode("gb18030")
        reader = csv.DictReader(io.StringIO(text, newline=""))
        return [(reader.line_num, {key: value or "" for key, value in row.items() if key}) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, error) from error


def _excel_rows(path: Path) -> list[tuple[int, Row]]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    from recognizer.reading.number_format import displayed

    try:
        sheet = load_workbook(path, read_only=True).worksheets[0]
        # A number that was pasted, or typed into a copy, says what it is displayed as.
        lines = [[displayed(cell.value, cell.number_format or "") for cell in row] for row in sheet.iter_rows()]
    except (OSError, InvalidFileException, BadZipFile, KeyError, ValueError) as error:
        raise _unreadable(path, error) from error
    head = lines[0] if lines else []
    return [(number, dict(zip(head, line, strict=False))) for number, line in enumerate(lines[1:], 2) if any(line)]
