"""Writes drawn tables as office programs and web sites keep them: Word files, workbooks, whole web pages.

What `grids` is to text and `printing` to paper this is to files: merged and vertical cells, numbers with formats, text boxes
and nested tables, navigation around the table. Same seed, same cells and texts.
"""

from __future__ import annotations

from typing import Literal

from ..draw import Draw
from ..sheet import Block

__all__ = ["SUFFIXES", "OfficeForm", "write_office"]

OfficeForm = Literal["word", "workbook", "web"]
SUFFIXES: dict[OfficeForm, str] = {"word": ".docx", "workbook": ".xlsx", "web": ".html"}


def write_office(form: OfficeForm, blocks: list[Block], draw: Draw) -> bytes:
    """The bytes of a file of this form that holds the blocks, in a style that is drawn."""
    if form == "word":
        from .word import write_word

        return write_word(blocks, draw)
    if form == "workbook":
        from .workbook import write_workbook

        return write_workbook(blocks, draw)
    from .web import write_web_page

    return write_web_page(blocks, draw).encode()
