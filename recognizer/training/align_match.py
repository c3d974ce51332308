"""Matching facts with runs of pieces: the heaviest assignment in which both keep their order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from recognizer.training.align_facts import Fact, amount_text
from recognizer.training.align_pieces import SourcePiece, folded, trimmed
from recognizer.training.align_words import plain_fund_key, without_number
from recognizer.types import Label, Role

# A text that a dump spreads over lines is made of no more pieces than this.
LONGEST_RUN = 80
# Comparators, numbers and units in columns of their own are short.
LONGEST_SPLIT = 12
COMPARATOR = re.compile(r"[≥≤><=＝]{1,2}|[大小]于(等于)?|等于|不[低少高大]于|不超过")
DIGIT = re.compile(r"\d|^[一二三四五六七八九十百千万]+$")


@dataclass(frozen=True, slots=True)
class Match:
    """The fact of index `fact` stands in the pieces of these indices, in reading order.

    `split`: each piece is a cell of its own (comparator, number and unit in columns of their own). `over_break`: the two
    pieces stand on both sides of a page break, with others between them.
    """

    fact: int
    pieces: tuple[int, ...]
    weight: float
    split: bool = False
    over_break: bool = False


def match_in_order(pieces: Sequence[SourcePiece], indices: Sequence[int], facts: Sequence[Fact]) -> list[Match]:
    """The heaviest set of matches of `facts` with the pieces named by `indices` in which both sides only move on."""
    starts: dict[tuple[int, int], list[Match]] = {}
    place_of = {index: place for place, index in enumerate(indices)}
    for match in candidates(pieces, indices, facts):
        starts.setdefault((place_of[match.pieces[0]], match.fact), []).append(match)
    width = len(facts) + 1
    best = [[0.0] * width for _ in range(len(indices) + 1)]
    choice: dict[tuple[int, int], Match] = {}
    for place in range(len(indices) - 1, -1, -1):
        here, below = best[place], best[place + 1]
        for number in range(len(facts) - 1, -1, -1):
            here[number] = max(below[number], here[number + 1])
            for match in starts.get((place, number), ()):
                weight = match.weight + best[_place_after(match, place)][number + 1]
                if weight >= here[number]:
                    here[number], choice[place, number] = weight, match
    return _follow(choice, best, len(indices), len(facts), starts)


def _place_after(match: Match, place: int) -> int:
    """Where reading goes on after a match: a join over a page break only takes its first piece from the order."""
    return place + (1 if match.over_break else len(match.pieces))


def _follow(choice: dict[tuple[int, int], Match], best: list[list[float]], places: int, numbers: int,
            starts: dict[tuple[int, int], list[Match]]) -> list[Match]:
    """The matches on the heaviest path; of those that join over a page break, one whose second piece is still free."""
    taken: set[int] = set()
    found: list[Match] = []
    place = number = 0
    while place < places and number < numbers:
        match = choice.get((place, number))
        if match is not None:
            free = [other for other in [match, *starts[place, number]] if not taken & set(other.pieces)]
            if free:
                found.append(free[0])
                taken.update(free[0].pieces)
            place, number = _place_after(match, place), number + 1
        elif best[place][number] == best[place + 1][number]:
            place += 1
        else:
            number += 1
    return found


def match_alone(pieces: Sequence[SourcePiece], indices: Sequence[int], facts: Sequence[Fact]) -> list[Match]:
    """Matches of facts, out of order, that can stand in one place only and compete for it with no other fact's text."""
    found = candidates(pieces, indices, facts)
    places = Counter(match.fact for match in found)
    labels: dict[int, set[Label]] = {}
    for match in found:
        for index in match.pieces:
            labels.setdefault(index, set()).add(facts[match.fact].label)
    alone = [match for match in found if places[match.fact] == 1 and all(len(labels[index]) == 1 for index in match.pieces)]
    taken: set[int] = set()
    kept = []
    for match in alone:
        if not taken & set(match.pieces):
            taken.update(match.pieces)
            kept.append(match)
    return kept


