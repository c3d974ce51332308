"""How right a table's structure is, told from cells alone: their place, spans and text.

- Cells exact: text and spans, wherever the cell came to stand.
- Adjacency relations: M. Göbel, T. Hassan, E. Oro, G. Orsi, "ICDAR 2013 Table Competition", ICDAR 2013: which texts are
  neighbours, to the right and below, blank cells passed over.
- TEDS: X. Zhong, E. ShafieiBavani, A. Jimeno Yepes, "Image-based table recognition: data, model, and evaluation", ECCV 2020:
  the edit distance of the tables as trees of rows and cells (K. Zhang, D. Shasha, SIAM J. Comput. 18, 1989).
- GriTS: B. Smock, R. Pesala, R. Abraham, "GriTS: Grid table similarity metric for table structure recognition", ICDAR 2023:
  the most similar substructures of two grids, of contents or of spans, rows and columns aligned one after the other.

Texts are compared without blanks and otherwise exactly. All figures are 1 where both sides are the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel, Levenshtein

from recognizer.measuring.confusion import Share
from recognizer.measuring.facts import Counts
from recognizer.types import Cell, Grid

Relation = tuple[str, str, str]  # text, neighbour's text, right or below
_LABELS = ("level", "header", "goal_key", "attribute_key", "fund_key")
_LABEL_LENGTH = 12  # characters that a label has at most where the truth does not name labels
_TALL = 1.7  # a text so many times as high as its document's lowest stands on several lines


@dataclass(frozen=True, slots=True)
class StructureCell:
    """A cell: place (from 0), spans and text; `pages` are those it covers, carried over onto them or printed there."""

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    pages: frozenset[int] = field(default_factory=frozenset)


Table = Sequence[StructureCell]


@dataclass(frozen=True, slots=True)
class StructureScores:
    """What of a document's tables was read rightly. Shares: labels that run down or wrap and came out whole; cells cut by
    a page end that came out joined; labels known on all the pages that they cover.
    """

    cells: Counts = field(default_factory=Counts)
    relations: Counts = field(default_factory=Counts)
    labels: Share = field(default_factory=Share)
    joined: Share = field(default_factory=Share)
    carried: Share = field(default_factory=Share)

    def __add__(self, other: StructureScores) -> StructureScores:
        return StructureScores(
            self.cells + other.cells,
            self.relations + other.relations,
            self.labels + other.labels,
            self.joined + other.joined,
            self.carried + other.carried,
        )


def measure_structure(truth: Mapping[str, Any], read: Sequence[Table]) -> StructureScores:
    """The scores of a document's read tables; `truth` has the form of eval/pdfs/*.truth.json."""
    tables = [truth_cells(table) for table in truth["tables"]]
    entries = [entry for table in truth["tables"] for entry in table["cells"] if entry["text"].strip()]
    heights = [part["bbox"][3] - part["bbox"][1] for entry in entries for part in entry["fragments"]]
    lowest = min(heights, default=0.0)
    upright = [entry["text"] for entry in entries if _is_label(entry) and _has_lines(entry, lowest)]
    several = [entry for entry in entries if len({part["page"] for part in entry["fragments"]}) > 1]
    cut = [entry["text"] for entry in several if not _is_printed_again(entry)]
    covering = [cell for table in tables for cell in table if len(cell.pages) > 1]
    on_each = {plain(entry["text"]) for entry in several}
    over = [cell for cell in covering if cell.text and plain(cell.text) not in on_each]
    return StructureScores(
        cells_exact(tables, read),
        adjacency(tables, read),
        whole_texts(upright, tables, read),
        whole_texts(cut, tables, read),
        _carried(over, read),
    )


def truth_cells(table: Mapping[str, Any]) -> tuple[StructureCell, ...]:
    """The cells of a table in the form of eval/pdfs/*.truth.json; pages are those of its rows."""
    pages_of: dict[int, set[int]] = {}
    for entry in table["cells"]:
        if entry["rowspan"] == 1:
            pages_of.setdefault(entry["row"], set()).update(part["page"] for part in entry["fragments"])
    return tuple(
        StructureCell(
            entry["row"],
            entry["col"],
            entry["text"],
            entry["rowspan"],
            entry["colspan"],
            frozenset(entry.get("pages", ()))
            or frozenset(part["page"] for part in entry["fragments"])
            | {page for row in range(entry["row"], entry["row"] + entry["rowspan"]) for page in pages_of.get(row, ())},
        )
        for entry in table["cells"]
    )


