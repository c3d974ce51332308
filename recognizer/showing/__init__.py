"""The showing room: what was recognised, drawn over the pages it was read from, as pictures.

What is drawn where is said by pure functions (`sheets`, `overlay`, `contact`); the rest draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recognizer.errors import UnreadableFileError, UsageError
from recognizer.language import Language
from recognizer.layout import lay_out
from recognizer.showing.overlay import Overlay, overlays
from recognizer.showing.palette import word
from recognizer.showing.sheets import Sheet, placed, set_text, sheet_of
from recognizer.types import Document, LabelledCell, Page, Records

if TYPE_CHECKING:
    from recognizer.showing.drawing import Background

__all__ = ["picture"]

A4 = (595.0, 842.0)  # points


def picture(
    path: Path, document: Document, labelled: Sequence[LabelledCell], records: Records, *, page: int | None = None,
    language: Language = "en", dpi: int = 200
) -> bytes:
    """A PNG of a page (from 1) with its recognised cells drawn over it; of all pages, small, where `page` is None.

    `document` was read from `path`, `labelled` and `records` are what was made of it. A text, which has no pages, is set on
    sheets. Raises UsageError for a page that there is not, UnreadableFileError where the file cannot be opened any more.
    """
    from recognizer.showing.drawing import pdf_background, set_background

    if document.format not in ("pdf", "picture"):
        sheets, boxes = set_text(lay_out(document))
        drawn = overlays(sheets, labelled, [placed(entry, boxes) for entry in labelled], records)
        return _picture(drawn, set_background, document.name, page, language, dpi, {})
    import pymupdf

    try:
        source = pymupdf.open(path, filetype=None if document.format == "picture" else "pdf")
    except Exception as error:  # MuPDF raises classes of many kinds
        raise UnreadableFileError(f"cannot be opened again: {error}", path=path, stage="show") from error
    with source:
        read = {one.number: sheet_of(one) for one in document.blocks if isinstance(one, Page)}
        sheets = tuple(read.get(number) or _unread(source, number) for number in range(1, len(source) + 1))
        notes = {sheet.number: word("unread", language) for sheet in sheets if not sheet.printed}
        repeated = [cell for grid in lay_out(document) for cell in grid.repeated if cell.text]
        drawn = overlays(sheets, labelled, labelled, records, repeated)
        return _picture(drawn, pdf_background(source), document.name, page, language, dpi, notes)


def _unread(source: object, number: int) -> Sheet:
    """The sheet of a page that could not be read, with the size it is displayed in."""
    try:
        shown = source[number - 1].rect  # type: ignore[index]
    except Exception:  # not even its size
        return Sheet(number, *A4)
    return Sheet(number, shown.width, shown.height)


def _picture(
    drawn: Sequence[Overlay], background: Background, name: str, page: int | None, language: Language, dpi: int,
    notes: Mapping[int, str]
) -> bytes:
    from recognizer.showing.drawing import contact_sheet, page_picture

    number = 1 if page is None and len(drawn) == 1 else page
    if number is None:
        return contact_sheet(drawn, background, name=name, language=language, dpi=dpi, notes=notes)
    if not 1 <= number <= len(drawn):
        raise UsageError(word("no_page", language, page=number, pages=len(drawn)), stage="show")
    note = notes.get(number, "")
    return page_picture(drawn[number - 1], background, name=name, pages=len(drawn), language=language, dpi=dpi, note=note)
