"""The banks that texts are drawn from: gold texts tagged with their source, a general bank, wordings of headings, habits.

`Banks.without` leaves out what a city shows, so that a model can be measured on a city it has never seen; `reserved`
parts of the general bank belong to the reserved cities alone.
"""

from __future__ import annotations

import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..resources import gold_folder, training_folder
from .sheet import without_blanks

Json = dict[str, Any]

# Slots of a template that are filled from the split lists of a field.
_OBJECT = re.compile(r"\{(?:event|thing|people|work|effect|organ)2?\}")


@dataclass(frozen=True, slots=True)
class GoldText:
    """A text of a gold record: `kind` says what it is, `data` holds it."""

    source: str
    kind: str
    data: Json


@dataclass(frozen=True, slots=True)
class Banks:
    """All that texts are drawn from, for one set of left-out sources, or for the reserved cities."""

    general: Json
    wordings: dict[str, tuple[str, ...]]
    gold: dict[str, tuple[GoldText, ...]]
    reserved: bool
    barred_names: frozenset[str] = frozenset()  # names of the drawn cities' gold texts, which no reserved city may have
    compositions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # slot: patterns of parts in braces
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    endings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # slot: what may follow a wording and changes nothing
    barred_wordings: frozenset[str] = frozenset()  # wordings of reserved and left-out cities, which no composition may give


def is_reserved(text: str) -> bool:
    """Whether a text of the general bank is kept for the reserved cities: about one in eleven, by its checksum."""
    return zlib.crc32(without_blanks(text).encode("utf-8")) % 11 == 3


def banks_folder() -> Path:
    """The folder of the text banks."""
    return training_folder() / "banks"


@lru_cache(maxsize=1)
def habits_by_name() -> dict[str, tuple[str, ...]]:
    """Each habit that the five documents show, with the sources that show it."""
    data: dict[str, list[str]] = json.loads((training_folder() / "habits.json").read_text("utf-8"))
    return {habit: tuple(sources) for habit, sources in data.items()}


@lru_cache(maxsize=16)
def load_banks(left_out: frozenset[str] = frozenset(), reserved: bool = False) -> Banks:
    """The banks without what only the left-out sources show; the reserved ones hold no gold texts."""
    general = json.loads((banks_folder() / "general.json").read_text("utf-8"))
    general["fields"] = {name: _split_field(field, reserved) for name, field in general["fields"].items()}
    general["places"] = general.pop("reserved_places") if reserved else general["places"]
    for key in ("goal_clauses", "attribute_sentences", "project_names", "expense_items"):
        general[key] = _templates(general[key], reserved)
    general["templates"] = {level: _templates(rows, reserved) for level, rows in general["templates"].items()}
    words = general["words"]
    general["words"] = {
        kind: _side(texts, reserved) if kind in ("improve", "sentence", "long", "norm") else texts
        for kind, texts in words.items()
    }
    gold = _load_gold(frozenset() if reserved else left_out)
    names = frozenset(text.data["name"] for rows in gold.values() for text in rows if reserved and text.kind == "indicator")
    wordings = _load_wordings(left_out, reserved)
    if reserved:
        return Banks(general, wordings, {}, reserved, names)
    composed = json.loads((banks_folder() / "compositions.json").read_text("utf-8"))
    slots, parts = ({name: tuple(texts) for name, texts in composed[key].items()} for key in ("slots", "parts"))
    endings = {slot: tuple(composed["endings"]) for slot in composed["ended"]}
    return Banks(general, wordings, gold, reserved, names, slots, parts, endings, _barred_wordings(left_out))


def _split_field(field: Json, reserved: bool) -> Json:
    return {kind: _side(texts, reserved) for kind, texts in field.items()}


def _side(texts: list[str], reserved: bool) -> list[str]:
    """The drawn or the reserved part of a list; a list without a reserved part gives its last text to the reserved cities."""
    kept = [text for text in texts if is_reserved(text)]
    if not kept:
        kept = texts[-1:]
    return kept if reserved else [text for text in texts if text not in kept] or texts


def _templates(templates: list[str], reserved: bool) -> list[str]:
    """The templates of one side: those that name an object serve both, for the objects themselves are split."""
    plain = [template for template in templates if not _OBJECT.search(template)]
    named = [template for template in templates if _OBJECT.search(template)]
    return named + (_side(plain, reserved) if plain else [])


def _load_wordings(left_out: frozenset[str], reserved: bool) -> dict[str, tuple[str, ...]]:
    data: dict[str, dict[str, list[str]]] = json.loads((banks_folder() / "wordings.json").read_text("utf-8"))
    wordings = {}
    for slot, sides in data.items():
        if reserved and sides["reserved"]:
            wordings[slot] = tuple(sides["reserved"])
            continue
        split = [entry.partition("@") if "=" not in entry else (entry, "", "") for entry in sides["drawn"]]
        wordings[slot] = tuple(text for text, _, source in split if not source or source not in left_out)
    return wordings


def _barred_wordings(left_out: frozenset[str]) -> frozenset[str]:
    """The wordings (of attributes: their keys) that are kept for the reserved cities or that a left-out city shows."""
    data: dict[str, dict[str, list[str]]] = json.loads((banks_folder() / "wordings.json").read_text("utf-8"))
    shared = {entry for sides in data.values() for entry in sides["drawn"]}
    barred = {entry.partition("=")[0] for sides in data.values() for entry in sides["reserved"] if entry not in shared}
    tagged = (entry.partition("@") for entry in shared if "=" not in entry)
    return frozenset(barred | {text for text, _, source in tagged if source in left_out})


def _load_gold(left_out: frozenset[str]) -> dict[str, tuple[GoldText, ...]]:
    texts: dict[str, list[GoldText]] = defaultdict(list)
    for line in (banks_folder() / "gold_texts.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["source"] not in left_out:
            text = GoldText(row["source"], row["kind"], row["data"])
            key = f"{text.kind}:{text.data['level2']}" if text.kind == "indicator" else text.kind
            texts[key].append(text)
    return {kind: tuple(rows) for kind, rows in texts.items()}


def gold_rows(folder: Path) -> Iterable[Json]:
    """The rows of gold_texts.jsonl: every text of the gold records in `folder` once, tagged with its source."""
    seen: set[str] = set()
    for path in sorted(folder.glob("*.json")):
        for project in json.loads(path.read_text("utf-8"))["projects"]:
            for kind, data in _texts_of(project):
                row = {"source": path.stem, "kind": kind, "data": data}
                line = json.dumps(row, ensure_ascii=False, sort_keys=True)
                if line not in seen:
                    seen.add(line)
                    yield row


def _texts_of(project: Json) -> Iterable[tuple[str, Json]]:
    yield "project", {"text": project["project_name"]}
    for key, text in project["attributes"].items():
        yield "attribute", {"key": key, "text": text}
    for kind, text in project["goals"].items():
        yield "goal", {"period": kind, "text": text}
    for fund in project["funds"]:
        yield "fund", {"text": fund["item"]}
    for row in project["indicators"]:
        if row["name"] and row["level2"]:
            yield "indicator", {key: row[key] for key in ("level1", "level2", "name", "values", "standard")}


def rebuild_gold_texts() -> int:
    """Writes training_data/banks/gold_texts.jsonl anew from the gold records; returns the number of texts."""
    lines = [json.dumps(row, ensure_ascii=False) for row in gold_rows(gold_folder())]
    (banks_folder() / "gold_texts.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return len(lines)
