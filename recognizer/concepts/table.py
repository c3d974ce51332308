"""The vocabulary as a table (CSV) that someone who does not program can edit: a line a concept, read whole or refused whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from recognizer.concepts.checking import Problem, VocabularyError, check_entries, parent_ids
from recognizer.concepts.entries import Concept, Direction, Kind, Source, Vocabulary, Wording

# The headings of the columns, in Chinese as the shipped file has them, and in English.
COLUMNS = {
    "id": "编号", "kind": "类别", "name": "名称", "parent": "上级", "units": "单位类别", "direction": "方向",
    "official": "官方名称", "editor": "编者名称", "gold": "金标名称", "definition": "定义"}
KINDS = {Kind.LEVEL1: "一级指标", Kind.LEVEL2: "二级指标", Kind.INDICATOR: "三级指标", Kind.ATTRIBUTE: "属性", Kind.FUND: "资金"}
DIRECTIONS: dict[Direction, str] = {"more": "越高越好", "less": "越低越好"}
SEPARATOR = "；"
_REQUIRED = ("id", "kind", "name")
_FIELD_OF = {heading: name for name, chinese in COLUMNS.items() for heading in (name, chinese)}
_KIND_OF = {word: kind for kind, chinese in KINDS.items() for word in (kind.value, chinese)}
_DIRECTION_OF = {word: direction for direction, chinese in DIRECTIONS.items() for word in (direction, chinese)}


def read_table(path: Path) -> Vocabulary:
    """The vocabulary of a CSV file. Raises VocabularyError with every problem and its line when anything is wrong."""
    return parse_table(decode(path), path)


def decode(path: Path) -> str:
    """The text of a vocabulary file, which must be UTF-8. Raises VocabularyError where it is not, or cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise VocabularyError([Problem(0, "unreadable", str(error.strerror or error))], path) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise VocabularyError([Problem(content[:error.start].count(b"\n") + 1, "encoding")], path) from error


def parse_table(text: str, path: Path) -> Vocabulary:
    """The vocabulary that the text of a CSV file holds; `path` is for the message of what is wrong."""
    problems: list[Problem] = []
    found: list[tuple[int, Concept]] = []
    reader = csv.reader(io.StringIO(text.replace("\x00", "\ufffd"), newline=""), strict=True)
    line = 1
    try:
        fields = _fields(next(reader, []), problems)
        line = reader.line_num + 1
        for cells in reader if fields else ():
            if any(cell.strip() for cell in cells):
                found.extend(_concept(line, fields, cells, problems))
            line = reader.line_num + 1
    except csv.Error as error:
        problems.append(Problem(line, "csv", str(error)))
    problems += check_entries(found)
    if not found and not problems:
        problems.append(Problem(0, "nothing"))
    if problems:
        raise VocabularyError(problems, path)
    return Vocabulary(tuple(concept for _, concept in _with_parents(found)))


def write_table(vocabulary: Vocabulary) -> str:
    """The text of the vocabulary's CSV file, with a byte-order mark, so that spreadsheets read it as UTF-8."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(COLUMNS.values())
    for concept in vocabulary.concepts:
        names = {source: [one.text for one in concept.alternatives if one.source is source] for source in Source}
        if concept.name_source is not Source.EDITOR:
            names[concept.name_source].insert(0, concept.name)
        writer.writerow([
            concept.id, KINDS[concept.kind], concept.name, concept.parent or "", SEPARATOR.join(concept.unit_families),
            DIRECTIONS[concept.direction] if concept.direction else "", SEPARATOR.join(names[Source.OFFICIAL]),
            SEPARATOR.join(names[Source.EDITOR]), SEPARATOR.join(names[Source.GOLD]), concept.definition])
    return "\ufeff" + target.getvalue()


def _fields(headings: list[str], problems: list[Problem]) -> list[str]:
    """What each column holds; headings that are not known hold nothing of the vocabulary."""
    fields = [_FIELD_OF.get(heading.strip().lower(), "") for heading in headings]
    missing = [f"{COLUMNS[name]}/{name}" for name in _REQUIRED if name not in fields]
    if missing:
        problems.append(Problem(1, "columns", ", ".join(missing)))
        return []
    twice = sorted({COLUMNS[name] for name in fields if name and fields.count(name) > 1})
    if twice:
        problems.append(Problem(1, "columns_twice", ", ".join(twice)))
    return fields


def _concept(line: int, fields: list[str], cells: list[str], problems: list[Problem]) -> list[tuple[int, Concept]]:
    if len(cells) > len(fields):
        problems.append(Problem(line, "cells", f"{len(cells)} > {len(fields)}"))
        return []
    row = dict.fromkeys(COLUMNS, "") | {name: cell.strip() for name, cell in zip(fields, cells, strict=False) if name}
    empty = [COLUMNS[name] for name in _REQUIRED if not row[name]]
    if empty:
        problems.append(Problem(line, "empty", ", ".join(empty)))
        return []
    kind, direction = _KIND_OF.get(row["kind"]), _DIRECTION_OF.get(row["direction"])
    if kind is None:
        problems.append(Problem(line, "kind", row["kind"]))
        return []
    if row["direction"] and direction is None:
        problems.append(Problem(line, "direction", row["direction"]))
    names = {source: several(row[source.value]) for source in Source}
    sources = [source for source in Source if row["name"] in names[source]]
    alternatives = tuple(Wording(text, source) for source in Source for text in names[source] if text != row["name"])
    return [(line, Concept(
        row["id"], kind, row["name"], row["parent"] or None, several(row["units"]), direction, row["definition"], alternatives,
        sources[0] if sources else Source.EDITOR))]


def direction_of(word: str) -> Direction | None:
    """The direction that a word names in Chinese or English, None for none."""
    return _DIRECTION_OF.get(word)


def several(cell: str) -> tuple[str, ...]:
    """The names in a cell: separated by semicolons, full or half width."""
    return tuple(dict.fromkeys(name.strip() for name in cell.replace(";", SEPARATOR).split(SEPARATOR) if name.strip()))


def _with_parents(found: Iterable[tuple[int, Concept]]) -> Iterable[tuple[int, Concept]]:
    """The concepts with parents by id, where the file names them by their name."""
    found = list(found)
    parents = parent_ids([concept for _, concept in found])
    return [(line, replace(concept, parent=parents.get(concept.id))) for line, concept in found]
