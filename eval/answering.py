"""A person who never errs, answering from the gold record: cells of a city's odd projects, each with its reach.

A decision says which pieces make a cell and what it is. Before it acts its reach is shown: the six cells least sure of each
scope. The widest scope of which all six are as decided is taken, wrong or right for the rest, and counts as one decision.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from recognizer.assembly import assemble
from recognizer.digitizing import lay_out_document
from recognizer.exporting import to_json
from recognizer.learning import Correction, truths
from recognizer.measuring.facts import Counts, matched, pair_projects, project_facts
from recognizer.model import Model
from recognizer.newcity.choosing import column_of, wording_of
from recognizer.newcity.questions import Question, look, questions_of
from recognizer.reading import read_text
from recognizer.truth import LabelledDocument, TruthCell
from recognizer.types import Document, Grid, Role

# The scopes of a reach, the widest first: what the cells that it takes in have in common.
SCOPES: dict[str, Callable[[Question], Hashable]] = {
    "everywhere": wording_of, "layout": column_of, "table": lambda one: (one.document, one.table, column_of(one))}
SHOWN = 6  # cells of a reach that a person looks at before it acts
UNKNOWN = "?"
Key = tuple[int, int]


@dataclass(slots=True)
class City:
    """A left-out city: its document laid out, the model that has not seen it, the true cell of every piece."""

    truth: LabelledDocument
    document: Document
    grids: tuple[Grid, ...]
    model: Model
    cells: dict[Key, TruthCell]
    projects: frozenset[int]  # whose cells may be asked about


def city_of(truth: LabelledDocument, model: Model) -> City:
    """The city of a labelled document; its odd projects are those of even index."""
    document, grids = lay_out_document(read_text(truth.text, str(truth.records["source"])))
    cells = {key: one.cell for one in truths(truth) for key in one.cell.pieces}
    odd = frozenset(range(0, len(truth.records["projects"]), 2))
    return City(truth, document, grids, model, cells, odd)


@dataclass(frozen=True, slots=True)
class Look:
    """What a model makes of a city: its projects as records, and the cells that a person could be asked about."""

    projects: list[dict[str, Any]]
    questions: list[Question]


def look_at(city: City, model: Model) -> Look:
    """The city as a model reads it; checks and confidences, which change no value, are left out."""
    labelled, open_ends = look(city.grids, model)
    projects = to_json(assemble(city.document, labelled, model))["projects"]
    return Look(projects, [one for one in questions_of(city.truth.name, labelled, open_ends) if askable(city, one)])


def askable(city: City, question: Question) -> bool:
    """Whether a cell stands in an odd project."""
    return all(key in city.cells and city.cells[key].project in city.projects for key in question.pieces)


def value_f1(city: City, predicted: Sequence[Mapping[str, Any]], parity: int) -> Counts:
    """The value facts of the odd (0) or of the even projects (1)."""
    gold = city.truth.records["projects"]
    wanted = [fact for number, project in enumerate(gold) if number % 2 == parity for fact in project_facts(project, number)]
    found = [fact for number, project in zip(pair_projects(gold, predicted), predicted, strict=True) if number % 2 == parity
             for fact in project_facts(project, number)]
    wanted, found = ([fact for fact in side if fact.kind == "value"] for side in (wanted, found))
    return Counts(sum(right for _, right in matched(found, wanted)), len(found), len(wanted))


@dataclass(slots=True)
class Answers:
    """What was decided so far, by the pieces of the cell; of packed cells the parts that were."""

    city: City
    cells: dict[Key, TruthCell] = field(default_factory=dict)
    parts: dict[Key, dict[tuple[int, int], str]] = field(default_factory=dict)

    @property
    def cells_settled(self) -> int:
        """How many cells and parts of cells the decisions so far have reached."""
        return len(self.cells) + sum(map(len, self.parts.values()))

    def settled(self, question: Question) -> bool:
        """Whether a decision has told what a cell is."""
        if question.part is not None:
            return any(_overlap(span, question.part) for span in self.parts.get(question.pieces[0], {}))
        return any(question.pieces[0] in cell.pieces for cell in self.cells.values())

    def decide(self, question: Question, questions: Sequence[Question]) -> str:
        """One decision with the widest reach that looks right; returns the scope."""
        answer = self._answer(question)
        self._tell(question)
        if answer is None:  # it was cut or joined wrongly: that is set right here alone
            return "cell"
        for scope in SCOPES:
            others = reached(question, scope, questions)
            if others and all(self._answer(one) == answer for one in others[:SHOWN]):
                for one in others:
                    self._keep(one, answer)
                return scope
        return "cell"

    def _answer(self, question: Question) -> str | None:
        """The true label of a cell, None where its pieces make no true cell."""
        true = self.city.cells[question.pieces[0]]
        if true.pieces != question.pieces:
            return None
        if question.part is None:
            return true.label
        touched = [one for one in true.parts if _overlap(one[:2], question.part)]
        if true.label == Role.PACKED and not touched:
            return Role.FURNITURE.value  # what parts leave over: numbers, separators
        return touched[0][2] if [one[:2] for one in touched] == [question.part] else None

    def _tell(self, question: Question) -> None:
        """What is true of a cell's pieces, whatever cells they make."""
        true = self.city.cells[question.pieces[0]]
        if question.part is None or true.label != Role.PACKED:
            for key in question.pieces:
                true = self.city.cells[key]
                self.cells[true.pieces[0]] = replace(true, parts=())
            return
        known = self.parts.setdefault(question.pieces[0], {})
        touched = {(start, end): code for start, end, code in true.parts if _overlap((start, end), question.part)}
        known.update(touched or {question.part: Role.FURNITURE.value})

    def _keep(self, question: Question, code: str) -> None:
        """What a reach makes of a cell: it stands as it was read, and is what was decided; earlier decisions come first."""
        if question.part is not None:
            known = self.parts.setdefault(question.pieces[0], {})
            if not any(_overlap(span, question.part) for span in known):
                known[question.part] = code
        elif not any(set(question.pieces) & set(cell.pieces) for cell in self.cells.values()):
            self.cells[question.pieces[0]] = TruthCell(code, question.pieces, question.text)

    def corrections(self, questions: Sequence[Question]) -> list[Correction]:
        """All that was decided; parts of packed cells that were not are unknown."""
        made = dict(self.cells)
        for first, known in self.parts.items():
            rest = [one.part for one in questions if one.pieces[0] == first and one.part is not None
                    and not any(_overlap(span, one.part) for span in known)]
            parts = sorted([*((*span, code) for span, code in known.items()), *((*span, UNKNOWN) for span in rest)])
            made[first] = replace(self.city.cells[first], label=Role.PACKED.value, parts=tuple(parts))
        name = self.city.truth.name
        return [Correction(name, cell) for cell in made.values()]


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def reached(question: Question, scope: str, questions: Sequence[Question]) -> list[Question]:
    """The other cells that a decision reaches in a scope, the least sure first: what is shown before it acts."""
    key_of = SCOPES[scope]
    wanted = key_of(question)
    others = [one for one in questions if one != question and key_of(one) == wanted]
    return sorted(others, key=lambda one: -one.doubt)
