"""What an evaluation made of a document, and what it makes of PDFs: those of eval/pdfs and printed generated ones."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, get_args

import pymupdf
from peers import ENGINES, records_by_rules

from recognizer.api import Digitized
from recognizer.baseline import read_by_rules
from recognizer.calibration import mostly_drawn
from recognizer.calibration.fitting import Judged
from recognizer.calibration.profile import profile_of
from recognizer.digitizing import digitize_document
from recognizer.generation.printing import print_reserved
from recognizer.generation.printing.style import Rules
from recognizer.layout import lay_out
from recognizer.measuring import LabelComparison, Scores, score
from recognizer.measuring.judging import judge
from recognizer.measuring.structure import StructureScores, Table, grid_cells, measure_structure
from recognizer.model import Model
from recognizer.reading import read
from recognizer.repair import repair
from recognizer.truth import LabelledDocument

PDFS = Path(__file__).resolve().parent / "pdfs"
RULED = ("fuyang_uming", "guangzhou_xlsx_uming", "huaian_wqy", "langxi_wqy")
SHADED = ("anqing_zebra_wqy",)  # rows told apart by shading alone
SCANS = ("langxi_wqy_scan",)  # no text: measured by scans.py
UNRULED: dict[str, Rules] = {"half_ruled": "half", "borderless": "none"}  # printed pages without inner rules
UNRULED_DOCUMENTS = 3  # of each reserved city, at most
TURNED = 5  # one page in so many is turned

PRINTED_SEED = 20261103  # of cities that are in no other setting; their errors are counted and not looked at


@dataclass(frozen=True, slots=True)
class Reading:
    """What a setting made of a document. `disturbed` scores the same document renamed and with a meaningless column.

    PDFs have a `structure` and a number of `pages`; their setting is `pdf:` or `printed:` and who read them. `judged` are the
    facts for calibration.
    """

    setting: str
    document: LabelledDocument
    predicted: dict[str, Any]
    scores: Scores
    labels: LabelComparison | None = None
    disturbed: Scores | None = None
    structure: StructureScores | None = None
    pages: int = 0
    judged: Judged | None = None

    @property
    def real(self) -> bool:
        """Whether the document is one of the real ones and not a generated one."""
        return self.setting != "reserved" and not self.document.name.startswith("reserved:")


@dataclass(frozen=True, slots=True)
class GoldPdf:
    """A PDF, the structure of its tables (form of eval/pdfs/*.truth.json) and its gold records."""

    path: Path
    structure: dict[str, Any]
    records: dict[str, Any]


def ruled_pdfs(city: str | None = None) -> list[GoldPdf]:
    """The ruled PDFs of eval/pdfs, of one city (stem of its gold file) or of all."""
    return gold_pdfs(RULED, city)


def gold_pdfs(stems: Sequence[str], city: str | None = None) -> list[GoldPdf]:
    """The PDFs of eval/pdfs with these names, of one city or of all."""
    return [
        GoldPdf(PDFS / f"{stem}.pdf", _json(f"{stem}.truth.json"), _json(f"{stem}.json"))
        for stem in stems if city in (None, stem.partition("_")[0])]


def _json(name: str) -> dict[str, Any]:
    return dict(json.loads((PDFS / name).read_text("utf-8")))


def printed_pdfs(folder: Path, documents: int, part: int, parts: int, rules: Rules = "full",
                 seed: int = PRINTED_SEED) -> Iterator[GoldPdf]:
    """Every `parts`-th printed document of the reserved cities, `documents` of each city, written into `folder`."""
    for printed in islice(print_reserved(seed, documents, rules), part, None, parts):
        path = folder / printed.name
        path.write_bytes(printed.pdf)
        yield GoldPdf(path, printed.structure(), printed.records)


def turned(pdf: bytes) -> bytes:
    """The PDF with one page in five turned by 90, 180 or 270 degrees: every other of them as viewers turn pages, without
    touching what they hold, the rest with what they show set sideways or upside down on the sheet, as scanners and
    careless printing leave them.
    """
    with pymupdf.open(stream=pdf, filetype="pdf") as source, pymupdf.open() as made:
        made.insert_pdf(source)
        for order, number in enumerate(range(TURNED // 2, len(source), TURNED)):
            degrees = (90, 180, 270)[order % 3]
            if order % 2 == 0:
                made[number].set_rotation((source[number].rotation + degrees) % 360)
                continue
            width, height = source[number].rect.width, source[number].rect.height
            made.delete_page(number)
            sheet = made.new_page(number, *((width, height) if degrees == 180 else (height, width)))
            sheet.show_pdf_page(sheet.rect, source, number, rotate=degrees)
        data: bytes = made.tobytes()
        return data


def read_gold_pdfs(setting: str, city: str | None, model: Model) -> list[Reading]:
    """The ruled PDFs of a city, and its shaded one, as a model reads them."""
    shaded = [_by_model(f"shaded:{setting}", pdf, model) for pdf in gold_pdfs(SHADED, city)]
    return [*(_by_model(f"pdf:{setting}", pdf, model) for pdf in ruled_pdfs(city)), *shaded]


def read_printed(documents: int, part: int, parts: int, model: Model) -> list[Reading]:
    """A part of the printed documents as a model reads them."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        readings = []
        for pdf in printed_pdfs(place, documents, part, parts):
            readings.append(_by_model("printed:model", pdf, model))
            pdf.path.write_bytes(turned(pdf.path.read_bytes()))
            readings.append(_by_model("rotated:model", pdf, model))
        for name, rules in UNRULED.items():
            pdfs = printed_pdfs(place, min(documents, UNRULED_DOCUMENTS), part, parts, rules)
            readings += [_by_model(f"{name}:model", pdf, model) for pdf in pdfs]
        return readings


def read_printed_anew(seed: int, documents: int, part: int, parts: int, model: Model) -> list[Reading]:
    """So many printed documents of each reserved city by another seed, each with all rules, half of them and none, as a model
    reads them."""
    with tempfile.TemporaryDirectory() as folder:
        readings = []
        for rules in get_args(Rules):
            pdfs = printed_pdfs(Path(folder), documents, part, parts, rules, seed)
            readings += [_by_model("calibration:printed", pdf, model) for pdf in pdfs]
        return readings


def judge_document(name: str, gold: Mapping[str, Any], digitized: Digitized, *, real: bool) -> Judged:
    """The document's facts, right or wrong, for calibration; its group is its city."""
    city = name.partition("_")[0] if real else name.rpartition(":")[2].rpartition("-")[0]
    right = judge(gold, digitized.records)
    profile = profile_of(digitized.grids)
    return Judged(name, city, real, digitized.records, right, profile, mostly_drawn(digitized.grids))


def read_by_peers(documents: int, part: int, parts: int) -> list[Reading]:
    """Ruled PDFs and a part of the printed ones as other tools' grids and the rules-only reader have them."""
    with tempfile.TemporaryDirectory() as folder:
        ruled = [("pdf", pdf) for pdf in ruled_pdfs()[part::parts]]
        printed = [("printed", pdf) for pdf in printed_pdfs(Path(folder), documents, part, parts)]
        return [_by_rules(where, pdf, engine) for where, pdf in [*ruled, *printed] for engine in ("rules", *ENGINES)]


def _by_model(setting: str, pdf: GoldPdf, model: Model) -> Reading:
    """The facts that come out, and the tables as they are once laid out and repaired."""
    document = read(pdf.path)
    tables = [grid_cells(grid) for grid in repair(lay_out(document), model) if grid.drawn]
    digitized = digitize_document(document, model)
    reading = _reading(setting, pdf, digitized.to_json(), tables)
    return replace(reading, judged=judge_document(pdf.path.stem, pdf.records, digitized, real=reading.real))


def _by_rules(where: str, pdf: GoldPdf, engine: str) -> Reading:
    """The tables of an engine, or of the product's own layout ("rules"), before any repair, and what rules make of them."""
    if engine == "rules":
        document = read(pdf.path)
        own = [grid_cells(grid) for grid in lay_out(document) if grid.drawn]
        return _reading(f"{where}:rules", pdf, read_by_rules(document), own)
    try:
        found = ENGINES[engine](pdf.path)
    except Exception as error:  # tools raise what they like; what they cannot read counts as not read
        print(f"{engine}: {pdf.path.name}: {type(error).__name__}: {error}", file=sys.stderr)
        found = []
    return _reading(f"{where}:{engine}", pdf, records_by_rules(pdf.path, found), [table.cells for table in found])


def _reading(setting: str, pdf: GoldPdf, predicted: dict[str, Any], tables: list[Table]) -> Reading:
    name = pdf.path.stem if setting.startswith(("pdf:", "shaded:")) else f"reserved:{pdf.path.stem}"
    pages, text = _printed_text(pdf.path)
    document = LabelledDocument(name, text, (), pdf.records)
    scores = score(pdf.records, predicted)
    return Reading(setting, document, predicted, scores, structure=measure_structure(pdf.structure, tables), pages=pages)


def _printed_text(path: Path) -> tuple[int, str]:
    """The number of pages and their text, for showing errors beside it."""
    with pymupdf.open(path) as pdf:
        return len(pdf), "\n".join(page.get_text() for page in pdf)
