"""What the reconciliation API asks, answered from the vocabulary and the mapper.

The form is that of the W3C community group's Reconciliation Service API 0.2 (https://www.w3.org/community/reports/reconciliation/
CG-FINAL-specs-0.2-20230410/), which OpenRefine speaks. Types are the kinds of concepts; the properties `level1`, `level2` and
`value` of a query say where the name was printed and what stands beside it, which makes the answer surer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from recognizer.concepts import Concept, Kind, Vocabulary
from recognizer.concepts.replaced import current_id
from recognizer.mapping import Mapper, Query, map_label
from recognizer.vocabulary import level1_of, level2_of

Json = dict[str, Any]

SPACE, KINDS = "urn:recognizer:concept:", "urn:recognizer:kind:"  # as SKOS names them
LIMIT, MOST = 5, 50  # candidates of a query, if it does not say, and at most
BATCH = 200  # queries at a time
LONGEST = 500  # characters of a query that are looked at
TYPES = {
    Kind.INDICATOR: "三级指标 indicator", Kind.LEVEL1: "一级指标 level 1", Kind.LEVEL2: "二级指标 level 2",
    Kind.ATTRIBUTE: "属性 attribute", Kind.FUND: "资金 funds"}
PROPERTIES = {
    "level1": "一级指标 level 1", "level2": "二级指标 level 2", "units": "单位类别 unit families", "direction": "方向 direction",
    "definition": "定义 definition", "names": "其他名称 other names"}
ASKED = {"level1": PROPERTIES["level1"], "level2": PROPERTIES["level2"], "value": "指标值 value"}


class RefusedError(ValueError):
    """A request that is none of the API's; the message says why."""


