"""The content of one project, before any layout: name, attributes, amounts, goals, and indicators under their levels."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .banks import GoldText
from .draw import Draw
from .profile import Profile
from .sentences import sentence_value
from .texts import DrawnIndicator, Habits, TargetValue, Writer, split_value

# Which level-2 names stand under which level 1, by scheme; the second of a pair is the slot of the level-1 wording.
_OUTPUT = ("产出指标", "output", ("数量指标", "质量指标", "时效指标"))
_OUTPUT_WITH_COST = ("产出指标", "output", ("数量指标", "质量指标", "时效指标", "成本指标"))
_COSTS = ("成本指标", "cost1", ("经济成本指标", "社会成本指标", "生态环境成本指标"))
_BENEFIT = ("效益指标", "benefit", ("经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标"))
_BENEFIT_NEW = ("效益指标", "benefit", ("经济效益指标", "社会效益指标", "生态效益指标"))
_SATISFACTION = ("满意度指标", "satisfaction1", ("服务对象满意度指标",))
SCHEMES = {
    "old": (_OUTPUT_WITH_COST, _BENEFIT, _SATISFACTION),
    "new": (_OUTPUT, _COSTS, _BENEFIT_NEW, _SATISFACTION),
    "new_first": (_COSTS, _OUTPUT, _BENEFIT_NEW, _SATISFACTION),
    "no_cost": (_OUTPUT, _BENEFIT, _SATISFACTION),
}


# Level-2 names whose values are now and then sentences.
_SAID_AT_LENGTH = (
    "质量指标",
    "经济效益指标",
    "社会效益指标",
    "生态效益指标",
    "可持续影响指标",
    "社会成本指标",
    "生态环境成本指标",
)


@dataclass(slots=True)
class IndicatorContent:
    """An indicator: name without numbering, values by period; a template row has neither."""

    name: str
    values: dict[str, TargetValue]
    is_template: bool = False
    mid_name: str = ""


@dataclass(slots=True)
class Level2Content:
    """A level-2 name as printed and canonical, with its indicators."""

    canonical: str
    word: str
    indicators: list[IndicatorContent]


@dataclass(slots=True)
class Level1Content:
    """A level-1 name as printed and canonical, with its level-2 names."""

    canonical: str
    word: str
    children: list[Level2Content]


@dataclass(slots=True)
class ProjectContent:
    """All texts of a project. `amounts` are the parts of the total by label, `expenses` items with half and whole year."""

    name: str
    total: float
    attributes: list[tuple[str, str]]
    long_attributes: list[tuple[str, str]]
    goals: dict[str, str]
    amounts: list[tuple[str, str]]
    expenses: list[tuple[str, str, str]]
    levels: list[Level1Content] = field(default_factory=list)


def draw_content(draw: Draw, profile: Profile, writer: Writer, publisher: str) -> ProjectContent:
    """The content of one project of a publisher."""
    gold = draw.banks.gold
    name = _gold_or(draw, profile, "project", "text") or writer.project_name()
    total = float(writer.money()) * draw.pick((1, 1, 1, 10, 100)) * (10000 if profile.unit == "元" and draw.chance(0.8) else 1)
    goals = {}
    for period in ("annual", "mid_term", "overall", "actual", "half_year"):
        goals[period] = writer.goal()
        rows: tuple[GoldText, ...] = gold.get("goal", ())
        if (rows and draw.chance(profile.gold_share) and profile.long_attributes) or (
            rows and draw.chance(profile.gold_share * 0.6)
        ):
            goals[period] = _use(draw, draw.pick(rows))["text"]
    long_attributes = [
        (key, _gold_or(draw, profile, "attribute", "text", longest=True) or writer.sentences()) for key in profile.long_attributes
    ]
    return ProjectContent(
        name=name,
        total=total,
        attributes=_attributes(draw, profile, writer, publisher),
        long_attributes=long_attributes,
        goals=goals,
        amounts=_amounts(draw, profile, total),
        expenses=_expenses(draw, profile, writer, total),
        levels=_levels(draw, profile, writer),
    )


def _use(draw: Draw, text: GoldText) -> dict[str, str]:
    draw.tags.add(f"text:{text.source}")
    return text.data


def _gold_or(draw: Draw, profile: Profile, kind: str, key: str, longest: bool = False) -> str | None:
    rows = draw.banks.gold.get(kind, ())
    if not rows or not draw.chance(profile.gold_share):
        return None
    text = draw.pick(rows)
    if longest and len(text.data[key]) < 20:
        return None
    return _use(draw, text)[key]


def _attributes(draw: Draw, profile: Profile, writer: Writer, publisher: str) -> list[tuple[str, str]]:
    """The short attributes: authority and unit first, then the publisher's own."""
    words = profile.words
    authority = f"[{profile.unit_code}]{publisher}" if "代码" in words["authority"] or draw.chance(0.1) else publisher
    own = writer.place + writer.organ if draw.chance(0.7) else publisher
    pairs = [(words["authority"], authority), (words["unit_name"], publisher if draw.chance(0.5) else own)]
    if draw.chance(0.15):
        del pairs[draw.number(0, 1)]
    for key, options in profile.attributes:
        pairs.append(
            (
                key,
                _attribute_value(
                    draw, profile, writer, draw.pick(options.split("/")) if not options.startswith("@") else options
                ),
            )
        )
    return list(dict(pairs).items())


