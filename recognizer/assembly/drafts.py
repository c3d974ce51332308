"""Facts in the making: what the assembler fills while it walks over the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from recognizer.assembly.levels import Levels, Printed
from recognizer.assembly.text import evidence, is_comparator, key, words
from recognizer.repair.repeats import without_repeats
from recognizer.types import (
    Attribute,
    Evidence,
    Fund,
    Goal,
    Indicator,
    LabelledCell,
    Period,
    Project,
    Role,
    Value,
)
from recognizer.vocabulary import number_of, strip_numbering

MEASURED = (Period.ACTUAL, Period.PRIOR_YEAR)  # what was reached; a comparator column speaks of what is aimed at


@dataclass(slots=True)
class IndicatorDraft:
    """An indicator in the making: its name's cell, the level labels over it and the cells of its row.

    `unused` are the cells that found no place in the finished indicator.
    """

    name: LabelledCell | None
    level1: LabelledCell | None
    level2: LabelledCell | None
    new1: bool
    new2: bool
    cells: list[LabelledCell] = field(default_factory=list)
    headings: dict[int, LabelledCell] = field(default_factory=dict)
    unused: list[LabelledCell] = field(default_factory=list)

    @property
    def text(self) -> str | None:
        """The name without the form's own numbering; None where it was lost."""
        return (strip_numbering(words(self.name)) or None) if self.name else None

    def repeated_by(self, name: LabelledCell) -> bool:
        """Whether a name says the same as its own."""
        return self.text is not None and self.name is not None and words(self.name) == words(name)

    def has(self, period: Period | None) -> bool:
        """Whether a value of the period is there already."""
        return any(cell.label.role is Role.VALUE and cell.label.period is period for cell in self.cells)

    def printed(self) -> Printed:
        """What the page says of the indicator's levels."""
        return Printed(
            words(self.level1) if self.level1 else None,
            words(self.level2) if self.level2 else None,
            self.text,
            self.new1,
            self.new2,
            number_of(words(self.name)) if self.name else None,
        )

    def finished(self, levels: Levels, labels: Mapping[str, LabelledCell]) -> Indicator:
        """The indicator with its levels placed and its values put together from their columns.

        `labels` are the project's level labels by their texts: one that was printed a row too high or too low is listed too.
        """
        values, doubts, self.unused = self._values()
        standards = [cell for cell in self.cells if cell.label.role is Role.STANDARD]
        self.unused += [cell for cell in standards if words(cell) != words(standards[0])]
        extra = [
            (key(self.headings[id(cell)]) if id(cell) in self.headings else str(cell.label.role), words(cell))
            for cell in self.cells
            if cell.label.role in (Role.SCORE, Role.REMARK)
        ]
        own = tuple(entry for entry in (self.name,) if entry)
        over = [
            (labels[raw], False) if raw and raw in labels and (entry is None or words(entry) != raw) else (entry, new)
            for raw, entry, new in (
                (levels.level1_raw, self.level1, self.new1), (levels.level2_raw, self.level2, self.new2))
        ]
        inherited = tuple(entry for entry, new in over if entry and not new)
        printed = tuple(entry for entry, new in over if entry and new)
        found = evidence(*own, *printed, inherited=inherited)
        beside = evidence(*standards[:1]).at
        if len(beside) > 1 or not set(beside) <= set(found.at):  # pieces of a text stay together and in order
            found = replace(found, at=(*found.at, *beside))
        if "inferred" in (levels.level1_provenance, levels.level2_provenance):
            doubts.append("level_inferred")
        if self.name is None:
            doubts.append("name_lost")
        return Indicator(
            levels.level1,
            levels.level2,
            self.text,
            values,
            levels.level1_raw,
            levels.level2_raw,
            words(standards[0]) if standards else None,
            tuple(extra),
            replace(found, doubts=(*found.doubts, *doubts), signals=replace(found.signals, level=levels.support)),
            levels.level1_provenance,
            levels.level2_provenance,
            number=number_of(words(self.name)) if self.name else None,
        )

    def _values(self) -> tuple[tuple[Value, ...], list[str], list[LabelledCell]]:
        """The values by period, doubts, and the cells whose values were not taken.

        Comparators and units from columns of their own are put around their numbers.
        """
        comparators = [cell for cell in self.cells if cell.label.role is Role.COMPARATOR and is_comparator(words(cell))]
        units = [cell for cell in self.cells if cell.label.role is Role.UNIT]
        numbers = [cell for cell in self.cells if cell.label.role is Role.VALUE and words(cell)]
        by_period: dict[Period, list[Value]] = {}
        printed: dict[int, LabelledCell] = {}
        for order, number in enumerate(numbers):
            around = [number]
            period = number.label.period or Period.ANNUAL
            if comparators and period not in MEASURED and not is_comparator(words(number)[:1]):
                around.insert(0, comparators[order] if len(comparators) == len(numbers) else comparators[0])
            if units:
                unit = units[order] if len(units) == len(numbers) else units[0]
                if not words(number).endswith(words(unit)) and words(number)[-1:].isdigit():
                    around.append(unit)
            text = "".join(words(cell) for cell in around)
            once = without_repeats(text)
            found = evidence(*around)
            if once != text:
                found = replace(found, doubts=(*found.doubts, "repeat_dropped"))
            value = Value(period, once, found)
            printed[id(value)] = number
            by_period.setdefault(period, []).append(value)
        doubts: list[str] = []
        cycle = {value.text for value in by_period.get(Period.FULL_CYCLE, ())}
        values = []
        unused = []
        for said in by_period.values():
            distinct = list({value.text.strip("。.；;，,"): value for value in reversed(said)}.values())[::-1]
            # A text read twice over repeats its neighbour; what differs from the neighbour was printed for itself.
            own = [value for value in distinct if value.text not in cycle] if len(distinct) > 1 else distinct
            chosen = (own or distinct)[0]
            unused += [printed[id(value)] for value in distinct if value is not chosen]
            if len(distinct) > 1:
                doubts.append("several_values")
                chosen = replace(chosen, evidence=replace(chosen.evidence, doubts=(*chosen.evidence.doubts, "several_values")))
            values.append(chosen)
        return tuple(values), doubts, unused


