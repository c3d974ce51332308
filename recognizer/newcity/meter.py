"""The meter: documents of a new city surveyed by a model, what ten decisions should bring, and what earlier ones brought.

What was measured is kept as JSON lines, one a model, so that the next model is held to what was promised before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from recognizer.calibration.profile import Profile, profile_of
from recognizer.digitizing import digitize_grids
from recognizer.errors import UsageError
from recognizer.model import Model
from recognizer.newcity.choosing import Proposal, propose
from recognizer.newcity.expectation import Expectation, expected, together
from recognizer.newcity.layouts import LayoutGroup, groups
from recognizer.newcity.questions import Question, look, questions_of
from recognizer.types import Document, Grid

WORTH = 0.003  # gain of F1 from ten decisions below which a person's time is better spent on the queue
GOOD = 0.99  # expected F1 from which nothing is left to learn
Advice = Literal["go on", "stop: little to gain", "stop: good", "stop: it does not learn"]


@dataclass(frozen=True, slots=True)
class Read:
    """A document as a model reads it: its questions, its profile and what to expect of its values."""

    name: str
    questions: tuple[Question, ...]
    profile: Profile
    expected: Expectation


@dataclass(frozen=True, slots=True)
class Survey:
    """What a model makes of documents: their layouts, what to expect of each and of all, the cells to ask about next."""

    model: str
    documents: tuple[str, ...]
    layouts: tuple[LayoutGroup, ...]
    by_layout: tuple[Expectation, ...]
    proposals: tuple[Proposal, ...]

    @property
    def expected(self) -> Expectation:
        """What to expect of all documents."""
        return together(self.by_layout)

    def promised(self) -> float:
        """How much the expected F1 should rise once the proposals are decided and learned."""
        now = self.expected
        return now.better_by(sum(one.gain for one in self.proposals)).f1 - now.f1


@dataclass(frozen=True, slots=True)
class Measured:
    """A line of the meter's memory: a model, the documents, the F1 expected, and what the next decisions were to bring."""

    model: str
    documents: tuple[str, ...]
    f1: float
    promised: float
    asked: int
    when: str


def survey(documents: Iterable[tuple[str, Document, tuple[Grid, ...]]], model: Model, number: int) -> Survey:
    """Surveys documents, each with its name and its grids, and proposes `number` cells."""
    read = [_read(*one, model) for one in documents]
    known = model.calibrator.layouts if model.calibrator else ()
    found = groups([one.profile for one in read], known)
    layout_of = {member: number for number, group in enumerate(found) for member in group.members}
    questions = [question.within(layout_of[index]) for index, one in enumerate(read) for question in one.questions]
    return Survey(
        str(model.card.get("name", "")), tuple(one.name for one in read), found,
        tuple(together(read[member].expected for member in group.members) for group in found), tuple(propose(questions, number)))


def _read(name: str, document: Document, grids: tuple[Grid, ...], model: Model) -> Read:
    labelled, open_ends = look(grids, model)
    records = digitize_grids(document, grids, model).records
    return Read(name, questions_of(name, labelled, open_ends), profile_of(labelled), expected(records))


def advice(now: Survey, before: Sequence[Measured]) -> Advice:
    """Whether to go on: by what the next decisions should bring, and by whether the last two rounds brought anything."""
    if now.expected.f1 >= GOOD:
        return "stop: good"
    if now.promised() < WORTH:
        return "stop: little to gain"
    rounds = [one.f1 for one in before if one.documents == now.documents and one.model != now.model][-2:]
    if len(rounds) == 2 and now.expected.f1 - rounds[0] < WORTH:
        return "stop: it does not learn"
    return "go on"


def measured(now: Survey, when: str) -> Measured:
    """What is to be remembered of a survey."""
    return Measured(now.model, now.documents, round(now.expected.f1, 4), round(now.promised(), 4), len(now.proposals), when)


def remembered(path: Path) -> list[Measured]:
    """What the meter measured before, the oldest first. Raises UsageError for a file that is none of its own."""
    try:
        lines = path.read_text("utf-8").split("\n")  # names may hold other ends of lines
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot be read: {error}", path=path, stage="newcity") from error
    try:
        rows: list[dict[str, Any]] = [json.loads(line) for line in lines if line.strip()]
        return [Measured(str(row["model"]), tuple(map(str, row["documents"])), float(row["f1"]), float(row["promised"]),
                         int(row["asked"]), str(row["when"])) for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError("not a file of recognizer newcity", path=path, stage="newcity") from error


def remember(path: Path, one: Measured) -> None:
    """Adds a line to the memory, in place of one of the same model and documents. Raises OSError."""
    from recognizer.exporting.files import write_atomically

    kept = [old for old in remembered(path) if (old.model, old.documents) != (one.model, one.documents)]
    lines = [json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in (*kept, one)]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, "".join(lines).encode(), path.with_name(f".recognizer-{path.name}.part"))
