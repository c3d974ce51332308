"""The two languages in which the product speaks; which of them follows from the locale."""

from __future__ import annotations

import os
from typing import Literal

Language = Literal["en", "zh"]


def language() -> Language:
    """The language of the locale: Chinese where LC_ALL, else LC_MESSAGES, else LANG begins with `zh`."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        locale = os.environ.get(name)
        if locale:
            return "zh" if locale.lower().startswith("zh") else "en"
    return "en"


def either(english: str, chinese: str) -> str:
    """The one of two texts that is in the user's language."""
    return chinese if language() == "zh" else english
