"""Auditing: how many of the facts that were accepted unseen are wrong after all, found by keying a random sample again.

Whoever keys sees where a fact stands and not what was read there (blind keying). `draw` makes the sheet, `judge` reads it back.
"""

from recognizer.auditing.judging import Audit, judge_sheet
from recognizer.auditing.sample import Item, draw_sample, load_sample, save_sample
from recognizer.auditing.sheet import COLUMNS, read_sheet, write_sheet

__all__ = [
    "COLUMNS", "Audit", "Item", "draw_sample", "judge_sheet", "load_sample", "read_sheet", "save_sample", "write_sheet",
]
