"""Files too large to be held as a whole: the journey section by section, each ending where no table and no project goes on.

A section's facts are given once the next project is known to begin on a page of its own; the pages from there on are kept and
read again with those that follow. What a document says once of all its projects (publisher, year, unit of money) is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from recognizer.api import Digitized
from recognizer.assembly import NO_TABLE
from recognizer.types import Document, Evidence, Grid, LabelledCell, LabelledGrid, Page, Project, Records

SECTION = 40  # pages digitised together: enough to tell habits of a document, few enough to hold
LONGEST = 160  # pages after which a section ends even where a project may go on

Journey = Callable[[Document, Records | None], tuple[Digitized, Sequence[Grid]]]


def sections(document: Document, pages: Iterable[Page], digitise: Journey, warnings: list[str]) -> Iterator[Digitized]:
    """A document whose pages come one after the other, section by section.

    `document` has the document's name and no pages, `digitise` makes the facts of some of its pages, and the grids that they
    were laid out in. `warnings` are those of reading, which it adds to meanwhile.
    """
    coming = iter(pages)
    held: list[Page] = list(islice(coming, SECTION))
    known: Records | None = None
    told: set[str] = set()
    any_projects = False
    first = 1
    while held:
        following = list(islice(coming, SECTION))
        found, grids = digitise(replace(document, blocks=tuple(held)), known)
        records = known = found.records
        end = last_cut(records, grids, held) if following else held[-1].number + 1
        if end is None and len(held) >= LONGEST:
            end = held[-1].number + 1
        if end is not None:
            fresh = [warning for warning in dict.fromkeys((*warnings, *records.warnings)) if warning not in told]
            told.update(fresh)
            warnings.clear()
            facts = _before(records, end, first, tuple(warning for warning in fresh if warning != NO_TABLE))
            any_projects = any_projects or bool(facts.projects)
            if not following and not any_projects:
                facts = replace(facts, warnings=(*facts.warnings, NO_TABLE))
            yield Digitized(facts, _within(found.grids, first, end))
            first = end
            held = [page for page in held if page.number >= end]
        held += following


def _within(grids: Iterable[LabelledGrid], first: int, end: int) -> tuple[LabelledGrid, ...]:
    """What of the tables stands on pages from `first` to before `end`."""
    kept = []
    for grid in grids:
        rows = tuple(tuple(entry for entry in row if first <= _page(entry) < end) for row in grid.rows)
        kept.append(replace(grid, rows=tuple(filter(None, rows))))
    return tuple(grid for grid in kept if grid.rows)


def last_cut(records: Records, grids: Iterable[Grid], pages: Sequence[Page]) -> int | None:
    """The last page that begins something new: no table goes on from the page before, and no project stands on both sides.

    None where there is none but the first. Where no project is known on the pages, any page that begins no table's rest will do.
    """
    spans = [{piece.place.page or 1 for cell in grid.cells for piece in cell.pieces} for grid in grids if grid.drawn]
    projects = [_pages_of(project) for project in records.projects]
    spans = [span for span in (*spans, *projects) if span]
    begins = {min(span) for span in projects if span} or {page.number for page in pages}
    for number in sorted(begins, reverse=True):
        if number > pages[0].number and not any(min(span) < number <= max(span) for span in spans):
            return number
    return None


def _page(entry: LabelledCell) -> int:
    return entry.cell.pieces[0].place.page or 1


def _pages_of(project: Project) -> set[int]:
    return {place.page or 1 for evidence in _evidence(project) for place in evidence.at if not place.inherited}


def _evidence(project: Project) -> Iterator[Evidence]:
    yield project.evidence
    for facts in (project.attributes, project.funds, project.goals, project.indicators):
        yield from (fact.evidence for fact in facts)
    yield from (value.evidence for indicator in project.indicators for value in indicator.values)


def _before(records: Records, end: int, first: int, warnings: tuple[str, ...]) -> Records:
    """The records of the pages before `end`, from `first` on."""
    projects = tuple(project for project in records.projects if min(_pages_of(project), default=first) < end)
    totals = tuple(
        total for total in records.totals
        if min((place.page or 1 for fund in total.funds for place in fund.evidence.at), default=first) < end)
    pages = records.pages[first - 1 : end - 1]
    return replace(records, projects=projects, totals=totals, pages=pages, warnings=tuple(dict.fromkeys(warnings)))


def with_heads(records: Records, known: Records | None) -> Records:
    """The records with what an earlier section says of the whole document, where they do not say it themselves."""
    if known is None:
        return records
    year = records.fiscal_year or known.fiscal_year
    projects = tuple(project if project.fiscal_year else replace(project, fiscal_year=year) for project in records.projects)
    return replace(
        records, city=records.city or known.city, publisher=records.publisher or known.publisher, fiscal_year=year,
        amount_unit=records.amount_unit or known.amount_unit, projects=projects)
