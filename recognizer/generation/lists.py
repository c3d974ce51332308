"""Lays projects out as a list: a row a project with its indicators packed into one cell, or a row an indicator."""

from __future__ import annotations

from .content import ProjectContent
from .draw import Draw
from .facts import DocumentFacts, FundFact, LevelFact, ProjectFacts
from .forms import ROLE_OF_COLUMN, Form
from .packing import pack
from .periods import goal_word, shared_heading, short_value_heading, value_heading
from .profile import Profile
from .sheet import Mark, Table


def build_list(draw: Draw, profile: Profile, contents: list[ProjectContent], publisher: str) -> tuple[Table, DocumentFacts]:
    """The table of all projects and its facts."""
    table, facts = Table(), DocumentFacts()
    packed = profile.layout == "list_packed"
    words = profile.words
    columns: list[tuple[str, str, str]] = []  # (kind, heading, label of the heading)
    if profile.number_column:
        columns.append(("number", words["number"], "header"))
    for kind in profile.list_attributes:
        if kind != "short":
            columns.append((kind, words[kind], "header>attribute_value"))
    columns.append(("project", words["list_project"], "header>attribute_value"))
    if "short" in profile.list_attributes and profile.attributes:
        columns.append(("short", profile.attributes[0][0], "header>attribute_value"))
    for index, (amount, period) in enumerate(profile.list_amounts):
        unit = f"（{profile.unit}）" if profile.fund_unit == "key" and index == 0 else ""
        columns.append((f"amount{index}", amount + unit, f"header>fund_amount@{period}"))
    for slot, period in profile.list_goals:
        columns.append((f"goal:{period}", goal_word(profile, slot), f"header>goal_text@{period}"))
    shared = None
    if packed:
        columns.append(("packed", words["packed"], "header>packed"))
    else:
        columns += [(slot, words[slot], f"header>{slot}") for slot in ("level1", "level2", "name")]
        shared = shared_heading(profile)
        for column in profile.columns:
            kind, _, period = column.partition(":")
            if kind == "v":
                label = "header>remark" if period == "before" else f"header>value@{period}"
                heading = short_value_heading if shared else value_heading
                columns.append((column, heading(profile, period), label))
            else:
                columns.append((column, words[column], f"header>{ROLE_OF_COLUMN[column]}"))
    headings = _put_headings(profile, table, columns, shared)
    facts.unit = ([mark for mark in headings.values() if profile.unit in mark.text], profile.unit)
    places = {kind: column for column, (kind, _, _) in enumerate(columns)}
    table.widths = [_width(kind) for kind, _, _ in columns]
    row = len(table.headings)
    if profile.totals and profile.list_amounts:
        row = _total_rows(draw, profile, table, facts, headings, places, publisher)
    for index, content in enumerate(contents):
        row = _project_rows(draw, profile, table, facts, headings, places, index, content, row)
    return table, facts


def _put_headings(
    profile: Profile, table: Table, columns: list[tuple[str, str, str]], shared: tuple[int, int] | None
) -> dict[str, Mark]:
    """Places the heading row, or two where the value columns share a heading; the headings by kind of column."""
    table.headings += [0, 1] if shared else [0]
    headings, over = {}, False
    for column, (kind, text, label) in enumerate(columns):
        below = shared is not None and kind.startswith("v:")
        if shared and below and not over:
            table.put(Mark("header", profile.words["over_values"]), 0, column, 1, shared[1] - shared[0] + 1)
            over = True
        headings[kind] = table.put(Mark(label, text), int(below), column, 2 if shared and not below else 1)
    return headings


def _width(kind: str) -> int:
    sizes = {
        "number": 3,
        "project": 10,
        "authority": 8,
        "unit_name": 8,
        "short": 5,
        "goal:annual": 16,
        "goal:overall": 16,
        "packed": 40,
        "level1": 4,
        "level2": 4,
        "name": 9,
        "comparator": 3,
        "unit": 3,
        "score": 3,
    }
    return sizes.get(kind, 7)


