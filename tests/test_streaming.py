"""Streaming: a file's facts come section by section, and are those of the file read whole."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import pymupdf
import pytest

import recognizer
from recognizer import streaming
from recognizer.api import Digitized
from recognizer.errors import DamagedFileError, UnreadableFileError
from recognizer.types import Place

EVAL = Path(__file__).parents[1] / "eval"
FORMS = [EVAL / "pdfs" / f"{stem}.pdf" for stem in ("langxi_wqy", "huaian_wqy", "fuyang_uming", "guangzhou_xlsx_uming")]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four forms of several pages each, one after the other and once more."""
    path = tmp_path_factory.mktemp("archive") / "archive.pdf"
    with pymupdf.open() as pdf:
        for form in FORMS * 2:
            with pymupdf.open(form) as part:
                pdf.insert_pdf(part)
        pdf.save(path)
    return path


def facts(sections: list[Digitized]) -> Counter[tuple[str, ...]]:
    """Every fact with the place where it stands."""
    found: Counter[tuple[str, ...]] = Counter()
    for project in itertools.chain.from_iterable(section.projects for section in sections):
        for indicator in project.indicators:
            found[("indicator", indicator.name or "", str(indicator.level2), *map(_at, indicator.evidence.at[:1]))] += 1
            found.update(("value", value.text, value.period, *map(_at, value.evidence.at)) for value in indicator.values)
        found.update(("fund", fund.item, fund.raw, *map(_at, fund.evidence.at)) for fund in project.funds)
        found.update(("goal", goal.text, *map(_at, goal.evidence.at)) for goal in project.goals)
    return found


def _at(place: Place) -> str:
    return f"{place.page} {place.bbox}"


def test_sections_give_the_facts_of_the_whole_each_once(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "SECTION", 5)
    sections = list(recognizer.digitize_pages(archive))
    assert len(sections) > 2
    whole = recognizer.digitize(archive)
    once, again = facts([whole]), facts(sections)
    # Labels of a section are told from its own pages, so that one in a hundred may differ.
    assert (once & again).total() >= 0.99 * max(once.total(), again.total())
    assert max(again.values()) == 1
    pages = [page for section in sections for page in section.records.pages]
    assert [page.words for page in pages] == [page.words for page in whole.records.pages]
    assert sum(page.lost + page.doubled + page.invented for page in pages) == 0
    cells = [entry.cell.pieces for section in sections for entry in section.labelled]
    assert len(cells) == len(set(cells)) == len(whole.labelled)


def test_the_first_facts_come_before_the_last_page_is_read(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "SECTION", 5)
    read: list[int] = []
    monkeypatch.setattr("recognizer.reading.pdf.reached", lambda stage, page=None: read.append(page))
    first = next(iter(recognizer.digitize_pages(archive)))
    assert first.projects
    assert max(read) < len(pymupdf.open(archive))


def test_a_warning_comes_once_and_with_the_section_of_its_page(
        archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "SECTION", 5)
    with pymupdf.open(archive) as pdf:
        pdf.new_page(7, width=14400, height=14400)
        pdf.save(tmp_path / "large.pdf")
    warnings = [warning for section in recognizer.digitize_pages(tmp_path / "large.pdf") for warning in section.records.warnings]
    assert len(warnings) == 1
    assert warnings[0].startswith("page 8 is 200 × 200 inches")


def test_other_files_are_one_section_and_bad_ones_fail_as_ever(tmp_path: Path) -> None:
    text = EVAL / "documents" / "000_9a213de64ab02e97.txt"
    (section,) = recognizer.digitize_pages(text)
    assert section.records == recognizer.digitize(text).records
    with pytest.raises(UnreadableFileError):
        next(recognizer.digitize_pages(tmp_path / "missing.pdf"))
    (tmp_path / "cut.pdf").write_bytes(b"%PDF-1.7\n1 0 obj")
    with pytest.raises(DamagedFileError):
        next(recognizer.digitize_pages(tmp_path / "cut.pdf"))
