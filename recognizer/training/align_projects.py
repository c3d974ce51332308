"""Where each gold project stands in a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from recognizer.training.align_facts import NAME_KEY
from recognizer.training.align_match import runs_from
from recognizer.training.align_pieces import SourcePiece, folded, trimmed
from recognizer.training.align_words import label_of_words
from recognizer.types import Role

HEADING_ROLES = frozenset({Role.HEADER, Role.ATTRIBUTE_KEY, Role.FUND_KEY, Role.GOAL_KEY, Role.TOTAL, Role.TITLE, Role.CAPTION})


@dataclass(frozen=True, slots=True)
class Projects:
    """For each piece the index of the gold project it stands in, -1 for none; `listed` where the document is a list with
    its headings above and not a form for each project.
    """

    numbers: tuple[int, ...]
    listed: bool


def projects_of(pieces: Sequence[SourcePiece], gold: dict[str, Any]) -> Projects:
    """Finds the gold's projects in printed order by their names: after the key 项目名称 in a form, alone in a list.

    A form begins at the titles right above it, a project of a list at its name. Each ends where the next begins; in a
    list repeated headings and total rows belong to none.
    """
    begins: list[int] = []
    place, listed = 0, False
    for project in gold["projects"]:
        name = _name_run(pieces, trimmed(str(project.get("project_name") or "")), place)
        if name is None:
            begins.append(place)
            continue
        in_form = name[0] > 0 and folded(pieces[name[0] - 1].text).strip(":") == NAME_KEY
        listed = listed or not in_form
        begins.append(name[0] if listed else _form_begin(pieces, name[0], place))
        place = name[-1] + 1
    numbers = [-1] * len(pieces)
    for number, (begin, end) in enumerate(zip(begins, [*begins[1:], len(pieces)], strict=True)):
        numbers[begin:end] = [number] * (end - begin)
    if listed:
        totals = {trimmed(str(row["name"])) for row in gold.get("totals") or ()}
        for row in _rows(pieces):
            if pieces[row[0]].row != pieces[begins[numbers[row[0]]]].row and _belongs_to_none(pieces, row, totals):
                for index in row:
                    numbers[index] = -1
    return Projects(tuple(numbers), listed)


def _name_run(pieces: Sequence[SourcePiece], name: str, place: int) -> tuple[int, ...] | None:
    """The first run of pieces from `place` on that says the name, one behind its key before any other."""
    if not name:
        return None
    runs = [run for start in range(place, len(pieces)) for run in runs_from(pieces, range(len(pieces)), start, len(name) + 4)
            if trimmed("".join(pieces[index].text for index in run)) == name]
    keyed = [run for run in runs if run[0] and folded(pieces[run[0] - 1].text).strip(":") == NAME_KEY]
    return next(iter(keyed or runs), None)


def _form_begin(pieces: Sequence[SourcePiece], name: int, earliest: int) -> int:
    """The first piece of the title lines right above the form in which the piece `name` stands."""
    begin = name
    while begin > earliest and pieces[begin - 1].row == pieces[name].row:
        begin -= 1
    while begin > earliest and not pieces[begin - 1].drawn:
        row = [index for index in range(earliest, begin) if pieces[index].row == pieces[begin - 1].row]
        label = label_of_words(trimmed("".join(pieces[index].text for index in row)), in_indicators=False)
        if label is None or label.role not in (Role.TITLE, Role.CAPTION):
            break
        begin = row[0]
    return begin


def _rows(pieces: Sequence[SourcePiece]) -> list[list[int]]:
    rows: dict[int, list[int]] = {}
    for index, piece in enumerate(pieces):
        rows.setdefault(piece.row, []).append(index)
    return list(rows.values())


def _belongs_to_none(pieces: Sequence[SourcePiece], row: Sequence[int], totals: set[str]) -> bool:
    """Whether a row of a list is a total row, or has words of headings in most of its cells."""
    if trimmed(pieces[row[0]].text) in totals:
        return True
    labels = [label_of_words(trimmed(pieces[index].text), in_indicators=False) for index in row]
    return 2 * sum(label is not None and label.role in HEADING_ROLES for label in labels) > len(row)
