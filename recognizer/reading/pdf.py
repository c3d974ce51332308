"""PDF: pages as runs of characters, rules and shaded boxes. What belongs together is for the layout to say.

Characters come from MuPDF's raw text, one box each; rules are drawn lines and filled boxes too thin to be anything else.
Pages whose text stands sideways are turned upright, so that no later room need know of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf

from recognizer.errors import DamagedFileError, EmptyFileError, EncryptedFileError
from recognizer.limits import Limits, OutOfTimeError, from_environment, within
from recognizer.types import Box, Document, Fill, Page, Rule, Run
from recognizer.vocabulary.data import load
from recognizer.watching import reached

from .layer import suspicion

THICKEST_RULE = 3.0  # points; a filled box that is wider both ways is shading
POINTS = 72.0  # in an inch
TWICE = 0.17  # a character that stands off another of its kind by less than this share of their height is printed twice
LAYER = 0.05  # share of a page's characters with others of their kind near from which a whole layer is printed twice
NEAR = (2.0, 8.0)  # points of the boxes in which a page is first searched for such characters
FARTHEST = 1 << 18  # such boxes from a page's corner at most; what stands beyond them counts as standing there
STRAIGHT = 0.5  # points by which a line may lean and still be a rule
FORGET = 50  # pages after which MuPDF forgets the fonts and pictures that it keeps for pages to come
END_WITHIN = 1024  # bytes from the end of the file within which its last line must stand

# MuPDF's usual raw text without images, which cost time, and without the codes of fonts in place of characters they do not name.
_FLAGS = pymupdf.TEXTFLAGS_RAWDICT & ~pymupdf.TEXT_PRESERVE_IMAGES & ~pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
_FOLDED = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\U0002f800-\U0002fa1f]")
_UNREADABLE = "\ufffd"


def read_pdf(data: bytes, path: Path, limits: Limits | None = None, *, without: Collection[int] = ()) -> Document:
    """The pages of a PDF. A page that cannot be read within the limits, that is a mere picture or that is to be left out
    (`without`) has a warning that names it.

    Raises EncryptedFileError, DamagedFileError, EmptyFileError; UsageError where the environment sets a limit to no number.
    """
    warnings: list[str] = []
    with _opened(data, path) as source:
        pages = tuple(_pages(source, path, limits or from_environment(), warnings.append, without))
    return Document(path.name, "pdf", pages, encoding="pdf", warnings=tuple(warnings))


def pages_of_pdf(path: Path, warnings: list[str], limits: Limits | None = None) -> Iterator[Page]:
    """The pages of the PDF at `path` one after the other, with none held by anyone but the caller. Raises as `read_pdf` does."""
    with _opened(None, path) as source:
        for page in _pages(source, path, limits or from_environment(), warnings.append, ()):
            yield page
            if page.number % FORGET == 0:
                pymupdf.TOOLS.store_shrink(100)


def _pages(
    source: Any, path: Path, limits: Limits, warn: Callable[[str], None], without: Collection[int]
) -> Iterator[Page]:
    """The pages one after the other. Raises DamagedFileError after the last where none could be read."""
    if source.is_repaired:
        warn("the file is damaged and was repaired: pages, or what stands on them, may be missing")
    count = len(source)
    trouble = []
    for number in range(1, count + 1):
        if number in without:
            trouble.append(f"page {number} was left out")
            warn(trouble[-1])
            continue
        reached("read", number)
        pymupdf.TOOLS.mupdf_warnings()  # forgets those of the page before
        try:
            with within(limits.page_seconds):
                page = source[number - 1]
                read, left_out = read_page(page, number, limits)
                reason = "" if left_out else suspicion(page, read)
            if reason:
                read, left_out = _looked_at(page, read, reason, limits)
        except MemoryError:
            raise
        except Exception as error:  # MuPDF raises classes of many kinds; whichever it is, the other pages are read
            trouble.append(f"page {number} cannot be read: {_line(str(error)) or type(error).__name__}")
            warn(trouble[-1])
            continue
        if left_out:
            warn(f"page {number} {left_out}")
        for doubt in _doubts(read, pymupdf.TOOLS.mupdf_warnings()):
            warn(doubt)
        yield read
    if len(trouble) == count:
        hint = "repair it or download it again"
        raise DamagedFileError(f"none of its {count} pages can be read: {trouble[0]}", path=path, hint=hint)


def _looked_at(page: Any, read: Page, reason: str, limits: Limits) -> tuple[Page, str]:
    """What a page shows that is a picture, or whose text is suspected; and what is to be said of it. Where it cannot be looked
    at, its text is kept."""
    from .scanned import DPI, read_scan, read_suspect

    across, down = page.rect.width / POINTS * DPI, page.rect.height / POINTS * DPI
    sizes = [(round(across), round(down)), *((picture["width"], picture["height"]) for picture in page.get_image_info())]
    most = max(sizes, key=lambda size: size[0] * size[1])
    if most[0] * most[1] >= limits.page_pixels:
        pixels = f"{most[0]:,} × {most[1]:,} pixels (limit page_pixels: {limits.page_pixels:,})"
        return read, f"{reason} of {pixels}, and was not looked at"
    reached("recognise", read.number)
    with within(limits.scan_seconds):
        if not read.runs:
            return read_scan(page, read.number)
        try:
            return read_suspect(page, read, reason)
        except OutOfTimeError as error:
            return read, f"{reason}, and could not be looked at: {error}"


def _doubts(page: Page, complaints: str) -> Iterator[str]:
    """What may be missing of a page; `complaints` are MuPDF's, a line each."""
    if complaints and not page.runs:
        yield f"page {page.number} cannot be read: {_line(complaints)}"
    elif "error" in complaints:
        yield f"page {page.number} may lack something: {_line(complaints)}"
    unreadable = sum(run.text.count(_UNREADABLE) for run in page.runs)
    if unreadable:
        yield f"page {page.number}: {unreadable} characters have no Unicode in their font (U+FFFD)"


