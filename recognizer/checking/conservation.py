"""Nothing invented: every printed field stands in the source, at the places that its evidence names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from recognizer.layout.filling import union
from recognizer.types import Box, Document, Evidence, Grid, Page, Place, Records, Run, TextBlock
from recognizer.vocabulary import fold

BAND = 20.0  # height, in points, of the bands by which the characters of a page are looked up


def printed_fields(records: Records) -> Iterator[tuple[str, Evidence]]:
    """Every printed text of the records with its evidence."""
    for project in records.projects:
        if project.name:
            yield project.name, project.evidence
        for attribute in project.attributes:
            yield attribute.text, attribute.evidence
        for fund in project.funds:
            yield fund.raw, fund.evidence
        for goal in project.goals:
            yield goal.text, goal.evidence
        for indicator in project.indicators:
            for text in (indicator.name, indicator.standard, indicator.level1_raw, indicator.level2_raw):
                if text:
                    yield text, indicator.evidence
            for value in indicator.values:
                yield value.text, value.evidence
    for total in records.totals:
        for fund in total.funds:
            yield fund.raw, fund.evidence


def invented(records: Records, document: Document) -> list[str]:
    """The printed fields that are not put together from pieces of the places that their evidence names, one after the other."""
    return [text for text, _ in invented_on(records, document)]


def invented_on(records: Records, document: Document) -> list[tuple[str, int]]:
    """The `invented` fields, each with the page (from 1) that its evidence names first; 1 where the source has no pages."""
    lines = _lines(document)
    cells = _cells(document)
    pages = {block.number: _Words(block) for block in document.blocks if isinstance(block, Page)}
    return [
        (text, next((place.page for place in evidence.at if place.page), 1))
        for text, evidence in printed_fields(records)
        if not _stands_whole(text, evidence.at, pages)
        and not _stands(text, [pieces for place in evidence.at for pieces in _printed_at(place, lines, cells, pages)])
    ]


def _stands_whole(text: str, places: Sequence[Place], pages: Mapping[int, _Words]) -> bool:
    """Whether the text is part of the runs that fill one of the places, or of what those that fill them say together: true of
    most."""
    wanted, together = fold(text), ""
    for place in places:
        page = pages.get(place.page) if place.page else None
        here = page.filling(place.bbox) if page and place.bbox else ""
        if wanted in here:
            return True
        together += here
    return wanted in together


def _printed_at(
    place: Place, lines: Mapping[int, list[str]], cells: Mapping[tuple[str | None, str], list[str]], pages: Mapping[int, _Words]
) -> list[list[str]]:
    """The pieces of each line of a place; those of its cell, or in its box where it is one of a sheet or a page."""
    if place.lines:
        return [lines.get(number, []) for number in range(place.lines[0], place.lines[1] + 1)]
    if place.cell is not None:
        return [cells.get((place.sheet, place.cell), [])]
    if place.page is not None and place.page in pages and place.bbox:
        return [pages[place.page].within(place.bbox)]
    return []


def _bands(box: Box) -> range:
    """The numbers of the bands across the page that a box reaches into."""
    return range(int(box[1] // BAND), int(box[3] // BAND) + 1)


class _Words:
    """The characters of a page by where they stand: the source itself, and not what the layout made of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.turned = bool(page.turn or page.skew)
        self.found: dict[Box, list[str]] = {}
        self.filled: dict[Box, str] = {}
        # The numbers of runs by the left side of their first character, with its top and bottom.
        self.starting: dict[float, list[tuple[int, float, float]]] = {}
        for number, run in enumerate(page.runs):
            left, top, _, bottom = page.displayed(run.boxes[0]) if self.turned else run.boxes[0]
            self.starting.setdefault(left, []).append((number, top, bottom))

    @cached_property
    def bands(self) -> dict[int, list[tuple[Run, Box]]]:
        """The runs by the bands of the page that they reach into; few pages need them."""
        found: dict[int, list[tuple[Run, Box]]] = {}
        for run in self.page.runs:
            box = self._box(run)
            for band in _bands(box):
                found.setdefault(band, []).append((run, box))
        return found

    def filling(self, box: Box) -> str:
        """The folded text of runs, each printed after the other, that fill a box together; "" where none do."""
        if box not in self.filled:
            starts = (number for number, top, bottom in self.starting.get(box[0], ()) if box[1] <= top and bottom <= box[3])
            self.filled[box] = fold(next(filter(None, (self._from(number, box) for number in starts)), ""))
        return self.filled[box]

    def _from(self, number: int, box: Box) -> str:
        """The text of the runs from one on that fill a box; "" where they reach out of it."""
        text, around = "", None
        for run in self.page.runs[number:]:
            own = self._box(run)
            around = union((around, own)) if around else own
            text += run.text
            if around == box:
                return text
            if around[0] < box[0] or around[1] < box[1] or around[2] > box[2] or around[3] > box[3]:
                break
        return ""

    def _box(self, run: Run) -> Box:
        box = union(run.boxes)
        return self.page.displayed(box) if self.turned else box

    def within(self, box: Box) -> list[str]:
        """The folded runs of characters whose centres lie in a box."""
        if box not in self.found:
            x0, y0, x1, y1 = box
            near = {id(run): (run, own) for band in _bands(box) for run, own in self.bands.get(band, ())
                    if own[0] < x1 and own[2] > x0 and own[1] < y1 and own[3] > y0}
            self.found[box] = [fold(self._part(run, own, box)) for run, own in near.values()]
        return self.found[box]

    def _part(self, run: Run, around: Box, box: Box) -> str:
        x0, y0, x1, y1 = box
        if x0 <= around[0] and y0 <= around[1] and around[2] <= x1 and around[3] <= y1:
            return run.text
        shown = run.boxes if not self.page.turn else [self.page.displayed(own) for own in run.boxes]
        return "".join([
            char for char, (left, top, right, bottom) in zip(run.text, shown, strict=True)
            if x0 <= (left + right) / 2 <= x1 and y0 <= (top + bottom) / 2 <= y1])


