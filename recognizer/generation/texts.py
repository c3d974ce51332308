"""The grammar of texts: indicator names with fitting values, goals, project names, organs, people and amounts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .banks import GoldText
from .draw import Draw

_SPLIT_VALUE = re.compile(
    r"(大于等于|小于等于|不低于|不少于|不超过|≥|≤|＞|＜|>|<|=|＝)?\s*(-?[\d,.]+(?:[-~—～至][\d.]+)?)\s*(\D{0,8})"
)
# A number before one of these, without a comparator, is a date and no quantity.
_DATE_UNITS = ("月", "年", "日", "季")


@dataclass(frozen=True, slots=True)
class TargetValue:
    """A target value in its parts; words have only `body`."""

    comparator: str
    body: str
    unit: str

    @property
    def text(self) -> str:
        """The value as one text."""
        return f"{self.comparator}{self.body}{self.unit}"

    @property
    def is_number(self) -> bool:
        """Whether the body is a number that comparator and unit go with."""
        return bool(self.body) and self.body[0].isdigit()


@dataclass(frozen=True, slots=True)
class DrawnIndicator:
    """An indicator as drawn: canonical levels, name, and the annual value from which those of other periods are made."""

    level1: str
    level2: str
    name: str
    value: TargetValue
    values: dict[str, str]


@dataclass(slots=True)
class Habits:
    """How a publisher writes values: its signs, and the side of the year its dates name."""

    at_least: str
    at_most: str
    equal: str
    year: int
    style: str = "mixed"  # always, never or after: signs before every number, before none, or as 以上 and 以内 behind it
    free: float = 0.1  # share of numbers said in words: ranges, frequencies, 至少, 左右


def split_value(text: str) -> TargetValue:
    """A value's text taken apart into comparator, number and unit where it is that simple."""
    match = _SPLIT_VALUE.fullmatch(text)
    if match is None or (not match[1] and match[3].startswith(_DATE_UNITS)):
        return TargetValue("", text, "")
    return TargetValue(match[1] or "", match[2], match[3].strip())


