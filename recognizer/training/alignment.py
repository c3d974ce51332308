"""Labelling a document from its gold records: every cell of the text gets the label that the records imply.

To label another document: write its gold record (eval/gold/README.md), then

    python -m recognizer.training.alignment TEXT GOLD OUT.jsonl --decisions training_data/labelled/decisions.jsonl

prints the cells that could not be settled. Settle each with a line in the decisions file

    {"document": "name.txt", "pieces": [[12, 1], [13, 0]], "label": "name", "why": "cut by the page break"}

(add "parts" for a packed cell, "project" where it cannot be taken from the cell before) and run it again until none is
left; then read through all cells once with `--show`.

The story: the text is cut into pieces; the gold's projects are found in it; within each project the facts, in printed
order, are matched with pieces in reading order; what is left is labelled by the fixed words of forms; what is still
left is guessed, and named as a doubt.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from recognizer.training.align_facts import NAME_KEY, Fact, project_facts, total_facts
from recognizer.training.align_match import match_alone, match_in_order, runs_from
from recognizer.training.align_packed import Parts, is_packed, overlaid, packed_parts
from recognizer.training.align_pieces import SourcePiece, folded, source_pieces, trimmed
from recognizer.training.align_words import FURNITURE, label_of_words
from recognizer.truth import TruthCell, save_truth
from recognizer.types import Label, Period, Role


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person settled about one cell: the keys of its pieces, its label and why.

    `parts` of a packed cell are laid over those that alignment finds by itself.
    """

    document: str
    pieces: tuple[tuple[int, int], ...]
    label: str
    why: str
    project: int | None = None
    parts: Parts = ()


@dataclass(frozen=True, slots=True)
class Alignment:
    """All cells of a document in reading order, and those among them that alignment could only guess."""

    cells: tuple[TruthCell, ...]
    doubts: tuple[TruthCell, ...]


def align(text: str, gold: dict[str, Any], decisions: Sequence[Decision] = ()) -> tuple[TruthCell, ...]:
    """The true cells of a source text, from its gold record (schema of eval/gold/README.md) and people's decisions."""
    return examine(text, gold, decisions).cells


def examine(text: str, gold: dict[str, Any], decisions: Sequence[Decision] = ()) -> Alignment:
    """`align` with the cells it could not settle named as doubts."""
    pieces = source_pieces(text)
    draft = _Draft(pieces, [None] * len(pieces), _projects_of_pieces(pieces, gold), {})
    _match_facts(draft, gold)
    _name_fixed_words(draft)
    cells, guessed = _cells(draft, [trimmed(str(project.get("project_name") or "")) for project in gold["projects"]])
    cells = _decided(cells, pieces, [one for one in decisions if one.document == gold["source"]])
    settled = {key for one in decisions if one.document == gold["source"] for key in one.pieces}
    return Alignment(cells, tuple(cell for cell in cells if set(cell.pieces) & guessed and not set(cell.pieces) & settled))


@dataclass(slots=True)
class _Draft:
    """Work in hand: which cell (its label and run of pieces) each piece was given to."""

    pieces: tuple[SourcePiece, ...]
    given: list[tuple[Label, tuple[int, ...]] | None]
    projects: list[int]
    doubtful: dict[int, bool]

    def give(self, run: tuple[int, ...], label: Label) -> None:
        for index in run:
            self.given[index] = (label, run)

    def free(self, indices: Iterable[int]) -> list[int]:
        return [index for index in indices if self.given[index] is None]


# --- projects ---------------------------------------------------------------------------------------------------------


