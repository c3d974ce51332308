"""The work of alignment on one document: a draft that gives piece after piece to cells, surest first.

Packed cells are known by their own headings, then the gold's facts are matched project by project, then fixed words
name the headings and keys, then columns name what gold records do not keep; the rest is prose, or a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from recognizer.training.align_facts import Fact, project_facts, total_facts
from recognizer.training.align_match import Match, match_alone, match_in_order, runs_from, split_labels
from recognizer.training.align_packed import is_packed, packed_parts
from recognizer.training.align_pieces import SourcePiece, folded, trimmed
from recognizer.training.align_projects import Projects
from recognizer.training.align_words import FURNITURE, LEVEL_WORDS, SERIAL_NUMBER, label_of_words
from recognizer.truth import TruthCell
from recognizer.types import Label, Period, Role

# What a column's heading settles by itself, for no gold record keeps it or it is part of a value that was matched.
SETTLED_BY_COLUMN = frozenset({Role.SCORE, Role.REMARK, Role.COMPARATOR, Role.UNIT, Role.FURNITURE})
# In a list the words above the columns are headings of what stands below them.
LIST_HEADINGS = {
    Role.ATTRIBUTE_KEY: Role.ATTRIBUTE_VALUE, Role.FUND_KEY: Role.FUND_AMOUNT, Role.TOTAL: Role.FUND_AMOUNT,
    Role.GOAL_KEY: Role.GOAL_TEXT}
# Keys that a list prints once, above a column, and not for each project.
HEADED_IN_LISTS = frozenset({Role.ATTRIBUTE_KEY, Role.FUND_KEY})
GRAND_TOTAL_HEADING = "总计"
PACKED_HEADING = "绩效指标"
# Headings of one row from which a row is taken for the headings of the rows below.
HEADING_ROW = 3
SENTENCE_END = tuple("。；：！？.;:!?")
ITEM_START = re.compile(r"^([一二三四五六七八九十]+、|[(（][一二三四五六七八九十\d]+[)）]|\d+[.、])")


@dataclass(slots=True)
class Draft:
    """Which cell, its label and its run of pieces, each piece was given to; `guessed` names pieces given by guess."""

    pieces: tuple[SourcePiece, ...]
    projects: Projects
    given: list[tuple[Label, tuple[int, ...]] | None]
    guessed: set[int] = field(default_factory=set)

    def give(self, run: tuple[int, ...], label: Label) -> None:
        for index in run:
            self.given[index] = (label, run)

    def give_match(self, match: Match, label: Label) -> None:
        """Gives a match to one cell, or to a cell a piece where a value is split over columns."""
        if not match.split:
            self.give(match.pieces, label)
            return
        labels = split_labels([self.pieces[index].text for index in match.pieces], label)
        for index, own in zip(match.pieces, labels, strict=True):
            self.give((index,), own)

    def free(self, indices: Iterable[int]) -> list[int]:
        return [index for index in indices if self.given[index] is None]

    def text(self, run: Sequence[int]) -> str:
        return "".join(self.pieces[index].text for index in run)


def draft_of(pieces: tuple[SourcePiece, ...], projects: Projects, gold: dict[str, Any]) -> tuple[Draft, list[tuple[int, Fact]]]:
    """The finished draft of a document, and the gold facts, each with its project, that no piece was found for."""
    draft = Draft(pieces, projects, [None] * len(pieces))
    for index, piece in enumerate(pieces):
        if is_packed(piece.text):
            draft.give((index,), Label(Role.PACKED))
        elif piece.page_number and draft.given[index] is None:
            draft.give(tuple(i for i, other in enumerate(pieces) if other.row == piece.row), Label(Role.FURNITURE))
    missing = _match_facts(draft, gold)
    _name_fixed_words(draft)
    _set_halves(draft)
    _set_list_headings(draft)
    _name_by_columns(draft)
    _guess_the_rest(draft)
    return draft, missing


def cells_of(draft: Draft, names: Sequence[str]) -> tuple[TruthCell, ...]:
    """The cells of a finished draft in reading order; `names` are the projects' folded names, by which titles are placed."""
    cells = []
    for index, given in enumerate(draft.given):
        if given is None or given[1][0] != index:
            continue
        label, run = given
        text = draft.text(run)
        project = draft.projects.numbers[index]
        if not draft.pieces[index].drawn and label.role is Role.TITLE:
            named = [number for number, name in enumerate(names) if name and name in folded(text)]
            project = max(named, key=lambda number: len(names[number]), default=project)
        elif not draft.pieces[index].drawn and label.role is Role.PROSE:
            project = -1
        parts = packed_parts(text) if label.role is Role.PACKED else ()
        cells.append(TruthCell(label.code, tuple(draft.pieces[i].key for i in run), text, project, parts))
    return tuple(cells)


