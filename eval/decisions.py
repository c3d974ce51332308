#!/usr/bin/env python3
"""Decision curves: how many decisions a new city takes.

    decisions.py [--settings city_out] [--seeds 5] [--out build/eval/decisions.json]

For each of the five cities a model that has seen nothing of it reads its document. Decisions are made about cells of the odd
projects (the first, the third, …; their answers are those of the gold record), the model learns from them, and value F1 is
measured on the even projects, which nothing else ever looks at. The product chooses what to ask, learning as it goes; as many
cells picked at random are the comparison.

A decision says which pieces make the cell and what it is. Before it acts its reach is shown: the six cells least sure of each
scope. The widest scope of which all six are as decided is taken, wrong or right for the rest, and counts as one decision.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from runs import BUILD, left_out_model, plan

from recognizer.digitizing import digitize_grids, lay_out_document
from recognizer.learning import Correction, Replay, replay_for, retrained, truths
from recognizer.measuring.facts import Counts, matched, pair_projects, project_facts
from recognizer.model import Model
from recognizer.newcity.choosing import SCOPES, propose, reached
from recognizer.newcity.questions import Question, look, questions_of
from recognizer.reading import read_text
from recognizer.training import real_documents
from recognizer.truth import LabelledDocument, TruthCell
from recognizer.types import Document, Grid, Role

POINTS = (0, 5, 10, 20, 50)
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
    replay: Replay
    projects: frozenset[int]  # whose cells may be asked about


def city_of(truth: LabelledDocument, model: Model) -> City:
    """The city of a labelled document; its odd projects are those of even index."""
    document, grids = lay_out_document(read_text(truth.text, str(truth.records["source"])))
    cells = {key: one.cell for one in truths(truth) for key in one.cell.pieces}
    odd = frozenset(range(0, len(truth.records["projects"]), 2))
    return City(truth, document, grids, model, cells, replay_for(model), odd)


def value_f1(city: City, model: Model, parity: int) -> Counts:
    """The value facts of the odd (0) or of the even projects (1)."""
    gold = city.truth.records["projects"]
    predicted = digitize_grids(city.document, city.grids, model).to_json()["projects"]
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
    reached: int = 0

    def decide(self, question: Question, questions: Sequence[Question]) -> str:
        """One decision with the widest reach that looks right; returns the scope."""
        answer = self._answer(question)
        self._tell(question)
        if answer is None:  # it was cut or joined wrongly: that is set right here alone
            return "cell"
        for scope in reversed(SCOPES[1:]):
            others = [one for one in reached(question, scope, questions) if self._askable(one)]
            if others and all(self._answer(one) == answer for one in others[:SHOWN]):
                for one in others:
                    self._keep(one, answer)
                self.reached += len(others)
                return scope
        return "cell"

    def _askable(self, question: Question) -> bool:
        return askable(self.city, question)

    def _answer(self, question: Question) -> str | None:
        """The true label of a cell, None where its pieces make no true cell."""
        true = self.city.cells[question.pieces[0]]
        if true.pieces != question.pieces:
            return None
        if question.part is None:
            return true.label
        return next((code for start, end, code in true.parts if (start, end) == question.part), None)

    def _tell(self, question: Question) -> None:
        """What is true of a cell's pieces, whatever cells they make."""
        if question.part is None:
            for key in question.pieces:
                true = self.city.cells[key]
                self.cells[true.pieces[0]] = replace(true, parts=())
            return
        true = self.city.cells[question.pieces[0]]
        known = self.parts.setdefault(question.pieces[0], {})
        for start, end, code in true.parts:
            if start < question.part[1] and question.part[0] < end:
                known[start, end] = code

    def _keep(self, question: Question, code: str) -> None:
        """What a reach makes of a cell: it stands as it was read, and is what was decided; earlier decisions come first."""
        if question.part is not None:
            known = self.parts.setdefault(question.pieces[0], {})
            if not any(start < question.part[1] and question.part[0] < end for start, end in known):
                known[question.part] = code
        elif not any(set(question.pieces) & set(cell.pieces) for cell in self.cells.values()):
            self.cells[question.pieces[0]] = TruthCell(code, question.pieces, question.text)

    def corrections(self, questions: Sequence[Question]) -> list[Correction]:
        """All that was decided; parts of packed cells that were not are unknown."""
        made = dict(self.cells)
        for first, known in self.parts.items():
            read = [one for one in questions if one.pieces[0] == first]
            holder = next(one for one in read if one.part is None)
            rest = [one.part for one in read if one.part is not None
                    and not any(start < one.part[1] and one.part[0] < end for start, end in known)]
            parts = sorted([*((*span, code) for span, code in known.items()), *((*span, UNKNOWN) for span in rest)])
            made[first] = TruthCell(Role.PACKED.value, holder.pieces, holder.text, parts=tuple(parts))
        name = self.city.truth.name
        return [Correction(name, cell) for cell in made.values()]


