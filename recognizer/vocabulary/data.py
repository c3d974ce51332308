"""Reads the vocabulary's JSON files, which stand beside this module."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """The content of `name`.json; read once. Raises FileNotFoundError for a name that has no file."""
    content: dict[str, Any] = json.loads((Path(__file__).parent / f"{name}.json").read_text("utf-8"))
    return content
