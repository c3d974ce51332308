"""A publisher's profile: the coherent set of habits, headings and wordings that all its tables share."""

from __future__ import annotations

from dataclasses import dataclass, field

from .draw import Draw
from .periods import fund_plan, goal_plan, value_plan


@dataclass(slots=True)
class Profile:
    """Everything a publisher does the same way in all its tables."""

    kind: str  # project, evaluation or department
    layout: str  # form, list_rows or list_packed
    medium: str  # text_dump, tabs, markdown or html
    year: int
    words: dict[str, str]  # the wording of each heading, label and level
    scheme: str  # which level-2 names stand under which level 1
    columns: tuple[str, ...]  # the form's indicator columns behind the levels
    periods: tuple[str, ...]  # periods of the values, in column order
    split_value: bool  # comparator, number and unit in columns of their own
    halves: str  # "", side (side by side) or stacked (blocks one above the other)
    template_half: bool  # the mid-term half holds nothing but 指标1：
    level2_in_halves: bool  # each half has its own level-2 column
    spine: bool  # 绩效指标 beside the indicator rows
    number_column: bool  # 序号
    numbering: str  # format of the numbering before names, "" for none
    funds: str  # rows, columns, halves, blocks, expenses, one_line, across, nature or none
    fund_columns: tuple[tuple[str, str], ...]  # amount columns: (slot of the heading, period)
    fund_unit: str  # where 万元 stands: key, caption, amount, none
    unit: str  # 万元 or 元
    amount_style: str  # plain, decimals, thousands or mixed
    goals: str  # annual, overall, two, two_overall, two_reversed, side, overall_side, half, half_side, actual or none
    attribute_columns: int  # pairs of key and text in a row of the head
    attributes: tuple[tuple[str, str], ...]
    long_attributes: tuple[str, ...]
    department_key: str  # authority: unit code printed or not
    unit_code: str
    colon: str
    half_width: bool  # ASCII punctuation, as some converters write
    framework: bool
    remark_rows: bool
    rows: tuple[int, int]  # indicators under a level 2, low and high
    levels_shown: float  # share of the level-2 names that a project uses
    template_rows: float  # share of unused level-2 names printed with 指标1：
    not_applicable: bool
    attribute_position: str  # top or bottom
    signature: bool
    notes: str  # before, after or ""
    prose: bool
    project_heading: str  # numbered line above each form, "" for none
    title_each: bool
    caption: str  # where year and unit stand
    publisher_line: bool
    totals: bool
    list_goals: tuple[tuple[str, str], ...]  # goal columns of a list: (slot of the heading, period)
    list_attributes: tuple[str, ...]
    list_amounts: tuple[tuple[str, str], ...]  # amount columns of a list: (heading, period)
    packed: dict[str, str] = field(default_factory=dict)
    gold_share: float = 0.35
    column_seed: int = 0  # columns stand in one order in all tables of a publisher
    steady: bool = True  # merged columns are the same in all tables
    different_halves: bool = False  # the mid-term half has indicators of its own
    title_inside: bool = False  # title, caption and signatures are rows of the table, as in a spreadsheet
    one_table: bool = False  # all forms run on as one table
    sentence_share: float = 0.0  # share of the qualitative values that are sentences
    same_names: float = 0.0  # share of the qualitative indicators named like their level 2
    two_storey: bool = False  # the value columns share a heading above theirs
    says_annual: bool = False  # the annual value's heading says so where other periods stand beside it


