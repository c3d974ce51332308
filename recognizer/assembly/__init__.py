"""Assembling: from labelled cells to projects with their attributes, funds, goals and indicators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from recognizer.assembly.drafts import ProjectDraft
from recognizer.assembly.heads import amount_unit, city, fiscal_year, publisher
from recognizer.assembly.levels import begins_unlabelled, misfit_saved, place_levels
from recognizer.assembly.midheight import at_mid_height
from recognizer.assembly.text import key, name_choice, says_something, words
from recognizer.assembly.walk import Walk
from recognizer.model import Model
from recognizer.types import Document, LabelledCell, LabelledGrid, Ledger, Piece, Records, Role

TOLD = (  # what a table tells of its projects and indicators; the other roles only say how to read it
    Role.NAME, Role.VALUE, Role.FUND_AMOUNT, Role.ATTRIBUTE_VALUE, Role.GOAL_TEXT, Role.STANDARD, Role.SCORE, Role.REMARK,
    Role.COMPARATOR, Role.UNIT,
)
ANCHORS = (  # without any of these, what looks like a name or a value is no part of such a table
    Role.TITLE, Role.ATTRIBUTE_KEY, Role.FUND_KEY, Role.GOAL_KEY, Role.HEADER, Role.LEVEL1, Role.LEVEL2, Role.PACKED
)
SAVED = 2.0  # misfit between names and labels from which labels are taken to stand at mid-height
NO_TABLE = "no table of performance targets was found"


def assemble(document: Document, grids: Sequence[LabelledGrid], model: Model) -> Records:
    """The records of a document from its labelled grids.

    Any layout is walked over in the same way; the model only helps to say which level an indicator's name belongs to.
    """
    cells = [entry for grid in grids for row in grid.rows for entry in row]
    walk = Walk(name_choice=_name_choice(cells), ahead=_unnamed(cells))
    for grid in grids:
        walk.grid(grid)
    anchored = any(entry.label.role in ANCHORS for entry in cells)
    drafts: list[ProjectDraft] = []
    others: list[ProjectDraft] = []
    for draft in walk.projects:
        # Amounts alone are any price list.
        filled = anchored and (draft.indicators or draft.goals or (draft.name and (draft.attributes or draft.funds)))
        (drafts if filled else others).append(draft)
    names = sorted({indicator.text for draft in drafts for indicator in draft.indicators if indicator.text})
    scores = model.levels.scores(names)
    likely = {
        name: dict(zip(model.levels.classes, map(float, row), strict=True)) for name, row in zip(names, scores, strict=True)
    }
    if any(draft.listed for draft in drafts):
        drafts = at_mid_height(drafts, _table_lines(cells), likely)
    year = fiscal_year(cells)
    rows = [[indicator.printed() for indicator in draft.indicators] for draft in drafts]
    several = [begins_unlabelled(one) for one in rows if len(one) > 2]
    chances = [draft.likely_levels(likely) for draft in drafts]
    # A drawn table says itself where its merged cells stand.
    dumped = not any(grid.drawn for grid in grids)
    saved = sum(misfit_saved(one, chance) for one, chance in zip(rows, chances, strict=True)) if dumped else 0.0
    mid_height = 2 * sum(several) >= max(len(several), 2) or saved > SAVED
    projects = tuple(
        draft.finished(year, place_levels(one, chance, mid_height))
        for draft, one, chance in zip(drafts, rows, chances, strict=True)
    )
    leftover = walk.leftover + [entry for draft in drafts for indicator in draft.indicators for entry in indicator.unused]
    leftover += [entry for draft in others for entry in draft.entries()]
    leftover += [entry for _, entries in walk.early for entry in entries]  # no name came after them
    published_by = publisher(cells, projects)
    warnings = list(document.warnings)
    if not projects:
        warnings.append(NO_TABLE)
    return Records(
        document.name,
        city(cells, published_by),
        published_by,
        year,
        amount_unit(cells),
        projects,
        tuple(walk.totals),
        tuple(warnings),
        _ledgers(cells, leftover),
    )


def _table_lines(cells: Sequence[LabelledCell]) -> list[int]:
    """The lines that cells of tables stand on, in order."""
    inside = (entry for entry in cells if entry.label.role is not Role.FURNITURE)
    return sorted({piece.place.lines[0] for entry in inside for piece in entry.cell.pieces if piece.place.lines})


def _unnamed(cells: Sequence[LabelledCell]) -> dict[int, frozenset[str]]:
    """The titles after which no project is named before the next title, by identity, with the attribute keys between.

    None where no project is named at all: then titles are all there is to tell projects apart.
    """
    found: dict[int, frozenset[str]] = {}
    keys: set[str] = set()
    named = named_anywhere = False
    for entry in reversed(cells):
        if entry.names_project or (entry.label.role is Role.ATTRIBUTE_KEY and name_choice(entry) == 2):
            named = named_anywhere = True
        if entry.label.role is Role.ATTRIBUTE_KEY:
            keys.add(key(entry))
        elif entry.label.role is Role.TITLE:
            if not named:
                found[id(entry)] = frozenset(keys)
            named, keys = False, set()
    return found if named_anywhere else {}


def _name_choice(cells: Sequence[LabelledCell]) -> int:
    """Whether projects are named by their own key (2), or, where no name is printed, by the department's (1)."""
    if any(entry.names_project for entry in cells):
        return 2
    keys = [entry for entry in cells if entry.label.role in (Role.ATTRIBUTE_KEY, Role.HEADER)]
    return 2 if any(name_choice(entry) == 2 for entry in keys) else 1


def _ledgers(cells: Sequence[LabelledCell], leftover: Sequence[LabelledCell]) -> tuple[Ledger, ...]:
    """For each page how many words its cells hold, and which of them found no place; a dash in an empty cell needs none.

    A source without pages is one page.
    """
    lost = [entry for entry in leftover if entry.label.role in TOLD and says_something(entry.cell.text)]
    held, gone = _by_page(cells), _by_page(lost)
    named: dict[int, list[str]] = {}
    for entry in lost:
        named.setdefault(_page(entry.cell.pieces[0]), []).append(words(entry))
    return tuple(
        Ledger(held[page], left=gone[page], remainder=" ".join(named.get(page, ())))
        for page in range(1, max(held, default=1) + 1)
    )


def _by_page(cells: Sequence[LabelledCell]) -> Counter[int]:
    found: Counter[int] = Counter()
    for entry in cells:
        for piece in entry.cell.pieces:
            found[_page(piece)] += len(piece.text.split())
    return found


def _page(piece: Piece) -> int:
    return piece.place.page or 1
