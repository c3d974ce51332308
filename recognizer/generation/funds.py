"""The rows of a form that say how much money there is: as rows, columns, halves, blocks, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .content import amount_text
from .facts import FundFact
from .periods import tells_only_half_from_year
from .sheet import Mark

if TYPE_CHECKING:
    from .forms import Form


_EXPENSE_KEYS = (
    "支出",
    "支出明细",
    "支出预算",
    "支出计划",
    "资金用途",
    "预算支出明细",
    "项目支出明细",
    "支出内容",
    "资金使用计划",
    "预算明细",
)
_ITEM_HEADINGS = ("支出内容", "支出项目", "明细项目", "用途", "费用名称", "支出明细", "子项目名称", "内容")


class FundRows:
    """The fund rows of one form."""

    def __init__(self, form: Form) -> None:
        self.form = form

    def build(self) -> None:
        """Places the rows that the publisher's layout has."""
        layout = self.form.profile.funds
        if layout == "none":
            return
        if layout == "one_line" or self.form.columns.total < 4:
            self._funds_in_one_line()
        elif layout == "across" and self.form.columns.total >= 5:
            self._funds_across()
        elif layout == "halves":
            self._funds_in_halves()
        elif layout == "nature":
            self._funds_by_nature()
        elif layout == "columns" and self.form.columns.total >= 5:
            self._funds_in_columns()
        elif layout == "blocks" and self.form.columns.total >= 5:
            self._funds_in_blocks()
        elif layout in ("blocks", "expenses"):
            self._expenses()
        else:
            self._funds_in_rows()

    def _funds_key(self) -> Mark:
        text = self.form.profile.words["funds"]
        if self.form.profile.fund_unit == "key":
            text += f"（{self.form.profile.unit}）" if not self.form.profile.half_width else f"({self.form.profile.unit})"
        return self.form.mark("fund_key", text)

    def _total_label(self, slot: str = "fund_total") -> Mark:
        text = self.form.profile.words[slot] + (f"（{self.form.profile.unit}）" if self.form.profile.fund_unit == "total" else "")
        return self.form.mark("fund_key", text + self.form.profile.colon)

    def _amount(self, text: str, period: str = "annual") -> Mark:
        if text and text != "-" and self.form.profile.fund_unit == "none" and self.form.draw.habit("amount_with_unit", 0.5):
            text += self.form.profile.unit
        return self.form.mark(f"fund_amount@{period}", text)

    def _part_label(self, index: int, text: str) -> Mark:
        opening = "其中" + (self.form.profile.colon or "：") if index == 0 and self.form.draw.chance(0.8) else ""
        return self.form.mark("fund_key", opening + text)

    def _funds_in_one_line(self) -> None:
        key = self._funds_key()
        amount = self._amount(self._money(self.form.content.total))
        self.form.put(key, 0, 1)
        self.form.put(amount, 1, self.form.columns.total)
        self.form.row += 1
        self.form.facts.funds.append(FundFact([key], "annual", amount))

    def _money(self, amount: float) -> str:
        return amount_text(self.form.draw, self.form.profile, amount)

    def _funds_in_rows(self) -> None:
        total = self.form.columns.total
        key, total_label = self._funds_key(), self._total_label()
        rows = len(self.form.content.amounts) + 1
        middle = self.form.fixed.pick((2, 2, max(2, total // 2), total - 1))
        self.form.put(key, 0, 1, rows)
        amount = self._amount(self._money(self.form.content.total))
        self.form.put(total_label, 1, middle - 1)
        self.form.put(amount, middle, total)
        self.form.facts.funds.append(FundFact([key, total_label], "annual", amount))
        self.form.row += 1
        for index, (label, text) in enumerate(self.form.content.amounts):
            part, amount = self._part_label(index, label), self._amount(text)
            self.form.put(part, 1, middle - 1)
            self.form.put(amount, middle, total)
            self.form.facts.funds.append(FundFact([key, total_label, part], "annual", amount))
            self.form.row += 1

    def _funds_across(self) -> None:
        total = self.form.columns.total
        key, total_label = self._funds_key(), self._total_label()
        amount = self._amount(self._money(self.form.content.total))
        self.form.put(key, 0)
        self.form.put(total_label, 1)
        self.form.put(amount, 2)
        self.form.facts.funds.append(FundFact([key, total_label], "annual", amount))
        column = 3
        for index, (label, text) in enumerate(self.form.content.amounts):
            if column + 1 >= total:
                break
            part, amount = self._part_label(index, label), self._amount(text)
            last = column + 3 >= total
            self.form.put(part, column)
            self.form.put(amount, column + 1, total if last else 1)
            self.form.facts.funds.append(FundFact([key, total_label, part], "annual", amount))
            column += 2
        self.form.row += 1

    def _funds_in_halves(self) -> None:
        total = self.form.columns.total
        half = max(2, total // 2)
        rows = len(self.form.content.amounts) + 1
        key = self._funds_key()
        self.form.put(key, 0, 1, rows)
        mid_total, year_total = self._total_label("fund_total_mid"), self._total_label()
        empty = self.form.profile.template_half or self.form.draw.chance(0.4)
        labels = [(mid_total, year_total, self._money(self.form.content.total))]
        for index, (label, text) in enumerate(self.form.content.amounts):
            labels.append((self._part_label(index, label), self._part_label(index, label), text))
        for index, (left, right, text) in enumerate(labels):
            mid, year = self._amount("" if empty else text, "mid_term"), self._amount(text)
            self.form.put(left, 1, max(1, half - 2))
            self.form.put(mid, max(2, half - 1), 1)
            self.form.put(right, half, 1)
            self.form.put(year, half + 1, total)
            over_left, over_right = ([key], [key]) if index == 0 else ([key, mid_total], [key, year_total])
            self.form.facts.funds.append(FundFact([*over_left, left], "mid_term", mid))
            self.form.facts.funds.append(FundFact([*over_right, right], "annual", year))
            self.form.row += 1

    def _funds_by_nature(self) -> None:
        """A department's money twice over: by source at the left, by use at the right."""
        total, draw = self.form.columns.total, self.form.draw
        half = max(2, total // 2)
        left_rows = self.form.content.amounts[:3]
        spent = draw.number(20, 80) / 100
        right_rows = [
            ("基本支出", self._money(self.form.content.total * spent)),
            ("项目支出", self._money(self.form.content.total * (1 - spent))),
        ]
        key, total_label, amount = self._funds_key(), self._total_label(), self._amount(self._money(self.form.content.total))
        self.form.put(key, 0, 1, 2 + max(len(left_rows), 2))
        self.form.put(total_label, 1, half - 1)
        self.form.put(amount, half, total)
        self.form.facts.funds.append(FundFact([key, total_label], "annual", amount))
        self.form.row += 1
        left = self.form.mark(
            "fund_key", draw.pick(("按收入性质分", "按资金来源分", "收入性质", "按来源")) + self.form.profile.colon
        )
        right = self.form.mark(
            "fund_key", draw.pick(("按支出性质分", "按支出用途分", "支出性质", "按用途")) + self.form.profile.colon
        )
        self.form.put(left, 1, half - 1)
        self.form.put(right, half, total)
        self.form.row += 1
        for index in range(max(len(left_rows), 2)):
            for over, rows, column, width in ((left, left_rows, 1, half - 1), (right, right_rows, half, total)):
                if index < len(rows):
                    label, text = rows[index]
                    item, part = self._part_label(index, label), self._amount(text)
                    self.form.put(item, column, max(1, min(width, total - column) - 1))
                    self.form.put(part, column + max(1, min(width, total - column) - 1), 1)
                    self.form.facts.funds.append(FundFact([key, over, item], "annual", part))
            self.form.row += 1

    def tasks(self) -> None:
        """A department's main tasks: what each is about and what it costs."""
        draw, total = self.form.draw, self.form.columns.total
        if total < 5:
            return
        rows = self.form.content.expenses
        key = self.form.mark("fund_key", draw.pick(("年度主要任务", "主要任务", "重点任务", "年度重点工作任务")))
        headings = [
            ("total", draw.pick(("预算金额", "总额", "预算金额（万元）", "金额"))),
            ("grant", draw.pick(("财政拨款", "财政资金"))),
        ][: total - 4]
        self.form.put(key, 0, 1, len(rows) + 1)
        self.form.put(self.form.mark("header", draw.pick(("任务名称", "任务", "工作任务"))), 1)
        first = total - len(headings)
        self.form.put(self.form.mark("header>remark", draw.pick(("主要内容", "任务内容", "工作内容"))), 2, first - 2)
        heads = [
            self.form.put(self.form.mark("header>fund_amount@annual", text), first + index)
            for index, (_, text) in enumerate(headings)
        ]
        self.form.row += 1
        for label, _, text in rows:
            item = self.form.put(self.form.mark("fund_key", label), 1)
            self.form.put(self.form.mark("remark", self.form.content.goals["mid_term"][:60]), 2, first - 2)
            for index, head in enumerate(heads):
                amount = self.form.put(self.form.mark("fund_amount@annual", text), first + index)
                self.form.facts.funds.append(FundFact([key, item, head] if len(heads) > 1 else [key, item], "annual", amount))
            self.form.row += 1

    def _funds_in_columns(self) -> None:
        """Rows of items against columns of amounts: planned, actual, and shares of no interest."""
        words, total = self.form.profile.words, self.form.columns.total
        specs = list(self.form.profile.fund_columns)
        shares = (
            [slot for slot in ("score", "rate", "achieved") if self.form.fixed.chance(0.7)]
            if self.form.profile.kind == "evaluation"
            else []
        )
        slots = [slot for slot, _ in specs] + shares
        while len(slots) + 2 > total:
            slots.pop()
        specs = [spec for spec in specs if spec[0] in slots]
        plain = tells_only_half_from_year(tuple(specs))
        first = total - len(slots)
        key = self._funds_key()
        self.form.put(key, 0, 1, len(self.form.content.amounts) + 2)
        headings = {}
        for offset, slot in enumerate(slots):
            label = next((f"header>fund_amount@{period}" for name, period in specs if name == slot), "header>score")
            headings[slot] = self.form.put(self.form.mark(label, words[slot]), first + offset)
        self.form.row += 1
        total_label = self._total_label()
        for index, (label, text) in enumerate([("", self._money(self.form.content.total)), *self.form.content.amounts]):
            item = total_label if index == 0 else self._part_label(index - 1, label)
            self.form.put(item, 1, first - 1)
            chain = [key, item] if index == 0 else [key, total_label, item]
            for offset, slot in enumerate(slots):
                period = next((period for name, period in specs if name == slot), "")
                if period:
                    amount = self.form.put(self._amount(text, period), first + offset)
                    path = chain if plain else [*chain, headings[slot]]
                    self.form.facts.funds.append(FundFact(path, period, amount))
                elif index == 0 or self.form.draw.chance(0.3):
                    self.form.put(
                        self.form.mark(
                            "score",
                            {"score": "10", "rate": "100.00%", "achieved": "10"}.get(slot, "")
                            if index == 0
                            else self.form.draw.pick(("-", "", "—")),
                        ),
                        first + offset,
                    )
            self.form.row += 1

    def _expenses(self) -> None:
        """The total and below it what it is spent on, in one column of amounts or in those of the publisher's plan."""
        form, total = self.form, self.form.columns.total
        specs = list(form.profile.fund_columns)[: total - 3] if form.fixed.chance(0.65) else []
        plain = tells_only_half_from_year(tuple(specs))
        first = total - max(len(specs), 1)
        key = form.mark("fund_key", form.fixed.pick(_EXPENSE_KEYS))
        top, headings = form.row, []
        if specs:
            for index, (slot, period) in enumerate(specs):
                heading = form.mark(f"header>fund_amount@{period}", form.profile.words[slot])
                headings.append(form.put(heading, first + index))
            if form.fixed.chance(0.5):
                form.put(form.mark("header", form.fixed.pick(_ITEM_HEADINGS)), 1, first - 1)
            form.row += 1
        rows = list(form.content.expenses)
        if form.fixed.chance(0.5):
            text = self._money(form.content.total)
            rows.insert(0, (form.fixed.pick(("合计", "小计", "总额", "支出合计", "资金总额")), text, text))
        for label, half_text, text in rows:
            item = form.put(form.mark("fund_key", label), 1, first - 1)
            for index, (_, period) in enumerate(specs or [("", "annual")]):
                amount = form.put(self._amount(half_text if period == "half_year" else text, period), first + index)
                path = [key, item] if plain or not specs else [key, item, headings[index]]
                form.facts.funds.append(FundFact(path, period, amount))
            form.row += 1
        form.table.put(key, top, 0, form.row - top, 1)

    def _funds_in_blocks(self) -> None:
        """Income and expenses one above the other, each with a heading row of its own."""
        words, total, draw = self.form.profile.words, self.form.columns.total, self.form.draw
        deep = 3 if total > 5 else 2
        halves = "half_year" in self.form.profile.periods or draw.chance(0.3)
        amount_at = total - 1
        key = self._funds_key()
        income = self.form.mark("fund_key", draw.pick(("收入", "收入预算", "资金来源", "收入")))
        top = self.form.row
        self.form.put(self.form.mark("header>fund_amount@annual", words["amount_budget"]), amount_at)
        heading_row = self.form.row
        self.form.row += 1
        total_label = self._total_label()
        amount = self._amount(self._money(self.form.content.total))
        self.form.put(total_label, 2, 1)
        self.form.put(amount, amount_at - 1 if deep == 3 and draw.chance(0.3) else amount_at)
        self.form.facts.funds.append(FundFact([key, income, total_label], "annual", amount))
        self.form.row += 1
        grant_rows = self.form.content.amounts[: 3 if deep == 3 else 0]
        if grant_rows:
            grant = self.form.mark("fund_key", words["fund_appropriation"])
            self.form.put(grant, 2, 1, len(grant_rows) + 1)
            for label, text in [("小计", self._money(self.form.content.total)), *grant_rows]:
                item, amount = self.form.mark("fund_key", label), self._amount(text)
                self.form.put(item, 3, max(1, amount_at - 3))
                self.form.put(amount, amount_at)
                self.form.facts.funds.append(FundFact([key, income, grant, item], "annual", amount))
                self.form.row += 1
        for label, text in self.form.content.amounts[len(grant_rows) :]:
            item, amount = self.form.mark("fund_key", label), self._amount(text)
            self.form.put(item, 2, max(1, amount_at - 2))
            self.form.put(amount, amount_at)
            self.form.facts.funds.append(FundFact([key, income, item], "annual", amount))
            self.form.row += 1
        self.form.table.put(income, heading_row, 1, self.form.row - heading_row, 1)
        heading_row = self.form.row
        expense = self.form.mark("fund_key", draw.pick(("支出", "支出预算", "资金用途", "支出")))
        if halves and amount_at > 3:
            self.form.put(self.form.mark("header>fund_amount@half_year", words["amount_half"]), amount_at - 1)
        self.form.put(self.form.mark("header>fund_amount@annual", words["amount_budget"]), amount_at)
        self.form.row += 1
        for label, half_text, text in self.form.content.expenses:
            item = self.form.put(self.form.mark("fund_key", label), 2, max(1, amount_at - 3 if halves else amount_at - 2))
            if halves and amount_at > 3:
                half_amount = self.form.put(self._amount(half_text, "half_year"), amount_at - 1)
                self.form.facts.funds.append(FundFact([key, expense, item], "half_year", half_amount))
            amount = self.form.put(self._amount(text), amount_at)
            self.form.facts.funds.append(FundFact([key, expense, item], "annual", amount))
            self.form.row += 1
        self.form.table.put(expense, heading_row, 1, self.form.row - heading_row, 1)
        self.form.table.put(key, top, 0, self.form.row - top, 1)