def _projects_of_pieces(pieces: Sequence[SourcePiece], gold: dict[str, Any]) -> list[int]:
    """For each piece the index of the project it belongs to, -1 for none.

    A project begins at its printed name: in a list at the row of that name, in a form at the title above it.
    """
    indices = range(len(pieces))
    begins: list[int] = []
    place = 0
    listed = False
    for project in gold["projects"]:
        wanted = trimmed(str(project.get("project_name") or ""))
        choices = [run for start in range(place, len(pieces)) for run in runs_from(pieces, indices, start, len(wanted) + 4)
                   if wanted and trimmed("".join(pieces[index].text for index in run)) == wanted]
        keyed = [run for run in choices if run[0] and folded(pieces[run[0] - 1].text).strip(":") == NAME_KEY]
        if not choices:
            begins.append(place)
            continue
        run = (keyed or choices)[0]
        listed = listed or not keyed
        begins.append(run[0] if listed else _form_begin(pieces, run[0], place))
        place = run[-1] + 1
    numbers = [-1] * len(pieces)
    for project_index, (begin, end) in enumerate(zip(begins, [*begins[1:], len(pieces)], strict=True)):
        for index in range(begin, end):
            in_row = not listed or pieces[index].row == pieces[begin].row
            numbers[index] = project_index if in_row else -1
    return numbers


def _form_begin(pieces: Sequence[SourcePiece], name: int, earliest: int) -> int:
    """The first piece of the title lines right above the form in which the piece `name` stands."""
    begin = name - 1
    while begin > earliest and pieces[begin - 1].row == pieces[name].row:
        begin -= 1
    while begin > earliest:
        row = [index for index in range(max(earliest, begin - 12), begin) if pieces[index].row == pieces[begin - 1].row]
        words = label_of_words(trimmed("".join(pieces[index].text for index in row)), in_indicators=False)
        if pieces[begin - 1].drawn or words is None or words.role not in (Role.TITLE, Role.CAPTION):
            break
        begin = row[0]
    return begin


# --- facts ------------------------------------------------------------------------------------------------------------


def _match_facts(draft: _Draft, gold: dict[str, Any]) -> None:
    for index, piece in enumerate(draft.pieces):
        if is_packed(piece.text):
            draft.give((index,), Label(Role.PACKED))
    groups: list[tuple[list[int], tuple[Fact, ...]]] = []
    for number, project in enumerate(gold["projects"]):
        groups.append(([i for i in range(len(draft.pieces)) if draft.projects[i] == number], project_facts(project)))
    outside = [i for i in range(len(draft.pieces)) if draft.projects[i] == -1]
    groups.append((outside, tuple(fact for row in gold.get("totals") or () for fact in total_facts(row))))
    for indices, facts in groups:
        indices = draft.free(indices)
        matches = match_in_order(draft.pieces, indices, facts)
        for match in matches:
            draft.give(match.pieces, facts[match.fact].label)
        found = {match.fact for match in matches}
        left = tuple(fact for number, fact in enumerate(facts) if number not in found)
        for match in match_alone(draft.pieces, draft.free(indices), left):
            draft.give(match.pieces, left[match.fact].label)


# --- fixed words ------------------------------------------------------------------------------------------------------


def _name_fixed_words(draft: _Draft) -> None:
    levels = _levels_of_projects(draft)
    below_headings: dict[int, bool] = {}
    for index in range(len(draft.pieces)):
        project = draft.projects[index]
        given = draft.given[index]
        if given is None:
            for run in reversed(runs_from(draft.pieces, draft.free(range(index, min(len(draft.pieces), index + 12))), 0, 60)):
                joined = trimmed("".join(draft.pieces[i].text for i in run))
                if len(run) > 1 and draft.pieces[index].drawn:
                    continue
                label = _level_label(joined, levels.get(project, {})) if below_headings.get(project) else None
                one_line = draft.pieces[run[0]].row == draft.pieces[run[-1]].row
                label = label or label_of_words(joined, below_headings.get(project, False), one_line)
                if label is not None:
                    draft.give(run, label)
                    break
            given = draft.given[index]
        if given and given[0].role is Role.HEADER and given[0].heads is Role.LEVEL1:
            below_headings[project] = True
    _set_halves(draft)
    _set_list_headings(draft)


