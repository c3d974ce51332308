"""The indicator rows of a form: columns by their headings, labels of levels by vocabulary, filled down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..types import Period
from ..vocabulary import children_of, level1_of, level2_of, parent_of, period_of, plain, strip_numbering
from .rows import Row
from .words import heading_role, is_level, is_value

_NAMED = {"level1", "level2", "name", "value"}
_KIND_WORDS = {"定性", "定量", "文字描述", "正向指标", "反向指标", "正向", "反向", "逆向指标"}


@dataclass(slots=True)
class _Half:
    """The columns of one set of headings; a form with two periods side by side has two."""

    name: int = -1
    level1: int = -1
    level2: int = -1
    values: list[tuple[int, str]] = field(default_factory=list)
    standard: int = -1
    comparator: int = -1
    unit: int = -1


def is_header(row: Row) -> bool:
    """Whether a row holds the headings of indicator columns."""
    roles = {heading_role(text) for text in row.words}
    return len(roles & _NAMED) >= 2 and bool(roles & {"name", "value"})


class IndicatorReader:
    """Reads the rows below a header, one after the other, into `found`."""

    def __init__(self, header: Row) -> None:
        self.halves = _halves(header)
        self.level1: str | None = None
        self.level1_raw: str | None = None
        self.level2: str | None = None
        self.level2_raw: str | None = None
        self.name_words: list[str] = []
        self.found: list[dict[str, Any]] = []

    def use_header(self, header: Row) -> None:
        """Takes over the columns of a header that a page break repeats; the levels go on."""
        self.halves = _halves(header)

    def add(self, row: Row) -> None:
        """Reads one row."""
        if row.drawn:
            self._add_drawn(row)
        else:
            self._add_undrawn(row)

    def _add_drawn(self, row: Row) -> None:
        texts = dict(row.texts)
        fitting = [half for half in self.halves
                   if _is_name(texts.get(half.name, "")) and any(column in texts for column, _ in half.values)]
        names = {half.name for half in fitting}
        labels = [(column, text) for column, text in row.texts if column not in names and is_level(text)]
        for column, text in labels:
            self._set_level(text, column, labels)
        if fitting:
            for half in fitting:
                values = {period: texts[column] for column, period in half.values if column in texts}
                if half.comparator in texts or half.unit in texts:
                    values = {period: _whole(texts.get(half.comparator, ""), text, texts.get(half.unit, ""))
                              for period, text in values.items()}
                self._emit(texts[half.name], values, texts.get(half.standard))
            return
        labelled = {column for column, _ in labels}
        rest = [text for column, text in row.texts if column not in labelled and strip_numbering(text)
                and not text.startswith("…") and plain(text) != "绩效指标"]
        if rest:
            self._emit_in_order(rest)

    def _emit_in_order(self, rest: list[str]) -> None:
        """A row whose cells left their columns: the first text is the name, the next ones are values in order."""
        half = self.halves[-1]
        periods = [period for _, period in half.values] or ["annual"]
        name, *others = rest
        if not others:
            if not is_value(name):
                self._emit(name, {}, None)
            return
        if len(others) < len(periods):
            periods = periods[-len(others):]
        values = dict(zip(periods, others, strict=False))
        standard = others[len(periods)] if half.standard >= 0 and len(others) > len(periods) else None
        self._emit(name, values, standard)

    def _add_undrawn(self, row: Row) -> None:
        """A line of text: labels of levels at its start, a value at its end, the rest belongs to the name."""
        words = row.words
        labels: list[tuple[int, str]] = []
        if is_level(words[0]) and self.name_words:
            self._emit("".join(self.name_words), {}, None)  # its value was not recognised
            self.name_words = []
        while words and is_level(words[0]):
            labels.append((len(labels), words.pop(0)))
        for column, text in labels:
            self._set_level(text, column if len(labels) > 1 else 1, labels)
        first = 0 if self.name_words else 1
        cut = next((cut for cut in range(first, len(words)) if is_value("".join(words[cut:]))), None)
        if cut is None and len(words) > 1:
            cut = len(words) - 1  # names seldom hold a blank: what stands behind the last one is the value
        if cut is None:
            self.name_words += words
            return
        self._emit("".join([*self.name_words, *words[:cut]]), {self.halves[-1].values[-1][1]: "".join(words[cut:])}, None)
        self.name_words = []

    def _set_level(self, text: str, column: int, labels: list[tuple[int, str]]) -> None:
        level1, level2 = level1_of(text), level2_of(text)
        if level1 and level2:
            # 成本指标 and 满意度指标 are labels of both levels.
            followed = any(other > column and level2_of(label) for other, label in labels)
            below = self.level1 is not None and level2 in children_of(self.level1)
            stands_left = any(half.level1 == column for half in self.halves)
            if followed or (stands_left and not below):
                level2 = None
            else:
                level1 = None
        if level1:
            if level1 != self.level1:
                self.level2 = self.level2_raw = None
            self.level1, self.level1_raw = level1, text
        elif level2:
            self.level2, self.level2_raw = level2, text
            if self.level1 is None or level2 not in children_of(self.level1):
                self.level1, self.level1_raw = parent_of(level2), None

    def _emit(self, name: str, values: dict[str, str], standard: str | None) -> None:
        bare = strip_numbering(name)
        if not bare:
            return
        level2, level2_raw = self.level2, self.level2_raw
        if level2 is None and self.level1 and level2_of(self.level1):
            level2 = level2_of(self.level1)  # a level 1 that has but one child of the same name
        self.found.append({"level1": self.level1, "level1_raw": self.level1_raw, "level2": level2, "level2_raw": level2_raw,
                           "name": bare, "values": values, "standard": standard})


def _is_name(text: str) -> bool:
    return bool(text) and bool(strip_numbering(text)) and heading_role(text) not in _NAMED and not is_value(text)


def _whole(comparator: str, number: str, unit: str) -> str:
    """A value whose comparator and unit stand in columns of their own, as one text."""
    return ("" if plain(comparator) in _KIND_WORDS else comparator) + number + ("" if number.endswith(unit) else unit)


def _halves(header: Row) -> list[_Half]:
    """The columns that a header names; a second name column begins a second half."""
    halves = [_Half()]
    for column, text in header.texts:
        role = heading_role(text)
        half = halves[-1]
        if role in ("name", "level2") and half.name >= 0:
            half = _Half(level1=half.level1)
            halves.append(half)
        if role == "value":
            period = period_of(text) or Period.ANNUAL
            half.values.append((column, period.value))
        elif role == "name":
            half.name = column
        elif role == "level1":
            half.level1 = column
        elif role == "level2":
            half.level2 = column
        elif role == "standard":
            half.standard = column
        elif role == "comparator":
            half.comparator = column
        elif role == "unit":
            half.unit = column
    if len(halves) == 2 and [period for _, period in halves[0].values] == [period for _, period in halves[1].values]:
        # Side by side and without a word of their own: the longer period stands left.
        halves[0].values = [(column, "mid_term") for column, _ in halves[0].values]
    for half in halves:
        if not half.values:
            half.values.append((half.name + 1, "annual"))
    return halves
