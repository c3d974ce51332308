#!/usr/bin/env python3
"""Draws the names that are labelled with a concept: 400 of the gold records' distinct names, in two halves, by seed.

    draw.py > names.jsonl        before anything was labelled; the labels were then written by hand

Of a name that stands in several places one is drawn, so that a label is given to a name in its context.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

GOLD = Path(__file__).resolve().parent.parent / "gold"
SEED, NUMBER = 20261121, 400


def draw() -> list[dict[str, Any]]:
    """The names in the order in which they were drawn, with city, levels and value; `half` is `seen` or `unseen`."""
    chance = random.Random(SEED)
    places: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(GOLD.glob("*.json")):
        record = json.loads(path.read_text("utf-8"))
        for project in record["projects"]:
            for indicator in project["indicators"]:
                if indicator["name"]:
                    value = next(iter(indicator["values"].values()), None)
                    place = {"city": path.stem, "level1": indicator["level1"], "level2": indicator["level2"], "value": value}
                    places.setdefault(indicator["name"], []).append(place)
    names = chance.sample(sorted(places), NUMBER)
    return [{"name": name, **chance.choice(places[name]), "half": "seen" if number < NUMBER // 2 else "unseen"}
            for number, name in enumerate(names)]


if __name__ == "__main__":
    for entry in draw():
        sys.stdout.write(json.dumps(entry, ensure_ascii=False) + "\n")
