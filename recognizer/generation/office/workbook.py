"""Drawn tables as workbooks: merged ranges, vertical labels, numbers with formats, one sheet a table or all below each other."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any

from ..draw import Draw
from ..sheet import Block, Box, Lines

_TALL = 3  # rows from which a label of a narrow column stands vertically
_NUMBER = re.compile(
    r"(?P<sign>[≥≤＞＜><]?)(?P<whole>0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,11})(?:\.(?P<decimals>\d{1,4}))?"
    r"(?P<rest>%|[^\d.,%]{0,4})")
_MONTH = re.compile(r"(20\d\d)年(1?\d)月")
_KEPT_AS_NUMBER = ("value", "fund_amount", "standard", "score", "?")


def write_workbook(blocks: list[Block], draw: Draw) -> bytes:
    """A workbook of the blocks; what is a number, how labels stand and how many sheets there are is drawn."""
    import openpyxl

    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    sheets = draw.chance(0.5)  # a sheet for each table, else all below each other
    numbers = draw.pick((0.0, 0.5, 1.0))  # share of the numbers that are kept as such
    vertical = draw.pick(("rotated", "stacked", "plain"))
    bordered = draw.chance(0.8)
    apart = draw.pick((0, 1))  # empty rows between lines and tables
    left = draw.pick((0, 0, 1))
    waiting: list[Block] = []
    groups: list[list[Block]] = []
    for block in blocks:
        waiting.append(block)
        if sheets and not isinstance(block, Lines):
            groups.append(waiting)
            waiting = []
    if waiting:
        groups = [*groups, waiting] if not groups else [*groups[:-1], [*groups[-1], *waiting]]
    for number, group in enumerate(groups, 1):
        sheet = book.create_sheet(f"表{number}")
        row = 1
        width = max((block.columns for block in group if not isinstance(block, Lines)), default=1)
        for block in group:
            if isinstance(block, Lines):
                for line in block.marks:
                    _title(sheet, row, left, width, ["    ".join(mark.text for mark in line)])
                    row += 1
            else:
                row += apart
                for box in block.in_order():
                    _cell(sheet, row, left, box, draw, numbers, vertical, bordered)
                row += block.rows + 1
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _title(sheet: Any, row: int, left: int, width: int, texts: list[str]) -> None:
    sheet.cell(row, left + 1).value = texts[0]
    sheet.cell(row, left + 1).data_type = "s"
    if width > 1:
        sheet.merge_cells(start_row=row, end_row=row, start_column=left + 1, end_column=left + width)


def _cell(sheet: Any, top: int, left: int, box: Box, draw: Draw, numbers: float, vertical: str, bordered: bool) -> None:
    from openpyxl.styles import Alignment, Border, Side

    row, column = top + box.row, left + box.column + 1
    cell = sheet.cell(row, column)
    text = box.mark.text
    stands = box.rows >= _TALL and box.columns == 1 and len(text) <= 2 * box.rows
    kept = _as_number(text) if box.mark.label.startswith(_KEPT_AS_NUMBER) and draw.chance(numbers) else None
    if kept:
        cell.value, cell.number_format = kept
    elif text:
        cell.value = "\n".join(text) if stands and vertical == "stacked" else text
        cell.data_type = "s"
    cell.alignment = Alignment(textRotation=255 if stands and vertical == "rotated" else 0, wrapText=True)
    if bordered:
        thin = Side(style="thin")
        for down in range(box.rows):
            for across in range(box.columns):
                sheet.cell(row + down, column + across).border = Border(left=thin, right=thin, top=thin, bottom=thin)
    if box.rows > 1 or box.columns > 1:
        sheet.merge_cells(start_row=row, end_row=row + box.rows - 1, start_column=column, end_column=column + box.columns - 1)


def _as_number(text: str) -> tuple[float | datetime, str] | None:
    """The number or date, and its format, that show the text; None where the text is neither."""
    month = _MONTH.fullmatch(text)
    if month and 1 <= int(month[2]) <= 12 and not month[2].startswith("0"):
        return datetime(int(month[1]), int(month[2]), 1), 'yyyy"年"m"月"'
    found = _NUMBER.fullmatch(text)
    if not found or '"' in text or "\n" in text:
        return None
    whole, decimals, rest = found["whole"], found["decimals"] or "", found["rest"]
    if len(whole.replace(",", "")) + len(decimals) > 14:
        return None
    value = float(f"{whole.replace(',', '')}.{decimals or 0}")
    code = ("#,##0" if "," in whole else "0") + (f".{'0' * len(decimals)}" if decimals else "")
    quoted = f'"{found["sign"]}"' if found["sign"] else ""
    if rest == "%":
        return round(value / 100, len(decimals) + 4), f"{quoted}{code}%"
    return value, f'{quoted}{code}"{rest}"' if rest else f"{quoted}{code}"
