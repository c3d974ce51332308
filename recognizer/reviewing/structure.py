"""What a correction may say: one that contradicts the structure of a table is refused with its reason. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from recognizer.reviewing.facts import FIELDS, Reading
from recognizer.types import Period

LONGEST = 20_000  # characters of a text
_REFUSALS: dict[str, tuple[str, str]] = {
    "unknown_field": ("a {kind} has no {field}", "{kind} 没有 {field} 这一项"),
    "no_name": ("a value cannot stand without an indicator's name", "指标值不能没有指标名称"),
    "no_text": ("the text is empty; to take the fact out, say what the cell is instead",
                "文字为空；如要去掉这一项，请改选其角色"),
    "no_period": ("no such period: {text}", "没有这个时期：{text}"),
    "period_taken": ("the indicator already has a value for this period", "该指标在这一时期已有指标值"),
    "level2_alone": ("a level 2 cannot stand without a level 1", "有二级指标就必须有一级指标"),
    "name_is_level": ("the name only repeats a level", "指标名称与级别名称相同"),
    "too_long": ("longer than any cell", "超出单元格可能的长度"),
    "no_concept": ("the vocabulary has no such concept: {text}", "词表中没有这个概念：{text}"),
    "no_neighbour": ("there is no such cell beside it", "旁边没有这个单元格"),
    "no_cut": ("put one | into the text where it is to be split; nothing else may change",
               "请在要拆开的地方加一个 |，其余文字不能改动"),
    "nothing_changed": ("nothing was changed", "没有改动"),
}


class RefusedError(ValueError):
    """A correction that is refused; `english` and `chinese` say why."""

    def __init__(self, key: str, **details: str) -> None:
        self.key = key
        self.english, self.chinese = (text.format(**details) for text in _REFUSALS[key])
        super().__init__(self.english)


def corrected(
    kind: str, reading: Reading, wanted: Mapping[str, str], taken: Collection[str] = (), concepts: Collection[str] | None = None
) -> Reading:
    """The reading with the fields that are `wanted`, those of its kind, blanks at the ends taken off.

    `taken` are the periods of the other values of its indicator, `concepts` the ids of the vocabulary (None: not to be checked).
    Raises RefusedError where no table could say so.
    """
    fields = {name: getattr(reading, name) for name in Reading.__slots__}
    for name, text in wanted.items():
        if name not in FIELDS[kind]:
            raise RefusedError("unknown_field", kind=kind, field=name)
        if len(text) > LONGEST:
            raise RefusedError("too_long")
        fields[name] = text.strip()
    made = checked(kind, reading, Reading(**fields), taken)
    if made.concept and made.concept != reading.concept and concepts is not None and made.concept not in concepts:
        raise RefusedError("no_concept", text=made.concept)
    return made


def checked(kind: str, reading: Reading, made: Reading, taken: Collection[str] = ()) -> Reading:
    """What is made of a reading. Raises RefusedError where no table could say so, or nothing was changed."""
    if made == reading:
        raise RefusedError("nothing_changed")
    if kind in ("value", "indicator"):
        if not made.name:
            raise RefusedError("no_name")
        if made.level2 and not made.level1:
            raise RefusedError("level2_alone")
        if made.name in (made.level1, made.level2) and made.name != reading.name:
            raise RefusedError("name_is_level")
    if kind != "indicator" and not made.text:
        raise RefusedError("no_text")
    if "period" in FIELDS[kind]:
        if made.period not in {period.value for period in Period}:
            raise RefusedError("no_period", text=made.period)
        if made.period != reading.period and made.period in taken:
            raise RefusedError("period_taken")
    return made
