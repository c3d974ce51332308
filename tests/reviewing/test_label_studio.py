"""A run's facts as tasks for Label Studio, with what was decided as annotations."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

from desks import PDF, RECOGNIZER, TEXT, WANG
from PIL import Image

from recognizer.reviewing import Decision, Queue

LOCAL = "/data/local-files/?d="


def test_pages_and_texts_become_tasks_whose_regions_stand_on_their_facts(run: Path, digitized: Path, tmp_path: Path) -> None:
    queue = Queue(run)
    queue.fill()
    corrected = next(item for facts in queue.by_document() for item in facts
                     if item.document == PDF and item.kind == "value" and item.page and item.reading.name)
    queue.decide(WANG, Decision(corrected.id, "correct", "1", fields={"text": "77人"}))
    queue.close()
    command = [*RECOGNIZER, "export", str(run), "--label-studio", "-o", str(tmp_path / "tasks")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert [Path(line).name for line in done.stdout.splitlines()] == ["pages.json", "pages.xml", "texts.json", "texts.xml"]

    pages = json.loads((tmp_path / "tasks/pages.json").read_text("utf-8"))
    for task in pages:
        picture = Image.open(tmp_path / unquote(task["data"]["page"].removeprefix(LOCAL)))
        assert picture.width > 500
        for region in task["predictions"][0]["result"]:
            value = region["value"]
            assert 0 <= value["x"] <= value["x"] + value["width"] <= 100.01
            assert 0 <= value["y"] <= value["y"] + value["height"] <= 100.01
            assert 0 <= region["score"] <= 1
    annotated = [region for task in pages for one in task["annotations"] for region in one["result"]]
    assert {text for region in annotated for text in region["value"].get("text", [])} == {"77人"}
    assert {region["id"].partition("-")[0] for region in annotated} == {str(corrected.id)}
    read = {region["id"].partition("-")[0] for task in pages for region in task["predictions"][0]["result"]}
    assert str(corrected.id) not in read

    (task,) = json.loads((tmp_path / "tasks/texts.json").read_text("utf-8"))
    text = (digitized / TEXT).read_text("utf-8")
    assert task["data"]["text"] == text
    regions = [region["value"] for region in task["predictions"][0]["result"]]
    assert all(text[value["start"] : value["end"]] == value["text"] for value in regions)
    assert "做好党员教育片摄制次数" in text
    assert any(value["text"] == "≥4部" for value in regions)


def test_every_label_that_a_region_has_is_in_the_interface(run: Path, tmp_path: Path) -> None:
    subprocess.run([*RECOGNIZER, "export", str(run), "--label-studio", "-o", str(tmp_path)], check=True, capture_output=True)
    for form in ("pages", "texts"):
        known = {label.get("value") for label in ElementTree.parse(tmp_path / f"{form}.xml").iter("Label")}
        tasks = json.loads((tmp_path / f"{form}.json").read_text("utf-8"))
        used = {label for task in tasks for one in task["predictions"] for region in one["result"]
                for label in region["value"].get("rectanglelabels") or region["value"].get("labels") or ()}
        assert used == known


def test_a_source_that_has_changed_is_left_out(run: Path, tmp_path: Path, digitized: Path) -> None:
    path = digitized / TEXT
    before = path.read_bytes()
    path.write_bytes(before + b"\n")
    try:
        subprocess.run([*RECOGNIZER, "export", str(run), "--label-studio", "-o", str(tmp_path)], check=True, capture_output=True)
    finally:
        path.write_bytes(before)
    assert not (tmp_path / "texts.json").exists()
    assert (tmp_path / "pages.json").exists()