class Writer:
    """Fills templates for one publisher in one field of government."""

    def __init__(self, draw: Draw, field_name: str, habits: Habits, place: str) -> None:
        self.draw = draw
        self.field_name = field_name
        self.field: dict[str, list[str]] = draw.banks.general["fields"][field_name]
        self.habits = habits
        self.place = place
        self.organ = draw.pick(self.field["organs"])

    def template(self, template: str) -> tuple[str, dict[str, str]]:
        """The filled template and the units of its objects."""
        draw, units = self.draw, {"unit": ""}
        if "{" not in template:
            return template, units
        slots: dict[str, Any] = {
            "field": self.field_name,
            "organ": self.organ,
            "year": self.habits.year,
            "digit": draw.number(1, 9),
        }
        for slot, kind in (
            ("thing", "things"),
            ("event", "events"),
            ("work", "works"),
            ("people", "people"),
            ("effect", "effects"),
        ):
            if slot not in template:
                continue
            field = (
                self.field if draw.chance(0.93) else draw.banks.general["fields"][draw.pick(list(draw.banks.general["fields"]))]
            )
            first = draw.pick(field[kind])
            others = [text for text in field[kind] if text != first] if slot + "2" in template else []
            for suffix, entry in (("", first), ("2", draw.pick(others) if others else first)):
                text, _, unit = entry.partition(":")
                slots[slot + suffix] = text
                units.setdefault(slot, unit)
                units["unit"] = units["unit"] or unit
        slots.update(
            level=draw.pick(("国家", "行业", "省级", "合同约定")),
            n=draw.number(1, 120),
            unit=units["unit"] or "个",
            q=draw.pick((1, 2, 3, 5, 10, 12, 20, 30, 50, 80, 100, 200, 300, 1000)),
            code=draw.number(100000, 999999),
        )
        return str(template.format(**slots)), units

    def indicator(self, level1: str, level2: str) -> DrawnIndicator:
        """An indicator of the grammar."""
        templates = self.draw.banks.general["templates"]
        while True:
            template, _, kind = self.draw.pick(templates[level2]).rpartition("|")
            name, units = self.template(template)
            if name not in self.draw.banks.barred_names:
                break
        if self.draw.chance(0.04):
            name = self._adorned(name, level2)
        return DrawnIndicator(level1, level2, name, self._styled(self.value(kind, units)), {})

    def _adorned(self, name: str, level2: str) -> str:
        """A name with what publishers put around names: a year, a star, a list, a further condition."""
        draw = self.draw
        templates = self.draw.banks.general["templates"][level2]
        match draw.number(0, 6):
            case 0:
                return f"{name}（{self.habits.year}年）"
            case 1:
                return draw.pick(("★", "▲", "*")) + name
            case 2:
                further = [self.template(draw.pick(templates).rpartition("|")[0])[0] for _ in range(draw.number(1, 3))]
                return draw.pick(("；", "、", "，")).join([name, *further])
            case 3:
                return f"{name}（{draw.pick(('本级', '对下转移支付', '含乡镇', '新增', '第一批', '不含人员经费'))}）"
            case 4:
                return f"“{name}”"
            case 5:
                return f"{self.habits.year}年{name}"
        return f"{draw.pick(('确保', '严格按照规定落实', '按照上级要求完成', '是否完成', '对'))}{name}"

    def _styled(self, value: TargetValue) -> TargetValue:
        """The value as the publisher says it: with signs always or never, with words behind, or freely worded."""
        draw, signs = self.draw, self.habits
        if not value.is_number:
            return value
        least, number = value.comparator == signs.at_least, value.body + value.unit
        if draw.chance(signs.free):
            small = value.body.isdigit() and int(value.body) < 400
            forms = ["不少于{}", "至少{}", "达到{}", "{}左右", "约{}", "达{}以上", "控制在{}以内" if not least else "{}及以上"]
            if small and not value.unit.startswith("%"):
                forms += ["每年{}", "{}/年", "全年{}", "{}/月", "每月{}", "每季度{}", "共{}", "每人{}"]
                forms.append(f"{value.body}-{int(value.body) + draw.number(1, 20)}{value.unit}")
                if int(value.body) < 11:
                    forms += (
                        ["一二三四五六七八九十"[int(value.body) - 1] + value.unit] if int(value.body) else ["零" + value.unit]
                    )
            elif value.unit.startswith("%"):
                forms += ["{}以上", "达到{}以上", "较上年提高{}", "同比增长{}", "不低于上年", f"{value.body}%-100%"]
            return TargetValue("", draw.pick(forms).format(number), "")
        if signs.style == "always" and not value.comparator:
            return TargetValue(signs.equal or "=", value.body, value.unit)
        if signs.style == "never":
            return TargetValue("", value.body, value.unit)
        if (
            signs.style == "after"
            and value.comparator in (signs.at_least, signs.at_most)
            and not value.unit.endswith(("以上", "内"))
        ):
            return TargetValue("", value.body, value.unit + ("以上" if least else "以内"))
        return value

    def gold_indicator(self, level1: str, level2: str) -> DrawnIndicator | None:
        """An indicator of a gold record, with its own values by period; None where the bank has none."""
        rows = self.draw.banks.gold.get(f"indicator:{level2}", ())
        if not rows:
            return None
        row: GoldText = self.draw.pick(rows)
        self.draw.tags.add(f"text:{row.source}")
        values = dict(row.data["values"])
        return DrawnIndicator(level1, level2, row.data["name"], split_value(values.get("annual", "")), values)

    def value(self, kind: str, units: dict[str, str]) -> TargetValue:
        """A value of a kind that the templates name."""
        draw, signs, words = self.draw, self.habits, self.draw.banks.general["words"]
        least, most, equal = signs.at_least, signs.at_most, signs.equal
        match kind:
            case "event" | "thing" | "work":
                return TargetValue(draw.pick((least, least, equal, "")), self.count(), units.get(kind) or "个")
            case "persons" | "person_times" | "times" | "periods" | "copies" | "pieces" | "articles":
                unit = {
                    "persons": "人",
                    "person_times": "人次",
                    "times": "次",
                    "periods": "期",
                    "copies": "份",
                    "pieces": "个",
                    "articles": "篇",
                }[kind]
                return TargetValue(draw.pick((least, least, least, equal, "")), self.count(), unit)
            case "months" | "area" | "items":
                unit = {"months": "个月", "area": "平方米", "items": "条"}[kind]
                return TargetValue(draw.pick((least, equal, "")), "12" if kind == "months" else self.count(), unit)
            case "number" | "number_thing" | "number_money" | "number_times":
                return TargetValue(draw.pick((least, equal, "", most if kind == "number_money" else least)), self.count(), "")
            case "number_percent":
                return TargetValue(draw.pick((least, equal, "")), draw.pick(("100", "95", "98", "90")), "")
            case "percent_high":
                return TargetValue(
                    draw.pick((least, least, least, equal, "", "大于")),
                    draw.pick(("95", "90", "98", "85", "80", "99", "100", "97", "92", "96", "88", "99.5", "75", "93")),
                    draw.pick(("%", "%", "%", "%", "%", "％", "%以上" if draw.chance(0.2) else "%")),
                )
            case "satisfied":
                return TargetValue(
                    draw.pick((least, least, least, equal, "")), draw.pick(("90", "95", "98", "85", "92", "80", "96")), "%"
                )
            case "full":
                return TargetValue(draw.pick((equal, "", "", least)), "100", "%")
            case "percent_low":
                return TargetValue(draw.pick((most, most, "<", "＜")), draw.pick(("5", "1", "2", "3", "10", "0.5", "0")), "%")
            case "percent_le":
                return TargetValue(draw.pick((most, most, equal)), "100", "%")
            case "percent_small":
                return TargetValue(draw.pick((least, least, "")), draw.pick(("3", "5", "8", "10", "2", "15", "6.5")), "%")
            case "money_max":
                unit = draw.pick(("万元", "万元", "元"))
                return TargetValue(
                    draw.pick((most, most, most, equal, "")),
                    self.money() if unit == "万元" else str(draw.number(1, 900) * 100),
                    unit,
                )
            case "money_min":
                return TargetValue(least, self.money(), "万元")
            case "money_yuan":
                return TargetValue(least, str(draw.number(1, 80) * 100), draw.pick(("元", "元/人", "元/年")))
            case "price":
                return TargetValue(
                    draw.pick((most, most, "")),
                    str(draw.number(1, 90) * 50),
                    draw.pick(("元", "元/" + (units.get("unit") or "个"), "万元/" + (units.get("unit") or "个"))),
                )
            case "standard_rate" | "per_person" | "per_day":
                return TargetValue(
                    draw.pick((most, equal, "", "")),
                    str(draw.number(2, 60) * 20),
                    draw.pick(("元/人/天", "元/人天", "元/人·天"))
                    if kind == "per_day"
                    else draw.pick(("元/人", "元/人/月", "元/人/年", "元/人·年", "元/月", "元/人次", "元/人.月")),
                )
            case "date":
                return TargetValue("", self.date(), "")
            case "duration":
                return TargetValue(
                    draw.pick((most, most, "", equal)),
                    draw.pick(("3", "6", "12", "90", "180", "365", "24", "36")),
                    draw.pick(("个月", "天", "个月", "日历天", "月")),
                )
            case "hours":
                return TargetValue(
                    draw.pick((most, most, "")),
                    draw.pick(("1", "2", "4", "24", "48", "0.5", "30")),
                    draw.pick(("小时", "小时", "分钟")),
                )
            case "days":
                return TargetValue(
                    draw.pick((most, most, "")),
                    draw.pick(("3", "5", "7", "10", "15", "20", "30")),
                    draw.pick(("个工作日", "天", "日", "工作日", "天内")),
                )
            case "years":
                return TargetValue(draw.pick((least, least, "")), draw.pick(("5", "3", "10", "15", "20", "8")), "年")
            case "few":
                return TargetValue(
                    draw.pick((most, "<", equal)), draw.pick(("0", "1", "2", "3", "5")), draw.pick(("次", "起", "件", "例"))
                )
            case "zero":
                return TargetValue(draw.pick((equal, "", most)), "0", draw.pick(("起", "次", "件", "")))
            case "span":
                year = signs.year
                return TargetValue(
                    "",
                    draw.pick(
                        (
                            f"{year}年1月-12月",
                            f"{year}年1月1日-{year}年12月31日",
                            f"{year}年",
                            "1年",
                            "12个月",
                            f"{year}.1-{year}.12",
                            f"{year}年—{year + 2}年",
                        )
                    ),
                    "",
                )
            case "progress":
                return TargetValue(
                    "", draw.pick(("序时进度", "=100%", "≥95%", "100%", "达到序时进度", "第三季度达到75%，年底达到100%")), ""
                )
        return TargetValue("", draw.pick(words[kind]), "")

    def count(self) -> str:
        """A plausible number of things."""
        draw = self.draw
        roll = draw.number(0, 9)
        if roll < 5:
            return str(draw.number(1, 24))
        if roll < 8:
            return str(draw.number(3, 60) * draw.pick((5, 10, 20, 50)))
        return draw.pick(
            (
                f"{draw.number(1, 99)}{draw.number(0, 99):02d}",
                f"{draw.number(1, 99)}.{draw.number(1, 9)}",
                f"{draw.number(1000, 60000)}",
                f"{draw.number(1, 9)}.{draw.number(10, 99)}",
                f"{draw.number(2, 9)}",
            )
        )

    def money(self) -> str:
        """A plausible amount, without thousands marks."""
        draw = self.draw
        return draw.pick(
            (
                str(draw.number(1, 500)),
                f"{draw.number(1, 300)}.{draw.number(1, 99):02d}",
                f"{draw.number(1, 90)}.{draw.number(1, 9)}",
                str(draw.number(1, 60) * 10),
            )
        )

    def date(self) -> str:
        """A date or time limit."""
        draw = self.draw
        form = draw.pick(draw.banks.general["dates"])
        month = draw.number(1, 11)
        return str(form.format(y=self.habits.year, m=month, n=month + 1, d=draw.pick((10, 15, 20, 25, 30))))

    def goal(self) -> str:
        """A goal, from one sentence to a dozen numbered items."""
        draw = self.draw
        clauses = draw.banks.general["goal_clauses"]
        count = draw.pick((1, 2, 2, 3, 3, 4, 5, 6, 8, 12))
        items = [self.template(draw.pick(clauses))[0] for _ in range(count)]
        style = draw.number(0, 6)
        if count == 1 or style < 3:
            opener = self.template(draw.pick(draw.banks.general["goal_openers"]))[0]
            return opener + draw.pick(("，", "；", "，", "。")).join(items) + draw.pick(("。", "。", ""))
        marks = {3: "{}.", 4: "{}、", 5: "（{}）", 6: "目标{}："}[style]
        numbers = "一二三四五六七八九十" if style == 5 and count <= 10 else None
        return "".join(
            marks.format(numbers[i] if numbers else i + 1) + item + draw.pick(("；", "；", "。")) for i, item in enumerate(items)
        )

    def sentences(self, low: int = 1, high: int = 3) -> str:
        """A long attribute: why the project is there, what it does."""
        draw = self.draw
        return "".join(
            self.template(draw.pick(draw.banks.general["attribute_sentences"]))[0] for _ in range(draw.number(low, high))
        )

    def project_name(self) -> str:
        """A project's name."""
        return self.template(self.draw.pick(self.draw.banks.general["project_names"]))[0]

    def expense_item(self) -> str:
        """What money is spent on; reads much like an indicator's name."""
        item = self.template(self.draw.pick(self.draw.banks.general["expense_items"]))[0]
        return self.draw.pick(("{}", "{}", "{}", "{}", "{}", "{}", "{}", "{}（续建）", "其他{}", "{}等")).format(item)

    def person(self) -> str:
        """A person's name."""
        draw, general = self.draw, self.draw.banks.general
        return str(draw.pick(general["surnames"])) + "".join(draw.pick(general["given"]) for _ in range(draw.number(1, 2)))

    def phone(self) -> str:
        """A made-up telephone number."""
        draw = self.draw
        return draw.pick(
            (
                f"0{draw.number(310, 999)}-{draw.number(2000000, 8999999)}",
                str(draw.number(2000000, 8999999)),
                f"1{draw.number(30, 99)}{draw.number(10000000, 99999999)}",
            )
        )