def _levels_of_projects(draft: _Draft) -> dict[int, dict[str, set[Role]]]:
    """The level labels that each project's matched cells print, with the roles they were matched as."""
    levels: dict[int, dict[str, set[Role]]] = {}
    for index, given in enumerate(draft.given):
        if given and given[0].role in (Role.LEVEL1, Role.LEVEL2) and given[1][0] == index:
            text = trimmed("".join(draft.pieces[i].text for i in given[1]))
            levels.setdefault(draft.projects[index], {}).setdefault(text, set()).add(given[0].role)
    return levels


def _level_label(text: str, levels: dict[str, set[Role]]) -> Label | None:
    roles = levels.get(text) or LEVEL_WORDS.get(text) or set()
    return Label(next(iter(roles))) if len(roles) == 1 else None


LEVEL_WORDS: dict[str, set[Role]] = {
    **{text: {Role.LEVEL1} for text in ("决策", "过程", "产出指标", "效益指标", "产出", "效益")},
    **{text: {Role.LEVEL2} for text in (
        "项目立项", "绩效目标", "资金投入", "资金管理", "组织实施", "数量指标", "质量指标", "时效指标", "经济成本指标", "社会成本指标",
        "生态环境成本指标", "经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标", "服务对象满意度指标", "经济效益", "社会效益",
        "生态效益", "可持续影响", "服务对象满意度")},
}


def _set_halves(draft: _Draft) -> None:
    """Where a row of headings has two value columns of the same plain wording, the left one is the mid-term half's."""
    rows: dict[int, list[int]] = {}
    for index, given in enumerate(draft.given):
        if given and given[0].role is Role.HEADER and given[0].heads is Role.VALUE and given[1][0] == index:
            rows.setdefault(draft.pieces[index].row, []).append(index)
    for row in rows.values():
        if len(row) == 2 and folded(draft.pieces[row[0]].text) == folded(draft.pieces[row[1]].text):
            label = draft.given[row[0]]
            if label:
                draft.give(label[1], replace(label[0], period=Period.MID_TERM))


LIST_ROLES = {
    Role.ATTRIBUTE_KEY: Role.ATTRIBUTE_VALUE, Role.FUND_KEY: Role.FUND_AMOUNT, Role.TOTAL: Role.FUND_AMOUNT,
    Role.GOAL_KEY: Role.GOAL_TEXT, Role.HEADER: Role.PACKED}


def _set_list_headings(draft: _Draft) -> None:
    """In a list (a row a project) the words above the columns are headings of what stands below them."""
    if not any(given and given[0].role is Role.PACKED for given in draft.given):
        return
    for index, given in enumerate(draft.given):
        if given and draft.projects[index] == -1 and draft.pieces[index].drawn and given[0].role in LIST_ROLES:
            heads = LIST_ROLES[given[0].role]
            period = {Role.FUND_AMOUNT: Period.ANNUAL, Role.GOAL_TEXT: given[0].period}.get(heads)
            if given[0].role is not Role.TOTAL or trimmed(draft.pieces[index].text) == "总计":
                draft.give(given[1], Label(Role.HEADER, heads, period))


# --- cells ------------------------------------------------------------------------------------------------------------


def _cells(draft: _Draft, names: Sequence[str]) -> tuple[tuple[TruthCell, ...], set[tuple[int, int]]]:
    """The cells of the draft, and the keys of pieces that nothing named and that stand among a project's facts."""
    last = {draft.projects[index]: index for index, given in enumerate(draft.given) if given and draft.pieces[index].drawn}
    guessed: set[tuple[int, int]] = set()
    for index, piece in enumerate(draft.pieces):
        if draft.given[index] is None:
            run = (index,) if piece.drawn else _prose_from(draft, index)
            text = folded("".join(draft.pieces[i].text for i in run))
            draft.give(run, Label(Role.FURNITURE if FURNITURE.match(text) else Role.PROSE))
            if piece.drawn or draft.projects[index] != -1 and index < last.get(draft.projects[index], len(draft.pieces)):
                guessed.update(draft.pieces[i].key for i in run)
    cells = []
    for index, given in enumerate(draft.given):
        if given and given[1][0] == index:
            text = "".join(draft.pieces[i].text for i in given[1])
            parts = packed_parts(text) if given[0].role is Role.PACKED else ()
            project = draft.projects[index]
            if given[0].role is Role.TITLE and not draft.pieces[index].drawn:
                project = next((number for number, name in enumerate(names) if name and name in folded(text)), project)
            elif given[0].role is Role.PROSE and not draft.pieces[index].drawn:
                project = -1
            cells.append(TruthCell(given[0].code, tuple(draft.pieces[i].key for i in given[1]), text, project, parts))
    return tuple(cells), guessed


