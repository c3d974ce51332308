"""What the joiner sees of two pieces: their texts alone and together, the boundary, the lines they stand in."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognizer.context.features import features, group_matrix
from recognizer.context.neighbours import GAPS, Context
from recognizer.context.shape import shapes as shapes_of
from recognizer.model import Network, TextModel
from recognizer.model.text import plain
from recognizer.types import Grid
from recognizer.vocabulary.words import boundary_words

Floats = NDArray[np.float32]
RUN_PIECE = 4  # longest piece, in characters, of a label that is printed over several lines
RUN_SHARE = 12  # neighbours on each side that tell how wide a full line is

_OPENING, _CLOSING = re.compile(r"[（(【\[《“‘]"), re.compile(r"[）)】\]》”’]")


def boundary(earlier: str, later: str) -> str:
    """The characters on both sides of a boundary, as the boundary's text model reads them."""
    return f"{earlier[-3:]}\x1f{later[:3]}"


def glance_at(context: Context, text: TextModel, look: Network) -> Floats:
    """(pieces, roles) what each piece is part of, as seen among its neighbours."""
    scores = text.scores([cell.text for cell in context.cells])
    return look.probabilities(features(context, scores, scores, text.classes)) @ group_matrix(look.classes)


def pair_features(
    context: Context, grids: Sequence[Grid], pairs: NDArray[np.int64], text: TextModel, glance: Floats, seams: Floats
) -> Floats:
    """(pairs, features) inputs of the joiner.

    `glance` (cells, roles) says what each piece is part of, as seen among its neighbours; `seams` (pairs,) is the boundary
    model's score of each pair.
    """
    cells = context.cells
    if not len(pairs):
        return np.zeros((0, 0), np.float32)
    merge, texts = group_matrix(text.classes), [cell.text for cell in cells]
    alone = np.minimum(text.scores(texts) @ merge, 1)
    first, second = pairs[:, 0], pairs[:, 1]
    earlier, later = [texts[a] for a in first.tolist()], [texts[b] for b in second.tolist()]
    together_texts = [one + other for one, other in zip(earlier, later, strict=True)]
    together = np.minimum(text.scores(together_texts) @ merge, 1)
    padded = np.concatenate([glance, np.zeros((1, glance.shape[1]), np.float32)])
    following = np.minimum(second + 1, len(cells))
    preceding = np.where(first > 0, first - 1, len(cells))
    shapes = shapes_of(texts)
    both = shapes_of(together_texts)
    known = np.asarray([plain(one) in text.lexicon for one in texts], np.float32)
    known_together = np.asarray([plain(joined) in text.lexicon for joined in together_texts], np.float32)
    lexical = np.stack([known[first], known[second], known_together], axis=1)
    runs = _runs(context, grids, text.lexicon)
    adjacent = (second - first == 1)[:, None].astype(np.float32)
    lengths = np.asarray([len(one) for one in texts], np.float32)
    lines = _lines(context, pairs, lengths)
    return np.concatenate(
        [
            alone[first],
            alone[second],
            together,
            glance[first],
            glance[second],
            padded[following],
            padded[preceding],
            shapes[first],
            shapes[second],
            both,
            lexical,
            runs[second] * adjacent,
            seams[:, None],
            np.square(seams)[:, None],
            boundary_words(earlier, later),
            lines,
            _brackets(context, pairs),
        ],
        axis=1,
        dtype=np.float32,
    )


