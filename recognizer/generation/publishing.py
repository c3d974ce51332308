"""A publisher's document from its profile: contents, lines around the tables, writing, truth and records."""

from __future__ import annotations

import random

from ..truth import LabelledDocument, TruthCell
from .content import draw_content
from .damage import draw_damage
from .draw import Draw
from .dumps import write_dump
from .facts import DocumentFacts, records_of
from .forms import Form
from .grids import write_html, write_markdown, write_tabs
from .lists import build_list
from .profile import Profile
from .scroll import Typesetter
from .sentences import Prose
from .sheet import Block, Lines, Mark, Table, marks_of
from .texts import Habits, Writer

_FULL_TO_HALF = str.maketrans("：；，（）", ":;,()")


def publish(draw: Draw, profile: Profile, name: str, source: str) -> LabelledDocument:
    """One document of a publisher, written as text, tabs, Markdown or HTML."""
    blocks, facts, marks = compose(draw, profile)
    text, marks = _write(draw, profile, blocks, marks)
    records = records_of(facts, name)
    return LabelledDocument(name, text, _truth(marks), records, source, frozenset(draw.tags))


def compose(draw: Draw, profile: Profile) -> tuple[list[Block], DocumentFacts, list[Mark]]:
    """What a document of a publisher says before anything is written: of one to four projects (more in a list)."""
    place = draw.pick(draw.banks.general["places"])
    fields = sorted(draw.banks.general["fields"])
    habits = Habits(
        at_least=draw.pick(("≥", "≥", "≥", "≥", "大于等于", "≧", ">=", "不低于", "不少于")),
        at_most=draw.pick(("≤", "≤", "≤", "≤", "小于等于", "≦", "<=", "不超过", "‹=")),
        equal=draw.pick(("=", "=", "", "", "等于", "＝", "═")),
        year=profile.year,
        style="mixed" if profile.split_value else draw.weighted({"mixed": 0.62, "always": 0.16, "never": 0.1, "after": 0.12}),
        free=0.02 if profile.split_value else draw.pick((0.0, 0.05, 0.15, 0.3)),
    )
    home = Writer(draw, draw.pick(fields), habits, place)
    publisher = (place if draw.chance(0.8) else "") + home.organ
    blocks: list[Block] = []
    facts = DocumentFacts(publisher=([], publisher), city=([], place))
    count = draw.number(1, 4) if profile.layout == "form" else draw.number(2, 6)
    if profile.kind == "department":
        count = 1
    writers = [home if draw.chance(0.7) else Writer(draw, draw.pick(fields), habits, place) for _ in range(count)]
    contents = [draw_content(draw, profile, writer, publisher) for writer in writers]
    if profile.kind == "department":
        contents[0].name = publisher
    seen: set[str] = set()
    for content in contents:
        while content.name in seen:
            content.name = home.project_name() + str(draw.number(2, 9))
        seen.add(content.name)
    heads = _Heads(draw, profile, publisher, place)
    if profile.layout == "form":
        for index, content in enumerate(contents):
            blocks += heads.before_form(index, content.name, home)
            table, project = Form(draw, profile, content, index).build()
            _add_form(profile, blocks, table, heads.after_form(index, home))
            facts.projects.append(project)
    else:
        blocks += heads.before_form(-1, "", home)
        table, listed = build_list(draw, profile, contents, publisher)
        blocks.append(table)
        facts.projects, facts.totals = listed.projects, listed.totals
        blocks += heads.after_form(-1, home)
    marks = list(marks_of(blocks))
    if profile.half_width:
        _to_half_width(marks)
    _find_document_facts(facts, marks, profile, publisher, place)
    return blocks, facts, marks


