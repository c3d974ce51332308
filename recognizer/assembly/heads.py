"""What holds for a whole document: who published it, for which place and year, in which unit of money."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from recognizer.assembly.text import words
from recognizer.types import LabelledCell, Project, Role
from recognizer.vocabulary import amount_unit_of, city_of, department_key, fiscal_year_of, strip_code

_KEYED = re.compile(r"^([^:：]{2,14})[:：](.+)$")
_UNIT = re.compile(r"[:：(（](亿元|万元|元)")
_SAY_UNIT = (Role.CAPTION, Role.FUND_KEY, Role.HEADER, Role.TITLE)
_CLAUSE = re.compile(r"[，,。；;：:（）()、“”\"]|\d{4}年")


def fiscal_year(cells: Sequence[LabelledCell]) -> int | None:
    """The year of the captions and titles; failing that, the one that prose names first."""
    for roles in ((Role.CAPTION, Role.TITLE), (Role.PROSE, Role.ATTRIBUTE_VALUE)):
        for entry in cells:
            if entry.label.role in roles and (year := fiscal_year_of(words(entry))):
                return year
    return None


def amount_unit(cells: Sequence[LabelledCell]) -> str | None:
    """The unit of money that captions, keys or headings of funds state; failing that, the one printed in amounts."""
    for roles in (_SAY_UNIT, (Role.FUND_AMOUNT,)):
        for entry in cells:
            if entry.label.role in roles and (unit := amount_unit_of(words(entry))):
                return unit
    for entry in cells:
        if entry.label.role in _SAY_UNIT and (garbled := _UNIT.search(words(entry))):
            return garbled[1]
    return None


def publisher(cells: Sequence[LabelledCell], projects: Sequence[Project]) -> str | None:
    """Who published the document: as a caption says, else the department that all forms share, else who prose says it is."""
    for entry in cells:
        if entry.label.role in (Role.CAPTION, Role.TITLE, Role.FURNITURE):
            keyed = _KEYED.match(words(entry))
            if keyed and department_key(keyed[1]):
                return keyed[2]
    departments = [
        [strip_code(attribute.text) for attribute in project.attributes if department_key(attribute.key)] for project in projects
    ]
    shared = Counter(name for names in departments for name in set(names))
    if shared and shared.most_common(1)[0][1] * 2 > len(projects):
        return shared.most_common(1)[0][0]
    said = Counter(
        clause for entry in cells if entry.label.role is Role.PROSE for clause in _CLAUSE.split(words(entry)) if city_of(clause)
    )
    printed = Counter(attribute.text for project in projects for attribute in project.attributes if city_of(attribute.text))
    both = [(said[name] + count, name) for name, count in printed.items() if name in said] or [
        (count, name) for name, count in printed.items()
    ]
    return max(both)[1] if both else None


def city(cells: Sequence[LabelledCell], published_by: str | None) -> str | None:
    """The place whose government published the document, from the publisher's name, else from titles and captions."""
    if published_by and (place := city_of(published_by)):
        return place
    places = Counter(
        place
        for entry in cells
        if entry.label.role in (Role.TITLE, Role.CAPTION, Role.ATTRIBUTE_VALUE)
        if len(entry.cell.text) < 40 and (place := city_of(words(entry)))
    )
    return places.most_common(1)[0][0] if places else None
