"""The five cities' tables as office programs and web sites keep them, and what a model reads of them."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readings import Reading
from rich.table import Table

from recognizer.digitizing import digitize_document
from recognizer.generation.banks import load_banks
from recognizer.generation.draw import Draw
from recognizer.generation.office import SUFFIXES, OfficeForm, write_office
from recognizer.generation.sheet import blocks_of
from recognizer.measuring import KINDS, pool, score
from recognizer.model import Model
from recognizer.reading import read
from recognizer.truth import LabelledDocument

PDFS = Path(__file__).resolve().parent / "pdfs"
TABLES = ("anqing_zebra_wqy", "fuyang_uming", "guangzhou_xlsx_uming", "huaian_wqy", "langxi_wqy")  # their cells are known
STYLES = 4  # files of each table and form
OFFICE_SEED = 20261130  # of the styles that are reported; develop with others


@dataclass(frozen=True, slots=True)
class OfficeFile:
    """A file made of a city's tables: its form, its content, and the gold records of the tables."""

    name: str
    form: OfficeForm
    content: bytes
    records: dict[str, Any]


def office_files(city: str | None = None, seed: int = OFFICE_SEED, styles: int = STYLES) -> Iterator[OfficeFile]:
    """The files of a city (stem of its gold file), or of all, in so many styles of each form."""
    banks = load_banks()
    for stem in TABLES:
        if city not in (None, stem.partition("_")[0]):
            continue
        structure, records = (json.loads((PDFS / f"{stem}{end}").read_text("utf-8")) for end in (".truth.json", ".json"))
        for form, suffix in SUFFIXES.items():
            for style in range(styles):
                draw = Draw(random.Random(f"office {seed} {stem} {form} {style}"), banks)
                content = write_office(form, blocks_of(structure), draw)
                yield OfficeFile(f"{stem}-{style}{suffix}", form, content, records)


def read_office_files(setting: str, city: str | None, model: Model) -> list[Reading]:
    """The files of a city as a model reads them; their setting is `office:FORM:` and that of the model."""
    readings = []
    with tempfile.TemporaryDirectory() as folder:
        for file in office_files(city):
            path = Path(folder, file.name)
            path.write_bytes(file.content)
            predicted = digitize_document(read(path), model).to_json()
            document = LabelledDocument(file.name, "", (), file.records)
            readings.append(Reading(f"office:{file.form}:{setting}", document, predicted, score(file.records, predicted)))
    return readings


def office_figures(readings: Sequence[Reading]) -> dict[str, Any]:
    """By form and by setting: the number of files, and precision, recall and F1 of each kind of facts, pooled."""
    found: dict[str, Any] = {}
    for form in SUFFIXES:
        for setting in ("trained_on", "city_out"):
            scores = [one.scores for one in readings if one.setting == f"office:{form}:{setting}"]
            if scores:
                pooled = pool(scores)
                kinds = {kind: {"precision": pooled[kind].precision, "recall": pooled[kind].recall, "f1": pooled[kind].f1}
                         for kind in KINDS}
                found.setdefault(form, {})[setting] = {"number": len(scores), "pooled": kinds}
    return found


def office_table(figures: dict[str, Any]) -> Table:
    """The figures as they are printed."""
    files = sum(one["number"] for settings in figures.values() for one in [next(iter(settings.values()))])
    table = Table(title=f"F1: the five cities' tables as Word files, workbooks and web pages ({files} files)")
    for title in ("form", "setting", *KINDS):
        table.add_column(title, justify="left" if title in ("form", "setting") else "right")
    for form, settings in figures.items():
        for setting, one in settings.items():
            table.add_row(form, setting.replace("_", " "), *(f"{one['pooled'][kind]['f1']:.3f}" for kind in KINDS))
    return table
