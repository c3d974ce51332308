"""What the controlled vocabulary is made of: concepts, their names and the tree they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Direction = Literal["more", "less"]


class Kind(StrEnum):
    """What a concept is a name of: a level of the form, an indicator (level 3), a label of the head, an item of funds."""

    LEVEL1 = "level1"
    LEVEL2 = "level2"
    INDICATOR = "indicator"
    ATTRIBUTE = "attribute"
    FUND = "fund"


class Source(StrEnum):
    """Where an alternative name is from: an official framework, an editor's knowledge, or a gold record."""

    OFFICIAL = "official"
    EDITOR = "editor"
    GOLD = "gold"


@dataclass(frozen=True, slots=True)
class Wording:
    """A name of a concept and where it is from."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Concept:
    """An entry of the vocabulary.

    `parent` is the id of the concept above (level 1 above level 2 above indicators; None elsewhere). `unit_families` are the base
    units its values may have: 元, %, 人, 次, 个 (things counted by any classifier), 天 (lengths of time), 米, 平方米, 立方米,
    千克, 日期 (dates) and 定性 (words); empty where anything may stand. `direction` says whether more or less is better, None
    where neither. `alternatives` are its other names; `name_source` is where its preferred name is from.
    """

    id: str
    kind: Kind
    name: str
    parent: str | None = None
    unit_families: tuple[str, ...] = ()
    direction: Direction | None = None
    definition: str = ""
    alternatives: tuple[Wording, ...] = ()
    name_source: Source = Source.EDITOR

    @property
    def wordings(self) -> tuple[Wording, ...]:
        """All its names, the preferred one first."""
        return (Wording(self.name, self.name_source), *self.alternatives)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All concepts, in the order of their file."""

    concepts: tuple[Concept, ...]
    _by_id: dict[str, Concept] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {concept.id: concept for concept in self.concepts})

    def get(self, identifier: str) -> Concept | None:
        """The concept with this id, None for none."""
        return self._by_id.get(identifier)

    def of_kind(self, kind: Kind) -> tuple[Concept, ...]:
        """The concepts of a kind, in order."""
        return tuple(concept for concept in self.concepts if concept.kind is kind)

    def above(self, concept: Concept) -> Iterator[Concept]:
        """The concepts above one, the nearest first."""
        seen = {concept.id}
        parent = self.get(concept.parent or "")
        while parent and parent.id not in seen:
            yield parent
            seen.add(parent.id)
            parent = self.get(parent.parent or "")

    def level(self, concept: Concept, kind: Kind) -> str | None:
        """The name of the level 1 or level 2 that a concept stands below, None where it stands below none."""
        return next((above.name for above in self.above(concept) if above.kind is kind), None)