def grid_cells(grid: Grid) -> tuple[StructureCell, ...]:
    """The cells of a grid that was read; the pages of a cell are those of its pieces and of the rows that it reaches over."""
    pages_of: dict[int, set[int]] = {}
    for cell in grid.cells:
        if cell.row_span == 1:
            pages_of.setdefault(cell.row, set()).update(_pages(cell))
    return tuple(
        StructureCell(
            cell.row,
            cell.column,
            cell.text,
            cell.row_span,
            cell.column_span,
            _pages(cell).union(*(pages_of.get(row, ()) for row in range(cell.row, cell.row + cell.row_span))),
        )
        for cell in grid.cells
    )


def _pages(cell: Cell) -> frozenset[int]:
    return frozenset(piece.place.page for piece in cell.pieces if piece.place.page is not None)


def plain(text: str) -> str:
    """The text as it is compared."""
    return "".join(text.split())


# Cells and relations.


def cells_exact(truth: Iterable[Table], read: Iterable[Table]) -> Counts:
    """The cells with text whose text and spans were read exactly; `recall` is their share."""

    def key(cell: StructureCell) -> tuple[str, int, int]:
        return plain(cell.text), cell.row_span, cell.column_span

    return _counts(
        Counter(key(cell) for table in truth for cell in table if plain(cell.text)),
        Counter(key(cell) for table in read for cell in table if plain(cell.text)),
    )


def adjacency(truth: Iterable[Table], read: Iterable[Table]) -> Counts:
    """The adjacency relations of a document that were read exactly."""
    return _counts(sum((relations(table) for table in truth), Counter()), sum((relations(table) for table in read), Counter()))


def relations(table: Table) -> Counter[Relation]:
    """Each pair of a cell with text and the next such cell to the right or below, in any row or column that both share."""
    owner = {place: number for number, cell in enumerate(table) if plain(cell.text) for place in _places(cell)}
    rows = max((row for row, _ in owner), default=-1) + 1
    columns = max((column for _, column in owner), default=-1) + 1
    pairs: set[tuple[int, int, str]] = set()
    lines = [("right", [(row, column) for column in range(columns)]) for row in range(rows)]
    lines += [("below", [(row, column) for row in range(rows)]) for column in range(columns)]
    for direction, places in lines:
        before: int | None = None
        for place in places:
            number = owner.get(place)
            if number is None:
                continue
            if before is not None and before != number:
                pairs.add((before, number, direction))
            before = number
    return Counter((plain(table[one].text), plain(table[other].text), direction) for one, other, direction in pairs)


def whole_texts(wanted: Iterable[str], truth: Iterable[Table], read: Iterable[Table]) -> Share:
    """How many of the wanted texts are the text of a read cell, each cell counting once, and first for the other true cells
    of its text: a label that stands elsewhere too does not answer for the one that was cut."""
    texts = Counter(plain(text) for text in wanted)
    others = Counter(plain(cell.text) for table in truth for cell in table)
    others.subtract(texts)
    found = Counter(plain(cell.text) for table in read for cell in table)
    return Share(sum(max(0, min(number, found[text] - others[text])) for text, number in texts.items()), sum(texts.values()))


def _carried(wanted: Iterable[StructureCell], read: Iterable[Table]) -> Share:
    """How many labels that reach over a page end are known on just the pages they cover."""
    expected = Counter((plain(cell.text), cell.pages) for cell in wanted)
    known = Counter((plain(cell.text), cell.pages) for table in read for cell in table)
    return Share(sum((expected & known).values()), sum(expected.values()))


def _counts(gold: Counter[Any], found: Counter[Any]) -> Counts:
    return Counts(sum((gold & found).values()), sum(found.values()), sum(gold.values()))


def _places(cell: StructureCell) -> Iterable[tuple[int, int]]:
    for row in range(cell.row, cell.row + cell.row_span):
        for column in range(cell.column, cell.column + cell.column_span):
            yield row, column


