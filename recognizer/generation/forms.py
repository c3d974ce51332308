"""Lays a project out as a form: head, funds, goals and indicator rows, as one drawn table."""

from __future__ import annotations

import random

from .columns import place_columns
from .content import IndicatorContent, ProjectContent
from .draw import Draw
from .facts import IndicatorFact, LevelFact, ProjectFacts
from .funds import FundRows
from .periods import goal_word, shared_heading, short_value_heading, value_heading
from .profile import Profile
from .remarks import side_text
from .sheet import Fact, Mark, Table
from .texts import TargetValue

# Bodies of values that the template left open.
UNFILLED = ("**", "XX", "××")
ROLE_OF_COLUMN = {
    "comparator": "comparator",
    "unit": "unit",
    "standard": "standard",
    "score": "score",
    "achieved": "score",
    "remark": "remark",
    "remark2": "remark",
    "direction": "remark",
    "deviation": "remark",
    "before": "remark",
}


class Form:
    """One form in the making. `project` is its index among the document's projects."""

    def __init__(self, draw: Draw, profile: Profile, content: ProjectContent, project: int) -> None:
        self.draw, self.profile, self.content, self.project = draw, profile, content, project
        self.table = Table()
        self.facts = ProjectFacts()
        self.row = 0
        self.columns = place_columns(draw, profile)
        self.signs: tuple[Mark | None, Mark | None] = (None, None)
        self.fixed = Draw(random.Random(profile.column_seed), draw.banks) if profile.steady else draw

    def build(self) -> tuple[Table, ProjectFacts]:
        """The table and its facts."""
        self._head()
        funds = FundRows(self)
        funds.build()
        if self.profile.kind == "department" and self.draw.chance(0.4):
            funds.tasks()
        self._goals()
        self._indicators()
        self.table.columns = self.columns.total
        self.table.widths = self.columns.widths
        return self.table, self.facts

    def mark(self, label: str, text: str, numbering: int = 0) -> Mark:
        """A cell of this project."""
        return Mark(label, text, self.project, numbering)

    def put(self, mark: Mark, column: int, columns: int = 1, rows: int = 1) -> Mark:
        """Places a cell in the current row; columns reach at most to the right edge."""
        return self.table.put(mark, self.row, column, rows, max(1, min(columns, self.columns.total - column)))

    # The head: the project's name and its attributes.

    def _head(self) -> None:
        words, total, profile = self.profile.words, self.columns.total, self.profile
        key = words["department"] if profile.kind == "department" else words["project"]
        name_key = self.mark("attribute_key", key)
        name = self.mark("attribute_value", self.content.name)
        self.facts.name = name
        pairs: list[tuple[Mark, Mark]] = [(name_key, name)]
        for key, text in self.content.attributes:
            if key == name_key.text:
                continue
            pair = (self.mark("attribute_key", key), self.mark("attribute_value", text))
            self.facts.attributes.append(pair)
            pairs.append(pair)
        if self.fixed.chance(0.08):
            pairs[0], pairs[-1] = pairs[-1], pairs[0]
        one_wide = self.fixed.chance(0.7)
        left = self._key_span()
        middle = max(left + 1, self.fixed.pick((total // 2, total // 2, (total + 1) // 2, total - 2)))
        while pairs:
            two = profile.attribute_columns == 2 and len(pairs) > 1 and total >= 4 and not (one_wide and pairs[0][1] is name)
            if two and middle + 1 < total:
                (key1, text1), (key2, text2) = pairs[:2]
                del pairs[:2]
                self.put(key1, 0, left)
                self.put(text1, left, middle - left)
                self.put(key2, middle, 1)
                self.put(text2, middle + 1, total)
            else:
                key1, text1 = pairs.pop(0)
                self.put(key1, 0, left)
                self.put(text1, left, total)
            self.row += 1
        for key, text in self.content.long_attributes:
            pair = (self.mark("attribute_key", key), self.mark("attribute_value", text))
            self.facts.attributes.append(pair)
            self.put(pair[0], 0, left)
            self.put(pair[1], left, total)
            self.row += 1

    def _key_span(self) -> int:
        """How many columns the keys at the left edge take."""
        return 2 if self.columns.total > 5 and self.fixed.chance(0.25) else 1

    # Goals.

    def _goal(self, slot: str, period: str) -> None:
        text = self.mark(f"goal_text@{period}", self.content.goals[period])
        self.put(self.mark(f"goal_key@{period}", goal_word(self.profile, slot)), 0)
        self.put(text, 1, self.columns.total)
        self.facts.goals.append((period, text))
        self.row += 1

    def _goals(self) -> None:
        match self.profile.goals:
            case "annual":
                self._goal("goal_annual", "annual")
            case "overall":
                self._goal("goal_overall", "overall")
            case "two":
                self._goal("goal_mid", "mid_term")
                self._goal("goal_annual", "annual")
            case "two_overall":
                self._goal("goal_overall", "overall")
                self._goal("goal_annual", "annual")
            case "two_reversed":
                self._goal("goal_annual", "annual")
                self._goal("goal_mid", "mid_term")
            case "half":
                self._goal("goal_half", "half_year")
                self._goal("goal_full", "annual")
            case "half_side":
                self._goals_beside("goal_overall", "overall", ("goal_half", "half_year"), ("goal_full", "annual"))
            case "overall_side":
                self._goals_beside("goal_side", "overall", ("goal_overall", "overall"), ("goal_annual", "annual"))
            case "side":
                self._goals_beside("goal_overall", "overall", ("goal_mid", "mid_term"), ("goal_annual", "annual"))
            case "actual":
                self._goals_beside("goal_annual", "annual", ("goal_expected", "annual"), ("goal_actual", "actual"))

    def _goals_beside(self, over: str, over_period: str, left: tuple[str, str], right: tuple[str, str]) -> None:
        total = self.columns.total
        middle = self.fixed.pick((max(2, total // 2), max(2, total - 2)))
        self.put(self.mark(f"goal_key@{over_period}", goal_word(self.profile, over)), 0, 1, 2)
        for (slot, period), column, span in ((left, 1, middle - 1), (right, middle, total)):
            self.put(self.mark(f"goal_key@{period}", goal_word(self.profile, slot)), column, span)
            empty = period == "mid_term" and self.profile.template_half
            if empty:
                mark = self.mark(
                    "template", self.draw.pick(("目标 1： 目标 2：", "目标1：", "目标1：……", "目标 1: 目标 2: ……", ""))
                )
            else:
                mark = self.mark(f"goal_text@{period}", self.content.goals[period])
                self.facts.goals.append((period, mark))
            self.table.put(mark, self.row + 1, column, 1, max(1, min(span, total - column)))
        self.row += 2

    # Indicators.

    def _indicators(self) -> None:
        halves = self.profile.halves
        if halves == "stacked":
            self._indicator_block(("mid_term",), "spine_mid")
            self._indicator_block(("annual",), "spine")
        else:
            self._indicator_block(self.profile.periods, "spine")

    def _heading(self, text: str, label: str, column: str) -> None:
        first, span = self.columns.places[column]
        self.put(self.mark(label, text), first, span)

    def _heading_row(self, periods: tuple[str, ...]) -> None:
        words = self.profile.words
        self.table.headings.append(self.row)
        if "number" in self.columns.places:
            self._heading(words["number"], "header", "number")
        for slot in ("level1", "level2", "name"):
            self._heading(words[slot], f"header>{slot}", slot)
        if self.profile.halves == "side":
            self._heading(words["value_mid"], "header>value@mid_term", "m:value")
            self._heading(words["value"], "header>value@annual", "v:annual")
            if "m:level2" in self.columns.places:
                self._heading(words["level2"], "header>level2", "m:level2")
            self._heading(words["name"], "header>name", "m:name")
            for column in ("m:standard", "standard"):
                if column in self.columns.places:
                    self._heading(words["standard"], "header>standard", column)
            self.row += 1
            return
        shared, over = shared_heading(self.profile), None
        for index, column in enumerate(self.profile.columns):
            kind, _, period = column.partition(":")
            if kind == "v":
                shown = periods[0] if len(periods) == 1 and period == "annual" else period
                label = "header>remark" if shown == "before" else f"header>value@{shown}"
                if shared is None:
                    self._heading(value_heading(self.profile, shown), label, column)
                    continue
                first, span = self.columns.places[column]
                if index == shared[0]:
                    last, last_span = self.columns.places[self.profile.columns[shared[1]]]
                    over = self.put(self.mark("header", words["over_values"]), first, last + last_span - first)
                self.table.put(self.mark(label, short_value_heading(self.profile, shown)), self.row + 1, first, 1, span)
            elif column in self.columns.places:
                self._heading(words[column], f"header>{ROLE_OF_COLUMN[column]}", column)
        if shared is not None:
            for box in self.table.boxes:
                if box.row == self.row and box.mark is not over:
                    box.rows = 2
            self.row += 1
            self.table.headings.append(self.row)
        self.row += 1

    def _indicator_block(self, periods: tuple[str, ...], spine_slot: str) -> None:
        top = self.row
        self._heading_row(periods)
        number = 0
        for level1 in self.content.levels:
            level1_mark, level1_row = self.mark("level1", level1.word), self.row
            for level2 in level1.children:
                level2_mark, level2_row = self.mark("level2", level2.word), self.row
                mid_mark = self.mark("level2", level2.word) if "m:level2" in self.columns.places else None
                level1_fact = LevelFact(level1.canonical, level1_mark)
                level2_fact = LevelFact(level2.canonical, level2_mark, level1.canonical in ("决策", "过程", "满意度指标"))
                for index, indicator in enumerate(level2.indicators, 1):
                    number += 1
                    if "number" in self.columns.places:
                        self.put(self.mark("furniture", str(number)), self.columns.places["number"][0])
                    if self.profile.halves == "side":
                        self._row_of_halves(level1_fact, level2_fact, mid_mark, indicator, index)
                    else:
                        self.add_row(level1_fact, level2_fact, indicator, index, periods)
                    self.row += 1
                rows = self.row - level2_row
                column, span = self.columns.places["level2"]
                self.table.put(level2_mark, level2_row, column, rows, span)
                if mid_mark is not None:
                    self.table.put(mid_mark, level2_row, self.columns.places["m:level2"][0], rows, 1)
            column, span = self.columns.places["level1"]
            self.table.put(level1_mark, level1_row, column, self.row - level1_row, span)
        if self.profile.kind == "evaluation" and "score" in self.columns.places and self.draw.chance(0.8):
            self._score_total()
        if "spine" in self.columns.places:
            self.table.put(
                self.mark("header", self.profile.words[spine_slot]), top, self.columns.places["spine"][0], self.row - top, 1
            )

    def _score_total(self) -> None:
        start = self.columns.places["level1"][0]
        column = self.columns.places["score"][0]
        if column <= start:
            return
        self.put(self.mark("total", self.draw.pick(("总分", "合计", "总计", "总 分"))), start, column - start)
        self.put(self.mark("score", "100"), column)
        if "achieved" in self.columns.places:
            self.put(self.mark("score", str(self.draw.number(80, 100))), self.columns.places["achieved"][0])
        self.row += 1

    def _name(self, indicator: IndicatorContent, index: int, column: str) -> Mark:
        first, span = self.columns.places[column]
        return self.put(named(self.profile, indicator.name, indicator.is_template, index, self.project), first, span)

    def add_row(
        self, level1: LevelFact, level2: LevelFact, indicator: IndicatorContent, index: int, periods: tuple[str, ...]
    ) -> None:
        name = self._name(indicator, index, "name")
        if indicator.is_template:
            return
        fact = IndicatorFact(level1, level2, [name], [])
        for column in self.profile.columns:
            if column not in self.columns.places:
                continue
            first, span = self.columns.places[column]
            kind, _, period = column.partition(":")
            if kind == "v":
                shown = periods[0] if len(periods) == 1 and period == "annual" else period
                facts = self._value(indicator, shown, first, span, period == self.profile.periods[0])
                if shown != "before":
                    fact.values.append((shown, facts))
            elif column == "standard":
                fact.standard = self.put(self.mark("standard", indicator.values["annual"].text), first, span)
            elif column not in ("comparator", "unit"):
                self.put(self.mark(ROLE_OF_COLUMN[column], side_text(self.draw, column, indicator)), first, span)
        self.facts.indicators.append(fact)

    def _value(self, indicator: IndicatorContent, period: str, first: int, span: int, is_first: bool) -> list[Fact]:
        """The value of a period, in one cell or with its comparator and unit in columns that all periods share."""
        value = indicator.values[period]
        label = "remark" if period == "before" else f"value@{period}"
        places = self.columns.places
        if value.body in UNFILLED:
            self.put(self.mark("template", value.text), first, span)
            return []
        if not self.profile.split_value:
            return [self.put(self.mark(label, value.text), first, span)]
        if is_first:
            target = indicator.values["annual"] if "annual" in self.profile.periods else value
            self.signs = self._signs(target)
        comparator, unit = self.signs
        if not value.is_number:
            return [self.put(self.mark(label, value.text), first, span)]
        is_target = period not in ("actual", "prior_year", "before")
        own_comparator = "" if "comparator" in places or not is_target else value.comparator
        own_unit = value.unit if "unit" not in places or (unit is not None and value.unit != unit.text) else ""
        number = self.put(self.mark(label, own_comparator + value.body + own_unit), first, span)
        facts: list[Fact] = [number]
        if comparator is not None and is_target:
            facts.insert(0, comparator)
        if unit is not None and not own_unit:
            facts.append(unit)
        return facts

    def _signs(self, target: TargetValue) -> tuple[Mark | None, Mark | None]:
        """Places the comparator and unit of a row; a comparator is None where the column only says 定性 and the like."""
        places = self.columns.places
        comparator = unit = None
        if "comparator" in places:
            word = target.comparator or "=" if target.is_number else self.draw.pick(("定性", "定性", "文字描述", "", "其他"))
            mark = self.put(self.mark("comparator", word), *places["comparator"])
            comparator = mark if target.is_number else None
        if "unit" in places and target.is_number:
            unit = self.put(self.mark("unit", target.unit), *places["unit"])
        return comparator, unit

    def _row_of_halves(
        self, level1: LevelFact, level2: LevelFact, mid_level2: Mark | None, indicator: IndicatorContent, index: int
    ) -> None:
        """One row of a form with the mid-term half at the left and the year at the right."""
        places = self.columns.places
        empty = self.profile.template_half or indicator.is_template
        if empty:
            if index == 1 or self.draw.chance(0.3):
                self.put(self.mark("template", f"指标{index}："), *places["m:name"])
            mid_name = mid_value = mid_standard = None
        else:
            mid_text = indicator.mid_name or indicator.name
            mid_name = self.put(named(self.profile, mid_text, False, index, self.project), *self.columns.places["m:name"])
            mid_value = self.put(self.mark("value@mid_term", indicator.values["mid_term"].text), *places["m:value"])
            mid_standard = None
            if "m:standard" in places:
                mid_standard = self.put(self.mark("standard", indicator.values["mid_term"].text), *places["m:standard"])
        name = self._name(indicator, index, "name")
        if indicator.is_template:
            return
        value = self.put(self.mark("value@annual", indicator.values["annual"].text), *places["v:annual"])
        standard = (
            self.put(self.mark("standard", indicator.values["annual"].text), *places["standard"])
            if "standard" in places
            else None
        )
        if mid_name and mid_value and indicator.mid_name:
            self.facts.indicators.append(IndicatorFact(level1, level2, [mid_name], [("mid_term", [mid_value])], mid_standard))
            mid_name = mid_value = mid_standard = None
        names: list[Fact] = [mid_name, name] if mid_name else [name]
        values: list[tuple[str, list[Fact]]] = [("mid_term", [mid_value])] if mid_value else []
        values.append(("annual", [value]))
        self.facts.indicators.append(IndicatorFact(level1, level2, names, values, standard or mid_standard))


def named(profile: Profile, name: str, is_template: bool, index: int, project: int) -> Mark:
    """The name's cell, with its numbering in front where the publisher numbers names."""
    if is_template:
        return Mark("template", name, project)
    if not profile.numbering:
        return Mark("name", name, project)
    number = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"[index - 1] if profile.numbering == "①" else profile.numbering.format(index)
    return Mark("name", number + name, project, len(number))
