"""Documents changed in ways that mean nothing: other names, one more column. A reading must not change with them.

Each function takes a source text (and its gold records) and gives the changed one. Names are given from outside; this room
knows none. See eval/renaming.json for the invented ones of the evaluation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# What print may put between two characters of one name: blanks, line breaks, the exporter's line break tag.
_GAP = r"(?:\s|<br\s*/?>)*"

# Fields of the gold records that hold the schema's own words and not the document's.
_SCHEMA_FIELDS = frozenset({"source", "amount_unit", "level1", "level2", "period", "notes"})

# The field of a row before which a meaningless one is put, so that most columns move.
_INSERT_AT = 2

_SEPARATOR_ROW = re.compile(r"\|?[\s:|-]*-[\s:|-]*\|?\s*")


def rename(text: str, records: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The text and its gold records with each old name replaced by its new one, longer names first.

    A name that print broke up is found all the same, and the new one is broken up in proportion. Names that the text does not
    hold (garbled ones) are left alone in the records too.
    """
    present = {"".join(old.split()): new for old, new in names.items() if old.strip() and re.search(_pattern(old), text)}
    if not present:
        return text, dict(records)
    finder = re.compile("|".join(_pattern(old) for old in sorted(present, key=len, reverse=True)))

    def replaced(match: re.Match[str]) -> str:
        return _break_up(present[re.sub(_GAP, "", match.group())], match.group())

    def renamed(node: Any, field: str = "") -> Any:
        if isinstance(node, str):
            return node if field in _SCHEMA_FIELDS else finder.sub(replaced, node)
        if isinstance(node, dict):
            return {key: renamed(child, key) for key, child in node.items()}
        return [renamed(child, field) for child in node] if isinstance(node, list) else node

    return finder.sub(replaced, text), renamed(dict(records))


def insert_column(text: str, filler: str) -> str:
    """The text with a meaningless column: `filler` as one more field in each row of its tables.

    Tab-separated and Markdown rows get it as their third field. In a text that has neither, each line of two or more pieces
    gets it as its last piece, which is where a dump puts a last column.
    """
    lines = text.split("\n")
    drawn = any("\t" in line or line.lstrip().startswith("|") for line in lines)
    return "\n".join(_with_field(line, filler, drawn) for line in lines)


def _with_field(line: str, filler: str, drawn: bool) -> str:
    if line.lstrip().startswith("|"):
        first, *fields = line.split("|")
        fields.insert(_INSERT_AT, "---" if _SEPARATOR_ROW.fullmatch(line) else f" {filler} ")
        return "|".join([first, *fields])
    if "\t" in line:
        fields = line.split("\t")
        fields.insert(_INSERT_AT, filler)
        return "\t".join(fields)
    return f"{line} {filler}" if not drawn and len(line.split()) > 1 else line


def _pattern(name: str) -> str:
    return _GAP.join(re.escape(character) for character in "".join(name.split()))


def _break_up(new: str, printed: str) -> str:
    """The new name with the gaps of the printed one, at the same share of its length."""
    gaps = re.findall(f"({_GAP})" + r"(?:(?!<br)\S)", printed)
    length = len(gaps)
    broken, done = "", 0
    for position, gap in enumerate(gaps):
        if gap:
            cut = round(len(new) * position / length)
            broken += new[done:cut] + gap
            done = cut
    return broken + new[done:]