# --- gold facts -------------------------------------------------------------------------------------------------------


def _match_facts(draft: Draft, gold: dict[str, Any]) -> list[tuple[int, Fact]]:
    """Matches each project's facts in printed order, then what is left where it can stand in one place only."""
    groups = [(number, project_facts(project)) for number, project in enumerate(gold["projects"])]
    groups.append((-1, tuple(fact for row in gold.get("totals") or () for fact in total_facts(row))))
    missing: list[tuple[int, Fact]] = []
    for number, facts in groups:
        own = [index for index in range(len(draft.pieces)) if draft.projects.numbers[index] == number]
        packed = {trimmed(text[start:end]) for text in (draft.pieces[index].text for index in own) if is_packed(text)
                  for start, end, _ in packed_parts(text)}
        matches = match_in_order(draft.pieces, draft.free(own), facts)
        for match in matches:
            draft.give_match(match, facts[match.fact].label)
        found = {match.fact for match in matches}
        left = tuple(fact for index, fact in enumerate(facts) if index not in found)
        alone = match_alone(draft.pieces, draft.free(own), left)
        for match in alone:
            draft.give_match(match, left[match.fact].label)
        found = {match.fact for match in alone}
        missing += [(number, fact) for index, fact in enumerate(left) if index not in found and fact.text not in packed
                    and not (draft.projects.listed and fact.label.role in HEADED_IN_LISTS)]
    return missing


# --- fixed words ------------------------------------------------------------------------------------------------------


def _name_fixed_words(draft: Draft) -> None:
    """Names headings, keys, titles and unfilled template text by their words, and levels that a table repeats."""
    levels = _printed_levels(draft)
    in_indicators = {number: draft.projects.listed for number in draft.projects.numbers if number >= 0}
    for index in range(len(draft.pieces)):
        number = draft.projects.numbers[index]
        if draft.given[index] is None:
            ahead = draft.free(range(index, min(len(draft.pieces), index + 12)))
            for run in reversed(runs_from(draft.pieces, ahead, 0, 60)):
                if len(run) > 1 and draft.pieces[index].drawn:
                    continue
                text = trimmed(draft.text(run))
                one_line = draft.pieces[run[0]].row == draft.pieces[run[-1]].row
                label = _level(text, levels.get(number, {})) if in_indicators.get(number) else None
                label = label or label_of_words(text, in_indicators.get(number, False), one_line)
                if label is not None:
                    draft.give(run, label)
                    break
        given = draft.given[index]
        if given and given[0].heads is Role.LEVEL1:
            in_indicators[number] = True


def _printed_levels(draft: Draft) -> dict[int, dict[str, set[Role]]]:
    """The level labels that each project's matched cells print, with the roles they were matched as."""
    levels: dict[int, dict[str, set[Role]]] = {}
    for index, given in enumerate(draft.given):
        if given and given[0].role in (Role.LEVEL1, Role.LEVEL2) and given[1][0] == index:
            own = levels.setdefault(draft.projects.numbers[index], {})
            own.setdefault(trimmed(draft.text(given[1])), set()).add(given[0].role)
    return levels


def _level(text: str, printed: dict[str, set[Role]]) -> Label | None:
    roles = printed.get(text) or {LEVEL_WORDS[text]} if text in printed or text in LEVEL_WORDS else ()
    return Label(next(iter(roles))) if len(roles) == 1 else None


def _set_halves(draft: Draft) -> None:
    """Where a row of headings has two value columns of the same plain wording, the left one is the mid-term half's."""
    rows: dict[int, list[tuple[Label, tuple[int, ...]]]] = {}
    for index, given in enumerate(draft.given):
        if given and given[0].heads is Role.VALUE and given[1][0] == index:
            rows.setdefault(draft.pieces[index].row, []).append(given)
    for row in rows.values():
        if len(row) == 2 and folded(draft.text(row[0][1])) == folded(draft.text(row[1][1])):
            draft.give(row[0][1], replace(row[0][0], period=Period.MID_TERM))


