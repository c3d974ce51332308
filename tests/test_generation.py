"""The layout generator: truth that covers every piece, seeds that repeat, and leave-outs that leave out."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import pytest

from recognizer.generation import generate, left_out_habits, reserved
from recognizer.generation.banks import banks_folder, gold_rows, habits_by_name, is_reserved, load_banks
from recognizer.generation.sheet import without_blanks
from recognizer.reading import read_text
from recognizer.resources import gold_folder
from recognizer.truth import LabelledDocument
from recognizer.types import Grid, Label

SOURCES = ("anqing", "fuyang", "guangzhou", "huaian", "langxi")


@pytest.fixture(scope="module")
def documents() -> list[LabelledDocument]:
    return [*generate(300, 11), *reserved()]


def pieces_of(text: str) -> dict[tuple[int, int], str]:
    found = {}
    for block in read_text(text, "document").blocks:
        if isinstance(block, Grid):
            found.update({piece.key: piece.text for cell in block.cells for piece in cell.pieces})
        else:
            found.update({(line.number, index): run for line in block.lines for index, run in enumerate(line.text.split())})
    return found


def texts_of(records: dict[str, object]) -> Iterator[str]:
    """Every printed text of the records."""
    projects = records["projects"]
    assert isinstance(projects, list)
    for project in projects:
        yield from filter(
            None, [project["project_name"], *project["attributes"], *project["attributes"].values(), *project["goals"].values()]
        )
        for fund in project["funds"]:
            yield from [*fund["path"], fund["raw"]]
        for row in project["indicators"]:
            yield from filter(None, [row["level1_raw"], row["level2_raw"], row["name"], row["standard"]])


def test_every_piece_belongs_to_exactly_one_true_cell(documents: list[LabelledDocument]) -> None:
    for document in documents:
        pieces = pieces_of(document.text)
        keys = Counter(key for cell in document.cells for key in cell.pieces)
        assert max(keys.values()) == 1, document.name
        assert set(keys) == set(pieces), document.name
        for cell in document.cells:
            printed = "".join(pieces[key] for key in cell.pieces)
            assert without_blanks(cell.text) == without_blanks(printed)


def test_labels_are_known_and_parts_lie_in_their_cell(documents: list[LabelledDocument]) -> None:
    for document in documents:
        for cell in document.cells:
            assert Label.parse(cell.label).code == cell.label
            assert -1 <= cell.project < len(document.records["projects"])
            assert bool(cell.parts) == (cell.label == "packed")
            ends = 0
            for start, end, label in cell.parts:
                assert ends <= start < end <= len(cell.text)
                assert Label.parse(label).code == label
                ends = end


def test_records_hold_only_texts_of_the_source(documents: list[LabelledDocument]) -> None:
    for document in documents:
        printed = "".join(sorted(without_blanks(cell.text) + "\n" for cell in document.cells))
        for text in texts_of(document.records):
            assert text in printed, (document.name, text)


def test_all_media_layouts_and_labels_occur(documents: list[LabelledDocument]) -> None:
    tags = {tag for document in documents for tag in document.tags}
    assert {"text_dump", "tabs", "markdown", "html", "packed", "halves_side_by_side", "fund_blocks", "vertical_labels"} <= tags
    labels = {cell.label for document in documents for cell in document.cells}
    assert {
        "name",
        "value@annual",
        "value@half_year",
        "value@actual",
        "comparator",
        "unit",
        "template",
        "furniture",
        "goal_text@mid_term",
        "fund_amount@annual",
        "header>value@annual",
        "packed",
        "total",
        "prose",
        "caption",
    } <= labels


def test_no_plan_of_periods_is_so_frequent_that_headings_need_not_be_read(documents: list[LabelledDocument]) -> None:
    plans = Counter(
        frozenset(
            label.partition("@")[2]
            for cell in document.cells
            for label in (cell.label, *(part[2] for part in cell.parts))
            if label.startswith("value@")
        )
        for document in documents
    )
    total = sum(count for plan, count in plans.items() if plan)
    assert plans[frozenset({"annual"})] <= 0.45 * total
    shown = Counter(period for plan, count in plans.items() for period in plan for _ in range(count))
    assert all(shown[period] >= 0.05 * total for period in ("half_year", "full_cycle", "mid_term", "actual", "prior_year"))


def test_page_ends_cut_cells_of_drawn_tables(documents: list[LabelledDocument]) -> None:
    kinds = ("name", "value@", "goal_text@", "standard", "attribute_value", "level", "goal_key@")
    for medium, share in (("tabs", 0.25), ("markdown", 0.1)):
        drawn = [document for document in documents if medium in document.tags]
        cut = [
            document
            for document in drawn
            if any(cell.label.startswith(kinds) and len({line for line, _ in cell.pieces}) > 1 for cell in document.cells)
        ]
        assert len(cut) >= share * len(drawn)


def test_half_and_whole_year_columns_leave_the_item_to_the_row() -> None:
    paths = 0
    for document in generate(150, 8):
        if not document.tags & {"fund_blocks"} or not any(cell.label == "fund_key" for cell in document.cells):
            continue  # a list's rows have no label of their own
        headings = {cell.text for cell in document.cells if cell.label == "header>fund_amount@half_year"}
        for project in document.records["projects"]:
            for fund in project["funds"]:
                paths += fund["period"] == "half_year"
                assert fund["item"] == fund["path"][-1]
                assert fund["item"] not in headings
    assert paths


def test_a_seed_repeats_in_another_process() -> None:
    code = (
        "from recognizer.generation import generate, reserved; import hashlib; from itertools import islice;"
        "d = [*generate(6, 3), *islice(reserved(), 3)];"
        "print(hashlib.sha256(repr([(x.text, x.cells, x.records) for x in d]).encode()).hexdigest())"
    )
    results = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(results) == 1
    assert [document.text for document in generate(3, 1)] != [document.text for document in generate(3, 2)]


def test_left_out_sources_give_no_texts_and_no_habits() -> None:
    for source in SOURCES:
        left_out = frozenset({source})
        barred = left_out_habits(left_out)
        assert barred
        texts = {
            json.dumps(text.data, sort_keys=True)
            for rows in load_banks(left_out).gold.values()
            for text in rows
            if text.source == source
        }
        assert not texts
        for document in generate(40, 5, left_out, layout_out=True):
            assert f"text:{source}" not in document.tags
            assert not document.tags & barred


def test_every_habit_of_the_real_documents_is_drawn() -> None:
    tags = {tag for document in generate(500, 17) for tag in document.tags}
    assert habits_by_name().keys() <= tags


def test_habits_are_barred_only_with_layout_out() -> None:
    tags = {tag for document in generate(60, 5, frozenset({"guangzhou"})) for tag in document.tags}
    assert "packed" in tags


def test_reserved_cities_share_no_names_goals_or_headings_with_drawn_ones() -> None:
    kept, drawn = list(reserved()), list(generate(150, 9))
    assert len({document.source for document in kept}) == 10
    general = load_banks().general
    framework = {row.partition("|")[0] for rows in general["framework"].values() for group in rows.values() for row in group}

    def texts(documents: list[LabelledDocument], labels: tuple[str, ...]) -> set[str]:
        return {without_blanks(cell.text) for document in documents for cell in document.cells if cell.label in labels}

    wordings = json.loads((banks_folder() / "wordings.json").read_text("utf-8"))
    kept_words = {word for slot, sides in wordings.items() if slot != "standard" for word in sides["reserved"]}
    labels = {cell.label for document in kept for cell in document.cells}
    headings = tuple(label for label in labels if label.startswith(("header", "goal_key")))
    assert len(kept_words & texts(kept, headings)) >= 10
    assert not kept_words & texts(drawn, headings)

    def combination(document: LabelledDocument) -> frozenset[str]:
        return frozenset(texts([document], headings))

    assert not {combination(document) for document in kept} & {combination(document) for document in drawn}
    names = {
        row["name"] for document in kept for project in document.records["projects"] for row in project["indicators"]
    } - framework
    others = {row["name"] for document in drawn for project in document.records["projects"] for row in project["indicators"]}
    assert not {name for name in names if name and len(name) > 3} & others
    goals = ("goal_text@annual", "goal_text@overall")
    assert not {text for text in texts(kept, goals) if len(text) > 12} & texts(drawn, goals)


def test_the_gold_bank_is_what_the_gold_records_say() -> None:
    rows = list(gold_rows(gold_folder()))
    assert sum(len(group) for group in load_banks().gold.values()) == len(rows)
    assert {row["source"] for row in rows} == set(SOURCES)


def test_the_general_bank_is_broad() -> None:
    fields = load_banks().general["fields"]
    assert sum(len(texts) for field in fields.values() for kind, texts in field.items()) >= 300
    assert not any(is_reserved(text) for field in fields.values() for texts in field.values() for text in texts if len(texts) > 1)
    names = {
        row["name"]
        for document in islice(generate(300, 21), 300)
        for project in document.records["projects"]
        for row in project["indicators"]
    }
    assert len(names) > 2000