def _is_printed_again(entry: Mapping[str, Any]) -> bool:
    """Whether each page prints the whole text of a cell, as it does that of a repeated heading."""
    return all(plain(part["text"]) == plain(entry["text"]) for part in entry["fragments"])


def _is_label(entry: Mapping[str, Any]) -> bool:
    if entry.get("label", "?") != "?":
        return str(entry["label"]).startswith(_LABELS)
    text = plain(entry["text"])
    return 1 < len(text) <= _LABEL_LENGTH and not any(character.isdigit() for character in text)


def _has_lines(entry: Mapping[str, Any], lowest: float) -> bool:
    """Whether a cell's text runs down or stands on several lines."""
    if entry.get("vertical") or entry.get("lines", 1) > 1:
        return True
    tall = any(part["bbox"][3] - part["bbox"][1] > _TALL * lowest for part in entry["fragments"])
    return "lines" not in entry and "label" not in entry and tall


# Trees of rows and cells.


def teds(truth: Table, read: Table) -> float:
    """Tree-edit-distance similarity, from 0 to 1."""
    first, second = _tree(truth), _tree(read)
    if len(first.cells) == len(second.cells) == 1:
        return 1.0
    return 1.0 - _tree_distance(first, second) / max(len(first.cells), len(second.cells))


@dataclass(frozen=True, slots=True)
class _Tree:
    """Nodes in postorder: a cell, or the name of an inner node; `leftmost` leaves, and the keyroots of Zhang and Shasha."""

    cells: list[StructureCell | str]
    leftmost: list[int]
    keyroots: list[int]


def _tree(table: Table) -> _Tree:
    nodes: list[StructureCell | str] = []
    leftmost: list[int] = []
    keyroots: list[int] = []
    by_row: dict[int, list[StructureCell]] = {}
    for cell in sorted(table, key=lambda cell: (cell.row, cell.column)):
        by_row.setdefault(cell.row, []).append(cell)
    rows = max((cell.row + cell.row_span for cell in table), default=0)
    for row in range(rows):
        start = len(nodes)
        for cell in by_row.get(row, ()):
            if len(nodes) > start:
                keyroots.append(len(nodes))
            leftmost.append(len(nodes))
            nodes.append(cell)
        if row:
            keyroots.append(len(nodes))
        leftmost.append(start)
        nodes.append("tr")
    keyroots.append(len(nodes))
    leftmost.append(0)
    nodes.append("table")
    return _Tree(nodes, leftmost, keyroots)


def _tree_distance(first: _Tree, second: _Tree) -> float:
    distance = [[0.0] * len(second.cells) for _ in first.cells]
    costs: dict[tuple[int, int], float] = {}
    for one in first.keyroots:
        for other in second.keyroots:
            _keyroot_distance(first, second, one, other, distance, costs)
    return distance[-1][-1]


def _keyroot_distance(
    first: _Tree, second: _Tree, one: int, other: int, distance: list[list[float]], costs: dict[tuple[int, int], float]
) -> None:
    """Fills in the distances of the subtrees whose forests end in the keyroots `one` and `other`."""
    low, left = first.leftmost[one], second.leftmost[other]
    forest = [[0.0] * (other - left + 2) for _ in range(one - low + 2)]
    for down in range(1, len(forest)):
        forest[down][0] = forest[down - 1][0] + 1.0
    forest[0] = [float(number) for number in range(other - left + 2)]
    for down in range(1, len(forest)):
        here, above, i = forest[down], forest[down - 1], low + down - 1
        leftmost_i = first.leftmost[i]
        for right in range(1, other - left + 2):
            j = left + right - 1
            cheapest = min(above[right], here[right - 1]) + 1.0
            if leftmost_i == low and second.leftmost[j] == left:
                cost = costs.get((i, j))
                if cost is None:
                    cost = costs[i, j] = _renaming(first.cells[i], second.cells[j])
                here[right] = min(cheapest, above[right - 1] + cost)
                distance[i][j] = here[right]
            else:
                here[right] = min(cheapest, forest[leftmost_i - low][second.leftmost[j] - left] + distance[i][j])


def _renaming(one: StructureCell | str, other: StructureCell | str) -> float:
    if isinstance(one, str) or isinstance(other, str):
        return float(one != other)
    if (one.row_span, one.column_span) != (other.row_span, other.column_span):
        return 1.0
    return float(Levenshtein.normalized_distance(plain(one.text), plain(other.text)))