def _add_form(profile: Profile, blocks: list[Block], table: Table, after: list[Block]) -> None:
    """Adds a form to the blocks; its title, caption and signatures become rows of it where the publisher writes so."""
    if not profile.title_inside:
        blocks += [table, *after]
        return
    above: list[list[Mark]] = []
    while blocks and isinstance(blocks[-1], Lines) and blocks[-1].marks[0][0].label in ("title", "caption"):
        above[:0] = blocks[-1].marks
        blocks.pop()
    below = [line for block in after if isinstance(block, Lines) for line in block.marks]
    table.enclose(above, below)
    if profile.one_table and blocks and isinstance(blocks[-1], Table):
        blocks[-1].append(table)
    else:
        blocks.append(table)


class _Heads:
    """The lines around a publisher's tables."""

    def __init__(self, draw: Draw, profile: Profile, publisher: str, place: str) -> None:
        self.draw, self.profile, self.publisher, self.place = draw, profile, publisher, place
        self.prose = Prose(draw, publisher, profile.year)

    def line(self, label: str, text: str, project: int = -1, heading: bool = False) -> Lines:
        """One line with one mark."""
        return Lines([[Mark(label, text, project)]], heading)

    def before_form(self, index: int, name: str, writer: Writer) -> list[Block]:
        """Publisher's line, prose, title and caption above a form (index -1: above a list)."""
        draw, profile = self.draw, self.profile
        blocks: list[Block] = []
        if index <= 0 and profile.publisher_line:
            text = draw.pick(
                ("{p}{y}年项目绩效目标公开", "{p}", "{p}{y}年度部门预算绩效目标", "{y}年{p}项目支出绩效目标公开情况")
            )
            blocks.append(self.line("title", text.format(p=self.publisher, y=profile.year), heading=True))
        if profile.notes == "before" and index <= 0:
            blocks.append(self._notes())
        if profile.prose and index == -1:
            blocks += self.prose.opening(writer)
        elif profile.prose:
            blocks += self._prose(index, name, writer)
        elif profile.project_heading and index >= 0:
            blocks.append(self.line("title", self._numbered(profile.project_heading, index, name)))
        if index <= 0 or profile.title_each:
            slot = {"evaluation": "evaluation_title", "department": "department_title"}.get(profile.kind, "title")
            if index == -1 and profile.kind == "project":
                slot = "list_title"
            title = profile.words[slot].format(year=profile.year, city=self.place, publisher=self.publisher)
            blocks.append(self.line("title", title, heading=True))
            blocks += self._caption()
        return blocks

    def _numbered(self, form: str, index: int, name: str) -> str:
        number = "一二三四五六七八九十"[index] if form.startswith("（") else index + 1
        return form.format(number, name)

    def _caption(self) -> list[Block]:
        profile = self.profile
        draw = Draw(random.Random(profile.column_seed), self.draw.banks) if profile.steady else self.draw
        year = draw.pick(
            ("（{}年度）", "（{}年度）", "{}年度", "（{}年）", "({}年度)", "（ {}年度）", "预算年度：{}年", "{}年")
        ).format(profile.year)
        unit = draw.pick(("单位：{}", "金额单位：{}", "单位:{}", "（单位：{}）", "单位：{}")).format(profile.unit)
        department = draw.pick(
            ("部门名称：{}", "填报单位：{}", "单位名称：{}", "填报单位（盖章）：{}", "部门名称:{}", "预算单位：{}")
        ).format(self.publisher)
        match profile.caption:
            case "year":
                return [self.line("caption", year)]
            case "unit":
                return [self.line("caption", unit)]
            case "year_unit":
                if draw.chance(0.5):
                    return [Lines([[Mark("caption", year), Mark("caption", unit)]])]
                return [self.line("caption", year), self.line("caption", unit)]
            case "department":
                if draw.chance(0.5):
                    return [Lines([[Mark("caption", department), Mark("caption", unit)]])]
                return [self.line("caption", year), self.line("caption", department)]
        return []

    def _prose(self, index: int, name: str, writer: Writer) -> list[Block]:
        draw = self.draw
        lines: list[Block] = list(self.prose.opening(writer)) if index == 0 else []
        form = self.profile.project_heading or draw.pick(("{}. “{}”项目。", "{}、{}", "（{}）“{}”项目"))
        lines.append(self.line("title", self._numbered(form, index, name)))
        return [*lines, *self.prose.project(writer)]

    def _notes(self) -> Lines:
        draw = self.draw
        return self.line(
            "prose",
            draw.pick(
                (
                    "填表说明：1.各项指标应细化、量化；2.绩效目标应与预算金额相匹配。",
                    "注：本表反映部门项目支出绩效目标情况。",
                    "备注：绩效目标表由项目实施单位填报，主管部门审核。",
                    "说明：1.定性指标分为好、较好、一般、差四档；2.其他资金包括与财政拨款共同用于该项目的单位自有资金、社会资金等。",
                    "注：1.一级指标、二级指标不得修改；2.资金使用单位按具体绩效目标填写，主管部门汇总时按区域绩效目标填写。",
                )
            ),
        )

    def after_form(self, index: int, writer: Writer) -> list[Block]:
        """Notes and signature lines below a form."""
        draw, profile = self.draw, self.profile
        blocks: list[Block] = []
        if profile.notes == "after":
            blocks.append(self._notes())
        if profile.prose and draw.chance(0.15):
            blocks += self.prose.closing(writer)
        if profile.signature:
            texts = draw.pick(
                (
                    [f"填表人：{writer.person()}", f"联系电话：{writer.phone()}", f"填报日期：{profile.year}年1月15日"],
                    ["单位负责人：", f"填表人：{writer.person()}"],
                    ["审核意见：", "单位（盖章）"],
                    [f"填报人：{writer.person()}", f"电话：{writer.phone()}"],
                    ["主管部门审核意见：同意", "（盖章）", "年 月 日"],
                )
            )
            blocks.append(Lines([[Mark("furniture", text) for text in texts]]))
        return blocks


