"""The layout generator: labelled documents of publishers that do not exist, for training and for measuring.

`generate` draws publishers as broad as Chinese offices are; `reserved` draws ten fixed "cities" whose headings and texts
`generate` never uses. Same seed, same documents, on every platform.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from ..truth import LabelledDocument
from .banks import Banks, habits_by_name, load_banks
from .draw import Draw
from .profile import draw_profile
from .publishing import publish

__all__ = ["generate", "left_out_habits", "reserved"]

_RESERVED_CITIES = 10
_NOT_DUMPS = frozenset({"tabs", "markdown", "html", "packed"})


def generate(
    count: int, seed: int, left_out: frozenset[str] = frozenset(), layout_out: bool = False
) -> Iterator[LabelledDocument]:
    """Yields `count` documents, each of a publisher of its own; every fourth is a text dump, which are the hardest to read.

    `left_out` names sources (stems of gold files) whose texts are not drawn; with `layout_out` neither is any habit that
    only they show. A document's tags name the habits drawn and, as `text:SOURCE`, the banks its texts come from.
    """
    banks = load_banks(frozenset(left_out))
    barred = left_out_habits(left_out) if layout_out else frozenset()
    dumps = barred if "text_dump" in barred else barred | _NOT_DUMPS
    for number in range(count):
        name = f"generated-{seed}-{number}"
        yield _document(banks, barred if number % 4 else dumps, f"generate {seed} {number}", name, name)


def reserved(seed: int = 7, documents: int = 4) -> Iterator[LabelledDocument]:
    """Yields `documents` documents of each of ten reserved cities; `source` is reserved-0 to reserved-9.

    A city keeps its profile over all its documents. Its combination of headings and habits, about half of its headings' wordings,
    and its texts are never drawn by `generate`; level labels are worded as the national form words them everywhere.
    """
    banks = load_banks(reserved=True)
    for city in range(_RESERVED_CITIES):
        for number in range(documents):
            yield _document(
                banks, frozenset(), f"reserved {seed} {city}", f"reserved-{city}-{number}", f"reserved-{city}", f"{number}"
            )


def left_out_habits(left_out: frozenset[str]) -> frozenset[str]:
    """The habits that, among the five real documents, only left-out sources show."""
    return frozenset(habit for habit, sources in habits_by_name().items() if sources and set(sources) <= set(left_out))


def _document(banks: Banks, barred: frozenset[str], seed: str, name: str, source: str, variant: str = "") -> LabelledDocument:
    draw = Draw(random.Random(seed), banks, barred)
    profile = draw_profile(draw)
    if variant:
        profile.gold_share = 0.0
        draw.rng = random.Random(f"{seed} {variant}")
    return publish(draw, profile, name, source)