def _line(message: str) -> str:
    return " ".join(message.split("\n", 1)[0].split())


def _opened(data: bytes | None, path: Path) -> Any:
    """The PDF of the bytes, or without them that of the file."""
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    try:
        source = pymupdf.open(str(path) if data is None else None, stream=data, filetype="pdf")
    except Exception as error:
        raise DamagedFileError(
            "a damaged PDF: it has no pages that could be found", path=path, hint="repair it or download it again") from error
    if source.needs_pass:
        source.close()
        raise EncryptedFileError("the PDF is encrypted", path=path, hint="save it without its password, then try again")
    try:
        count = len(source)
    except Exception as error:  # a count of pages that cannot be
        source.close()
        raise DamagedFileError(
            "a damaged PDF: its pages cannot be counted", path=path, hint="repair it or download it again") from error
    if not count:
        source.close()
        if b"%%EOF" not in (path.read_bytes() if data is None else data)[-END_WITHIN:]:
            raise DamagedFileError("a damaged PDF: its end is missing", path=path, hint="download it again")
        raise EmptyFileError("the PDF has no pages", path=path, hint="check that it was saved or downloaded whole")
    return source


def read_page(page: Any, number: int, limits: Limits) -> tuple[Page, str]:
    """What a MuPDF page prints, turned so that most of its text runs from left to right; and what was left out of it, and why."""
    shown = page.rect
    if max(shown.width, shown.height) >= limits.page_inches * POINTS:
        inches = f"{shown.width / POINTS:.0f} × {shown.height / POINTS:.0f} inches"
        too_large = f"is {inches} large (limit page_inches: {limits.page_inches:g}), and was not read"
        return Page(number, shown.width, shown.height), too_large
    lines = [
        line for block in page.get_text("rawdict", flags=_FLAGS)["blocks"] if block["type"] == 0 for line in block["lines"]
    ]
    drawings = page.get_cdrawings()
    too_many = len(drawings) >= limits.page_drawings
    left_out = f"has {len(drawings)} drawings (limit page_drawings: {limits.page_drawings}), and was read without them"
    rules, fills = ([], []) if too_many else _drawings(drawings)
    # MuPDF's coordinates are those before the page's rotation; `turn` is what the text needs, rotation what the viewer does.
    sideways = _direction(lines)
    width, height = (shown.height, shown.width) if page.rotation % 180 else (shown.width, shown.height)
    if not sideways:
        runs = _once(tuple(_runs(lines)))
    else:
        turn = _Turn(sideways, width, height)
        runs = _once(tuple(_runs(lines, turn)))
        rules = [_rule(turn.box((rule.x0, rule.y0, rule.x1, rule.y1))) for rule in rules]
        fills = [Fill(turn.box(fill.bbox), fill.color) for fill in fills]
        width, height = (height, width) if sideways % 180 else (width, height)
    read = Page(number, width, height, runs, tuple(rules), tuple(fills), (sideways - page.rotation) % 360)
    return read, left_out if too_many else ""


