"""Prints drawn documents as PDF, as a word processor, a spreadsheet or a browser would, with exact cells, boxes and labels.

`print_generated` and `print_reserved` are to PDF what `generate` and `reserved` are to text; `reprint` prints tables whose
structure is known in another style. Same seed, same bytes, with the same release of PyMuPDF.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..banks import Banks, load_banks
from ..draw import Draw
from ..facts import records_of
from ..profile import draw_profile
from ..publishing import compose
from ..sheet import Block, Table, blocks_of
from .press import Press
from .printed import Fragment, PrintedCell, PrintedDocument, aligned, labelled
from .style import Rules, Style, draw_style

__all__ = [
    "Fragment",
    "PrintedCell",
    "PrintedDocument",
    "aligned",
    "labelled",
    "print_blocks",
    "print_generated",
    "print_reserved",
    "reprint",
]

_RESERVED_CITIES = 10
_MEDIA = frozenset(("text_dump", "tabs", "markdown", "html"))


def print_generated(
    count: int, seed: int, left_out: frozenset[str] = frozenset(), layout_out: bool = False, rules: Rules | None = "full"
) -> Iterator[PrintedDocument]:
    """Yields `count` printed documents, each of a publisher of its own; parameters as for `generate`.

    `rules` says what rules the tables have: full, half (lines across or shading only) or none; None draws one of them.
    """
    from .. import left_out_habits

    banks = load_banks(frozenset(left_out))
    barred = left_out_habits(left_out) if layout_out else frozenset()
    for number in range(count):
        name = f"printed-{seed}-{number}"
        yield _document(banks, barred, f"print {seed} {number}", f"{name}.pdf", name, "", rules)


def print_reserved(seed: int = 7, documents: int = 4, rules: Rules | None = "full") -> Iterator[PrintedDocument]:
    """Yields `documents` printed documents of each of the ten reserved cities, which keep their profiles and styles."""
    banks = load_banks(reserved=True)
    for city in range(_RESERVED_CITIES):
        for number in range(documents):
            name = f"reserved-{city}-{number}.pdf"
            yield _document(banks, frozenset(), f"reserved {seed} {city}", name, f"reserved-{city}", f"{number}", rules)


def reprint(structure: dict[str, Any], records: dict[str, Any], seed: int, rules: Rules | None = "full") -> PrintedDocument:
    """Prints tables of known structure (form of eval/pdfs/*.truth.json) in a style of its own.

    The structure is as `blocks_of` takes it.
    """
    draw = Draw(random.Random(f"reprint {seed}"), load_banks())
    blocks = blocks_of(structure)
    wide = any(isinstance(block, Table) and block.columns > 8 for block in blocks)
    style = draw_style(draw, wide, rules)
    printed = print_blocks(blocks, style)
    return replace(printed, name=structure["document"], records=records)


def print_blocks(blocks: list[Block], style: Style) -> PrintedDocument:
    """Prints blocks in a style, without records; what its marks print is noted in them."""
    press = Press(style)
    pdf, cells = press.run(blocks)
    made_with = f"{style.maker}, {style.rules} rules"
    return PrintedDocument("", pdf, tuple(cells), {}, pages=len(press.canvas.pages), made_with=made_with)


def _document(
    banks: Banks, barred: frozenset[str], seed: str, name: str, source: str, variant: str, rules: Rules | None
) -> PrintedDocument:
    draw = Draw(random.Random(seed), banks, barred)
    profile = draw_profile(draw)
    style = draw_style(Draw(random.Random(f"style {seed}"), banks), profile.layout != "form", rules)
    if variant:
        profile.gold_share = 0.0
        draw.rng = random.Random(f"{seed} {variant}")
    draw.tags -= _MEDIA
    draw.tags |= {"pdf", f"rules:{style.rules}", f"maker:{style.maker}"}
    blocks, facts, _ = compose(draw, profile)
    printed = print_blocks(blocks, style)
    return replace(printed, name=name, records=records_of(facts, name), source=source, tags=frozenset(draw.tags))