def _set_list_headings(draft: Draft) -> None:
    """In a list (a row or more a project, its heading above) the fixed words are headings of columns."""
    if not draft.projects.listed:
        return
    any_packed = any(given and given[0].role is Role.PACKED for given in draft.given)
    for index, given in enumerate(draft.given):
        if given is None or draft.projects.numbers[index] != -1 or not draft.pieces[index].drawn:
            continue
        heads = LIST_HEADINGS.get(given[0].role)
        text = trimmed(draft.text(given[1]))
        if heads and (given[0].role is not Role.TOTAL or text == GRAND_TOTAL_HEADING):
            period = {Role.FUND_AMOUNT: Period.ANNUAL, Role.GOAL_TEXT: given[0].period}.get(heads)
            draft.give(given[1], Label(Role.HEADER, heads, period))
        elif given[0] == Label(Role.HEADER) and text == PACKED_HEADING and any_packed:
            draft.give(given[1], Label(Role.HEADER, Role.PACKED))


# --- columns and the rest ---------------------------------------------------------------------------------------------


def _name_by_columns(draft: Draft) -> None:
    """Names cells that nothing named by the heading above their column; guesses, unless no gold record keeps such cells."""
    headings: dict[int, Label] = {}
    for row in _drawn_rows(draft):
        named = {draft.pieces[index].column: label for index in row if (label := _heads(draft, index)) is not None}
        if len(named) >= HEADING_ROW:
            headings = named
            continue
        for index in draft.free(row):
            label = headings.get(draft.pieces[index].column)
            if label is not None:
                draft.give((index,), label)
                draft.guessed.update(() if label.role in SETTLED_BY_COLUMN else (index,))


def _drawn_rows(draft: Draft) -> list[list[int]]:
    rows: dict[int, list[int]] = {}
    for index, piece in enumerate(draft.pieces):
        if piece.drawn:
            rows.setdefault(piece.row, []).append(index)
    return list(rows.values())


def _heads(draft: Draft, index: int) -> Label | None:
    """The label of the cells below a heading."""
    given = draft.given[index]
    if given is None or given[0].role is not Role.HEADER:
        return None
    if given[0].heads is None:
        return Label(Role.FURNITURE) if trimmed(draft.pieces[index].text) == SERIAL_NUMBER else None
    return Label(given[0].heads, period=given[0].period)


def _guess_the_rest(draft: Draft) -> None:
    """Prose and furniture; among a project's facts that is a guess."""
    drawn = (index for index, given in enumerate(draft.given) if given and draft.pieces[index].drawn)
    last = {draft.projects.numbers[index]: index for index in drawn}
    for index, piece in enumerate(draft.pieces):
        if draft.given[index] is not None:
            continue
        run = (index,) if piece.drawn else _paragraph(draft, index)
        label = Label(Role.FURNITURE if FURNITURE.match(folded(draft.text(run))) else Role.PROSE)
        draft.give(run, label)
        number = draft.projects.numbers[index]
        inside = number != -1 and index < last.get(number, len(draft.pieces))
        if piece.drawn or (inside and label.role is Role.PROSE):
            draft.guessed.update(run)


def _paragraph(draft: Draft, index: int) -> tuple[int, ...]:
    """A paragraph: the line that begins at `index`, and the next ones as long as a line breaks off in mid-sentence."""
    run: list[int] = []
    while index < len(draft.pieces) and draft.given[index] is None and not draft.pieces[index].drawn:
        row = draft.pieces[index].row
        line = []
        while index < len(draft.pieces) and draft.pieces[index].row == row and draft.given[index] is None:
            line.append(index)
            index += 1
        if run and FURNITURE.match(folded(draft.text(line))):
            break
        if run and (draft.pieces[run[-1]].text.endswith(SENTENCE_END) or ITEM_START.match(draft.pieces[line[0]].text)):
            break
        run += line
        if FURNITURE.match(folded(draft.text(line))):
            break
    return tuple(run)
