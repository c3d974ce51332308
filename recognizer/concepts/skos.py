"""The vocabulary as SKOS (Turtle), to exchange it with other tools. rdflib is imported here only."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from rdflib import RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef

from recognizer.concepts.checking import Problem, VocabularyError, check_entries
from recognizer.concepts.entries import Concept, Kind, Source, Vocabulary, Wording
from recognizer.concepts.table import decode

SCHEME = "urn:recognizer:vocabulary"
PREFIX = "urn:recognizer:concept:"
TERMS = Namespace("urn:recognizer:term:")
# Names of official frameworks and of gold records are alternative labels of a more exact kind.
_LABELS = {Source.OFFICIAL: TERMS.officialLabel, Source.GOLD: TERMS.goldLabel}
_LINE = re.compile(r"at line (\d+)")


def write_turtle(vocabulary: Vocabulary) -> str:
    """The vocabulary as Turtle: a skos:Concept each, Chinese labels, skos:broader to the level above."""
    graph = Graph()
    graph.bind("skos", SKOS)
    graph.bind("term", TERMS)
    scheme = URIRef(SCHEME)
    graph.add((scheme, RDF.type, SKOS.ConceptScheme))
    for predicate in _LABELS.values():
        graph.add((predicate, RDFS.subPropertyOf, SKOS.altLabel))
    for number, concept in enumerate(vocabulary.concepts):
        node = URIRef(PREFIX + concept.id)
        graph.add((node, RDF.type, SKOS.Concept))
        graph.add((node, SKOS.inScheme, scheme))
        graph.add((node, SKOS.notation, Literal(concept.id)))
        graph.add((node, SKOS.prefLabel, Literal(concept.name, lang="zh")))
        graph.add((node, TERMS.kind, Literal(concept.kind.value)))
        graph.add((node, TERMS.order, Literal(number)))
        if concept.parent:
            graph.add((node, SKOS.broader, URIRef(PREFIX + concept.parent)))
        if concept.definition:
            graph.add((node, SKOS.definition, Literal(concept.definition, lang="zh")))
        if concept.direction:
            graph.add((node, TERMS.direction, Literal(concept.direction)))
        for family in concept.unit_families:
            graph.add((node, TERMS.unitFamily, Literal(family)))
        for wording in concept.wordings:
            if wording.text != concept.name or wording.source is not Source.EDITOR:
                graph.add((node, _LABELS.get(wording.source, SKOS.altLabel), Literal(wording.text, lang="zh")))
    return str(graph.serialize(format="turtle"))


def read_turtle(path: Path) -> Vocabulary:
    """The vocabulary of a Turtle file, ours or another tool's SKOS. Raises VocabularyError with every problem and its line.

    Without kinds of our own a concept without skos:broader is a level 1, one below it a level 2, one below that an indicator.
    """
    text = decode(path)
    graph = Graph()
    try:
        graph.parse(data=text, format="turtle")
    except Exception as error:  # rdflib raises what its parser happens to stumble over
        found = _LINE.search(str(error))
        line = int(found[1]) if found else getattr(error, "lines", 0) or 0
        raise VocabularyError([Problem(int(line), "turtle", " ".join(str(error).split())[:120])], path) from error
    lines = _lines(text)
    nodes = sorted(graph.subjects(RDF.type, SKOS.Concept), key=lambda node: (_order(graph, node), str(node)))
    found_problems: list[Problem] = []
    entries = [(lines.get(_id(graph, node), 1), _concept(graph, node, lines, found_problems)) for node in nodes]
    problems = [*found_problems, *check_entries(entries)] if entries else [Problem(0, "nothing")]
    if problems:
        raise VocabularyError(problems, path)
    return Vocabulary(tuple(concept for _, concept in entries))


def _concept(graph: Graph, node: Any, lines: dict[str, int], problems: list[Problem]) -> Concept:
    identifier = _id(graph, node)
    names = _texts(graph, node, SKOS.prefLabel)
    if len(names) != 1:
        problems.append(Problem(lines.get(identifier, 1), "empty", f"skos:prefLabel ({identifier})"))
    name = names[0] if names else ""
    broader = [_id(graph, parent) for parent in graph.objects(node, SKOS.broader)]
    kind = next((str(kind) for kind in graph.objects(node, TERMS.kind)), None) or _kind_by_depth(graph, node)
    if kind not in set(Kind):
        problems.append(Problem(lines.get(identifier, 1), "kind", kind))
        kind = Kind.INDICATOR
    direction = next((str(one) for one in graph.objects(node, TERMS.direction)), None)
    if direction not in ("more", "less", None):
        problems.append(Problem(lines.get(identifier, 1), "direction", str(direction)))
    sourced = {source: _texts(graph, node, predicate) for source, predicate in _LABELS.items()}
    taken = {text for texts in sourced.values() for text in texts}
    sourced[Source.EDITOR] = [text for text in _texts(graph, node, SKOS.altLabel) if text not in taken]
    own = [source for source in Source if name in sourced[source]]
    return Concept(
        identifier, Kind(kind), name, broader[0] if broader else None,
        tuple(_texts(graph, node, TERMS.unitFamily)), direction if direction in ("more", "less") else None,  # type: ignore[arg-type]
        next(iter(_texts(graph, node, SKOS.definition)), ""),
        tuple(Wording(text, source) for source in Source for text in sourced[source] if text != name),
        own[0] if own else Source.EDITOR)


def _id(graph: Graph, node: Any) -> str:
    """A concept's id: what skos:notation says, else the end of its URI."""
    notation = next((str(one) for one in graph.objects(node, SKOS.notation)), None)
    return notation or re.split(r"[:/#]", str(node))[-1].lower()


def _texts(graph: Graph, node: Any, predicate: URIRef) -> list[str]:
    """The Chinese texts of a predicate where there are such, else all; in the order of characters."""
    found = list(graph.objects(node, predicate))
    chinese = [one for one in found if str(getattr(one, "language", "") or "").startswith("zh")]
    return sorted(dict.fromkeys(str(one).strip() for one in chinese or found if str(one).strip()))


def _order(graph: Graph, node: Any) -> int:
    return next((int(str(one)) for one in graph.objects(node, TERMS.order) if str(one).isdigit()), 1_000_000)


def _kind_by_depth(graph: Graph, node: Any) -> str:
    depth, seen = 0, {node}
    while parent := next((one for one in graph.objects(node, SKOS.broader) if one not in seen), None):
        depth, node = depth + 1, parent
        seen.add(parent)
    return (Kind.LEVEL1, Kind.LEVEL2, Kind.INDICATOR)[min(depth, 2)].value


def _lines(text: str) -> dict[str, int]:
    """The line on which each concept's description begins, as far as Turtle of one subject a line shows it."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1] not in ("", " ", "\t", "@", "#"):
            found.setdefault(re.split(r"[:/#]", line.split()[0].strip("<>"))[-1].lower(), number)
    return found