SENTENCE_END = tuple("。；：！？.;:!?")
ITEM_START = re.compile(r"^([一二三四五六七八九十]+、|[(（][一二三四五六七八九十\d]+[)）]|\d+[.、])")


def _prose_from(draft: _Draft, index: int) -> tuple[int, ...]:
    """A paragraph of prose: the line that begins at `index`, and the next ones as long as a line breaks off in mid-sentence."""
    run: list[int] = []
    while index < len(draft.pieces) and draft.given[index] is None and not draft.pieces[index].drawn:
        row = draft.pieces[index].row
        if run and (draft.pieces[run[-1]].text.endswith(SENTENCE_END) or ITEM_START.match(draft.pieces[index].text)):
            break
        while index < len(draft.pieces) and draft.pieces[index].row == row and draft.given[index] is None:
            run.append(index)
            index += 1
    return tuple(run)


def _decided(cells: tuple[TruthCell, ...], pieces: Sequence[SourcePiece], decisions: Sequence[Decision]) -> tuple[TruthCell, ...]:
    """The cells with people's decisions in place of what alignment made of those pieces."""
    texts = {piece.key: piece.text for piece in pieces}
    for decision in decisions:
        if not set(decision.pieces) <= set(texts):
            raise ValueError(f"{decision.document}: no such pieces {decision.pieces}")
        taken = set(decision.pieces)
        holder = next(cell for cell in cells if decision.pieces[0] in cell.pieces)
        rest = []
        for cell in cells:
            kept = tuple(key for key in cell.pieces if key not in taken)
            if kept:
                rest.append(cell if kept == cell.pieces else replace(cell, pieces=kept, text="".join(texts[key] for key in kept)))
        rest.append(TruthCell(
            decision.label, decision.pieces, "".join(texts[key] for key in decision.pieces),
            holder.project if decision.project is None else decision.project,
            overlaid(holder.text, holder.parts, decision.parts) if decision.label == holder.label == Role.PACKED else decision.parts))
        cells = tuple(sorted(rest, key=lambda cell: cell.pieces[0]))
    return cells


def load_decisions(path: Path) -> tuple[Decision, ...]:
    """People's decisions, a line each; an absent file holds none."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    return tuple(Decision(
        row["document"], tuple((int(a), int(b)) for a, b in row["pieces"]), row["label"], row["why"], row.get("project"),
        tuple((int(a), int(b), str(c)) for a, b, c in row.get("parts", ()))) for row in rows)


def main() -> None:
    """Labels one document, writes its cells and prints the doubts (or, with --show, every cell)."""
    parser = argparse.ArgumentParser(description="Label a document's cells from its gold record.")
    parser.add_argument("text", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--decisions", type=Path, default=Path("training_data/labelled/decisions.jsonl"))
    parser.add_argument("--show", action="store_true", help="print every cell and not the doubts alone")
    options = parser.parse_args()
    found = examine(options.text.read_text("utf-8"), json.loads(options.gold.read_text("utf-8")), load_decisions(options.decisions))
    save_truth(options.out, found.cells)
    for cell in found.cells if options.show else found.doubts:
        mark = "?" if cell in found.doubts else " "
        print(mark, cell.project, cell.label, list(cell.pieces), cell.text)
    print(f"{len(found.cells)} cells, {len(found.doubts)} in doubt")


if __name__ == "__main__":
    main()