def _attribute_value(draw: Draw, profile: Profile, writer: Writer, option: str) -> str:
    match option:
        case "@person":
            return writer.person()
        case "@phone":
            return writer.phone()
        case "@person_phone":
            return draw.pick(
                (
                    writer.person(),
                    f"{writer.person()}/{writer.phone()}",
                    f"{writer.person()}、{writer.person()}",
                    f"{writer.person()} {writer.phone()}",
                )
            )
        case "@code":
            return draw.pick(
                (
                    f"{draw.number(10000000, 99999999)}{draw.number(100000, 999999)}T{draw.number(10000000, 99999999)}",
                    f"{profile.unit_code}-{draw.number(1, 99):03d}",
                    f"33{draw.number(100000, 999999)}",
                    f"XM{draw.number(1000, 9999)}",
                )
            )
        case "@function":
            return f"[20{draw.number(101, 299)}{draw.number(1, 99):02d}]一般行政管理事务"
        case "@bureau":
            return draw.pick(("综合科", "行政政法科", "社会保障科", "农业农村科", "教科文科", "经济建设科", "预算科"))
    return option.format(year=profile.year, next=profile.year + 2)


def amount_text(draw: Draw, profile: Profile, amount: float) -> str:
    """An amount as the publisher prints it."""
    style = profile.amount_style
    if style == "mixed":
        style = draw.pick(("decimals", "plain", "thousands"))
    if style == "plain":
        return f"{amount:.2f}".rstrip("0").rstrip(".")
    return f"{amount:,.2f}" if style == "thousands" else f"{amount:.2f}"


def _amounts(draw: Draw, profile: Profile, total: float) -> list[tuple[str, str]]:
    """The parts of the total: its sources of money, most of them 0, - or blank."""
    rest = 0.0
    labels = list(dict.fromkeys(draw.word("fund_items") for _ in range(draw.number(1, 4))))
    rows = []
    empty = draw.pick(("0.00", "0", "", "-", "0.00"))
    for label in labels:
        if draw.chance(0.25):
            part = round(total * draw.pick((0.1, 0.2, 0.25, 0.3)), 2)
            rest += part
            rows.append((label, amount_text(draw, profile, part)))
        else:
            rows.append((label, empty))
    appropriation = amount_text(draw, profile, max(total - rest, 0.0))
    return [
        (profile.words["fund_appropriation"], appropriation),
        *((label, text) for label, text in rows if label != profile.words["fund_appropriation"]),
    ]


def _expenses(draw: Draw, profile: Profile, writer: Writer, total: float) -> list[tuple[str, str, str]]:
    """Expense items with the amounts of the half and the whole year."""
    rows = []
    for _ in range(draw.pick((1, 2, 3, 4, 5, 8, 12))):
        item = (draw.chance(0.4) and _gold_or(draw, profile, "fund", "text")) or (
            writer.expense_item() if draw.chance(0.8) else writer.project_name()
        )
        whole = round(total * draw.rng.random(), draw.pick((0, 0, 1, 2)))
        half = draw.pick((0.0, 0.0, round(whole / 2, 1), round(whole * 0.3)))
        rows.append((item, amount_text(draw, profile, half), amount_text(draw, profile, whole)))
    return rows


def _levels(draw: Draw, profile: Profile, writer: Writer) -> list[Level1Content]:
    levels = []
    if profile.framework:
        for level1, children in draw.banks.general["framework"].items():
            levels.append(
                Level1Content(
                    level1,
                    profile.words[level1],
                    [
                        Level2Content(level2, profile.words[level2], _framework_rows(draw, profile, rows))
                        for level2, rows in children.items()
                    ],
                )
            )
    for level1, slot, children in SCHEMES[profile.scheme]:
        shown = []
        for level2 in children:
            if draw.chance(profile.levels_shown) or (level2 in ("数量指标", "服务对象满意度指标") and draw.chance(0.8)):
                indicators = [_indicator(draw, profile, writer, level1, level2) for _ in range(_row_count(draw, profile, level2))]
                if profile.not_applicable and level2 in ("经济效益指标", "生态效益指标"):
                    indicators = [_not_applicable(draw, profile, level2)]
                if len(indicators) > 1 and level2 in ("数量指标", "成本指标", "经济成本指标") and draw.chance(0.08):
                    _make_parent(draw, indicators)
                shown.append(Level2Content(level2, profile.words[level2], indicators))
            elif draw.chance(profile.template_rows):
                empty = [IndicatorContent(f"指标{number}：", {}, True) for number in range(1, draw.pick((1, 2, 3)) + 1)]
                shown.append(Level2Content(level2, profile.words[level2], empty))
        if shown:
            levels.append(Level1Content(level1, profile.words[slot], shown))
    return levels


