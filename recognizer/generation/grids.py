"""Writers of drawn tables: tab-separated, Markdown and HTML."""

from __future__ import annotations

import html

from .damage import Damage, damaged
from .draw import Draw
from .pages import Matrix
from .scroll import Scroll, Typesetter
from .sentences import cut_prose
from .sheet import Block, Box, Lines, Mark, Table


def write_tabs(draw: Draw, damage: Damage, blocks: list[Block], setter: Typesetter, further: list[Mark]) -> str:
    """Tab-separated fields, prose on lines of its own, empty lines between blocks and at page ends.

    Repeats of cells are added to `further`.
    """
    scroll = Scroll()
    scroll.blank(draw.pick((0, 0, 2)))
    airy = draw.chance(0.85)
    ragged = draw.chance(0.1)
    page_number = draw.pick(("", "", "", "— {} —", "第{}页", "{}", "- {} -"))
    for block in blocks:
        if isinstance(block, Lines):
            _write_lines(scroll, block, setter, airy, "")
            continue
        for number, matrix in enumerate(damaged(draw, damage, block, further)):
            if number:
                _write_page_end(scroll, page_number, _running_head(blocks) if damage.running_head else "", further)
            _write_tab_rows(scroll, matrix, setter, ragged)
            scroll.blank()
    return scroll.text()


def _running_head(blocks: list[Block]) -> str:
    """The first line of the document, which each page repeats."""
    return next((block.marks[0][0].text for block in blocks if isinstance(block, Lines) and block.heading), "")


def _write_page_end(scroll: Scroll, form: str, head: str, further: list[Mark]) -> None:
    """The page's number and the running head of the next one, where there are such."""
    texts = [form.format(1 + sum(mark.label == "furniture" for mark in further))] if form else []
    for text in (*texts, head):
        if text:
            mark = Mark("furniture", text)
            further.append(mark)
            scroll.runs([(mark, mark.text)])
            scroll.blank()


def _write_lines(scroll: Scroll, block: Lines, setter: Typesetter, airy: bool, heading: str) -> None:
    for line in block.marks:
        if line[0].label == "prose":
            *opening, rest = cut_prose(setter.draw, setter.set(line[0], line[0].text))
            for text in opening:
                scroll.runs([(line[0], text)])
                scroll.blank()
            scroll.runs([(line[0], rest)])
        else:
            scroll.runs([(mark, setter.set(mark, mark.text)) for mark in line], before=heading if block.heading else "")
        if airy:
            scroll.blank()
    if not airy:
        scroll.blank()


def _write_tab_rows(scroll: Scroll, matrix: Matrix, setter: Typesetter, ragged: bool) -> None:
    for row in matrix:
        fields = [scroll.field(slot[0], setter.set(*slot), column) if slot else "" for column, slot in enumerate(row)]
        if ragged:
            while len(fields) > 3 and not fields[-1]:
                fields.pop()
        scroll.lines.append("\t".join(fields))


def write_markdown(draw: Draw, damage: Damage, blocks: list[Block], setter: Typesetter, further: list[Mark]) -> str:
    """Pipe tables. The first row is the header, or an empty one stands in its place."""
    scroll = Scroll()
    scroll.blank(draw.pick((0, 2)))
    first_row_header = draw.habit("markdown_first_row_header", 0.5) or "markdown_first_row_header" in draw.barred
    padded, outer = draw.chance(0.5), draw.chance(0.95)
    breaks = setter.wrap_mark == "<br>"
    heading = draw.pick(("# ", "## ", "", "### ", "# "))
    page_number = draw.pick(("", "", "", "", "— {} —", "第{}页", "- {} -"))
    for block in blocks:
        if isinstance(block, Lines):
            _write_lines(scroll, block, setter, True, heading)
            continue
        for page, matrix in enumerate(damaged(draw, damage, block, further)):
            if page:
                _write_page_end(scroll, page_number, _running_head(blocks) if damage.running_head else "", further)
            width = len(matrix[0]) if matrix else 3
            if not first_row_header or draw.chance(0.1):
                scroll.lines.append(_pipes([""] * width, outer))
                scroll.lines.append(_pipes(["---"] * width, outer))
            for number, row in enumerate(matrix):
                if number == 1 and first_row_header:
                    scroll.lines.append(_pipes(["---"] * width, outer))
                fields = []
                for column, slot in enumerate(row):
                    text = scroll.field(slot[0], setter.set(*slot), column) if slot else ""
                    if breaks and slot and ("（" in text or "(" in text) and slot[0].label in ("fund_key", "attribute_key"):
                        text = text.replace("（", "<br>（", 1).replace("(", "<br>(", 1)
                    fields.append(text.ljust(8) if padded else text)
                scroll.lines.append(_pipes(fields, outer))
            scroll.blank()
    return scroll.text()


