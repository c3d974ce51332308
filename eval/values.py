#!/usr/bin/env python3
"""How well target values are taken apart, on the two halves of gold/values.jsonl.

    values.py [--errors]

The halves are drawn by SEED. One is developed on: --errors prints what is wrong there. The other is only ever counted; nothing
prints a line of it. The speed is that of texts never seen before, on one core.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from typing import Any

from bench import forget

from recognizer.mapping import parse_value
from recognizer.resources import gold_folder

SEED = 20261121
ROUNDS = 50
FIELDS = ("kind", "comparator", "quantity", "quantity_high", "unit", "date", "qualitative")


def halves() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The gold values to develop on, and those never looked at: lines drawn by SEED, each half in the order of the file."""
    rows = [json.loads(line) for line in (gold_folder() / "values.jsonl").read_text("utf-8").splitlines()]
    drawn = set(random.Random(SEED).sample(range(len(rows)), len(rows) // 2))
    return ([row for number, row in enumerate(rows) if number not in drawn],
            [row for number, row in enumerate(rows) if number in drawn])


def wrong_fields(row: dict[str, Any]) -> list[str]:
    """The fields of a gold value that are read otherwise."""
    reading = parse_value(row["text"])
    return [field for field in FIELDS if getattr(reading, field) != row[field]]


def share_right(rows: list[dict[str, Any]]) -> float:
    """The share of gold values with every field right."""
    return sum(not wrong_fields(row) for row in rows) / len(rows)


def measure_values() -> dict[str, float]:
    """The shares of both halves with every field right."""
    seen, unseen = halves()
    return {"seen": share_right(seen), "unseen": share_right(unseen)}


def texts_a_second() -> float:
    """How many texts are taken apart in a second of one core: those of the seen half, each time as if never seen before."""
    texts = [row["text"] for row in halves()[0]]
    spent = 0.0
    for _ in range(ROUNDS):
        forget()
        start = time.process_time()
        for text in texts:
            parse_value(text)
        spent += time.process_time() - start
    return ROUNDS * len(texts) / spent


def main() -> None:
    """Prints the shares of both halves, and with --errors what is wrong in the one to develop on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", action="store_true", help="print what is wrong in the half to develop on")
    arguments = parser.parse_args()
    seen, unseen = halves()
    shares = measure_values()
    print(f"all fields right: {shares['seen']:.4f} of {len(seen)} seen, {shares['unseen']:.4f} of {len(unseen)} unseen; "
          f"{texts_a_second():,.0f} texts a second")
    for row in seen if arguments.errors else ():
        for field in wrong_fields(row):
            print(f"{row['text']}  {field}: {getattr(parse_value(row['text']), field)!r}, gold {row[field]!r}")


if __name__ == "__main__":
    main()
