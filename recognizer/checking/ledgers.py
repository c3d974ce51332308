"""Nothing lost, nothing doubled: where every word of a page ended up.

A word is what stands between blanks. Each must be held by one cell, and a cell that states a fact must end in one: what no cell
holds, or no fact took, is lost; what two cells or two facts hold is doubled. What is known to be no loss is counted as none:
headings that further pages print again, a fact that the document says twice, and labels, which hold for many rows. (Characters
printed twice in one place are read once.) What should be a fact and could not be placed is named as the remainder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from recognizer.assembly.text import says_something
from recognizer.checking.conservation import printed_fields
from recognizer.types import (
    Box,
    Cell,
    Document,
    Grid,
    LabelledCell,
    LabelledGrid,
    Ledger,
    Page,
    Piece,
    Place,
    Records,
    Role,
    TextBlock,
)
from recognizer.vocabulary import fold

FACTS = (Role.NAME, Role.VALUE, Role.FUND_AMOUNT, Role.ATTRIBUTE_VALUE, Role.GOAL_TEXT, Role.STANDARD)  # roles of single facts

Character = tuple[str, Box]
Where = tuple[object, ...]  # the first line of a text, or the sheet and the cell of it


def ledgers(
    records: Records, document: Document, grids: Sequence[Grid], labelled: Sequence[LabelledGrid]
) -> tuple[Ledger, ...]:
    """The ledgers of the records, page by page, with what was lost, doubled and invented on the way.

    `grids` are those that were labelled, with the headings printed again in them; `labelled` says what became of their cells.
    """
    entries = [entry for grid in labelled for row in grid.rows for entry in row]
    pieces = [piece for cell in _cells(grids, entries) for piece in cell.pieces]
    lost, doubled, invented, words = _of_pages(document, pieces) if _has_pages(document) else _of_lines(document, pieces)
    unplaced, shared = _of_facts(records, entries)
    inside, prose = _in_tables(labelled)
    count = max(len(records.pages), *words, *(block.number for block in document.blocks if isinstance(block, Page)), 1)
    known = (*records.pages, *[Ledger()] * (count - len(records.pages)))
    return tuple(
        replace(ledger, words=words[page], lost=lost[page] + unplaced[page], doubled=doubled[page] + shared[page],
                invented=ledger.invented + invented[page], inside=inside[page], prose=prose[page])
        for page, ledger in enumerate(known, 1))


def _cells(grids: Iterable[Grid], entries: Iterable[LabelledCell]) -> Iterator[Cell]:
    yield from (entry.cell for entry in entries)
    yield from (cell for grid in grids for cell in grid.repeated)


def _has_pages(document: Document) -> bool:
    return any(isinstance(block, Page) for block in document.blocks)


# Words and cells.

_Counts = tuple[Counter[int], Counter[int], Counter[int], Counter[int]]  # lost, doubled, invented, and all words by page


def _of_pages(document: Document, pieces: Iterable[Piece]) -> _Counts:
    """What becomes of the characters of pages, each known by its box."""
    lost, doubled, invented, words = Counter[int](), Counter[int](), Counter[int](), Counter[int]()
    own: dict[int, list[Piece]] = {}
    for piece in pieces:
        own.setdefault(piece.place.page or 1, []).append(piece)
    for page in document.blocks:
        if not isinstance(page, Page):
            continue
        number, here = page.number, own.get(page.number, ())
        runs = [(run.text, run.boxes if not page.turn else tuple(map(page.displayed, run.boxes))) for run in page.runs]
        words[number] = len(" ".join(text for text, _ in runs).split())
        if _all_in_one_place(runs, here):
            continue
        printed = set(chain.from_iterable(zip(text, boxes, strict=True) for text, boxes in runs))
        held = set(chain.from_iterable(zip(piece.text, piece.boxes, strict=True) for piece in here))
        gone = {character for character in printed - held if not character[0].isspace()}
        if gone:
            lost[number] = _words_with(runs, gone)
        made_up = {character for character in held - printed if not character[0].isspace()}
        if made_up:
            invented[number] = _words_with([(piece.text, piece.boxes) for piece in here], made_up)
        if sum(len(piece.text) for piece in here) > len(held):
            often = Counter(chain.from_iterable(zip(piece.text, piece.boxes, strict=True) for piece in here))
            twice = {character for character, times in often.items() if times > 1 and not character[0].isspace()}
            doubled[number] = _words_with(runs, twice)
    return lost, doubled, invented, words


def _all_in_one_place(runs: Sequence[tuple[str, tuple[Box, ...]]], pieces: Sequence[Piece]) -> bool:
    """Whether each character is held by one piece, told without a look at those of runs that became a piece as they are."""
    made = [(id(piece.boxes), piece.text) for piece in pieces]
    whole = set(made) & {(id(boxes), text) for text, boxes in runs}
    printed = _characters((text, boxes) for text, boxes in runs if (id(boxes), text) not in whole)
    held = _characters((piece.text, piece.boxes) for piece, one in zip(pieces, made, strict=True) if one not in whole)
    return len(made) == len(set(made)) and len(held) == len(set(held)) and set(held) == set(printed)


def _characters(texts: Iterable[tuple[str, Sequence[Box]]]) -> list[Character]:
    """The characters of texts, but for blanks."""
    return [one for text, boxes in texts for one in zip(text, boxes, strict=True) if not one[0].isspace()]


def _words_with(runs: Iterable[tuple[str, Sequence[Box]]], wanted: set[Character]) -> int:
    """How many words of the runs have one of the characters."""
    count = 0
    for text, boxes in runs:
        inside = False  # a word that is counted
        for character in zip(text, boxes, strict=True):
            if character[0].isspace():
                inside = False
            elif not inside and character in wanted:
                inside = True
                count += 1
    return count


def _of_lines(document: Document, pieces: Iterable[Piece]) -> _Counts:
    """What becomes of the pieces of a text or a sheet, each known by its place and its words; all of it is one page."""
    printed = Counter(_source_words(document))
    held = Counter((_where(piece), word) for piece in pieces for word in piece.text.split())
    more = held - printed
    doubled = sum(times for word, times in more.items() if word in printed)
    lost, invented = (printed - held).total(), more.total() - doubled
    return Counter({1: lost}), Counter({1: doubled}), Counter({1: invented}), Counter({1: printed.total()})


def _where(piece: Piece) -> Where:
    return piece.place.lines[:1] if piece.place.lines else (piece.place.sheet, piece.place.cell)


def _source_words(document: Document) -> Iterator[tuple[Where, str]]:
    for block in document.blocks:
        if isinstance(block, TextBlock):
            for line in block.lines:
                if line.pieces:
                    yield from ((_where(piece), word) for piece in line.pieces for word in piece.text.split())
                else:
                    yield from (((line.number,), word) for word in line.text.split())
        elif isinstance(block, Grid):
            for cell in block.cells:
                yield from ((_where(piece), word) for piece in cell.pieces for word in piece.text.split())


# Cells and facts.


def _of_facts(records: Records, entries: Iterable[LabelledCell]) -> tuple[Counter[int], Counter[int]]:
    """By page, the words of cells that state a fact and are in none, nor in the remainder; and of those that are in several."""
    lost, doubled = Counter[int](), Counter[int]()
    taken = Counter(place for _, evidence in printed_facts(records) for place in set(evidence) if not place.inherited)
    said: str | None = None
    for entry in chain.from_iterable((one, *one.parts) for one in entries):
        if entry.label.role not in FACTS or not says_something(entry.cell.text):
            continue
        places = [piece.place for piece in entry.cell.pieces]
        if any(place in taken for place in places):
            # Many cells stand on one line of a text, but a box is that of one cell.
            for piece in entry.cell.pieces:
                if taken[piece.place] > 1 and piece.place.bbox:
                    doubled[piece.place.page or 1] += len(piece.text.split())
            continue
        if said is None:
            said = "\n".join([*(text for text, _ in printed_fields(records)), *(ledger.remainder for ledger in records.pages)])
        if fold(entry.cell.text) not in said:
            for piece in entry.cell.pieces:
                lost[piece.place.page or 1] += len(piece.text.split())
    return lost, doubled


def printed_facts(records: Records) -> Iterator[tuple[str, tuple[Place, ...]]]:
    """The kind of every fact with the places where it stands; an indicator's name, labels and standard are one."""
    for project in records.projects:
        yield "project", project.evidence.at
        yield from (("attribute", attribute.evidence.at) for attribute in project.attributes)
        yield from (("fund", fund.evidence.at) for fund in project.funds)
        yield from (("goal", goal.evidence.at) for goal in project.goals)
        for indicator in project.indicators:
            yield "indicator", indicator.evidence.at
            yield from (("value", value.evidence.at) for value in indicator.values)
    yield from (("total", fund.evidence.at) for total in records.totals for fund in total.funds)


def _in_tables(labelled: Iterable[LabelledGrid]) -> tuple[Counter[int], Counter[int]]:
    """By page, the words in tables, and those among them that were taken for prose."""
    inside, prose = Counter[int](), Counter[int]()
    for grid in labelled:
        for entry in chain.from_iterable(grid.rows) if grid.drawn else ():
            for piece in entry.cell.pieces:
                count = len(piece.text.split())
                inside[piece.place.page or 1] += count
                if entry.label.role is Role.PROSE:
                    prose[piece.place.page or 1] += count
    return inside, prose
