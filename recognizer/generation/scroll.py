"""The text being written: lines, and the keys that pieces get as they are printed."""

from __future__ import annotations

import re

from .draw import Draw
from .sheet import Mark

_BESIDE_DIGITS = re.compile(r"(?<=[\u4e00-\u9fff])(?=\d)|(?<=\d)(?=[\u4e00-\u9fff])")


_LABELS = ("level1", "level2", "header", "goal_key")
# Lines outside tables are not wrapped by blanks or tags.
_UNWRAPPED = ("title", "caption", "prose", "furniture", "fund_amount")


def _inside_latin(text: str, at: int) -> bool:
    """Whether a Latin word or a number goes on over this place."""
    return text[at - 1 : at + 1].isascii() and text[at - 1 : at + 1].isalnum()


class Typesetter:
    """Blanks that typesetting or OCR puts into texts: beside digits everywhere, or now and then inside a word."""

    def __init__(self, draw: Draw, medium: str) -> None:
        self.draw = draw
        self.beside_digits = draw.habit("spaced_digits", 0.4 if medium == "text_dump" else 0.22)
        self.amounts = draw.habit("spaced_amounts", 0.06)
        self.stray = draw.pick((0.0, 0.0, 0.0, 0.01, 0.04))
        self.numbering = draw.chance(0.15)
        self.wrap_at = draw.pick((6, 9, 12, 16, 20)) if draw.chance(0.14) else 0
        self.wrap_mark = "<br>" if medium in ("markdown", "html") and draw.habit("line_break_tags", 0.45) else " "
        self.spread_labels = draw.habit("vertical_labels", 0.08)
        if medium == "text_dump":
            # Text dumps wrap cells in lines of their own.
            self.wrap_at, self.spread_labels = 0, False

    def set(self, mark: Mark, text: str) -> str:
        """The text as it is printed."""
        if mark.parts:
            return text
        if self.beside_digits and self.draw.chance(0.9):
            text = _BESIDE_DIGITS.sub(" ", text, count=0 if self.draw.chance(0.85) else 1)
        if self.numbering and mark.label in ("name", "template"):
            text = re.sub(r"^指标(?=\d)", "指标 ", text)
            text = re.sub(r"^(指标 ?\d+[:：])", r"\1 ", text)
        if self.spread_labels and mark.label.startswith(_LABELS) and len(text) < 7:
            step = 1 if mark.label in ("level1", "header") or mark.label.startswith("goal_key") else 2
            return " ".join(text[start : start + step] for start in range(0, len(text), step))
        if self.wrap_at and len(text) > self.wrap_at and not mark.label.startswith(_UNWRAPPED):
            return self._wrapped(text)
        if self.amounts and mark.label.startswith("fund_amount") and self.draw.chance(0.7):
            text = re.sub(r"(?<=[,.])(?=\d)", " ", text)
        if self.stray and len(text) > 2 and self.draw.chance(self.stray):
            at = self.draw.number(1, len(text) - 1)
            if not _inside_latin(text, at):
                text = f"{text[:at]} {text[at:]}"
        return text

    def _wrapped(self, text: str) -> str:
        """The text with a blank or a tag where its column made it wrap; Latin words and numbers stay whole."""
        lines, start = [], 0
        for at in range(1, len(text)):
            if at - start >= self.wrap_at and not _inside_latin(text, at):
                lines.append(text[start:at])
                start = at
        return self.wrap_mark.join([*lines, text[start:]])


class Scroll:
    """Lines of the document as they are written."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @property
    def number(self) -> int:
        """The number of the next line, from 1."""
        return len(self.lines) + 1

    def runs(self, fragments: list[tuple[Mark, str]], separator: str = " ", before: str = "", after: str = "") -> None:
        """A line outside tables: its pieces are the runs of text between blanks."""
        index = 0
        for mark, text in fragments:
            for run in text.split():
                mark.keys.append((self.number, index))
                mark.printed.append(run)
                index += 1
        self.lines.append(before + separator.join(text for _, text in fragments) + after)

    def field(self, mark: Mark, text: str, index: int) -> str:
        """A field of the line being written; its key is its number in the line."""
        if text.strip():
            mark.keys.append((self.number, index))
            mark.printed.append(text.replace("<br>", "").strip())
        return text

    def blank(self, count: int = 1) -> None:
        """Empty lines."""
        self.lines.extend([""] * count)

    def text(self) -> str:
        """The whole document."""
        return "\n".join(self.lines) + "\n"