def _make_parent(draw: Draw, indicators: list[IndicatorContent]) -> None:
    """Makes the first indicator a parent of the next ones, which begin with 其中 (of these)."""
    for index, indicator in enumerate(indicators[1:]):
        if index == 0 or draw.chance(0.3):
            indicator.name = draw.pick(("其中：", "其中:")) + indicator.name
    if draw.chance(0.5):
        indicators[0].values = dict.fromkeys(indicators[0].values, TargetValue("", "", ""))


def _all_periods(profile: Profile) -> tuple[str, ...]:
    """The periods that some table of the publisher may want a value of."""
    return tuple(dict.fromkeys((*profile.periods, "mid_term", "annual")))


def _row_count(draw: Draw, profile: Profile, level2: str) -> int:
    low, high = profile.rows
    return draw.number(low, high) if level2 in ("数量指标", "质量指标") else draw.number(low, max(low, high // 2))


def _framework_rows(draw: Draw, profile: Profile, rows: list[str]) -> list[IndicatorContent]:
    indicators = []
    for row in rows:
        name, _, value = row.partition("|")
        if len(rows) > 2 and draw.chance(0.3):
            continue
        annual = split_value(value)
        values = dict.fromkeys(_all_periods(profile), annual)
        if "half_year" in values and annual.is_number:
            values["half_year"] = draw.pick((TargetValue("=", str(draw.number(0, 60)), "%"), TargetValue("", "序时进度", "")))
        indicators.append(IndicatorContent(name, values))
    return indicators


def _not_applicable(draw: Draw, profile: Profile, level2: str) -> IndicatorContent:
    name = draw.word("not_applicable").format(level=level2, bare=level2.removesuffix("指标"))
    return IndicatorContent(
        name, dict.fromkeys(_all_periods(profile), TargetValue("", draw.pick(("不适用", "无", "不适用")), ""))
    )


def _indicator(draw: Draw, profile: Profile, writer: Writer, level1: str, level2: str) -> IndicatorContent:
    drawn: DrawnIndicator | None = None
    if draw.chance(profile.gold_share):
        drawn = writer.gold_indicator(level1, level2)
    drawn = drawn or writer.indicator(level1, level2)
    annual = drawn.value
    values: dict[str, TargetValue] = {}
    for period in _all_periods(profile):
        known = drawn.values.get(period)
        if period == "annual" or not annual.body:
            values[period] = annual if not known or period == "annual" else split_value(known)
        elif known:
            values[period] = split_value(known)
        else:
            values[period] = _other_period(draw, writer.habits, annual, period)
        if draw.chance(0.015):
            values[period] = TargetValue("", "", "")
    if not any(value.body for value in values.values()):
        values["annual"] = writer.value("percent_high", {})
    if draw.chance(0.006):
        values["annual"] = TargetValue(writer.habits.at_least, draw.pick(("**", "XX", "××")), "%")
    name = drawn.name
    if level2 in _SAID_AT_LENGTH and draw.chance(profile.sentence_share):
        _say_at_length(draw, writer, name, values)
    if level2 in _SAID_AT_LENGTH and not draw.banks.reserved and draw.chance(profile.same_names):
        name = profile.words[level2] if draw.chance(0.3) else level2.removesuffix("指标")
    if draw.chance(0.01) and annual.body and len(profile.periods) == 1:
        name, values["annual"] = f"{name}{annual.text}", TargetValue("", "", "")
    content = IndicatorContent(name, values)
    if profile.halves == "side" and profile.different_halves and draw.chance(0.5):
        other = writer.indicator(level1, level2)
        if other.value.body:
            content.mid_name, values["mid_term"] = other.name, other.value
    return content


def _say_at_length(draw: Draw, writer: Writer, name: str, values: dict[str, TargetValue]) -> None:
    """Makes the values sentences: the same for all periods, alike but for their end, or one of their own each."""
    text = sentence_value(writer, name)
    for period, value in values.items():
        if not value.body:
            continue
        own = text
        if draw.chance(0.15):
            own = sentence_value(writer, name)
        elif draw.chance(0.15):
            own = text.rstrip("。") + draw.pick(("。", "，取得成效", "；持续推进"))
        values[period] = TargetValue("", own, "")


def _other_period(draw: Draw, habits: Habits, annual: TargetValue, period: str) -> TargetValue:
    """The value of another period that goes with the annual one."""
    if not annual.is_number or not annual.body.isdigit():
        return (
            annual
            if draw.chance(0.8)
            else TargetValue("", draw.pick(("已完成", "完成", "达成预期", "按计划推进", "序时进度")), "")
        )
    number = int(annual.body)
    if period == "half_year":
        return replace(annual, body=str(draw.pick((0, number // 2, number // 2, number))))
    if period in ("full_cycle", "mid_term"):
        return replace(annual, body=str(number if annual.unit.startswith("%") else number * draw.pick((1, 1, 2, 3))))
    if period in ("actual", "prior_year", "before"):
        signless = replace(annual, comparator="" if draw.chance(0.8) else annual.comparator)
        return replace(
            signless, body=str(draw.pick((number, number, number, max(number - 1, 0), number + 1 if number < 99 else number)))
        )
    return annual