def draw_profile(draw: Draw) -> Profile:
    """A random profile. Every choice that one of the five documents shows is drawn as a habit, so that it can be barred."""
    layout = draw.weighted({"form": 0.72, "list_rows": 0.13, "packed": 0.15})
    if layout == "packed":
        layout = "list_packed"
        draw.tags.add("packed")
    kind = "project" if layout == "list_packed" else draw.weighted({"project": 0.78, "evaluation": 0.14, "department": 0.08})
    if kind == "department":
        layout = "form"
    medium = draw.weighted({"text_dump": 0.4, "tabs": 0.3, "markdown": 0.2, "html": 0.1})
    # A packed cell's parts are told within one piece, so it is not dumped in pieces.
    undumped = layout == "list_packed" or (layout == "list_rows" and draw.chance(0.4))
    if medium == "text_dump" and undumped and "tabs" not in draw.barred:
        medium = draw.weighted({"tabs": 0.5, "markdown": 0.3, "html": 0.2})
    draw.tags.add(medium)
    words = {slot: draw.word(slot) for slot in draw.banks.wordings if not slot.startswith("attributes_")}
    year = draw.number(2018, 2026)
    periods, halves = value_plan(draw, kind, layout)
    template_half = halves == "side" and draw.habit("template_half", 0.35)
    packed = _packed(draw, medium) if layout == "list_packed" else {}
    if packed and len(periods) > 1 and draw.chance(0.85):
        packed["value_label"] = "label"
    words = _coherent(draw, words, "packed_coded" in draw.tags, halves, year)
    split_value = draw.chance(0.24) and len(periods) < 3
    return Profile(
        kind=kind,
        layout=layout,
        medium=medium,
        year=year,
        words=words,
        scheme=_scheme(draw),
        columns=_columns(draw, kind, periods, split_value, halves),
        periods=periods,
        split_value=split_value,
        halves=halves,
        template_half=template_half,
        level2_in_halves=draw.chance(0.7),
        spine=draw.habit("spine", 0.62),
        number_column=draw.chance(0.06 if layout == "form" else 0.35),
        numbering=draw.pick(("指标{}：", "指标{}：", "指标{}:", "{}、", "{}.", "①"))
        if draw.habit("name_numbering", 0.17)
        else "",
        funds=_funds(draw, kind, halves),
        fund_columns=fund_plan(draw, kind, periods),
        fund_unit=draw.pick(("key", "key", "caption", "none", "total")),
        unit=draw.pick(("万元",) * 5 + ("元",)),
        amount_style=draw.pick(("decimals", "plain", "thousands", "mixed", "decimals")),
        goals=goal_plan(draw, kind, periods, halves, template_half),
        attribute_columns=draw.pick((1, 2, 2, 2)),
        attributes=_short_attributes(draw),
        long_attributes=_long_attributes(draw, kind),
        department_key=words["authority"],
        unit_code=str(draw.number(100, 999)),
        colon=draw.pick(("：", "：", ":", "")),
        half_width=draw.chance(0.15),
        framework=kind != "department" and draw.habit("framework", 0.1),
        remark_rows=draw.chance(0.05),
        rows=draw.pick(((1, 1), (1, 2), (1, 3), (1, 4), (2, 5), (1, 8))),
        levels_shown=draw.pick((0.5, 0.65, 0.8, 1.0)),
        template_rows=draw.pick((0.0, 0.0, 0.0, 0.5, 1.0)),
        not_applicable=draw.habit("not_applicable_rows", 0.15),
        attribute_position="top",
        signature=draw.chance(0.18),
        notes=draw.pick(("", "", "", "", "before", "after")),
        prose=draw.habit("prose_around", 0.13 if medium == "text_dump" else 0.3),
        project_heading=draw.pick(("{}、“{}”项目", "{}. “{}”项目。", "（{}）{}", "项目{}：{}", "附件{}  {}", "{}.{}"))
        if draw.habit("numbered_project_heading", 0.2)
        else "",
        title_each=draw.chance(0.9),
        caption=draw.pick(("year", "year", "year_unit", "unit", "year_unit", "department", "none")),
        publisher_line=draw.chance(0.3),
        totals=layout != "form" and draw.habit("total_rows", 0.6),
        list_goals=_list_goals(draw, periods),
        list_attributes=_list_attributes(draw),
        list_amounts=_list_amounts(draw, words, periods),
        packed=packed,
        column_seed=draw.number(0, 10**6),
        steady=draw.chance(0.75),
        different_halves=draw.chance(0.3),
        title_inside=draw.chance(0.16),
        one_table=draw.chance(0.12),
        sentence_share=draw.pick((0.0, 0.15, 0.5, 0.9)) if layout == "list_packed" else draw.pick((0.0, 0.0, 0.0, 0.1, 0.5)),
        same_names=draw.pick((0.0, 0.1, 0.3)) if layout == "list_packed" else draw.pick((0.0, 0.0, 0.0, 0.05)),
        two_storey=draw.chance(0.22),
        says_annual=draw.chance(0.6),
    )


def _columns(draw: Draw, kind: str, periods: tuple[str, ...], split_value: bool, halves: str) -> tuple[str, ...]:
    """The order of the columns behind the name: v:PERIOD, comparator, unit, standard, score, achieved, remark, …"""
    columns = [f"v:{period}" for period in periods]
    if split_value:
        before = draw.weighted({"comparator": 0.75, "": 0.25})
        first = columns.index(f"v:{periods[-1]}") if len(columns) > 1 and draw.chance(0.5) else 0
        if before:
            columns.insert(first if draw.chance(0.85) else len(columns), "comparator")
        if draw.chance(0.85) or not before:
            columns.insert(len(columns) if draw.chance(0.7) else first, "unit")
    if halves:
        if draw.habit("standard_column", 0.4):
            columns.append("standard")
        return tuple(columns)
    if kind == "evaluation":
        place = draw.number(0, len(columns))
        if draw.chance(0.85):
            columns.insert(draw.pick((0, place, len(columns))), "score")
            columns.append("achieved")
        if draw.chance(0.75):
            columns.append("deviation")
        return tuple(columns)
    if draw.chance(0.14):
        columns.insert(draw.pick((0, len(columns), len(columns))), "score")
    if draw.habit("standard_column", 0.16):
        columns.append("standard")
    if draw.chance(0.05):
        columns.append("direction")
    for _ in range(draw.pick((0, 0, 0, 0, 1, 1, 2))):
        name = "remark2" if "remark" in columns else "remark"
        columns.insert(len(columns) if draw.chance(0.75) else 0, name)
    return tuple(columns)