def _stands(text: str, lines: list[list[str]]) -> bool:
    """Whether the text is a concatenation of runs of the lines' pieces: line by line, and forwards within each piece."""
    rest = fold(text)
    if any(rest in piece for pieces in lines for piece in pieces):
        return True
    for pieces in lines:
        unread = list(pieces)
        while rest:
            size, number = max(((_longest_start(rest, piece), -number) for number, piece in enumerate(unread)), default=(0, 0))
            if not size:
                break
            piece = unread[-number]
            unread[-number] = piece[piece.index(rest[:size]) + size :]
            rest = rest[size:]
    return not rest


def _longest_start(text: str, source: str) -> int:
    """How many characters at the start of the text stand in the source as one run."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text[:middle] in source:
            low = middle
        else:
            high = middle - 1
    return low


def _lines(document: Document) -> dict[int, list[str]]:
    """The folded pieces of each line."""
    found: dict[int, list[str]] = {}
    for block in document.blocks:
        if isinstance(block, TextBlock):
            for line in block.lines:
                found.setdefault(line.number, []).extend(map(fold, line.text.split()))
        elif isinstance(block, Grid):
            for cell in block.cells:
                for piece in cell.pieces:
                    if piece.place.lines:
                        found.setdefault(piece.place.lines[0], []).append(fold(piece.text))
    return found


def _cells(document: Document) -> dict[tuple[str | None, str], list[str]]:
    """The folded pieces of each cell of a sheet."""
    found: dict[tuple[str | None, str], list[str]] = {}
    for block in document.blocks:
        if isinstance(block, Page):
            continue
        owners = block.lines if isinstance(block, TextBlock) else block.cells
        for piece in (piece for owner in owners for piece in owner.pieces if piece.place.cell is not None):
            found.setdefault((piece.place.sheet, piece.place.cell or ""), []).append(fold(piece.text))
    return found
