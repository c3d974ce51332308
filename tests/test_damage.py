"""The damage suite: each fault does what it says, and measures of facts see what measures of structure pass over."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "eval"))

import damage

from recognizer.model import shipped_model


@pytest.fixture(scope="module")
def huaian() -> tuple[list[damage.Table], dict]:
    return damage.gold_tables("huaian_wqy")


def texts(table: damage.Table) -> list[str]:
    return [entry.cell.text for entry in table]


def test_every_printed_cell_of_the_gold_tables_has_a_true_role() -> None:
    for name in damage.TABLES:
        tables, _ = damage.gold_tables(name)
        assert all(entry.label is not None for table in tables for entry in table if entry.cell.text)


def test_swapped_headings_change_two_texts_and_nothing_else(huaian: tuple[list[damage.Table], dict]) -> None:
    table = huaian[0][0]
    swapped = damage.swap_headings(table)
    assert swapped is not None
    changed = [(before, after) for before, after in zip(texts(table), texts(swapped), strict=True) if before != after]
    assert len(changed) == 2
    assert changed[0] == changed[1][::-1]


def test_one_point_moves() -> None:
    table = damage.gold_tables("fuyang_uming")[0][0]
    moved = damage.move_point(table)
    assert moved is not None
    assert [pair for pair in zip(texts(table), texts(moved), strict=True) if pair[0] != pair[1]] == [("48.00", "480.0")]


def test_fused_rows_keep_every_character_and_leave_no_gap(huaian: tuple[list[damage.Table], dict]) -> None:
    table = huaian[0][0]
    fused = damage.fuse_rows(table)
    assert fused is not None
    assert sorted("".join(texts(fused))) == sorted("".join(texts(table)))
    places = [
        (entry.cell.row + down, entry.cell.column + right)
        for entry in fused
        for down in range(entry.cell.row_span)
        for right in range(entry.cell.column_span)
    ]
    assert len(places) == len(set(places))
    assert len({row for row, _ in places}) == len({entry.cell.row for entry in table}) - 1


def test_faults_that_cannot_befall_a_table_leave_it_alone() -> None:
    table = damage.gold_tables("anqing_zebra_wqy")[0][0]
    assert damage.swap_headings(table) is None


def test_facts_see_what_structure_passes_over(huaian: tuple[list[damage.Table], dict]) -> None:
    model = shipped_model()
    whole, swapped, flat = (
        damage.measure("fault", fault, [huaian], model) for fault in (damage.as_printed, damage.swap_headings, damage.lose_spans)
    )
    assert whole.relations == whole.teds == whole.contents == 1.0
    assert whole.values == 1.0
    assert swapped.teds > 0.99
    assert swapped.contents > 0.99
    assert swapped.values < 0.7
    assert flat.teds < 0.7
    assert flat.values > 0.95