def _scheme(draw: Draw) -> str:
    """old: cost under output; new: level 1 cost with three kinds; plain_cost: level 1 cost with one."""
    return draw.pick(("old", "old", "old", "new", "new", "new_first", "no_cost"))


def _funds(draw: Draw, kind: str, halves: str) -> str:
    if kind == "department" and draw.chance(0.5):
        return "nature"
    if kind == "evaluation":
        return draw.pick(("columns", "columns", "columns", "rows"))
    if halves:
        return draw.pick(("halves", "halves", "rows"))
    if draw.habit("fund_blocks", 0.16):
        return "blocks"
    return draw.pick(("rows", "rows", "rows", "rows", "one_line", "across", "none", "columns", "columns", "columns", "expenses"))


def _short_attributes(draw: Draw) -> tuple[tuple[str, str], ...]:
    chosen = dict.fromkeys(draw.word("attributes_short") for _ in range(draw.pick((0, 1, 2, 2, 3, 4, 6))))
    return tuple((entry.partition("=")[0], entry.partition("=")[2]) for entry in chosen)


def _long_attributes(draw: Draw, kind: str) -> tuple[str, ...]:
    slot = "department_attributes" if kind == "department" else "attributes_long"
    count = (
        draw.pick((1, 2, 3)) if kind == "department" else draw.pick((1, 2, 3, 4)) if draw.habit("long_attributes", 0.22) else 0
    )
    return tuple(dict.fromkeys(draw.word(slot) for _ in range(count)))


def _list_attributes(draw: Draw) -> tuple[str, ...]:
    return tuple(kind for kind, share in (("authority", 0.2), ("unit_name", 0.25), ("short", 0.2)) if draw.chance(share))