def askable(city: City, question: Question) -> bool:
    """Whether a cell stands in an odd project."""
    return all(key in city.cells and city.cells[key].project in city.projects for key in question.pieces)


def questions_in(city: City, model: Model) -> list[Question]:
    """What may be asked about the odd projects, as a model reads them."""
    return [one for one in questions_of(city.truth.name, *look(city.grids, model)) if askable(city, one)]


def curve(city: City, seed: int | None, points: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The figures after each number of decisions, chosen by the product, or with a seed at random."""
    answers = Answers(city)
    model, made = city.model, 0
    draw = random.Random(seed)
    scopes: list[str] = []
    for point in points:
        questions = questions_in(city, model)
        asked = [one for one in questions if one.pieces[0] not in answers.cells
                 and (one.part is None or one.part not in answers.parts.get(one.pieces[0], {}))]
        if seed is None:
            chosen = [one.question for one in propose(asked, point - made)]
        else:
            chosen = draw.sample(asked, min(point - made, len(asked)))
        for one in chosen:
            scopes.append(answers.decide(one, questions))
        made += len(chosen)
        start = time.perf_counter()
        if chosen:
            documents = {city.truth.name: city.grids}
            model = retrained(city.model, documents, answers.corrections(questions), replay=city.replay)
        seconds = time.perf_counter() - start
        counts = value_f1(city, model, 1)
        yield {"decisions": point, "made": made, "reached": answers.reached, "f1": counts.f1, "odd": value_f1(city, model, 0).f1,
               "hit": counts.hit, "predicted": counts.predicted, "gold": counts.gold, "seconds": round(seconds, 1),
               "scopes": {scope: scopes.count(scope) for scope in SCOPES}}


def main() -> int:
    """Runs what the command line asks for."""
    parser = argparse.ArgumentParser(description="How many decisions a new city takes.")
    parser.add_argument("--setting", default="city_out", choices=("city_out", "layout_out"))
    parser.add_argument("--cities", nargs="*")
    parser.add_argument("--seeds", type=int, default=5, help="of cells picked at random")
    parser.add_argument("--tables", type=int, default=600, help="generated documents that the left-out models are trained on")
    parser.add_argument("--out", type=Path, default=BUILD / "decisions.json")
    options = parser.parse_args()
    found: dict[str, Any] = {}
    for job in plan((options.setting,), options.tables, 1):
        if not job.config or (options.cities and job.source not in options.cities):
            continue
        truth = next(one for one in real_documents() if one.name == job.source)
        city = city_of(truth, left_out_model(job.config))
        found[truth.name] = {}
        for seed in (None, *range(1, options.seeds + 1)):
            rows = []
            for row in curve(city, seed, POINTS):
                print(truth.name, "product" if seed is None else f"random {seed}", row, flush=True)
                rows.append(row)
            found[truth.name]["product" if seed is None else f"random {seed}"] = rows
    options.out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
