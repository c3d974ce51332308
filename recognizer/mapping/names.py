"""The controlled vocabulary of indicator names: what an indicator of the third level is called by common name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from recognizer.mapping.units import load
from recognizer.types import Canonical
from recognizer.vocabulary import plain, strip_numbering

THRESHOLD = 0.75  # below it a likeness says more of common characters than of a common meaning
_OTHER_LEVEL = 0.9  # what a likeness is worth when the entry belongs to another level 2
_SHORTEST_ENDING = 3  # characters; 数量 or 成本 alone do not tell what is measured
_REMARK = re.compile(r"[(\[][^)\]]*[)\]]")
_ORNAMENT = re.compile(r"[^\u4e00-\u9fffa-z0-9]+")
_LONGEST_NAME = 60  # characters; longer names are whole sentences that no entry stands for


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the vocabulary: a stable id, its Chinese name, its level 2 and other wordings of it."""

    id: str
    name: str
    level2: str
    aliases: tuple[str, ...]


@cache
def vocabulary() -> tuple[Entry, ...]:
    """All entries, in the order of names.json."""
    return tuple(Entry(row["id"], row["name"], row["level2"], tuple(row.get("aliases", ()))) for row in load("names")["entries"])


def _bare(name: str) -> str:
    """A name for comparing: without numbering, remarks in brackets, punctuation and ornament."""
    line = plain(strip_numbering(name)).removeprefix("其中:")
    return _ORNAMENT.sub("", _REMARK.sub("", line)) or _ORNAMENT.sub("", line)


@cache
def _wordings() -> tuple[tuple[str, ...], tuple[Entry, ...]]:
    """Every wording of every entry, and beside it the entry that it is a wording of."""
    pairs = [(_bare(wording), entry) for entry in vocabulary() for wording in (entry.name, *entry.aliases)]
    return tuple(wording for wording, _ in pairs), tuple(entry for _, entry in pairs)


@cache
def _exact() -> dict[str, tuple[Entry, ...]]:
    found: dict[str, tuple[Entry, ...]] = {}
    for wording, entry in zip(*_wordings(), strict=True):
        found[wording] = (*found.get(wording, ()), entry)
    return found


@lru_cache(maxsize=65536)
def canonical_name(name: str, level2: str | None = None) -> Canonical | None:
    """The entry that a printed name matches best, with a score from 0 to 1; None where none matches well enough.

    The same words score 1. Otherwise the likeness of characters counts, and of the name's end, which in Chinese says what is
    measured (参训人员满意度 is a 满意度); an entry of another level 2 than `level2` loses a tenth.
    """
    bare = _bare(name)
    if not bare or len(bare) > _LONGEST_NAME or "不适用" in bare:
        return None
    exact = _exact().get(bare)
    if exact:
        best = next((entry for entry in exact if entry.level2 == level2), exact[0])
        return Canonical(best.id, best.name, 1.0)
    found = max((*_by_ending(bare, level2), *_by_likeness(bare, level2)), key=lambda pair: pair[0], default=None)
    return Canonical(found[1].id, found[1].name, round(found[0], 4)) if found and found[0] >= THRESHOLD else None


def _by_ending(bare: str, level2: str | None) -> list[tuple[float, Entry]]:
    """The entry whose wording is the longest ending of the name, with its score."""
    for start in range(1, len(bare) - _SHORTEST_ENDING + 1):
        entries = _exact().get(bare[start:])
        if entries:
            score = 0.8 + 0.2 * (len(bare) - start) / len(bare)
            return [(score * _worth(entry, level2), entry) for entry in entries]
    return []


def _by_likeness(bare: str, level2: str | None) -> list[tuple[float, Entry]]:
    """The entries with a wording of nearly the same characters, with their scores."""
    from rapidfuzz import fuzz, process

    wordings, entries = _wordings()
    alike = process.extract(bare, wordings, scorer=fuzz.ratio, score_cutoff=100 * THRESHOLD, limit=None)
    return [(likeness / 100 * _worth(entries[index], level2), entries[index]) for _, likeness, index in alike]


def _worth(entry: Entry, level2: str | None) -> float:
    return _OTHER_LEVEL if level2 and entry.level2 != level2 else 1.0
