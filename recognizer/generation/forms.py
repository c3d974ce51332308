"""Lays a project out as a form: head, funds, goals and indicator rows, as one drawn table."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .content import IndicatorContent, ProjectContent, amount_text
from .draw import Draw
from .facts import FundFact, IndicatorFact, LevelFact, ProjectFacts
from .profile import Profile
from .sheet import Fact, Mark, Table
from .texts import TargetValue

PERIOD_SLOTS = {
    "annual": "value",
    "half_year": "value_half",
    "mid_term": "value_mid",
    "full_cycle": "value_cycle",
    "actual": "value_actual",
    "prior_year": "value_prior",
    "before": "value_before",
}
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


@dataclass(slots=True)
class Columns:
    """Where the logical columns of the indicator rows stand in the drawn table: name -> (first column, span)."""

    places: dict[str, tuple[int, int]]
    total: int
    widths: list[int]


class Form:
    """One form in the making. `project` is its index among the document's projects."""

    def __init__(self, draw: Draw, profile: Profile, content: ProjectContent, project: int) -> None:
        self.draw, self.profile, self.content, self.project = draw, profile, content, project
        self.table = Table()
        self.facts = ProjectFacts()
        self.row = 0
        self.columns = _place_columns(draw, profile)
        self.unit_marks: list[Mark] = []
        self.signs: tuple[Mark | None, Mark | None] = (None, None)
        self.fixed = Draw(random.Random(profile.column_seed), draw.banks) if profile.steady else draw

    def build(self) -> tuple[Table, ProjectFacts]:
        """The table and its facts."""
        self._head()
        self._funds()
        if self.profile.kind == "department" and self.draw.chance(0.4):
            self.tasks()
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

    # Funds.

    def _funds(self) -> None:
        layout = self.profile.funds
        if layout == "none":
            return
        if layout == "one_line" or self.columns.total < 4:
            self._funds_in_one_line()
        elif layout == "across" and self.columns.total >= 5:
            self._funds_across()
        elif layout == "halves":
            self._funds_in_halves()
        elif layout == "nature":
            self._funds_by_nature()
        elif layout == "columns" and self.columns.total >= 5:
            self._funds_in_columns()
        elif layout == "blocks" and self.columns.total >= 5:
            self._funds_in_blocks()
        else:
            self._funds_in_rows()

    def _funds_key(self) -> Mark:
        text = self.profile.words["funds"]
        if self.profile.fund_unit == "key":
            text += f"（{self.profile.unit}）" if not self.profile.half_width else f"({self.profile.unit})"
        key = self.mark("fund_key", text)
        self.unit_marks.append(key)
        return key

    def _total_label(self, slot: str = "fund_total") -> Mark:
        text = self.profile.words[slot] + (f"（{self.profile.unit}）" if self.profile.fund_unit == "total" else "")
        mark = self.mark("fund_key", text + self.profile.colon)
        self.unit_marks.append(mark)
        return mark

    def _amount(self, text: str, period: str = "annual") -> Mark:
        if text and text != "-" and self.profile.fund_unit == "none" and self.draw.habit("amount_with_unit", 0.5):
            text += self.profile.unit
        return self.mark(f"fund_amount@{period}", text)

    def _part_label(self, index: int, text: str) -> Mark:
        opening = "其中" + (self.profile.colon or "：") if index == 0 and self.draw.chance(0.8) else ""
        return self.mark("fund_key", opening + text)

    def _funds_in_one_line(self) -> None:
        key = self._funds_key()
        amount = self._amount(self._money(self.content.total))
        self.put(key, 0, 1)
        self.put(amount, 1, self.columns.total)
        self.row += 1
        self.facts.funds.append(FundFact([key], "annual", amount))

    def _money(self, amount: float) -> str:
        return amount_text(self.draw, self.profile, amount)

    def _funds_in_rows(self) -> None:
        total = self.columns.total
        key, total_label = self._funds_key(), self._total_label()
        rows = len(self.content.amounts) + 1
        middle = self.fixed.pick((2, 2, max(2, total // 2), total - 1))
        self.put(key, 0, 1, rows)
        amount = self._amount(self._money(self.content.total))
        self.put(total_label, 1, middle - 1)
        self.put(amount, middle, total)
        self.facts.funds.append(FundFact([key, total_label], "annual", amount))
        self.row += 1
        for index, (label, text) in enumerate(self.content.amounts):
            part, amount = self._part_label(index, label), self._amount(text)
            self.put(part, 1, middle - 1)
            self.put(amount, middle, total)
            self.facts.funds.append(FundFact([key, total_label, part], "annual", amount))
            self.row += 1

    def _funds_across(self) -> None:
        total = self.columns.total
        key, total_label = self._funds_key(), self._total_label()
        amount = self._amount(self._money(self.content.total))
        self.put(key, 0)
        self.put(total_label, 1)
        self.put(amount, 2)
        self.facts.funds.append(FundFact([key, total_label], "annual", amount))
        column = 3
        for index, (label, text) in enumerate(self.content.amounts):
            if column + 1 >= total:
                break
            part, amount = self._part_label(index, label), self._amount(text)
            last = column + 3 >= total
            self.put(part, column)
            self.put(amount, column + 1, total if last else 1)
            self.facts.funds.append(FundFact([key, total_label, part], "annual", amount))
            column += 2
        self.row += 1

    def _funds_in_halves(self) -> None:
        total = self.columns.total
        half = max(2, total // 2)
        rows = len(self.content.amounts) + 1
        key = self._funds_key()
        self.put(key, 0, 1, rows)
        mid_total, year_total = self._total_label("fund_total_mid"), self._total_label()
        empty = self.profile.template_half or self.draw.chance(0.4)
        labels = [(mid_total, year_total, self._money(self.content.total))]
        for index, (label, text) in enumerate(self.content.amounts):
            labels.append((self._part_label(index, label), self._part_label(index, label), text))
        for index, (left, right, text) in enumerate(labels):
            mid, year = self._amount("" if empty else text, "mid_term"), self._amount(text)
            self.put(left, 1, max(1, half - 2))
            self.put(mid, max(2, half - 1), 1)
            self.put(right, half, 1)
            self.put(year, half + 1, total)
            over_left, over_right = ([key], [key]) if index == 0 else ([key, mid_total], [key, year_total])
            self.facts.funds.append(FundFact([*over_left, left], "mid_term", mid))
            self.facts.funds.append(FundFact([*over_right, right], "annual", year))
            self.row += 1

    def _funds_by_nature(self) -> None:
        """A department's money twice over: by source at the left, by use at the right."""
        total, draw = self.columns.total, self.draw
        half = max(2, total // 2)
        left_rows = self.content.amounts[:3]
        spent = draw.number(20, 80) / 100
        right_rows = [
            ("基本支出", self._money(self.content.total * spent)),
            ("项目支出", self._money(self.content.total * (1 - spent))),
        ]
        key, total_label, amount = self._funds_key(), self._total_label(), self._amount(self._money(self.content.total))
        self.put(key, 0, 1, 2 + max(len(left_rows), 2))
        self.put(total_label, 1, half - 1)
        self.put(amount, half, total)
        self.facts.funds.append(FundFact([key, total_label], "annual", amount))
        self.row += 1
        left = self.mark("fund_key", draw.pick(("按收入性质分", "按资金来源分", "收入性质", "按来源")) + self.profile.colon)
        right = self.mark("fund_key", draw.pick(("按支出性质分", "按支出用途分", "支出性质", "按用途")) + self.profile.colon)
        self.put(left, 1, half - 1)
        self.put(right, half, total)
        self.row += 1
        for index in range(max(len(left_rows), 2)):
            for over, rows, column, width in ((left, left_rows, 1, half - 1), (right, right_rows, half, total)):
                if index < len(rows):
                    label, text = rows[index]
                    item, part = self._part_label(index, label), self._amount(text)
                    self.put(item, column, max(1, min(width, total - column) - 1))
                    self.put(part, column + max(1, min(width, total - column) - 1), 1)
                    self.facts.funds.append(FundFact([key, over, item], "annual", part))
            self.row += 1

    def tasks(self) -> None:
        """A department's main tasks: what each is about and what it costs."""
        draw, total = self.draw, self.columns.total
        if total < 5:
            return
        rows = self.content.expenses
        key = self.mark("fund_key", draw.pick(("年度主要任务", "主要任务", "重点任务", "年度重点工作任务")))
        headings = [
            ("total", draw.pick(("预算金额", "总额", "预算金额（万元）", "金额"))),
            ("grant", draw.pick(("财政拨款", "财政资金"))),
        ][: total - 4]
        self.put(key, 0, 1, len(rows) + 1)
        self.put(self.mark("header", draw.pick(("任务名称", "任务", "工作任务"))), 1)
        first = total - len(headings)
        self.put(self.mark("header>remark", draw.pick(("主要内容", "任务内容", "工作内容"))), 2, first - 2)
        heads = [
            self.put(self.mark("header>fund_amount@annual", text), first + index) for index, (_, text) in enumerate(headings)
        ]
        self.row += 1
        for label, _, text in rows:
            item = self.put(self.mark("fund_key", label), 1)
            self.put(self.mark("remark", self.content.goals["mid_term"][:60]), 2, first - 2)
            for index, head in enumerate(heads):
                amount = self.put(self.mark("fund_amount@annual", text), first + index)
                self.facts.funds.append(FundFact([key, item, head] if len(heads) > 1 else [key, item], "annual", amount))
            self.row += 1

    def _funds_in_columns(self) -> None:
        """Rows of items against columns of amounts: planned, actual, and shares of no interest."""
        words, total = self.profile.words, self.columns.total
        specs: list[tuple[str, str]] = [("amount_budget", "annual")]
        if self.fixed.chance(0.6):
            specs.insert(0, ("amount_initial", "annual"))
        if self.profile.kind == "evaluation" or "half_year" not in self.profile.periods:
            specs.append(("amount_actual", "actual"))
        elif self.fixed.chance(0.8):
            specs.insert(0, ("amount_half", "half_year"))
        shares = (
            [slot for slot in ("score", "rate", "achieved") if self.fixed.chance(0.7)]
            if self.profile.kind == "evaluation"
            else []
        )
        slots = [slot for slot, _ in specs] + shares
        while len(slots) + 2 > total:
            slots.pop()
        specs = [spec for spec in specs if spec[0] in slots]
        first = total - len(slots)
        key = self._funds_key()
        self.put(key, 0, 1, len(self.content.amounts) + 2)
        headings = {}
        for offset, slot in enumerate(slots):
            label = next((f"header>fund_amount@{period}" for name, period in specs if name == slot), "header>score")
            headings[slot] = self.put(self.mark(label, words[slot]), first + offset)
        self.row += 1
        total_label = self._total_label()
        for index, (label, text) in enumerate([("", self._money(self.content.total)), *self.content.amounts]):
            item = total_label if index == 0 else self._part_label(index - 1, label)
            self.put(item, 1, first - 1)
            chain = [key, item] if index == 0 else [key, total_label, item]
            for offset, slot in enumerate(slots):
                period = next((period for name, period in specs if name == slot), "")
                if period:
                    amount = self.put(self._amount(text, period), first + offset)
                    path = [*chain, headings[slot]] if len(specs) > 1 else chain
                    self.facts.funds.append(FundFact(path, period, amount))
                elif index == 0 or self.draw.chance(0.3):
                    self.put(
                        self.mark(
                            "score",
                            {"score": "10", "rate": "100.00%", "achieved": "10"}.get(slot, "")
                            if index == 0
                            else self.draw.pick(("-", "", "—")),
                        ),
                        first + offset,
                    )
            self.row += 1

    def _funds_in_blocks(self) -> None:
        """Income and expenses one above the other, each with a heading row of its own."""
        words, total, draw = self.profile.words, self.columns.total, self.draw
        deep = 3 if total > 5 else 2
        halves = "half_year" in self.profile.periods or draw.chance(0.3)
        amount_at = total - 1
        key = self._funds_key()
        income = self.mark("fund_key", draw.pick(("收入", "收入预算", "资金来源", "收入")))
        top = self.row
        self.put(self.mark("header>fund_amount@annual", words["amount_budget"]), amount_at)
        heading_row = self.row
        self.row += 1
        total_label = self._total_label()
        amount = self._amount(self._money(self.content.total))
        self.put(total_label, 2, 1)
        self.put(amount, amount_at - 1 if deep == 3 and draw.chance(0.3) else amount_at)
        self.facts.funds.append(FundFact([key, income, total_label], "annual", amount))
        self.row += 1
        grant_rows = self.content.amounts[: 3 if deep == 3 else 0]
        if grant_rows:
            grant = self.mark("fund_key", words["fund_appropriation"])
            self.put(grant, 2, 1, len(grant_rows) + 1)
            for label, text in [("小计", self._money(self.content.total)), *grant_rows]:
                item, amount = self.mark("fund_key", label), self._amount(text)
                self.put(item, 3, max(1, amount_at - 3))
                self.put(amount, amount_at)
                self.facts.funds.append(FundFact([key, income, grant, item], "annual", amount))
                self.row += 1
        for label, text in self.content.amounts[len(grant_rows) :]:
            item, amount = self.mark("fund_key", label), self._amount(text)
            self.put(item, 2, max(1, amount_at - 2))
            self.put(amount, amount_at)
            self.facts.funds.append(FundFact([key, income, item], "annual", amount))
            self.row += 1
        self.table.put(income, heading_row, 1, self.row - heading_row, 1)
        heading_row = self.row
        expense = self.mark("fund_key", draw.pick(("支出", "支出预算", "资金用途", "支出")))
        if halves and amount_at > 3:
            self.put(self.mark("header>fund_amount@half_year", words["amount_half"]), amount_at - 1)
        self.put(self.mark("header>fund_amount@annual", words["amount_budget"]), amount_at)
        self.row += 1
        for label, half_text, text in self.content.expenses:
            item = self.put(self.mark("fund_key", label), 2, max(1, amount_at - 3 if halves else amount_at - 2))
            if halves and amount_at > 3:
                half_amount = self.put(self._amount(half_text, "half_year"), amount_at - 1)
                self.facts.funds.append(FundFact([key, expense, item], "half_year", half_amount))
            amount = self.put(self._amount(text), amount_at)
            self.facts.funds.append(FundFact([key, expense, item], "annual", amount))
            self.row += 1
        self.table.put(expense, heading_row, 1, self.row - heading_row, 1)
        self.table.put(key, top, 0, self.row - top, 1)

    # Goals.

    def _goal(self, slot: str, period: str) -> None:
        text = self.mark(f"goal_text@{period}", self.content.goals[period])
        self.put(self.mark(f"goal_key@{period}", self._goal_word(slot)), 0)
        self.put(text, 1, self.columns.total)
        self.facts.goals.append((period, text))
        self.row += 1

    def _goal_word(self, slot: str) -> str:
        return self.profile.words[slot].format(year=self.profile.year, next=self.profile.year + 2)

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
            case "side":
                self._goals_beside("goal_overall", "overall", ("goal_mid", "mid_term"), ("goal_annual", "annual"))
            case "actual":
                self._goals_beside("goal_annual", "annual", ("goal_expected", "annual"), ("goal_actual", "actual"))

    def _goals_beside(self, over: str, over_period: str, left: tuple[str, str], right: tuple[str, str]) -> None:
        total = self.columns.total
        middle = self.fixed.pick((max(2, total // 2), max(2, total - 2)))
        self.put(self.mark(f"goal_key@{over_period}", self.profile.words[over]), 0, 1, 2)
        for (slot, period), column, span in ((left, 1, middle - 1), (right, middle, total)):
            self.put(self.mark(f"goal_key@{period}", self._goal_word(slot)), column, span)
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
        for column in self.profile.columns:
            kind, _, period = column.partition(":")
            if kind == "v":
                shown = periods[0] if len(periods) == 1 and period == "annual" else period
                label = "header>remark" if shown == "before" else f"header>value@{shown}"
                self._heading(self._value_heading(shown), label, column)
            elif column in self.columns.places:
                self._heading(words[column], f"header>{ROLE_OF_COLUMN[column]}", column)
        self.row += 1

    def _value_heading(self, period: str) -> str:
        slot = "value_full" if period == "annual" and "half_year" in self.profile.periods else PERIOD_SLOTS[period]
        return self.profile.words[slot].format(prior=self.profile.year - 1)

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


def side_text(draw: Draw, column: str, indicator: IndicatorContent) -> str:
    """The text of a score, remark or explanation beside an indicator."""
    match column:
        case "score":
            return draw.pick(("10", "5", "20", "15", "8", "6", "10.00", "30", "3", "12.5", "10分"))
        case "achieved":
            return draw.pick(("10", "5", "20", "9.5", "8", "4.8", "0", "10.00"))
        case "direction":
            return draw.pick(("正向指标", "反向指标", "正向", "反向", "定量指标", "定性指标"))
        case "deviation":
            return draw.pick(
                (
                    "",
                    "",
                    "",
                    "",
                    "无",
                    "无偏差",
                    "无",
                    "受疫情影响，部分工作延后开展",
                    "偏差原因：预算编制不够精细。改进措施：加强预算管理。",
                    "年中任务调整，下一步将加快实施进度",
                    "资金下达较晚",
                )
            )
    return draw.pick(
        (
            "",
            "",
            "",
            "根据实际情况统计",
            f"{indicator.name}达到目标值得满分，每低1个百分点扣0.5分，扣完为止",
            "工作台账",
            "统计报表",
            "完成得满分，未完成不得分",
            f"反映{indicator.name}的情况",
            "问卷调查",
            "计划标准",
            "历史标准",
            "行业标准",
            "按完成比例计分",
            "实际完成数/计划完成数×100%",
            "会议纪要、签到表",
            "达成年度指标、部分达成年度指标并具有一定效果、未达成年度指标且效果较差三档",
            "上级文件",
            "绝对值",
            "无",
            "单位提供",
            "定量指标，完成值达到指标值记满分",
        )
    )


def _place_columns(draw: Draw, profile: Profile) -> Columns:
    """The drawn columns of the indicator rows: their order and spans, and widths in characters for wrapping."""
    fixed = Draw(random.Random(profile.column_seed), draw.banks)
    names = ["spine"] if profile.spine else []
    if profile.number_column:
        names.insert(fixed.number(0, len(names)), "number")
    if profile.halves == "side":
        mid = (["m:level2"] if profile.level2_in_halves else []) + ["m:name", "m:value"]
        year = ["level2", "name", "v:annual"]
        if "standard" in profile.columns:
            mid.append("m:standard")
            year.append("standard")
        if not profile.level2_in_halves:
            names += ["level1", "level2", *mid, *year[1:]]
        else:
            names += ["level1", *mid, *year]
    else:
        before = [column for column in profile.columns[:1] if column == "score" and fixed.chance(0.3)]
        names += [*before, "level1", "level2", "name", *(column for column in profile.columns if column not in before)]
    narrow = fixed.chance(0.5)
    sizes = {
        "spine": fixed.pick((1, 2, 4)),
        "number": 3,
        "level1": fixed.pick((1, 2, 4)) if narrow else fixed.pick((4, 5, 8)),
        "level2": fixed.pick((2, 4, 4, 6)) if narrow else fixed.pick((6, 8)),
        "name": fixed.pick((8, 10, 11, 14, 20)),
        "standard": 6,
        "score": 4,
        "achieved": 4,
        "comparator": 4,
        "unit": 4,
        "remark": 10,
        "direction": 4,
        "deviation": 10,
    }
    places: dict[str, tuple[int, int]] = {}
    widths: list[int] = []
    wide_name = draw.chance(0.15)
    for name in names:
        span = 2 if name == "name" and wide_name else 1
        places[name] = (len(widths), span)
        size = sizes.get(name.removeprefix("m:"), 8) if not name.startswith("v:") else fixed.pick((6, 8, 10, 14))
        widths.extend([max(1, size // span)] * span)
    return Columns(places, len(widths), widths)
