"""Drawn tables as Word files: cells merged both ways, vertical labels, text boxes, tables within tables."""

from __future__ import annotations

import io
from copy import deepcopy
from typing import Any

from ..draw import Draw
from ..sheet import Block, Box, Lines, Table

_TALL = 3  # rows from which a label of a narrow column stands vertically
_BOX = """<w:p {names}><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline>
<wp:extent cx="3600000" cy="360000"/><wp:docPr id="{number}" name="box"/><a:graphic>
<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">
<wps:wsp><wps:txbx>{content}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>
<mc:Fallback><w:pict><v:shape><v:textbox>{content}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"""
_NAMES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main", "v": "urn:schemas-microsoft-com:vml",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006", "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"}


def write_word(blocks: list[Block], draw: Draw) -> bytes:
    """A Word file of the blocks; how labels stand, what is boxed and what is nested is drawn."""
    import docx

    document = docx.Document()
    body = document.element.body
    end = body.sectPr
    boxed = draw.chance(0.3)  # headings stand in text boxes
    nested = draw.chance(0.3)  # each table is the only cell of another, as frames are made
    vertical = draw.pick(("direction", "stacked", "plain"))
    new_page = draw.chance(0.4)
    for number, block in enumerate(blocks):
        if isinstance(block, Lines):
            for line in block.marks:
                text = "    ".join(mark.text for mark in line)
                end.addprevious(_text_box(text, number + 1) if boxed and block.heading else _paragraph([text]))
            continue
        table = _table(block, draw, vertical)
        end.addprevious(_frame(table) if nested else table)
        end.addprevious(_page_break() if new_page and number < len(blocks) - 1 else _paragraph([""]))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    element = OxmlElement(name)
    for key, text in attributes.items():
        element.set(qn(f"w:{key}"), text)
    return element


def _paragraph(lines: list[str], split: int = 0) -> Any:
    """A paragraph with line breaks; its text is in two runs where `split` falls within the first line, as edits leave it."""
    paragraph = _element("w:p")
    for number, line in enumerate(lines):
        for part in (line[:split], line[split:]) if 0 < split < len(line) else (line,):
            run = _element("w:r")
            if number and part is not line[split:]:
                run.append(_element("w:br"))
            text = _element("w:t")
            text.text = part
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            run.append(text)
            paragraph.append(run)
    return paragraph


def _page_break() -> Any:
    paragraph = _paragraph([])
    run = _element("w:r")
    run.append(_element("w:br", type="page"))
    paragraph.append(run)
    return paragraph


def _text_box(text: str, number: int) -> Any:
    from docx.oxml.parser import parse_xml
    from lxml import etree

    content = etree.Element(f"{{{_NAMES['w']}}}txbxContent", nsmap={"w": _NAMES["w"]})
    content.append(deepcopy(_paragraph([text])))
    names = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMES.items())
    return parse_xml(_BOX.format(names=names, number=number, content=etree.tostring(content, encoding="unicode")))


def _frame(table: Any) -> Any:
    outer = _element("w:tbl")
    grid = _element("w:tblGrid")
    grid.append(_element("w:gridCol", w="9000"))
    outer.append(grid)
    row, cell = _element("w:tr"), _element("w:tc")
    cell.append(table)
    cell.append(_paragraph([""]))
    row.append(cell)
    outer.append(row)
    return outer


def _table(table: Table, draw: Draw, vertical: str) -> Any:
    element = _element("w:tbl")
    properties = _element("w:tblPr")
    properties.append(_element("w:tblStyle", val="TableGrid"))
    element.append(properties)
    grid = _element("w:tblGrid")
    for _ in range(table.columns):
        grid.append(_element("w:gridCol", w=str(9000 // table.columns)))
    element.append(grid)
    owners = {(box.row + down, box.column): (box, down) for box in table.boxes for down in range(box.rows)}
    for row in range(table.rows):
        line = _element("w:tr")
        column = 0
        while column < table.columns:
            box, down = owners.get((row, column), (None, 0))
            line.append(_cell(box, down, draw, vertical))
            column += box.columns if box else 1
        element.append(line)
    return element


def _cell(box: Box | None, down: int, draw: Draw, vertical: str) -> Any:
    cell = _element("w:tc")
    if box is None:
        cell.append(_paragraph([""]))
        return cell
    properties = _element("w:tcPr")
    if box.columns > 1:
        properties.append(_element("w:gridSpan", val=str(box.columns)))
    if box.rows > 1:
        properties.append(_element("w:vMerge", **({} if down else {"val": "restart"})))
    stands = box.rows >= _TALL and box.columns == 1 and len(box.mark.text) <= 2 * box.rows
    if stands and vertical == "direction":
        properties.append(_element("w:textDirection", val="tbRlV"))
    if len(properties):
        cell.append(properties)
    if down:
        cell.append(_paragraph([""]))
        return cell
    text = box.mark.text
    lines = list(text) if stands and vertical == "stacked" else text.split("\n")
    split = draw.number(1, len(text)) if len(text) > 1 and draw.chance(0.3) else 0
    if len(lines) > 1 and draw.chance(0.5):
        for line_text in lines:
            cell.append(_paragraph([line_text]))
    else:
        cell.append(_paragraph(lines, split))
    return cell