class Service:
    """The answers to one vocabulary's requests."""

    def __init__(self, vocabulary: Vocabulary, mapper: Mapper | None = None) -> None:
        self.vocabulary = vocabulary
        self._mapper = mapper or Mapper(vocabulary)

    def manifest(self, root: str) -> Json:
        """What the service is and offers; `root` is its address without the slash at the end."""
        def offers(path: str) -> Json:
            return {"service_url": root, "service_path": path}
        return {
            "versions": ["0.2"], "name": "recognizer: 绩效指标词表", "identifierSpace": SPACE,
            "schemaSpace": KINDS, "defaultTypes": [_type(Kind.INDICATOR)], "batchSize": BATCH,
            "view": {"url": root + "/concept/{{id}}"},
            "preview": {"url": root + "/concept/{{id}}", "width": 480, "height": 240},
            "suggest": {name: offers(f"/suggest/{name}") for name in ("entity", "type", "property")},
            "extend": {"propose_properties": offers("/properties"), "property_settings": []}}

    def reconcile(self, queries: Any) -> Json:
        """The candidates of each query, by its name. Raises RefusedError for what is no batch of queries."""
        if not isinstance(queries, dict) or not all(isinstance(query, dict) for query in queries.values()):
            raise RefusedError("queries: an object of queries was expected")
        if len(queries) > BATCH:
            raise RefusedError(f"more than {BATCH} queries at a time")
        return {name: {"result": self._candidates(query)} for name, query in queries.items()}

    def _candidates(self, query: Mapping[str, Any]) -> list[Json]:
        text = str(query.get("query") or "").strip()[:LONGEST]
        kinds = _kinds(query.get("type"))
        limit = _limit(query.get("limit"))
        known = self.get(text)
        if known:  # an id is asked for by itself
            return [self._candidate(known, 100.0, True)] if known.kind in kinds else []
        found: list[Json] = []
        for kind in kinds if text else ():
            if kind is Kind.INDICATOR:
                found += self._indicators(text, query.get("properties"), limit)
                continue
            canonical = map_label(text, kind, self.vocabulary)
            concept = self.vocabulary.get(canonical.id) if canonical else None
            if canonical and concept:
                found.append(self._candidate(concept, canonical.score * 100, canonical.score >= 1))
        return sorted(found, key=lambda one: -one["score"])[:limit]

    def _indicators(self, text: str, properties: Any, limit: int) -> list[Json]:
        said = _said(properties)
        level1, level2 = level1_of(said.get("level1", "")), level2_of(said.get("level2", ""))
        found = self._mapper.candidates(Query(text, level2, level1, said.get("value")), limit)
        threshold = self._mapper.scorer.threshold
        results = []
        for rank, match in enumerate(found):
            concept = self.vocabulary.get(match.id)
            if concept:
                chosen = rank == 0 and match.score >= threshold
                results.append({**self._candidate(concept, match.score * 100, chosen), "description": match.why})
        return results

    def _candidate(self, concept: Concept, score: float, match: bool) -> Json:
        return {"id": concept.id, "name": concept.name, "description": concept.definition, "type": [_type(concept.kind)],
                "score": round(score, 2), "match": match, "features": [{"id": "probability", "value": round(score / 100, 4)}]}

    def suggest_entities(self, prefix: str) -> Json:
        """Concepts that have a name with these characters in it, those that begin with them first."""
        wanted = prefix.strip().casefold()[:LONGEST]
        ranked: list[tuple[int, int, Concept]] = []
        for concept in self.vocabulary.concepts if wanted else ():
            places = [place for text in (concept.id, *(wording.text for wording in concept.wordings))
                      if (place := text.casefold().find(wanted)) >= 0]
            if places:
                ranked.append((min(places), len(concept.name), concept))
        ranked.sort(key=lambda entry: entry[:2])
        return {"result": [{"id": one.id, "name": one.name, "description": one.definition, "notable": [_type(one.kind)]}
                           for _, _, one in ranked[:MOST]]}

    def suggest_types(self, prefix: str) -> Json:
        """Kinds of concepts with these characters in their name."""
        return {"result": [_type(kind) for kind in TYPES if _within(prefix, kind.value, TYPES[kind])]}

    def suggest_properties(self, prefix: str) -> Json:
        """What a query can say of where a name was printed."""
        return {"result": [{"id": key, "name": name} for key, name in ASKED.items() if _within(prefix, key, name)]}

    def properties_of(self, kind: str) -> Json:
        """What can be fetched of concepts of a kind."""
        return {"type": kind, "properties": [{"id": key, "name": name} for key, name in PROPERTIES.items()]}

    def extend(self, asked: Any) -> Json:
        """Properties of concepts by their ids. Raises RefusedError for what is no such request."""
        if not isinstance(asked, dict) or not isinstance(asked.get("ids"), list) or not isinstance(asked.get("properties"), list):
            raise RefusedError("extend: ids and properties were expected")
        wanted = [str(one.get("id")) for one in asked["properties"] if isinstance(one, dict)]
        if unknown := [key for key in wanted if key not in PROPERTIES]:
            raise RefusedError(f"extend: no property is called {', '.join(unknown)}")
        rows = {str(name): {key: [{"str": text} for text in self._property(self.get(str(name)), key)] for key in wanted}
                for name in asked["ids"]}
        return {"meta": [{"id": key, "name": PROPERTIES[key]} for key in wanted], "rows": rows}

    def get(self, identifier: str) -> Concept | None:
        """The concept with this id, or with the one that has taken its place."""
        return self.vocabulary.get(identifier) or self.vocabulary.get(current_id(identifier))

    def _property(self, concept: Concept | None, key: str) -> Sequence[str]:
        if concept is None:
            return ()
        if key in ("level1", "level2"):
            level = self.vocabulary.level(concept, Kind(key))
            return (level,) if level else ()
        if key == "names":
            return [wording.text for wording in concept.alternatives]
        if key == "units":
            return concept.unit_families
        text = concept.direction if key == "direction" else concept.definition
        return (text,) if text else ()


def _type(kind: Kind) -> Json:
    return {"id": kind.value, "name": TYPES[kind]}


def _kinds(asked: Any) -> tuple[Kind, ...]:
    """The kinds of concepts that a query asks for; indicators where it does not say. Raises RefusedError for another type."""
    if not asked:
        return (Kind.INDICATOR,)
    names = [str(one.get("id") if isinstance(one, dict) else one) for one in (asked if isinstance(asked, list) else [asked])]
    try:
        return tuple(Kind(name) for name in names)
    except ValueError as error:
        raise RefusedError(f"type: {', '.join(kind.value for kind in TYPES)} were expected") from error


def _limit(asked: Any) -> int:
    try:
        return min(max(int(asked), 1), MOST) if asked is not None else LIMIT
    except (TypeError, ValueError) as error:
        raise RefusedError("limit: a number was expected") from error


def _said(properties: Any) -> dict[str, str]:
    """What a query says of where the name was printed: the first text of each property."""
    found: dict[str, str] = {}
    for one in properties if isinstance(properties, list) else ():
        if isinstance(one, dict) and one.get("pid") in ASKED:
            value = one.get("v")
            first = value[0] if isinstance(value, list) and value else value
            text = first.get("name") or first.get("id") if isinstance(first, dict) else first
            if text not in (None, "", []):
                found[str(one["pid"])] = str(text)[:LONGEST]
    return found


def _within(prefix: str, *names: str) -> bool:
    return any(prefix.strip().casefold() in name.casefold() for name in names)