@dataclass(slots=True)
class ProjectDraft:
    """A project in the making."""

    name: LabelledCell | None = None
    attributes: list[tuple[str, list[LabelledCell]]] = field(default_factory=list)
    funds: list[Fund] = field(default_factory=list)
    amounts: list[LabelledCell] = field(default_factory=list)  # the cells of the funds
    goals: dict[Period, list[LabelledCell]] = field(default_factory=dict)
    indicators: list[IndicatorDraft] = field(default_factory=list)
    listed: bool = False  # named by its heading in a list without drawn columns

    @property
    def blank(self) -> bool:
        """Whether nothing has been put into it."""
        return not (self.name or self.attributes or self.funds or self.goals or self.indicators)

    @property
    def headed(self) -> bool:
        """Whether no more of it is known than the head of its form."""
        return not (self.funds or self.goals or self.indicators)

    def finished(self, fiscal_year: int | None, levels: Sequence[Levels]) -> Project:
        """The project with everything in its final form."""
        labels = {
            words(entry): entry for indicator in self.indicators for entry in (indicator.level1, indicator.level2) if entry
        }
        indicators = tuple(
            indicator.finished(placed, labels)
            for indicator, placed in zip(self.indicators, levels, strict=True)
            if indicator.text or any(cell.label.role is Role.VALUE for cell in indicator.cells)
        )
        return Project(
            words(self.name) if self.name else None,
            fiscal_year,
            tuple(
                Attribute(name, "".join(words(entry) for entry in entries), evidence(*entries))
                for name, entries in self.attributes
            ),
            tuple(self.funds),
            tuple(_goal(kind, entries) for kind, entries in self.goals.items()),
            indicators,
            evidence(self.name) if self.name else Evidence(),
        )

    def entries(self) -> list[LabelledCell]:
        """The cells that were put into it."""
        named = [entry for entry in (self.name,) if entry]
        attributes = [entry for _, entries in self.attributes for entry in entries]
        goals = [entry for entries in self.goals.values() for entry in entries]
        indicators = [entry for one in self.indicators for entry in (one.name, *one.cells) if entry]
        return [*named, *attributes, *self.amounts, *goals, *indicators]

    def likely_levels(self, scores: Mapping[str, Mapping[str, float]]) -> list[Mapping[str, float]]:
        """The scores of level 2 for each indicator's name."""
        return [scores.get(indicator.text or "", {}) for indicator in self.indicators]


def _goal(kind: Period, entries: Sequence[LabelledCell]) -> Goal:
    text = "".join(words(entry) for entry in entries)
    once = without_repeats(text)
    found = evidence(*entries)
    return Goal(kind, once, found if once == text else replace(found, doubts=(*found.doubts, "repeat_dropped")))
