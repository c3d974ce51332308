"""Sentences: target values said at length, and the running text that stands around forms."""

from __future__ import annotations

import re

from .draw import Draw
from .sheet import Lines, Mark
from .texts import Writer

_BESIDE_DIGITS = re.compile(r"(?<=[\u4e00-\u9fff])(?=\d)|(?<=\d)(?=[\u4e00-\u9fff])")


def sentence_value(writer: Writer, name: str) -> str:
    """A value of one to four clauses with commas or semicolons between them; it may repeat the indicator's name."""
    draw, general = writer.draw, writer.draw.banks.general
    clauses = [_filled(writer, general["value_bodies"]) for _ in range(draw.pick((1, 1, 2, 2, 3, 4)))]
    if draw.chance(0.45):
        clauses.insert(0, _filled(writer, general["value_leads"]))
    if draw.chance(0.4):
        clauses.append(_filled(writer, general["value_ends"]))
    if name and draw.chance(0.1):
        clauses.insert(0, name)
    text = clauses[0]
    for clause in clauses[1:]:
        text += draw.pick(("，", "，", "，", "，", "、", "；")) + clause
    return text + draw.pick(("。", "", ""))


def _filled(writer: Writer, templates: list[str]) -> str:
    return writer.template(writer.draw.pick(templates))[0]


class Prose:
    """The running text of one document: sections in one style, sentences composed anew each time."""

    def __init__(self, draw: Draw, publisher: str, year: int) -> None:
        self.draw, self.publisher, self.year = draw, publisher, year
        self.words = draw.banks.general["prose"]
        self.spaced = draw.chance(0.6)
        self.opens = draw.pick(("({})", "（{}）", "{}）", "{}.", "{}、", "（{}）"))
        self.stop = draw.pick(("。", "。", "：", "。 ", "：", ":"))
        sections = list(self.words["sections"].items())
        self.sections = [section for section in sections if draw.chance(0.55)] or sections[:3]
        self.long = draw.chance(0.6)

    def opening(self, writer: Writer) -> list[Lines]:
        """What stands before the first form: how many projects there are, and what their money comes from."""
        lines = [self.budget(writer) for _ in range(self.draw.pick((0, 1, 1, 2, 3)))]
        if self.draw.chance(0.7):
            lines.insert(self.draw.number(0, len(lines)), self.draw.pick(self.words["openings"]).format(y=self.year))
        return [self._line(text) for text in lines]

    def project(self, writer: Writer) -> list[Lines]:
        """The numbered sections about one project."""
        texts = (
            f"{self.opens.format(number)}{self._section(writer, *section)}" for number, section in enumerate(self.sections, 1)
        )
        return [self._line(text) for text in texts]

    def closing(self, writer: Writer) -> list[Lines]:
        """What stands after a form: terms explained, or more about the money."""
        draw = self.draw
        texts = [draw.pick((draw.pick(self.words["terms"]), self.budget(writer))) for _ in range(draw.number(1, 3))]
        return [self._line(text) for text in texts]

    def budget(self, writer: Writer) -> str:
        """A sentence full of amounts and percentages."""
        draw, words = self.draw, self.words
        numbers = {slot: draw.pick((writer.money(), "0", writer.money())) for slot in "acde"}
        return str(
            draw.pick(words["budget"]).format(
                p=self.publisher,
                y=self.year,
                b=self.year - 1,
                n=draw.number(1, 30),
                n2=draw.number(0, 40),
                n3=draw.number(0, 9),
                r=draw.pick((f"{draw.number(0, 99)}.{draw.number(1, 99):02d}", str(draw.number(1, 100)))),
                why=_filled(writer, words["why"]),
                **numbers,
                **{slot: draw.pick(words[slot]) for slot in ("grow", "rate", "cause", "total", "sum", "other", "share", "open")},
            )
        )

    def _section(self, writer: Writer, head: str, kind: str) -> str:
        draw, year = self.draw, self.year
        match kind:
            case "long":
                text = self.paragraph(writer)
            case "basis":
                text = writer.sentences(1, 2)
            case "publisher":
                text = self.publisher
            case "span":
                text = draw.pick(
                    (f"{year}年1月1日-{year}年12月31日", f"{year}年", f"{year}年1月至{year + 2}年12月", f"{year}年全年")
                )
            case "money":
                text = draw.pick(("{}万元", "{}万元。", "预算安排{}万元，全部为财政拨款。", "年度资金总额{}万元")).format(
                    writer.money()
                )
            case "budget":
                text = self.budget(writer)
            case "value":
                text = sentence_value(writer, head)
            case _:
                text = draw.pick(("", "", "详见下表。", "见附表"))
        return f"{head}{self.stop}{text}"

    def paragraph(self, writer: Writer) -> str:
        """A paragraph about the work; the long ones run over a dozen sentences."""
        count = self.draw.number(4, 14) if self.long else self.draw.number(1, 3)
        if self.draw.chance(0.4):
            return writer.goal()
        marks = self.draw.pick((None, "一二三四五六七八九十"))
        texts = (sentence_value(writer, "").strip("，；。") for _ in range(count))
        return "".join(
            (f"{marks[index]}、" if marks and index < len(marks) else "") + text + self.draw.pick(("。", "；"))
            for index, text in enumerate(texts)
        )

    def _line(self, text: str) -> Lines:
        return Lines([[Mark("prose", _BESIDE_DIGITS.sub(" ", text) if self.spaced else text)]])


def cut_prose(draw: Draw, text: str) -> list[str]:
    """A long paragraph in two or three lines, as a page's end or a converter cuts it: in mid-sentence, mostly in mid-word."""
    if len(text) < 60 or not draw.chance(0.5):
        return [text]
    cuts = sorted({draw.number(20, len(text) - 10) for _ in range(draw.pick((1, 1, 1, 2)))})
    pieces = [text[start:end].strip() for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    return [piece for piece in pieces if piece]
