"""Facts that are to be left out of everything a run writes, above all personal data: `attributes:项目负责人` and the like."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Literal, get_args

from recognizer.errors import UsageError
from recognizer.language import either
from recognizer.types import Ledger, Project, Records

OmissionTable = Literal["attributes", "goals", "funds", "extra"]
WITHOUT = "without"  # the option's name
LEFT_OUT = "…"
_BETWEEN = ";"
_SHORTEST = 2  # characters of a text that is looked for among the words that went lost


@dataclass(frozen=True, slots=True)
class Omission:
    """What to leave out: attributes by their key, goals by their kind, funds by their item, further columns (`extra`) by
    their heading; `pattern` may hold `*` and `?`."""

    table: OmissionTable
    pattern: str

    @property
    def code(self) -> str:
        """The omission as it is written on the command line and in the documents' options."""
        return f"{self.table}:{self.pattern}"

    def names(self, name: str) -> bool:
        """Whether it is this name that is to be left out, blanks and width of characters apart."""
        return fnmatchcase(folded(name), folded(self.pattern))


def parse_omissions(codes: Iterable[str]) -> tuple[Omission, ...]:
    """The omissions that the codes say, sorted, each once; one text may say several, with semicolons between. Raises UsageError
    for a code that is none."""
    found: set[tuple[OmissionTable, str]] = set()
    for code in (part.strip() for codes_of_one in codes for part in codes_of_one.split(_BETWEEN)):
        table, _, pattern = code.partition(":")
        known = next((name for name in get_args(OmissionTable) if name == table.strip()), None)
        if known is None or not pattern.strip():
            tables = ", ".join(get_args(OmissionTable))
            hint = either(f"write TABLE:NAME with one of {tables}, such as attributes:项目负责人",
                          f"写作 表:名称，表为 {tables} 之一，如 attributes:项目负责人")
            reason = either(f"not something that can be left out: {code!r}", f"无法略去：{code!r}")
            raise UsageError(reason, stage="export", hint=hint)
        found.add((known, pattern.strip()))
    return tuple(Omission(table, pattern) for table, pattern in sorted(found))


def options_of(omissions: tuple[Omission, ...]) -> tuple[tuple[str, str], ...]:
    """The omissions as an option of a run, which its documents name; none where there are none."""
    return ((WITHOUT, f"{_BETWEEN} ".join(omission.code for omission in omissions)),) if omissions else ()


def omissions_of(options: Iterable[tuple[str, str]]) -> tuple[Omission, ...]:
    """The omissions that the options of a run name."""
    return parse_omissions(codes for name, codes in options if name == WITHOUT)


def leave_out(records: Records, omissions: tuple[Omission, ...]) -> Records:
    """The records without what the omissions name; their texts go from the lists of lost words too."""
    if not omissions:
        return records
    by_table: dict[str, list[Omission]] = {}
    for omission in omissions:
        by_table.setdefault(omission.table, []).append(omission)

    def named(table: OmissionTable, name: str) -> bool:
        return any(omission.names(name) for omission in by_table.get(table, ()))

    def without(project: Project) -> Project:
        return replace(
            project,
            attributes=tuple(attribute for attribute in project.attributes if not named("attributes", attribute.key)),
            goals=tuple(goal for goal in project.goals if not named("goals", goal.kind.value)),
            funds=tuple(fund for fund in project.funds if not named("funds", fund.item)),
            indicators=tuple(
                replace(indicator, extra=tuple((key, text) for key, text in indicator.extra if not named("extra", key)))
                for indicator in project.indicators))

    removed = {
        text.strip() for project in records.projects
        for text in (*(attribute.text for attribute in project.attributes if named("attributes", attribute.key)),
                     *(goal.text for goal in project.goals if named("goals", goal.kind.value)),
                     *(text for indicator in project.indicators for key, text in indicator.extra if named("extra", key)))}
    totals = tuple(
        replace(total, funds=tuple(fund for fund in total.funds if not named("funds", fund.item))) for total in records.totals)
    return replace(
        records, projects=tuple(map(without, records.projects)), totals=totals,
        pages=tuple(_without_words(page, removed) for page in records.pages))


def _without_words(page: Ledger, removed: set[str]) -> Ledger:
    remainder = page.remainder
    for text in sorted(removed, key=len, reverse=True):
        if len(text) >= _SHORTEST:
            remainder = remainder.replace(text, LEFT_OUT)
    return replace(page, remainder=remainder)


def folded(text: str) -> str:
    """A text as it is compared: of one width (NFKC), without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())