def _total_rows(
    draw: Draw,
    profile: Profile,
    table: Table,
    facts: DocumentFacts,
    headings: dict[str, Mark],
    places: dict[str, int],
    publisher: str,
) -> int:
    row = len(table.headings)
    names = draw.pick((["合计"], ["合计", publisher], [publisher], ["总计"], ["合 计"]))
    amount = float(draw.number(100, 90000)) + draw.number(0, 99) / 100
    for name in names:
        mark = table.put(Mark("total", name), row, places["project"])
        funds = []
        for index, (_, period) in enumerate(profile.list_amounts):
            text = _list_amount(draw, profile, amount) if index < 2 else draw.pick(("", "0.00", ""))
            cell = table.put(Mark(f"fund_amount@{period}", text), row, places[f"amount{index}"])
            funds.append(FundFact([headings[f"amount{index}"]], period, cell))
        facts.totals.append((mark, funds))
        row += 1
    return row


def _list_amount(draw: Draw, profile: Profile, amount: float) -> str:
    text = f"{amount:,.2f}" if profile.amount_style in ("thousands", "mixed") else f"{amount:.2f}"
    return text.rstrip("0").rstrip(".") if profile.amount_style == "plain" else text


def _project_rows(
    draw: Draw,
    profile: Profile,
    table: Table,
    facts: DocumentFacts,
    headings: dict[str, Mark],
    places: dict[str, int],
    index: int,
    content: ProjectContent,
    row: int,
) -> int:
    """Places one project; returns the first row after it."""
    project = ProjectFacts()
    facts.projects.append(project)
    top = row
    if "packed" in places:
        cell = pack(draw, profile, content, index, project)
        if cell is not None:
            table.put(cell, row, places["packed"])
        row += 1
    else:
        form = Form(draw, profile, content, index)
        form.table, form.facts, form.row = table, project, row
        form.columns.places = {kind: (column, 1) for kind, column in places.items()}
        form.columns.total = len(places)
        row = _indicator_rows(draw, profile, form, row)
    rows = row - top
    if "number" in places:
        table.put(Mark("furniture", str(index + 1)), top, places["number"], rows)
    attributes = dict(content.attributes)
    project.name = table.put(Mark("attribute_value", content.name, index), top, places["project"], rows)
    for kind, key in (
        ("authority", profile.words["authority"]),
        ("unit_name", profile.words["unit_name"]),
        ("short", profile.attributes[0][0] if profile.attributes else ""),
    ):
        if kind in places and key in attributes:
            cell = table.put(Mark("attribute_value", attributes[key], index), top, places[kind], rows)
            project.attributes.append((headings[kind], cell))
    if profile.list_amounts:
        texts = [_list_amount(draw, profile, content.total)] * min(2, len(profile.list_amounts))
        texts += [draw.pick(("", "0.00", "", "")) for _ in profile.list_amounts[2:]]
        for number, (text, (_, period)) in enumerate(zip(texts, profile.list_amounts, strict=True)):
            cell = table.put(Mark(f"fund_amount@{period}", text, index), top, places[f"amount{number}"], rows)
            project.funds.append(FundFact([headings[f"amount{number}"]], period, cell))
    for _, period in profile.list_goals:
        if draw.chance(0.1):
            continue
        text = content.goals[period]
        if len(text) > 40 and draw.habit("packed_cut_off", 0.05):
            # A row too low to show the whole text.
            text = text[draw.number(0, 12) : draw.number(30, len(text) - 1)]
        cell = table.put(Mark(f"goal_text@{period}", text, index), top, places[f"goal:{period}"], rows)
        project.goals.append((period, cell))
    return row


def _indicator_rows(draw: Draw, profile: Profile, form: Form, row: int) -> int:
    """The indicators of one project, a row each, with merged level cells."""
    places = form.columns.places
    content = form.content
    for level1 in content.levels:
        level1_mark, level1_row = form.mark("level1", level1.word), row
        for level2 in level1.children:
            level2_mark, level2_row = form.mark("level2", level2.word), row
            inferable = level1.canonical in ("决策", "过程", "满意度指标")
            facts = LevelFact(level1.canonical, level1_mark), LevelFact(level2.canonical, level2_mark, inferable)
            for number, indicator in enumerate((item for item in level2.indicators if not item.is_template), 1):
                form.row = row
                form.add_row(*facts, indicator, number, profile.periods)
                row += 1
            if row > level2_row:
                form.table.put(level2_mark, level2_row, places["level2"][0], row - level2_row)
        if row > level1_row:
            form.table.put(level1_mark, level1_row, places["level1"][0], row - level1_row)
    if row == form.row and not form.facts.indicators:
        row += 1
    return row
