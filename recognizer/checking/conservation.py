"""Nothing invented: every printed field stands in the source, at the places that its evidence names."""

from __future__ import annotations

from collections.abc import Iterator

from recognizer.types import Document, Evidence, Records, TextBlock
from recognizer.vocabulary import fold


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
            for text in (indicator.name, indicator.standard):
                if text:
                    yield text, indicator.evidence
            for value in indicator.values:
                yield value.text, value.evidence
    for total in records.totals:
        for fund in total.funds:
            yield fund.raw, fund.evidence


def invented(records: Records, document: Document) -> list[str]:
    """The printed fields that are not put together from pieces of the lines that their evidence names, line after line."""
    lines = _lines(document)
    return [
        text
        for text, evidence in printed_fields(records)
        if not _stands(
            text,
            [
                lines.get(number, [])
                for place in evidence.at
                if place.lines
                for number in range(place.lines[0], place.lines[1] + 1)
            ],
        )
    ]


def _stands(text: str, lines: list[list[str]]) -> bool:
    """Whether the text is a concatenation of runs of the lines' pieces: line by line, and forwards within each piece."""
    rest = fold(text)
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
        else:
            for cell in block.cells:
                for piece in cell.pieces:
                    if piece.place.lines:
                        found.setdefault(piece.place.lines[0], []).append(fold(piece.text))
    return found