def candidates(pieces: Sequence[SourcePiece], indices: Sequence[int], facts: Sequence[Fact]) -> list[Match]:
    """Every way in which a fact can stand in the pieces named by `indices`."""
    by_text: dict[str, list[int]] = {}
    for number, fact in enumerate(facts):
        by_text.setdefault(fact.text, []).append(number)
    longest = max((len(fact.text) for fact in facts), default=0) + 12
    found: dict[tuple[int, tuple[int, ...]], Match] = {}
    for place in range(len(indices)):
        for run in runs_from(pieces, indices, place, longest):
            joined = "".join(pieces[index].text for index in run)
            for text in _readings(joined):
                for number in by_text.get(text, ()):
                    if says(joined, facts[number]):
                        weight = facts[number].weight + min(len(text), 40) * 0.1
                        found[number, run] = Match(number, run, weight, over_break=len(run) > 1 and pieces[run[0]].drawn)
        for match in _split_values(pieces, indices, place, by_text, facts):
            found.setdefault((match.fact, match.pieces), match)
    return list(found.values())


def _split_values(pieces: Sequence[SourcePiece], indices: Sequence[int], place: int, by_text: dict[str, list[int]],
                  facts: Sequence[Fact]) -> list[Match]:
    """Values whose comparator, number and unit stand in two or three neighbouring columns, in any order."""
    found: list[Match] = []
    for count in (2, 3):
        run = tuple(indices[place:place + count])
        row = [pieces[index] for index in run]
        if len(run) < count or not all(piece.drawn and piece.row == row[0].row for piece in row):
            break
        texts = [trimmed(piece.text) for piece in row]
        if sum(bool(COMPARATOR.fullmatch(text)) for text in texts) > 1 or max(map(len, texts)) > LONGEST_SPLIT:
            continue
        for joined in {"".join(order) for order in permutations(texts)}:
            found += [Match(number, run, facts[number].weight, split=True) for number in by_text.get(joined, ())
                      if facts[number].label.role is Role.VALUE]
    return found


def split_labels(texts: Sequence[str], value: Label) -> tuple[Label, ...]:
    """What each piece of a split value is: its comparator, its unit, and the number or word itself."""
    plain = [trimmed(text) for text in texts]
    rest = [place for place, text in enumerate(plain) if not COMPARATOR.fullmatch(text)]
    number = next((place for place in rest if DIGIT.search(plain[place])), rest[0] if rest else 0)
    return tuple(value if place == number else Label(Role.UNIT if place in rest else Role.COMPARATOR)
                 for place in range(len(texts)))


def says(text: str, fact: Fact) -> bool:
    """Whether a cell's joined text says the fact, by the rules of the gold for numbering, 其中 and separators."""
    plain = trimmed(text)
    if plain == fact.text:
        return True
    match fact.label.role:
        case Role.NAME:
            return trimmed(without_number(plain)) == fact.text
        case Role.FUND_KEY:
            return plain_fund_key(plain) == fact.text
        case Role.FUND_AMOUNT:
            return amount_text(plain) == fact.text
        case Role.ATTRIBUTE_KEY:
            return plain.strip(":") == fact.text
        case _:
            return False


def _readings(joined: str) -> set[str]:
    plain = trimmed(joined)
    return {plain, trimmed(without_number(plain)), plain_fund_key(plain), amount_text(plain), plain.strip(":")}


def runs_from(pieces: Sequence[SourcePiece], indices: Sequence[int], place: int, longest: int) -> list[tuple[int, ...]]:
    """The runs that begin at `indices[place]` and can be one cell.

    Outside drawn tables: pieces that follow one another, page numbers between them aside. In drawn tables: the piece
    alone, or a piece of the last row before a page break (a blank line) with one piece of the first row after it.
    """
    start = indices[place]
    runs: list[tuple[int, ...]] = [(start,)]
    first = pieces[start]
    if first.drawn:
        rows: dict[int, list[int]] = {}
        for index in indices[place + 1:place + 60]:
            rows.setdefault(pieces[index].row, []).append(index)
        following = rows.get(first.row + 1, [])
        if following and pieces[following[0]].block > first.block:
            runs += [(start, index) for index in following if pieces[index].drawn]
        return runs
    length = len(folded(first.text))
    run = [start]
    for index in indices[place + 1:place + LONGEST_RUN]:
        length += len(folded(pieces[index].text))
        between = range(run[-1] + 1, index)
        if pieces[index].drawn or length > longest or not all(pieces[i].page_number for i in between):
            break
        run.append(index)
        runs.append(tuple(run))
    return runs
