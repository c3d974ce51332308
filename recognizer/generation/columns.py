"""Where the columns of the indicator rows stand: their order, spans and widths."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .draw import Draw
from .profile import Profile


@dataclass(slots=True)
class Columns:
    """Where the logical columns of the indicator rows stand in the drawn table: name -> (first column, span)."""

    places: dict[str, tuple[int, int]]
    total: int
    widths: list[int]


def place_columns(draw: Draw, profile: Profile) -> Columns:
    """The drawn columns of the indicator rows: their order and spans, and widths in characters for wrapping."""
    fixed = Draw(random.Random(profile.column_seed), draw.banks)
    names = ["spine"] if profile.spine else []
    if profile.number_column:
        names.insert(fixed.number(0, len(names)), "number")
    if profile.halves == "side":
        mid = (["m:level2"] if profile.level2_in_halves else []) + ["m:name", "m:value"]
        year = ["level2", "name", "v:annual"]
        if "standard" in profile.columns:
            mid.append("m:standard")
            year.append("standard")
        if not profile.level2_in_halves:
            names += ["level1", "level2", *mid, *year[1:]]
        else:
            names += ["level1", *mid, *year]
    else:
        before = [column for column in profile.columns[:1] if column == "score" and fixed.chance(0.3)]
        names += [*before, "level1", "level2", "name", *(column for column in profile.columns if column not in before)]
    narrow = fixed.chance(0.5)
    sizes = {
        "spine": fixed.pick((1, 2, 4)),
        "number": 3,
        "level1": fixed.pick((1, 2, 4)) if narrow else fixed.pick((4, 5, 8)),
        "level2": fixed.pick((2, 4, 4, 6)) if narrow else fixed.pick((6, 8)),
        "name": fixed.pick((8, 10, 11, 14, 20)),
        "standard": 6,
        "score": 4,
        "achieved": 4,
        "comparator": 4,
        "unit": 4,
        "remark": 10,
        "direction": 4,
        "deviation": 10,
    }
    places: dict[str, tuple[int, int]] = {}
    widths: list[int] = []
    wide_name = draw.chance(0.15)
    for name in names:
        span = 2 if name == "name" and wide_name else 1
        places[name] = (len(widths), span)
        size = sizes.get(name.removeprefix("m:"), 8) if not name.startswith("v:") else fixed.pick((6, 8, 10, 14))
        widths.extend([max(1, size // span)] * span)
    return Columns(places, len(widths), widths)