def _lines(context: Context, pairs: NDArray[np.int64], lengths: Floats) -> Floats:
    """How the two pieces stand in their lines and columns."""
    cells, row_of = context.cells, context.row_of
    full = _fullness(lengths)
    first_of_row = np.asarray([row[0] for row in context.rows], np.int64)
    size_of_row = np.asarray([len(row) for row in context.rows], np.int64)
    width_of_row = np.asarray([max([cells[index].column + cells[index].column_span for index in row]) for row in context.rows])
    column = np.asarray([cell.column for cell in cells], np.int64)
    gap = np.asarray([GAPS.index(cell.gap) for cell in cells] + [GAPS.index("start")], np.int64)
    rank = np.arange(len(cells)) - first_of_row[row_of]
    from_right = size_of_row[row_of] - rank
    a, b = pairs[:, 0], pairs[:, 1]
    row_a, row_b = row_of[a], row_of[b]
    drawn_b = context.position[b, 0]
    found = np.stack(
        [
            drawn_b,
            context.grid_of[a] != context.grid_of[b],
            np.minimum(row_b - row_a, 4) / 4,
            np.minimum(b - a, 8) / 8,
            b - a == 1,
            row_a == row_b,
            np.minimum(size_of_row[row_a], 8) / 8,
            np.minimum(size_of_row[row_b], 8) / 8,
            from_right[a] == 1,
            rank[b] == 0,
            from_right[b] == 1,
            rank[a] == 0,
            rank[a] == rank[b],
            from_right[a] == from_right[b],
            column[a] == column[b],
            np.minimum(lengths[a], 40) / 40,
            np.minimum(lengths[b], 40) / 40,
            np.minimum(lengths[a] / np.maximum(lengths[b], 1), 4) / 4,
            full[a],
            full[b],
            drawn_b * np.minimum(column[b] - rank[b], 6) / 6,
            width_of_row[row_a] == width_of_row[row_b],
            np.minimum(width_of_row[row_a], 12) / 12,
            np.minimum(width_of_row[row_b], 12) / 12,
            size_of_row[row_b] < size_of_row[row_a],
            context.position[a, 12],
            context.position[b, 12],
            np.asarray([cell.row == 0 for cell in cells])[b],
        ],
        axis=1,
        dtype=np.float32,
        casting="same_kind",
    )
    marks = np.eye(len(GAPS), dtype=np.float32)
    return np.concatenate([found, marks[gap[b]], marks[gap[b + 1]]], axis=1)


def _fullness(lengths: Floats) -> Floats:
    """Each piece's length as a share of the longest wrapped line around it: a line that is full was perhaps wrapped."""
    beyond = np.zeros(RUN_SHARE, np.float32)
    around = np.lib.stride_tricks.sliding_window_view(np.concatenate([beyond, lengths, beyond]), 2 * RUN_SHARE + 1)
    longest: Floats = np.where(around <= 2 * lengths[:, None], around, 1).max(axis=1, initial=1)
    return lengths / longest


def _brackets(context: Context, pairs: NDArray[np.int64]) -> Floats:
    """Brackets that the earlier piece leaves open and that the later one closes."""
    opened = [
        len(_OPENING.findall(cell.text)) - len(_CLOSING.findall(cell.text)) for cell in context.cells
    ]
    opens, closes = np.asarray(opened)[pairs[:, 0]] > 0, np.asarray(opened)[pairs[:, 1]] < 0
    return np.stack([opens, closes, opens & closes], axis=1).astype(np.float32)


def _runs(context: Context, grids: Sequence[Grid], lexicon: frozenset[str]) -> Floats:
    """(cells, 2) for each boundary before a short piece: is it inside, or between, known words of its run of short pieces?

    A run such as 绩 效 指 标 一 级 指 标 is cut so that known label words cover most of it.
    """
    found = np.zeros((len(context.cells), 2), np.float32)
    start = 0
    cells = context.cells
    longest = 0
    while start < len(cells):
        stop = start
        while stop < len(cells) and len(cells[stop].text) <= RUN_PIECE and not grids[context.grid_of[stop]].drawn:
            stop += 1
        if stop - start >= 2:
            longest = longest or max((len(word) for word in lexicon), default=0)
            _cut_run([plain(cell.text) for cell in cells[start:stop]], lexicon, longest, found[start:stop])
        start = max(stop, start + 1)
    return found


def _cut_run(texts: list[str], lexicon: frozenset[str], longest: int, found: Floats) -> None:
    """Best cover of a run by known words, by dynamic programming; writes (inside, between) per boundary into `found`."""
    count = len(texts)
    best = [0.0] * (count + 1)
    taken = [0] * (count + 1)
    for end in range(1, count + 1):
        best[end], taken[end] = best[end - 1], 0
        word = ""
        for begin in range(end - 1, -1, -1):
            word = texts[begin] + word
            if len(word) > longest:
                break
            if word in lexicon and best[begin] + len(word) - 0.5 > best[end]:
                best[end], taken[end] = best[begin] + len(word) - 0.5, end - begin
    end = count
    while end > 0:
        pieces = taken[end]
        if pieces:
            found[end - pieces, 1] = 1
            found[end - pieces + 1 : end, 0] = 1
            if end < count:
                found[end, 1] = 1
        end -= max(pieces, 1)