def _to_half_width(marks: list[Mark]) -> None:
    """ASCII punctuation throughout, as some converters write; lengths stay, so offsets and numbering do."""
    for mark in marks:
        mark.text = mark.text.translate(_FULL_TO_HALF)
        for part in mark.parts:
            part.text, part.printed = part.text.translate(_FULL_TO_HALF), part.printed.translate(_FULL_TO_HALF)


def _find_document_facts(facts: DocumentFacts, marks: list[Mark], profile: Profile, publisher: str, place: str) -> None:
    """Which cells print the document's year, unit, publisher and place."""
    captions = [mark for mark in marks if mark.label in ("caption", "title")]
    facts.year = (captions, profile.year)
    facts.unit = (
        [mark for mark in marks if mark.label in ("caption", "fund_key") or mark.label.startswith("header>fund")],
        profile.unit,
    )
    said = [
        *captions,
        *(value for project in facts.projects for key, value in project.attributes if key.text == profile.words["authority"]),
    ]
    facts.publisher = ([mark for mark in said if mark.text], publisher)
    facts.city = (said, place)
    if profile.kind == "department" and facts.projects:
        facts.publisher = ([*said, *(project.name for project in facts.projects if project.name)], publisher)


def _write(draw: Draw, profile: Profile, blocks: list[Block], marks: list[Mark]) -> tuple[str, list[Mark]]:
    setter = Typesetter(draw, profile.medium)
    plain = profile.periods == ("annual",) and not profile.split_value and not profile.halves
    damage = draw_damage(draw, profile.words, plain, profile.medium)
    further: list[Mark] = []
    match profile.medium:
        case "tabs":
            text = write_tabs(draw, damage, blocks, setter, further)
        case "markdown":
            text = write_markdown(draw, damage, blocks, setter, further)
        case "html":
            text = write_html(draw, damage, blocks, setter)
        case _:
            text = write_dump(draw, damage, blocks, setter, further)
    return text, marks + further


def _truth(marks: list[Mark]) -> tuple[TruthCell, ...]:
    """The true cells in the order in which their first pieces stand."""
    cells = [
        TruthCell(mark.label, tuple(sorted(mark.keys)), "".join(mark.printed), mark.project, mark.offsets)
        for mark in marks
        if mark.keys
    ]
    return tuple(sorted(cells, key=lambda cell: cell.pieces[0]))
