"""The whole journey on one screen: from a file to its records."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from recognizer.api import Digitized
from recognizer.assembly import assemble
from recognizer.calibration import calibrate
from recognizer.checking import check, checks_without
from recognizer.checking.ledgers import ledgers
from recognizer.collecting import seldom_collecting
from recognizer.labelling import label
from recognizer.layout import lay_out
from recognizer.limits import Limits
from recognizer.mapping import map_records
from recognizer.model import Model, shipped_model
from recognizer.options import MAX_ERROR, USUAL, Options
from recognizer.reading import read, read_pages, read_text
from recognizer.repair import repair
from recognizer.streaming import sections, with_heads
from recognizer.types import Document, Grid, Records
from recognizer.watching import reached


@seldom_collecting()
def digitize(
    path: str | Path, *, model: Model | None = None, limits: Limits | None = None, layout: str = "native",
    without_checks: Collection[str] = (), max_error: float = MAX_ERROR,
) -> Digitized:
    """Digitises the file at `path` with the shipped model, or another, within the limits (the environment's, if not given).

    `layout` says which engines lay out the pages of a PDF: `native`, `camelot`, `both` or `deep` (docs/layout-engines.md).
    `without_checks` names checks that are not to be made (docs/values-and-doubts.md); ValueError for one that does not exist.
    `max_error` is the share of wrong facts that is tolerable among those accepted unseen (docs/confidence.md).

    Raises a `recognizer.errors.RecognizerError` that names the file and the reason when it cannot be read. A document
    without a table of performance targets has no projects and a warning.
    """
    checks_without(without_checks)
    options = Options(layout, tuple(without_checks), max_error)
    return digitize_document(read(Path(path), limits), model or shipped_model(), limits, options, path=Path(path))


def digitize_pages(
    path: str | Path, *, model: Model | None = None, limits: Limits | None = None, layout: str = "native",
    without_checks: Collection[str] = (), max_error: float = MAX_ERROR,
) -> Iterator[Digitized]:
    """Digitises the file at `path` as `digitize` does, giving its facts section by section as soon as they are complete.

    For PDFs of any length: only some pages are held at a time. A section ends before a page on which a project begins; its
    `records.pages` are those of its pages alone, so that all sections' together are those of the document. Other files come as
    one section. Labels of a section are told from its own pages; elsewhere they are told from all of the document.
    """
    checks_without(without_checks)
    options = Options(layout, tuple(without_checks), max_error)
    chosen, warnings = model or shipped_model(), list[str]()
    pages = read_pages(Path(path), warnings, limits)
    if pages is None:
        yield digitize_document(read(Path(path), limits), chosen, limits, options, path=Path(path))
        return

    def section(document: Document, known: Records | None) -> tuple[Digitized, tuple[Grid, ...]]:
        document, grids = lay_out_document(document, limits, options, path=Path(path))
        return digitize_grids(document, grids, chosen, options, known), grids

    yield from sections(Document(Path(path).name, "pdf", (), encoding="pdf"), pages, section, warnings)


def digitize_text(text: str, name: str, model: Model) -> Digitized:
    """Digitises a text as `digitize` does a file that holds it."""
    return digitize_document(read_text(text, name), model)


def digitize_document(
    document: Document, model: Model, limits: Limits | None = None, options: Options = USUAL, *, path: Path | None = None
) -> Digitized:
    """The stages of the journey, one after the other; `path` is the document's file, for layout engines that read it."""
    return digitize_grids(*lay_out_document(document, limits, options, path=path), model, options)


@seldom_collecting()
def lay_out_document(
    document: Document, limits: Limits | None = None, options: Options = USUAL, *, path: Path | None = None
) -> tuple[Document, tuple[Grid, ...]]:
    """The part of the journey in which no model has a say: the document with the layout's warnings, and its grids."""
    reached("lay out")
    warnings: list[str] = []
    grids = lay_out(document, limits, warnings.append, layout=options.layout, path=path)
    return replace(document, warnings=(*document.warnings, *warnings)), grids


@seldom_collecting()
def digitize_grids(
    document: Document, grids: tuple[Grid, ...], model: Model, options: Options = USUAL, known: Records | None = None
) -> Digitized:
    """The journey of a document that is laid out; `known` are the records of pages before it, where it is only a section."""
    reached("repair")
    whole = repair(grids, model)
    reached("label")
    labelled = label(whole, model)
    reached("assemble")
    records = with_heads(assemble(document, labelled, model), known)
    records = map_records(replace(records, model=str(model.card.get("name", "")), options=options.stated()))
    reached("check")
    records = check(records, document, options.without_checks)
    records = replace(records, pages=ledgers(records, document, whole, labelled))
    records = calibrate(records, labelled, model.calibrator, options.max_error)
    return Digitized(records, labelled)
