"""Names taken apart: the words that say what is measured, of what, and those that are local or say nothing.

terms.csv of the vocabulary's room holds the words in groups of one meaning (到课率 and 出勤率 are one). At each place the longest
word counts. `pipeline` is the reference, a spaCy pipeline; importing spaCy takes longer than digitising a page, so that at run
time `tokenize` stands for it, a table of the same words. A test and `recognizer vocabulary learn` hold the two together.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import recognizer.concepts
from recognizer.vocabulary import plain, strip_numbering

if TYPE_CHECKING:
    from spacy.language import Language

FILE = Path(recognizer.concepts.__file__).with_name("terms.csv")
# Kinds of words that say what is measured, as opposed to of what (object), what is done (action) or nothing (filler, local).
MEASURES = (
    "people", "times", "count", "attendance", "rate", "timely", "fault", "error", "time", "duration", "schedule", "money", "area",
    "length", "satisfaction", "quality", "score", "effect", "influence", "mechanism", "decline")
CONTENT = ("object", "action")
ENTITIES = ("local", "unit")
OTHER = "other"
_YEAR = re.compile(r"[0-9]+年(?:度)?")
_TITLE = re.compile(r"《[^》]+》")
_SEPARATOR = re.compile(r"[^\u4e00-\u9fffa-z0-9《》%]+")


@dataclass(frozen=True, slots=True)
class Term:
    """A word: the kind of its group, the group's number and its first word."""

    kind: str
    group: int
    head: str


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a name: its text, and its kind, group and head; of the kind "other", with group -1, where no word is known."""

    text: str
    kind: str
    group: int
    head: str


@cache
def terms() -> dict[str, Term]:
    """All words of terms.csv."""
    found: dict[str, Term] = {}
    for number, row in enumerate(csv.DictReader(io.StringIO(FILE.read_text("utf-8-sig")))):
        term = Term(row["类别"], number, row["词"])
        for word in (row["词"], *filter(None, row["同义词"].split("；"))):
            found[plain(word)] = term
    return found


@cache
def _sizes() -> dict[str, tuple[int, ...]]:
    """The lengths of the words that begin with a character, the longest first."""
    found: dict[str, set[int]] = {}
    for word in terms():
        found.setdefault(word[0], set()).add(len(word))
    return {first: tuple(sorted(sizes, reverse=True)) for first, sizes in found.items()}


def groups() -> int:
    """How many groups there are."""
    return 1 + max(term.group for term in terms().values())


def line_of(name: str) -> str:
    """A name as it is taken apart: without numbering, half width, in lower case, what parts words as a blank."""
    return _SEPARATOR.sub(" ", plain(strip_numbering(name))).strip()


def tokenize(line: str) -> tuple[Token, ...]:
    """The tokens of a `line_of` a name, in order; the table stands for `pipeline`."""
    known, sizes = terms(), _sizes()
    found: list[Token] = []
    place, unknown, end = 0, 0, len(line)
    while place < end:
        size, term = _special(line, place), None
        if not size:
            for size in sizes.get(line[place], ()):
                term = known.get(line[place:place + size]) if place + size <= end else None
                if term:
                    break
            else:
                size = 0
        if not size:
            place += 1
            continue
        if unknown < place:
            found.extend(_others(line[unknown:place]))
        text = line[place:place + size]
        found.append(Token(text, term.kind, term.group, term.head) if term else Token(text, "local", -1, text))
        place += size
        unknown = place
    return (*found, *_others(line[unknown:end]))


def _special(line: str, place: int) -> int:
    """The length of a year or a title that begins here, else 0."""
    character = line[place]
    if character == "《":
        match = _TITLE.match(line, place)
    elif character.isdigit():
        match = _YEAR.match(line, place)
    else:
        return 0
    return match.end() - place if match else 0


def _others(text: str) -> list[Token]:
    return [Token(part, OTHER, -1, part) for part in text.split()]


def pipeline() -> Language:
    """The spaCy pipeline (blank Chinese, a token a character): a matcher of phrases for measures, objects and actions, a ruler
    for units, offices, places, years and titles. `doc.spans["heads"]` and `doc.spans["entities"]` hold all that they find."""
    import spacy
    from spacy.language import Language
    from spacy.matcher import PhraseMatcher
    from spacy.tokens import Doc

    def words(language: Language, *kinds: str) -> list[Doc]:
        chosen = [word for word, term in terms().items() if (term.kind in ENTITIES) == bool(kinds)]
        return [Doc(language.vocab, words=list(word), spaces=[False] * len(word)) for word in chosen]

    if not Language.has_factory("vocabulary_heads"):
        @Language.factory("vocabulary_heads")
        def vocabulary_heads(nlp: Language, name: str) -> Any:
            matcher = PhraseMatcher(nlp.vocab, attr="ORTH")
            matcher.add(name, words(nlp))

            def find(doc: Doc) -> Doc:
                doc.spans["heads"] = matcher(doc, as_spans=True)
                return doc

            return find

    language = spacy.blank("zh")
    language.add_pipe("vocabulary_heads")
    ruler: Any = language.add_pipe("span_ruler", config={"spans_key": "entities"})
    ruler.add_patterns([
        *({"label": "word", "pattern": [{"ORTH": character.text} for character in word]} for word in words(language, *ENTITIES)),
        {"label": "year", "pattern": [{"IS_DIGIT": True, "OP": "+"}, {"ORTH": "年"}, {"ORTH": "度", "OP": "?"}]},
        {"label": "title", "pattern": [{"ORTH": "《"}, {"ORTH": {"NOT_IN": ["》"]}, "OP": "+"}, {"ORTH": "》"}]}])
    return language


def read_by_pipeline(language: Language, line: str) -> tuple[Token, ...]:
    """The tokens of a `line_of` a name as the `pipeline` finds them: at each place the longest counts."""
    doc = language(line)
    spans = sorted([*doc.spans["heads"], *doc.spans["entities"]], key=lambda span: (span.start, -span.end, span.label_ == "word"))
    found: list[Token] = []
    end = 0
    for span in spans:
        if span.start_char < end:
            continue
        found.extend(_others(line[end:span.start_char]))
        term = None if span.label_ in ("year", "title") else terms()[span.text]
        found.append(Token(span.text, term.kind, term.group, term.head) if term else Token(span.text, "local", -1, span.text))
        end = span.end_char
    return (*found, *_others(line[end:]))