# Grids.


def grits_con(truth: Table, read: Table) -> float:
    """GriTS of contents: cells are as alike as the longest common subsequence of their texts is long."""
    first, second = _matrix(truth, lambda cell, *_: plain(cell.text)), _matrix(read, lambda cell, *_: plain(cell.text))
    return _grits(first, second, lambda one, other: float(Indel.normalized_similarity(one, other)))


def grits_top(truth: Table, read: Table) -> float:
    """GriTS of topology: grid places are as alike as the overlap of the spans around them, over their union."""
    first, second = _matrix(truth, _relative_span), _matrix(read, _relative_span)
    return _grits(first, second, _overlap)


def _matrix(table: Table, content: Callable[[StructureCell, int, int], Any]) -> list[list[Any]]:
    rows = max((cell.row + cell.row_span for cell in table), default=0)
    columns = max((cell.column + cell.column_span for cell in table), default=0)
    matrix = [[content(StructureCell(row, column, ""), row, column) for column in range(columns)] for row in range(rows)]
    for cell in table:
        for row, column in _places(cell):
            matrix[row][column] = content(cell, row, column)
    return matrix


def _relative_span(cell: StructureCell, row: int, column: int) -> tuple[int, int, int, int]:
    top, left = cell.row - row, cell.column - column
    return top, left, top + cell.row_span, left + cell.column_span


def _overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    height = min(one[2], other[2]) - max(one[0], other[0])
    width = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0, height) * max(0, width)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / (areas - shared)


def _grits(first: list[list[Any]], second: list[list[Any]], alike: Callable[[Any, Any], float]) -> float:
    """The better of both directions: where several alignments are best, they may take different ones."""
    return max(_grits_of(first, second, alike), _grits_of(second, first, alike))


def _grits_of(first: list[list[Any]], second: list[list[Any]], alike: Callable[[Any, Any], float]) -> float:
    if not first or not second:
        return float(not first and not second)
    shape = (len(first), len(first[0]), len(second), len(second[0]))
    kinds = [list(dict.fromkeys(entry for row in matrix for entry in row)) for matrix in (first, second)]
    likeness = np.array([[alike(one, other) for other in kinds[1]] for one in kinds[0]])
    codes = [
        np.array([[{kind: at for at, kind in enumerate(known)}[entry] for entry in row] for row in matrix])
        for known, matrix in zip(kinds, (first, second), strict=True)
    ]
    rewards = likeness[codes[0].reshape(-1)[:, None], codes[1].reshape(-1)[None, :]].reshape(shape)
    rows = _aligned(_best_sums(np.moveaxis(rewards, (1, 3), (0, 1))))
    columns = _aligned(_best_sums(np.moveaxis(rewards, (0, 2), (0, 1))))
    total = sum(
        float(rewards[row, column, other_row, other_column]) for row, other_row in rows for column, other_column in columns
    )
    return 2 * total / (shape[0] * shape[1] + shape[2] * shape[3])


def _best_sums(rewards: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sums of the best alignments over the first two axes, for each place of the last two."""
    size, other = rewards.shape[:2]
    best = np.zeros((size + 1, other + 1, *rewards.shape[2:]))
    for one in range(size):
        for two in range(other):
            straight = best[one, two] + rewards[one, two]
            best[one + 1, two + 1] = np.maximum(straight, np.maximum(best[one, two + 1], best[one + 1, two]))
    return best[size, other]


def _aligned(rewards: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The pairs of the best alignment of two sequences, both in order."""
    size, other = rewards.shape
    best = np.zeros((size + 1, other + 1))
    for one in range(size):
        for two in range(other):
            best[one + 1, two + 1] = max(best[one, two] + rewards[one, two], best[one, two + 1], best[one + 1, two])
    pairs = []
    one, two = size, other
    while one and two:
        if best[one, two] == best[one - 1, two - 1] + rewards[one - 1, two - 1]:
            one, two = one - 1, two - 1
            pairs.append((one, two))
        elif best[one, two] == best[one - 1, two]:
            one -= 1
        else:
            two -= 1
    return pairs[::-1]
