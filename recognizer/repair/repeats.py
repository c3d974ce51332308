"""Text that OCR read twice over: 问题核查、问题核查、 is 问题核查、."""

from __future__ import annotations

import re

SHORTEST = 4  # characters of a repeat; shorter ones (填报填报表) may be meant
IDEOGRAPHS = 3  # ideographs in it; repeated digits may be meant too
_REPEAT = re.compile(rf"(.{{{SHORTEST},}}?)\1+", re.DOTALL)
_IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")


def without_repeats(text: str) -> str:
    """The text with every run that stands several times in immediate succession kept once.

    Doing it again changes nothing.
    """
    while True:
        shorter = _REPEAT.sub(lambda match: match[1] if len(_IDEOGRAPH.findall(match[1])) >= IDEOGRAPHS else match[0], text)
        if shorter == text:
            return text
        text = shorter