class _Turn:
    """Turns boxes clockwise by `degrees`, on a page of the given size before the turn."""

    def __init__(self, degrees: int, width: float, height: float) -> None:
        self.degrees, self.width, self.height = degrees, width, height

    def box(self, box: Box) -> Box:
        x0, y0, x1, y1 = box
        if self.degrees == 90:
            return (self.height - y1, x0, self.height - y0, x1)
        if self.degrees == 180:
            return (self.width - x1, self.height - y1, self.width - x0, self.height - y0)
        return (y0, self.width - x1, y1, self.width - x0)


# By how many degrees clockwise text that runs in a direction must be turned to run from left to right.
_LEVEL = (1.0, 0.0)
_TURNS = {(1, 0): 0, (0, -1): 90, (-1, 0): 180, (0, 1): 270}


def _direction(lines: Sequence[dict[str, Any]]) -> int:
    """The turn that brings most characters upright. Vertical writing, and single characters, say nothing of it."""
    if all(line["dir"] == _LEVEL for line in lines):
        return 0
    count: Counter[int] = Counter()
    for line in lines:
        if line["dir"] == _LEVEL or not line["wmode"]:
            count[_turn_of(line["dir"])] += sum(len(span["chars"]) for span in line["spans"])
    return count.most_common(1)[0][0] if count else 0


@lru_cache(maxsize=256)
def _turn_of(direction: tuple[float, float]) -> int:
    x, y = direction
    return _TURNS[(0, -1 if y < 0 else 1) if abs(y) > abs(x) else (-1 if x < 0 else 1, 0)]


def _runs(lines: Iterable[dict[str, Any]], turn: _Turn | None = None) -> Iterator[Run]:
    """The spans of the lines as runs, without those that are blank."""
    upright = turn.degrees if turn else 0
    for line in lines:
        vertical = bool(line["wmode"]) or (_turn_of(line["dir"]) - upright) % 360 == 270
        for span in line["spans"]:
            chars = span["chars"]
            text = "".join([char["c"] for char in chars])
            if text.isspace() or not text:
                continue
            boxes = [char["bbox"] for char in chars]
            if turn:
                boxes = [turn.box(box) for box in boxes]
            yield Run(unified(text), tuple(boxes), vertical)