def _pipes(fields: list[str], outer: bool) -> str:
    inner = " | ".join(fields)
    return f"| {inner} |" if outer or not inner.strip("| ") else f"| {inner}"


def write_html(draw: Draw, damage: Damage, blocks: list[Block], setter: Typesetter) -> str:
    """A web page, or bare tables between lines of text, with row and column spans."""
    scroll = Scroll()
    page = draw.chance(0.7)
    spread = draw.pick(("row", "row", "cell", "table"))
    attributes = draw.pick(("", ' border="1"', ' class="table" style="border-collapse:collapse"'))
    if page:
        scroll.lines += ["<html>", "<body>"]
    for block in blocks:
        if isinstance(block, Lines):
            for line in block.marks:
                tag = draw.pick(("p", "h2", "div")) if block.heading else "p"
                texts = [(mark, setter.set(mark, mark.text)) for mark in line]
                if page:
                    escaped = [(mark, html.escape(text, quote=False)) for mark, text in texts]
                    scroll.runs(escaped, before=f"<{tag}>", after=f"</{tag}>")
                    for mark, _ in texts:
                        mark.printed = [html.unescape(run) for run in mark.printed]
                else:
                    scroll.runs(texts)
        else:
            _write_html_table(draw, damage, scroll, block, setter, spread, attributes)
            scroll.blank()
    if page:
        scroll.lines += ["</body>", "</html>"]
    return scroll.text()


def _escape(text: str) -> str:
    return html.escape(text, quote=False).replace("&lt;br&gt;", "<br/>")


def _write_html_table(
    draw: Draw, damage: Damage, scroll: Scroll, table: Table, setter: Typesetter, spread: str, attributes: str
) -> None:
    starts: dict[tuple[int, int], Box] = {(box.row, box.column): box for box in table.boxes}
    covered: set[tuple[int, int]] = set()
    if spread != "table":
        scroll.lines.append(f"<table{attributes}>")
    whole: list[str] = [f"<table{attributes}>"]
    index = 0
    headers, nothing = draw.chance(0.3), draw.pick(("", "", "&nbsp;"))
    for row in range(table.rows):
        cells: list[str] = []
        if spread == "cell":
            scroll.lines.append("<tr>")
        if spread != "table":
            index = 0
        for column in range(table.columns):
            if (row, column) in covered:
                continue
            box = starts.get((row, column))
            text, spans = "", ""
            if box is not None:
                covered.update((box.row + down, box.column + right) for down in range(box.rows) for right in range(box.columns))
                lost = box.mark.text in damage.lost_words and box.mark.label.startswith("level")
                text = "" if lost else _escape(scroll.field(box.mark, setter.set(box.mark, box.mark.text), index))
                spans = (f' rowspan="{box.rows}"' if box.rows > 1 else "") + (
                    f' colspan="{box.columns}"' if box.columns > 1 else ""
                )
            tag = "th" if box is not None and headers and box.mark.label.startswith("header>") else "td"
            cell = f"<{tag}{spans}>{text or nothing}</{tag}>"
            index += 1
            if spread == "cell":
                scroll.lines.append(cell)
                index = 0
            else:
                cells.append(cell)
        if spread == "cell":
            scroll.lines.append("</tr>")
        elif spread == "row":
            scroll.lines.append(f"<tr>{''.join(cells)}</tr>")
        else:
            whole.append(f"<tr>{''.join(cells)}</tr>")
    if spread == "table":
        scroll.lines.append("".join(whole) + "</table>")
    else:
        scroll.lines.append("</table>")