def _list_goals(draw: Draw, periods: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    if draw.chance(0.25):
        return ()
    annual, overall, half = ("goal_annual", "annual"), ("goal_overall", "overall"), ("goal_half", "half_year")
    plans = [(annual,), (overall,), (annual,), (overall, annual), (("goal_mid", "mid_term"), annual), (annual, overall)]
    if "half_year" in periods:
        plans += [(half, ("goal_full", "annual"))] * 2
    return draw.pick(plans)


def _list_amounts(draw: Draw, words: dict[str, str], periods: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    if draw.chance(0.3):
        return tuple({words[slot]: period for slot, period in fund_plan(draw, "project", periods)}.items())
    count = draw.pick((0, 1, 1, 2, 3, 4))
    if not count:
        return ()
    columns = [draw.word("list_total")]
    if count > 1:
        columns.append(draw.word("fund_appropriation"))
    columns.extend(draw.word("fund_items") for _ in range(count - 2))
    return tuple(dict.fromkeys(columns, "annual").items())


def _coherent(draw: Draw, words: dict[str, str], coded: bool, halves: str, year: int) -> dict[str, str]:
    """The wordings made to go together: one style of level labels, distinct names for neighbouring columns."""
    words.update(_level_words(draw, coded))
    for one, other in _NEIGHBOURS:
        options = [option for option in draw.banks.wordings[one] if option != words[other]]
        if words[one] == words[other] and options:
            words[one] = draw.pick(options)
    if halves == "side" and draw.chance(0.6):
        words["value_mid"] = words["value"]
    for slot, text in words.items():
        if "{year}" in text and slot.startswith("amount"):
            words[slot] = text.format(year=year)
    words["remark2"] = draw.pick([option for option in draw.banks.wordings["remark"] if option != words["remark"]] or ["备注"])
    return words


# Pairs of wordings that must differ; the first gives way.
_NEIGHBOURS = (
    ("level2", "level1"),
    ("name", "level2"),
    ("goal_overall", "goal_annual"),
    ("goal_side", "goal_overall"),
    ("goal_mid", "goal_annual"),
    ("remark", "deviation"),
    ("unit", "comparator"),
    ("value_full", "value_half"),
    ("value_mid", "value"),
    ("value_mid", "value_year"),
    ("value_cycle", "value"),
    ("value_cycle", "value_year"),
    ("value_actual", "value"),
    ("value_prior", "value"),
    ("amount_half", "amount_budget"),
    ("amount_initial", "amount_budget"),
    ("amount_actual", "amount_budget"),
    ("amount_actual", "amount_half"),
    ("amount_initial", "amount_half"),
    ("goal_full", "goal_half"),
    ("comparator", "level2"),
    ("comparator", "level1"),
    ("list_project", "unit_name"),
    ("spine", "name"),
    ("fund_total", "funds"),
    ("department", "unit_name"),
    ("authority", "department"),
)

_LEVEL2_OF = {
    "output": ("产出指标", ("数量指标", "质量指标", "时效指标", "成本指标")),
    "cost1": ("成本指标", ("经济成本指标", "社会成本指标", "生态环境成本指标")),
    "benefit": ("效益指标", ("经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标")),
    "satisfaction1": ("满意度指标", ("服务对象满意度指标",)),
}


def _level_words(draw: Draw, coded: bool) -> dict[str, str]:
    """The labels of all levels in one style: canonical, bare, with points, required, with codes; none where freely worded."""
    styles = {"canonical": 0.42, "bare": 0.1, "points": 0.12, "required": 0.05, "coded": 0.04, "free": 0.27}
    style = "coded" if coded else draw.weighted(styles)
    if style == "free":
        return {}
    brackets = draw.pick(("（{}）", "({})"))
    bare2 = style == "bare" or (style == "coded" and draw.chance(0.5)) or draw.chance(0.15)
    short_satisfaction = draw.chance(0.4)
    code = draw.pick(("{}-", "{}-", "{}-", "{}.", "0{}-", "A{}-", "{}", "{}_"))
    labels: dict[str, str] = {}
    for number, (slot, (first, seconds)) in enumerate(_LEVEL2_OF.items(), 1):
        label = first.removesuffix("指标") if style == "bare" else first
        if style == "points":
            label += brackets.format(draw.pick(("50分", "40分", "30分", "20分", "10分", "60", "30")))
        labels[slot] = code.format(number) + label if style == "coded" else label
        for index, second in enumerate(seconds, 1):
            word = "满意度指标" if slot == "satisfaction1" and short_satisfaction else second
            if (bare2 and len(word) > 4) or (style == "bare" and draw.chance(0.8)):
                word = word.removesuffix("指标")
            if style == "points" and draw.chance(0.4):
                word += brackets.format(draw.pick(("10分", "15分", "20分", "5分", "12.5分")))
            if style == "required":
                word += brackets.format(draw.pick(("必填", "必填", "选填")))
            labels[second] = code.format(f"{number}{index}") + word if style == "coded" else word
    return labels


_RARE_SEPARATORS = ("-", "—", "；", ";", "，", "：", "、", ":", "--", "/", " ", "→")


def _packed(draw: Draw, medium: str) -> dict[str, str]:
    """How indicators are packed into one cell: order of the parts, their separators, what labels the values have."""
    if draw.habit("packed_coded", 0.5):
        separators: tuple[str, ...] = (";", "; ", "；", "，", ", ", "/", "; ")
        ends: tuple[str, ...] = ("。", "。", "；", "; ", "。 ")
        if medium != "markdown":
            separators, ends = (*separators, "|"), (*ends, "||")
        plain = draw.chance(0.4)
        return {
            "number": "{}、" if plain else draw.pick(("{}、", "{}. ", "({})", "（{}）", "{}:", "[{}] ", "")),
            "style": "all" if plain else draw.pick(("all", "all", "level2", "name_first", "value_first")),
            "separator": draw.pick(("; ", ";", "；")) if plain else draw.pick(separators),
            "end": "。" if plain else draw.pick(ends),
            "value_label": "label",
            "colon": ":" if plain else draw.pick((":", "：", ":", "：", ": ")),
            "group": "",
        }
    return {
        "number": draw.pick(("", "", "{}、", "{}. ", "（{}）", "{}、 ", "({})")),
        "style": draw.pick(("all", "all", "level2", "level2", "grouped", "grouped2", "name", "value_first", "name_first")),
        "separator": draw.pick(_RARE_SEPARATORS if draw.chance(0.4) else ("-", "；", "，", "：")),
        "end": draw.pick(("；", "。", ";", "；", "，", "\u3000", "; ")),
        "value_label": draw.pick(("none", "none", "none", "label", "bracket")),
        "colon": draw.pick(("：", ":", "", "：", "，", " ", "：")),
        "group": draw.pick(("{}：", "【{}】", "{}:", "{}；", "一、{}：", "[{}]")),
    }
