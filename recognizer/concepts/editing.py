"""Changes of a vocabulary: another name, another concept, two concepts made one. What they return is fit, or they raise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from recognizer.concepts.checking import VocabularyError, check_entries, name_key
from recognizer.concepts.entries import Concept, Source, Vocabulary, Wording
from recognizer.errors import UsageError

FIRST_LINE = 2  # of a table's concepts; its first line holds the headings


def with_names(vocabulary: Vocabulary, identifier: str, names: Sequence[str], source: Source = Source.EDITOR) -> Vocabulary:
    """The vocabulary with more alternative names of a concept. Raises UsageError for no such concept, VocabularyError for a
    name that another concept under the same parent has."""
    concept = _known(vocabulary, identifier)
    own = {name_key(wording.text) for wording in concept.wordings}
    given = dict.fromkeys(name.strip() for name in names)
    fresh = [Wording(name, source) for name in given if name and name_key(name) not in own]
    return _replaced(vocabulary, replace(concept, alternatives=(*concept.alternatives, *fresh)))


def with_concept(vocabulary: Vocabulary, concept: Concept) -> Vocabulary:
    """The vocabulary with one concept more, after the last one of its parent. Raises VocabularyError where it does not fit in."""
    family = (concept.kind, concept.parent)
    siblings = [place for place, one in enumerate(vocabulary.concepts) if (one.kind, one.parent) == family]
    place = siblings[-1] + 1 if siblings else len(vocabulary.concepts)
    return _fit(Vocabulary((*vocabulary.concepts[:place], concept, *vocabulary.concepts[place:])))


def merged(vocabulary: Vocabulary, keep: str, drop: str) -> Vocabulary:
    """The vocabulary with the names of `drop` given to `keep`, and `drop` gone; what stood below it stands below `keep`.

    Raises UsageError where one of them is unknown, both are one, or they are of different kinds.
    """
    kept, dropped = _known(vocabulary, keep), _known(vocabulary, drop)
    if kept.id == dropped.id or kept.kind is not dropped.kind:
        raise UsageError(f"{keep} and {drop} cannot be one", stage="map")
    own = {name_key(wording.text) for wording in kept.wordings}
    moved = tuple(wording for wording in dropped.wordings if name_key(wording.text) not in own)
    families = tuple(dict.fromkeys((*kept.unit_families, *dropped.unit_families)))
    kept = replace(kept, alternatives=(*kept.alternatives, *moved), unit_families=families)
    concepts = [kept if one.id == kept.id else replace(one, parent=kept.id) if one.parent == dropped.id else one
                for one in vocabulary.concepts if one.id != dropped.id]
    return _fit(Vocabulary(tuple(concepts)))


def _known(vocabulary: Vocabulary, identifier: str) -> Concept:
    concept = vocabulary.get(identifier)
    if concept is None:
        raise UsageError(f"no concept has the id {identifier}", stage="map", hint="`recognizer vocabulary show WORD` finds ids")
    return concept


def _replaced(vocabulary: Vocabulary, concept: Concept) -> Vocabulary:
    return _fit(Vocabulary(tuple(concept if one.id == concept.id else one for one in vocabulary.concepts)))


def _fit(vocabulary: Vocabulary, path: Path | None = None) -> Vocabulary:
    problems = check_entries(list(enumerate(vocabulary.concepts, FIRST_LINE)))
    if problems:
        raise VocabularyError(problems, path)
    return vocabulary