def _once(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """The runs without characters that are printed in their place already: to look bold, or in a hidden layer to be searched."""
    if not _some_are_near(runs):
        return runs
    across, along = NEAR
    printed = [(char, box[0] // across, box[1] // along) for run in runs for char, box in zip(run.text, run.boxes, strict=True)]
    often = {place: times for place, times in Counter(printed).items() if times > 1 and not place[0].isspace()}
    if not often:
        return runs
    # Where much stands twice, all may: characters near the edge of a box have their double in the next.
    layer = sum(often.values()) > LAYER * len(printed)
    suspects = {char for char, *_ in (printed if layer else often)}
    seen: dict[str, list[Box]] = {char: [] for char in suspects}
    kept = []
    for run in runs:
        again = set()
        for number, char in enumerate(run.text):
            if char in suspects and any(_same_place(run.boxes[number], other) for other in seen[char]):
                again.add(number)
        for char, box in zip(run.text, run.boxes, strict=True):
            if char in suspects:
                seen[char].append(box)
        fresh = [number for number in range(len(run.text)) if number not in again] if again else ()
        if not again:
            kept.append(run)
        elif any(not run.text[number].isspace() for number in fresh):
            boxes = tuple(run.boxes[number] for number in fresh)
            kept.append(Run("".join(run.text[number] for number in fresh), boxes, run.vertical))
    return tuple(kept)


def _some_are_near(runs: Sequence[Run]) -> bool:
    """Whether two characters of one kind stand in one of the boxes in which a page is first searched for such: on few pages."""
    text = "".join([run.text for run in runs])
    characters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    sides = chain.from_iterable(chain.from_iterable(run.boxes for run in runs))
    corners = np.fromiter(sides, np.float64, 4 * len(characters)).reshape(-1, 4)[:, :2]
    boxes = np.clip(np.nan_to_num(corners) // NEAR, -FARTHEST, FARTHEST).astype(np.int64) + FARTHEST
    places = (characters * (2 * FARTHEST + 1) + boxes[:, 0]) * (2 * FARTHEST + 1) + boxes[:, 1]
    return len(np.unique(places)) < len(places)


def _same_place(box: Box, other: Box) -> bool:
    """Whether the centres of two boxes nearly coincide; fonts differ in how far up and down their boxes reach."""
    height = min(box[3] - box[1], other[3] - other[1])
    across, along = abs(box[0] + box[2] - other[0] - other[2]) / 2, abs(box[1] + box[3] - other[1] - other[3]) / 2
    return across < TWICE * height and along < 2 * TWICE * height


def unified(text: str) -> str:
    """The text with CJK radicals and compatibility ideographs as the unified ideographs they look like, nothing else changed."""
    return text.translate(_ideographs()) if not text.isascii() and _FOLDED.search(text) else text


@lru_cache(maxsize=1)
def _ideographs() -> dict[int, str]:
    blocks = (range(0x2E80, 0x2FE0), range(0xF900, 0xFB00), range(0x2F800, 0x2FA20))
    folded = {code: unicodedata.normalize("NFKC", chr(code)) for block in blocks for code in block}
    folded.update({ord(radical): ideograph for radical, ideograph in load("headings")["radicals"].items()})
    return folded


def _drawings(drawings: Iterable[dict[str, Any]]) -> tuple[list[Rule], list[Fill]]:
    """The rules and the shaded boxes of a page's drawings; curves and slanted lines are neither."""
    rules: list[Rule] = []
    fills: list[Fill] = []
    for drawing in drawings:
        kind = drawing["type"]
        if "f" in kind:
            for box in _shapes(drawing["items"]):
                _add_filled(box, drawing["fill"], rules, fills)
        if "s" not in kind:
            continue
        width = drawing.get("width") or 0.0
        for item in drawing["items"]:
            if item[0] == "l":
                (x0, y0), (x1, y1) = item[1], item[2]
                _add_line(x0, y0, x1, y1, width, drawing["color"], rules, fills)
            elif item[0] in ("re", "qu"):
                _add_outline(_upright(item[1]) if item[0] == "re" else drawing["rect"], rules)
    return rules, fills


def _shapes(items: Iterable[Sequence[Any]]) -> Iterator[Box]:
    """The boxes around the shapes of a filled path: rectangles, and lines that follow each other (browsers' borders)."""
    corners: list[tuple[float, float]] = []
    for item in items:
        if item[0] == "l" and corners and item[1] == corners[-1]:
            corners.append(item[2])
            continue
        if len(corners) > 2:
            yield _around(corners)
        corners = []
        if item[0] == "re":
            yield _upright(item[1])
        elif item[0] == "qu":
            yield _around(item[1])
        elif item[0] == "l":
            corners = [item[1], item[2]]
    if len(corners) > 2:
        yield _around(corners)


def _around(corners: Iterable[tuple[float, float]]) -> Box:
    xs, ys = zip(*corners, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))


def _upright(box: Box) -> Box:
    """The box with its corners in order: on turned pages MuPDF gives them as they were drawn."""
    x0, y0, x1, y1 = box
    return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _add_filled(box: Box, color: tuple[float, ...], rules: list[Rule], fills: list[Fill]) -> None:
    x0, y0, x1, y1 = box
    if min(x1 - x0, y1 - y0) <= THICKEST_RULE:
        rules.append(_rule(box))
    else:
        fills.append(Fill((x0, y0, x1, y1), color))


def _add_line(
    x0: float, y0: float, x1: float, y1: float, width: float, color: tuple[float, ...], rules: list[Rule], fills: list[Fill]
) -> None:
    """A stroke as a rule; one as wide as a row of text is a way to shade a box."""
    along_x, along_y = abs(x1 - x0), abs(y1 - y0)
    if min(along_x, along_y) > STRAIGHT:
        return
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    if width > THICKEST_RULE:
        half = width / 2
        wide = (0.0, half) if along_x >= along_y else (half, 0.0)
        fills.append(Fill((box[0] - wide[0], box[1] - wide[1], box[2] + wide[0], box[3] + wide[1]), color))
    else:
        rules.append(_rule(box))


def _add_outline(box: Box, rules: list[Rule]) -> None:
    x0, y0, x1, y1 = box
    if min(x1 - x0, y1 - y0) <= THICKEST_RULE:
        rules.append(_rule(box))
    else:
        rules.extend((Rule(x0, y0, x1, y0), Rule(x0, y1, x1, y1), Rule(x0, y0, x0, y1), Rule(x1, y0, x1, y1)))


def _rule(box: Box) -> Rule:
    """The middle line of a thin box, along its longer side."""
    x0, y0, x1, y1 = box
    if x1 - x0 >= y1 - y0:
        middle = (y0 + y1) / 2
        return Rule(x0, middle, x1, middle)
    middle = (x0 + x1) / 2
    return Rule(middle, y0, middle, y1)
