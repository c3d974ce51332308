"""What a reviewer sees of a source: a PDF's page, the crop of a cell, the lines of a text, the rows of a sheet.

The source is read where the run's journal says it was. One that has changed since is known by its hash and not shown: the boxes
would point elsewhere.
"""

from __future__ import annotations

import io
import re
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic, TypeVar

from recognizer.archive.stored import DamagedStoreError, load, stored_path
from recognizer.errors import RecognizerError
from recognizer.files import Stamp, hash_file, read_file, stamp_of
from recognizer.layout.filling import union
from recognizer.mapping.names import mapper_in_use
from recognizer.model import Model
from recognizer.reading import PDF_MARK, PDF_MARK_WITHIN, PICTURE_MARKS, decode
from recognizer.reviewing.beside import Beside, around, labelled_beside, model_of, pages_of
from recognizer.reviewing.filling import journal_path
from recognizer.reviewing.items import Item
from recognizer.types import Box, Grid

PAGE_SCALE = 1.5  # pixels to the point of a page
CROP_SCALE = 2.5
QUALITY = 88  # of the pictures
MOST_PIXELS = 4e6  # of a picture: a poster is drawn coarser
AROUND = (36.0, 12.0)  # points shown around a crop, across and down
HIGHEST_CROP = 260.0  # points
CONTEXT = 8  # lines, or rows, shown before and after
OPEN, PICTURES, TEXTS, TABLES = 4, 96, 16, 16  # documents, pictures, texts and labelled tables that are kept at hand

_CELL = re.compile(r"([A-Z]+)(\d+)")


class Source(StrEnum):
    """Whether a document's source can be shown."""

    PAGES = "pages"  # of a PDF, or pictures
    TEXT = "text"
    SHEET = "sheet"
    CHANGED = "changed"  # since it was read
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Shown:
    """What to show of an item: the page and its size in points, or lines as (number, text, whether it is meant), or rows of a
    sheet as cells of (name, text, whether it is meant)."""

    source: Source
    page: int = 0
    pages: int = 0
    width: float = 0.0
    height: float = 0.0
    cells: tuple[Box, ...] = ()
    lines: tuple[tuple[int, str, bool], ...] = ()
    rows: tuple[tuple[tuple[str, str, bool], ...], ...] = ()


T = TypeVar("T")


class _Kept(Generic[T]):
    """The values made last, by their keys; what is dropped is closed by `drop`."""

    def __init__(self, size: int, drop: Callable[[T], object] = lambda _: None) -> None:
        self._size, self._drop = size, drop
        self._values: OrderedDict[Any, T] = OrderedDict()

    def get(self, key: Any, make: Callable[[], T]) -> T:
        if key in self._values:
            self._values.move_to_end(key)
            return self._values[key]
        made = self._values[key] = make()
        if len(self._values) > self._size:
            self._drop(self._values.popitem(last=False)[1])
        return made


