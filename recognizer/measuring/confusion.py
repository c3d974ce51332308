"""Labels and joins held against the truth, piece by piece.

A piece (a run of text as the source prints it) is what both sides share: the truth says which pieces make a whole cell and
what it is, the recognizer says the same in its labelled cells. From that follow the role confusion matrix, role macro F1,
the accuracy of labels and periods, and how many labels and names that print broke up were made whole again. A part of a
packed cell counts as a piece of its own, beside the piece that is the packed cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from recognizer.measuring.facts import Counts
from recognizer.truth import TruthCell
from recognizer.types import Label, LabelledCell, Role

PieceKey = tuple[int, int]

# Roles whose cells are read as one label; each may be printed vertically or wrapped.
LABEL_ROLES = frozenset({Role.LEVEL1, Role.LEVEL2, Role.HEADER, Role.ATTRIBUTE_KEY, Role.FUND_KEY, Role.GOAL_KEY})

# Roles outside the forms: how their lines hang together matters to no record.
OUTSIDE_ROLES = frozenset({Role.PROSE, Role.FURNITURE})

# A label printed vertically has at most this many characters a piece on average; a wrapped one has more.
VERTICAL_CHARACTERS = 2.0

# What a piece is called that no predicted cell holds.
LOST = Label(Role.EMPTY)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a number are right; adds up over documents."""

    right: int = 0
    number: int = 0

    def __add__(self, other: Share) -> Share:
        return Share(self.right + other.right, self.number + other.number)

    @property
    def value(self) -> float:
        """The share that is right; 1 where there is nothing."""
        return self.right / self.number if self.number else 1.0


@dataclass(frozen=True, slots=True)
class LabelComparison:
    """Labelled cells of one or more documents against the truth; comparisons add up.

    `roles` counts pieces by (true role, predicted role). `labels` counts pieces whose whole label is right. `periods` counts
    true cells that bear a period and got it right in all their pieces. `whole` counts, by group (vertical label, wrapped label,
    wrapped name), the true cells of two or more pieces that one predicted cell holds exactly. `joins` counts neighbouring
    pieces joined into one cell.
    """

    roles: Mapping[tuple[Role, Role], int] = field(default_factory=dict)
    labels: Share = Share()
    periods: Share = Share()
    whole: Mapping[str, Share] = field(default_factory=dict)
    joins: Counts = field(default_factory=Counts)

    def __add__(self, other: LabelComparison) -> LabelComparison:
        groups = sorted(self.whole.keys() | other.whole.keys())
        return LabelComparison(
            dict(Counter(self.roles) + Counter(other.roles)), self.labels + other.labels, self.periods + other.periods,
            {group: self.whole.get(group, Share()) + other.whole.get(group, Share()) for group in groups},
            self.joins + other.joins)

    @property
    def labels_and_names_whole(self) -> float:
        """The share of broken-up labels and names that were made whole."""
        return sum(self.whole.values(), Share()).value

    def role_scores(self) -> dict[Role, Counts]:
        """The counts of each role that occurs in the truth, in pieces."""
        true, predicted = Counter[Role](), Counter[Role]()
        for (truth, guess), number in self.roles.items():
            true[truth] += number
            predicted[guess] += number
        return {role: Counts(self.roles.get((role, role), 0), predicted[role], true[role]) for role in Role if true[role]}

    @property
    def role_macro_f1(self) -> float:
        """The mean F1 of the roles that occur in the truth, each role of equal weight; 1 where there is nothing."""
        scores = self.role_scores()
        return sum(counts.f1 for counts in scores.values()) / len(scores) if scores else 1.0


def compare_labels(truth: Sequence[TruthCell], labelled: Sequence[LabelledCell]) -> LabelComparison:
    """Holds the labelled cells of a document against its true cells. Pieces that the truth does not know are left out."""
    predicted: dict[PieceKey, LabelledCell] = {}
    for guess in labelled:
        for piece in guess.cell.pieces:
            predicted.setdefault(piece.key, guess)
    known = {key for cell in truth for key in cell.pieces}
    predicted_cells = [tuple(dict.fromkeys(piece.key for piece in guess.cell.pieces if piece.key in known)) for guess in labelled]
    roles: Counter[tuple[Role, Role]] = Counter()
    labels, periods = Share(), Share()
    for label, guesses in _units(truth, predicted):
        roles.update((label.role, guess.role) for guess in guesses)
        labels += Share(sum(guess == label for guess in guesses), len(guesses))
        if label.period:
            periods += Share(int(all(guess.period == label.period for guess in guesses)), 1)
    return LabelComparison(dict(roles), labels, periods, _whole(truth, predicted_cells), _joins(truth, predicted_cells))


def _units(truth: Iterable[TruthCell], predicted: Mapping[PieceKey, LabelledCell]) -> Iterator[tuple[Label, list[Label]]]:
    """Each true cell, and each part of a packed one: its label, and the predicted labels of its pieces."""
    for cell in truth:
        guesses = [predicted.get(key) for key in cell.pieces]
        yield Label.parse(cell.label), [guess.label if guess else LOST for guess in guesses]
        holder = guesses[0] if cell.pieces else None
        for start, end, code in cell.parts:
            yield Label.parse(code), [_label_between(holder.parts if holder else (), start, end)]


def _label_between(parts: Sequence[LabelledCell], start: int, end: int) -> Label:
    """The label of the predicted part that covers most of these characters of the packed cell."""
    def covered(part: LabelledCell) -> int:
        first = part.cell.pieces[0].index
        return min(end, first + len(part.cell.text)) - max(start, first)

    best = max(parts, key=covered, default=None)
    return best.label if best and covered(best) > 0 else LOST


def _whole(truth: Iterable[TruthCell], predicted_cells: Iterable[tuple[PieceKey, ...]]) -> dict[str, Share]:
    made = {frozenset(cell) for cell in predicted_cells}
    shares: dict[str, Share] = {}
    for cell in truth:
        group = _group(cell)
        if group:
            shares[group] = shares.get(group, Share()) + Share(int(frozenset(cell.pieces) in made), 1)
    return shares


def _group(cell: TruthCell) -> str | None:
    role = Label.parse(cell.label).role
    if len(cell.pieces) < 2:
        return None
    if role is Role.NAME:
        return "wrapped name"
    if role not in LABEL_ROLES:
        return None
    characters = len("".join(cell.text.split()))
    return "vertical label" if characters <= VERTICAL_CHARACTERS * len(cell.pieces) else "wrapped label"


def _joins(truth: Iterable[TruthCell], predicted_cells: Iterable[tuple[PieceKey, ...]]) -> Counts:
    outside = {key for cell in truth if Label.parse(cell.label).role in OUTSIDE_ROLES for key in cell.pieces}
    true = _neighbours((cell.pieces for cell in truth), outside)
    predicted = _neighbours(predicted_cells, outside)
    return Counts(len(true & predicted), len(predicted), len(true))


def _neighbours(cells: Iterable[tuple[PieceKey, ...]], outside: set[PieceKey]) -> set[tuple[PieceKey, PieceKey]]:
    pairs = {pair for cell in cells for pair in pairwise(cell)}
    return {(one, other) for one, other in pairs if not (one in outside and other in outside)}