class Sources:
    """The sources of a run's documents, for one reviewer's server. Thread-safe: MuPDF is not, so that all goes one by one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._hashes: dict[Path, tuple[Stamp, str]] = {}
        self._open: _Kept[Any] = _Kept(OPEN, lambda document: document.close())
        self._pictures: _Kept[bytes] = _Kept(PICTURES)
        self._grids: _Kept[tuple[Grid, ...]] = _Kept(OPEN)
        self._cells: _Kept[dict[int, tuple[Box, ...]]] = _Kept(OPEN)
        self._texts: _Kept[tuple[str, ...]] = _Kept(TEXTS)
        self._pages: _Kept[tuple[frozenset[int | None], ...]] = _Kept(OPEN)
        self._beside: _Kept[Beside] = _Kept(TABLES)
        self._loaded: Model | None = None

    def show(self, item: Item, page: int | None = None) -> Shown:
        """What to show of an item, or another page of its document."""
        with self._lock:
            path, content, source = self._source(item.document)
            if source is Source.PAGES:
                return self._page(path, content, page or item.page or 1)
            if source is Source.TEXT:
                return Shown(source, lines=tuple(self._lines(path, content, item)))
            if source is Source.SHEET:
                return Shown(source, rows=tuple(self._rows(content, item)))
            return Shown(source)

    def picture(self, document: str, number: int) -> bytes | None:
        """A page as JPEG; None where there is none."""
        with self._lock:
            path, content, source = self._source(document)
            if source is not Source.PAGES:
                return None
            pdf = self._pdf(path, content)
            if not 1 <= number <= len(pdf):
                return None
            return self._pictures.get((content, number), lambda: _drawn(pdf[number - 1], None, PAGE_SCALE))

    def crop(self, item: Item) -> bytes | None:
        """A picture of the place where a fact begins, with a little around it; None where its source has no pages."""
        with self._lock:
            path, content, source = self._source(item.document)
            boxes = boxes_on(item, item.page)
            if source is not Source.PAGES or not boxes or item.page is None:
                return None
            pdf = self._pdf(path, content)
            if not 1 <= item.page <= len(pdf):
                return None
            page = pdf[item.page - 1]
            return self._pictures.get((content, item.page, boxes), lambda: _drawn(page, _around(union(boxes)), CROP_SCALE))

    def prepare(self, item: Item) -> None:
        """Reads and draws all that is shown of an item, so that it is at hand when it is asked for."""
        shown = self.show(item)
        self.beside(item)
        if shown.page:
            self.picture(item.document, shown.page)
            self.crop(item)

    def beside(self, item: Item) -> Beside:
        """The tables around a fact as the model labels them; empty where the run has not stored them."""
        with self._lock:
            known = journal_path(self._folder, item.document)
            grids = self._stored(known[1]) if known else ()
            content = known[1] if known else ""
            near = around(grids, self._pages.get(content, lambda: pages_of(grids)), item)
            key = (content, near)
            return self._beside.get(key, lambda: labelled_beside([grids[number] for number in near], self._model()))

    def get_ready(self) -> None:
        """Loads what the first item would have to wait for: MuPDF, the model and the vocabulary."""
        with self._lock:
            import pymupdf  # noqa: F401
            from PIL import Image  # noqa: F401

            self._model()
            mapper_in_use()

    def _model(self) -> Model:
        if self._loaded is None:
            self._loaded = model_of(self._folder)
        return self._loaded

    def excerpt(self, item: Item) -> str:
        """The lines of a text that a fact stands in, for a contact sheet; "" for other sources."""
        with self._lock:
            path, content, source = self._source(item.document)
            if source is Source.TEXT:
                return "\n".join(text for _, text, meant in self._lines(path, content, item) if meant)
            return ""

    def text(self, document: str) -> str | None:
        """The whole text of a document; None where its source is none, has changed or is gone."""
        with self._lock:
            path, content, source = self._source(document)
            return "\n".join(self._all_lines(path, content)) if source is Source.TEXT else None

    def _source(self, document: str) -> tuple[Path, str, Source]:
        known = journal_path(self._folder, document)
        if known is None:
            return Path(), "", Source.MISSING
        path, content = known
        try:
            stamp = stamp_of(path.stat())
            seen = self._hashes.get(path)
            if seen is None or seen[0] != stamp:
                found, stamp = hash_file(path)
                seen = self._hashes[path] = (stamp, found)
            if seen[1] != content:
                return path, content, Source.CHANGED
            with path.open("rb") as file:
                head = file.read(PDF_MARK_WITHIN)
        except (OSError, RecognizerError):
            return path, content, Source.MISSING
        if PDF_MARK in head or head.startswith(PICTURE_MARKS):
            return path, content, Source.PAGES
        return path, content, Source.SHEET if self._is_sheet(content) else Source.TEXT

    def _is_sheet(self, content: str) -> bool:
        return any(piece.place.sheet for grid in self._stored(content)[:1] for cell in grid.cells for piece in cell.pieces)

    def _stored(self, content: str) -> tuple[Grid, ...]:
        def read() -> tuple[Grid, ...]:
            folder = stored_path(self._folder, content).parent
            for path in sorted(folder.glob(f"{content}*.grids")):
                try:
                    return load(path)[1]
                except (OSError, DamagedStoreError):
                    continue
            return ()

        return self._grids.get(content, read)

    def _pdf(self, path: Path, content: str) -> Any:
        return self._open.get(content, lambda: _opened(path))

    def _page(self, path: Path, content: str, number: int) -> Shown:
        pdf = self._pdf(path, content)
        if not 1 <= number <= len(pdf):
            return Shown(Source.MISSING)
        rect = pdf[number - 1].rect
        cells = self._cells.get(content, lambda: _cells_by_page(self._stored(content))).get(number, ())
        return Shown(Source.PAGES, number, len(pdf), rect.width, rect.height, cells)

    def _all_lines(self, path: Path, content: str) -> tuple[str, ...]:
        return self._texts.get(content, lambda: tuple(decode(read_file(path)[0])[0].split("\n")))

    def _lines(self, path: Path, content: str, item: Item) -> Iterator[tuple[int, str, bool]]:
        """The lines around those of the item, which are `meant`."""
        lines = self._all_lines(path, content)
        meant = {number for place in item.at if "lines" in place for number in range(place["lines"][0], place["lines"][1] + 1)}
        if not meant:
            return
        near = sorted({number for one in meant for number in range(one - CONTEXT, one + CONTEXT + 1)})
        for number in near:
            if 1 <= number <= len(lines):
                yield number, lines[number - 1], number in meant

    def _rows(self, content: str, item: Item) -> Iterator[tuple[tuple[str, str, bool], ...]]:
        """The rows of a sheet around those of the item."""
        meant = {(place.get("sheet"), place["cell"]) for place in item.at if "cell" in place}
        rows: dict[tuple[str | None, int], list[tuple[str, str, bool]]] = defaultdict(list)
        near: list[tuple[str | None, int]] = []
        for number, grid in enumerate(self._stored(content)):
            for cell in grid.cells:
                places = [piece.place for piece in cell.pieces if piece.place.cell]
                if not places:
                    continue
                name = str(places[0].cell)
                split = _CELL.fullmatch(name)
                row = (places[0].sheet, int(split[2]) if split else 1000 * number + cell.row)
                is_meant = any((place.sheet, place.cell) in meant for place in places)
                rows[row].append((name, cell.text, is_meant))
                if is_meant:
                    near.append(row)
        for place in sorted(rows, key=lambda place: (str(place[0]), place[1])):
            if any(place[0] == sheet and abs(place[1] - number) <= CONTEXT for sheet, number in near):
                yield tuple(rows[place])


def boxes_on(item: Item, page: int | None) -> tuple[Box, ...]:
    """The boxes of a fact on a page, those it was carried over from left out."""
    return tuple(
        (place["bbox"][0], place["bbox"][1], place["bbox"][2], place["bbox"][3])
        for place in item.at if place.get("page") == page and "bbox" in place and not place.get("inherited"))


def _cells_by_page(grids: Sequence[Grid]) -> dict[int, tuple[Box, ...]]:
    """The boxes of the cells that have text, page by page."""
    found: dict[int, list[Box]] = defaultdict(list)
    for cell in (cell for grid in grids for cell in grid.cells):
        pieces: dict[int, list[Box]] = defaultdict(list)
        for piece in cell.pieces:
            if piece.place.page is not None and piece.place.bbox is not None:
                pieces[piece.place.page].append(piece.place.bbox)
        for page, boxes in pieces.items():
            found[page].append(union(boxes))
    return {page: tuple(boxes) for page, boxes in found.items()}


def _opened(path: Path) -> Any:
    """The document at the path as MuPDF's pages, in points, as the reader took them."""
    import pymupdf

    with path.open("rb") as file:
        head = file.read(PDF_MARK_WITHIN)
    if PDF_MARK in head:
        return pymupdf.open(path, filetype="pdf")
    from PIL import Image, ImageOps, ImageSequence

    from recognizer.reading.scanned.pictures import dpi_of

    pages = pymupdf.open()
    for frame in ImageSequence.Iterator(Image.open(path)):
        shown = ImageOps.exif_transpose(frame)
        dpi = dpi_of(shown.width, shown.height, shown.info.get("dpi"))
        drawn = io.BytesIO()
        shown.convert("RGB").save(drawn, "PNG", compress_level=1)
        page = pages.new_page(width=shown.width / dpi * 72, height=shown.height / dpi * 72)
        page.insert_image(page.rect, stream=drawn.getvalue())
    return pages


def _around(box: Box) -> Box:
    across, down = AROUND
    return (box[0] - across, box[1] - down, box[2] + across, min(box[3] + down, box[1] - down + HIGHEST_CROP))


def _drawn(page: Any, clip: Sequence[float] | None, scale: float) -> bytes:
    import pymupdf
    from PIL import Image

    area = page.rect if clip is None else pymupdf.Rect(clip) & page.rect
    if area.is_empty:
        area = page.rect
    scale = min(scale, (MOST_PIXELS / (area.width * area.height)) ** 0.5)
    pixels = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), clip=area, alpha=False)
    drawn = io.BytesIO()
    shown = Image.frombytes("RGB", (pixels.width, pixels.height), pixels.samples)
    shown.save(drawn, "JPEG", quality=QUALITY, subsampling=0)  # in a fifth of the time that PNG takes
    return drawn.getvalue()
