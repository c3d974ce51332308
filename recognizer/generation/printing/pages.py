"""Pages as PDF: texts and drawings collected with heights from the top, written as content streams of a PyMuPDF document.

Ideographs are set in the fonts that every PDF viewer brings for Chinese, by name and not embedded, so that a page is small;
MuPDF shows them in its built-in one.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

import pymupdf

from .ink import Segment
from .lines import advance_of
from .style import Style

# Characters that the Chinese character collection lacks or maps to a look-alike; the Japanese one has them.
_ELSEWHERE = frozenset("£…‹")
_TURNS = {0: "", 90: "0 1 -1 0 {height} 0 cm", 180: "-1 0 0 -1 {width} {height} cm", 270: "0 -1 1 0 0 {width} cm"}
# Radicals without a compatibility mapping of their own that browsers print, each with its ideograph.
_SUPPLEMENT = {"门": "⻔", "长": "⻓", "见": "⻅", "车": "⻋", "风": "⻛", "马": "⻢", "民": "⺠", "青": "⻘", "西": "⻄"}
RADICALS = {
    **{unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0x2F00, 0x2FD6)},
    **_SUPPLEMENT,
}
ASCENT, DESCENT = 0.86, 0.14


@dataclass(slots=True)
class PageInk:
    """What one page shows, as operators."""

    drawings: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


class Canvas:
    """The pages of a document in the making. All heights given are from the top of the page as displayed."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.width, self.height = style.page_size
        self.pages: list[PageInk] = []
        self.advance = advance_of(style.latin)
        self.used: set[str] = set()

    def page(self, number: int) -> PageInk:
        """A page (from 0), begun where there is none yet."""
        while len(self.pages) <= number:
            self.pages.append(PageInk())
        return self.pages[number]

    def text(self, page: int, x: float, baseline: float, text: str, size: float, title: bool = False) -> None:
        """Writes a line of text from left to right."""
        ink = self.page(page).texts
        bold = "2 Tr 0.3 w " if title and self.style.bold_title else ""
        ink.append(f"BT {bold}")
        for font, run in _runs(text, "T" if title else "C", self.style.latin != "cjk"):
            for piece in run if self.style.single_characters else (run,):
                code = piece.encode("latin-1") if font == "L" else piece.encode("utf-16-be")
                ink.append(f"/{font} {size:.2f} Tf 1 0 0 1 {x:.2f} {self.height - baseline:.2f} Tm <{code.hex()}> Tj")
                x += self.advance(piece) * size
            if font != "L":
                self.used.update(run)
        ink.append("ET 0 Tr" if bold else "ET")

    def fill(self, page: int, box: Segment, colour: tuple[float, float, float]) -> None:
        """Fills a box."""
        x0, y0, x1, y1 = box
        self.page(page).drawings.append(
            f"{_colour(colour)} rg {x0:.2f} {self.height - y1:.2f} {x1 - x0:.2f} {y1 - y0:.2f} re f 0 g"
        )

    def frame(self, page: int, box: Segment, width: float, colour: tuple[float, float, float]) -> None:
        """Strokes the four sides of a box as one path."""
        x0, y0, x1, y1 = box
        self.page(page).drawings.append(
            f"{_colour(colour)} RG {width} w {x0:.2f} {self.height - y1:.2f} {x1 - x0:.2f} {y1 - y0:.2f} re S"
        )

    def rule(self, page: int, line: Segment, width: float, colour: tuple[float, float, float], bar: bool) -> None:
        """Draws a straight rule, stroked, or as a thin filled box where `bar`."""
        x0, y0, x1, y1 = line
        if bar:
            half = width / 2
            self.fill(page, (x0 - half, y0 - half, x1 + half, y1 + half), colour)
        else:
            points = f"{x0:.2f} {self.height - y0:.2f} m {x1:.2f} {self.height - y1:.2f} l"
            self.page(page).drawings.append(f"{_colour(colour)} RG {width} w {points} S")

    def pdf(self) -> bytes:
        """The document's bytes, the same for the same pages."""
        document = pymupdf.open()
        fonts = self._fonts(document)
        style = self.style
        for number, ink in enumerate(self.pages, 1):
            turn = style.turn if style.turned_page in (0, number) else 0
            width, height = (self.height, self.width) if turn in (90, 270) else (self.width, self.height)
            page = document.new_page(width=width, height=height)
            document.xref_set_key(page.xref, "Resources", f"<</Font<<{fonts}>>>>")
            turning = _TURNS[turn].format(width=f"{self.width:.2f}", height=f"{self.height:.2f}")
            order = (ink.drawings, ink.texts) if style.rules_first or style.shading != "none" else (ink.texts, ink.drawings)
            content = "\n".join(["q", turning, *order[0], *order[1], "Q"])
            xref = document.get_new_xref()
            document.update_object(xref, "<<>>")
            document.update_stream(xref, content.encode("ascii"), compress=True)
            page.set_contents(xref)
            if turn:
                page.set_rotation(turn)
        data: bytes = document.tobytes(no_new_id=True, deflate=False)
        document.close()
        return data

    def _fonts(self, document: pymupdf.Document) -> str:
        """Makes the fonts of the document; returns the entries of the pages' resources."""
        style = self.style
        to_unicode = _radicals_map(document, self.used) if style.radicals else 0
        entries = [
            f"/C {_cjk_font(document, style.face, 'GB1', 'UniGB-UTF16-H', to_unicode)} 0 R",
            f"/T {_cjk_font(document, style.title_face, 'GB1', 'UniGB-UTF16-H', to_unicode)} 0 R",
            f"/J {_cjk_font(document, 'MS-Gothic', 'Japan1', 'UniJIS-UTF16-H', 0)} 0 R",
        ]
        if style.latin != "cjk":
            name = {"helv": "Helvetica", "tiro": "Times-Roman"}[style.latin]
            xref = document.get_new_xref()
            document.update_object(xref, f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>")
            entries.append(f"/L {xref} 0 R")
        return " ".join(entries)


def _colour(colour: tuple[float, float, float]) -> str:
    return " ".join(f"{part:g}" for part in colour)


def _runs(text: str, face: str, latin_font: bool) -> list[tuple[str, str]]:
    """The text in runs of one font each: C or T for Chinese, L for Latin, J for what Chinese fonts lack."""
    runs: list[tuple[str, str]] = []
    for character in text:
        font = "J" if character in _ELSEWHERE else "L" if latin_font and " " <= character <= "~" else face
        if runs and runs[-1][0] == font:
            runs[-1] = (font, runs[-1][1] + character)
        else:
            runs.append((font, character))
    return runs


def _cjk_font(document: pymupdf.Document, name: str, collection: str, encoding: str, to_unicode: int) -> int:
    font: int
    descriptor, descendant, font = (document.get_new_xref() for _ in range(3))
    document.update_object(
        descriptor,
        f"<</Type/FontDescriptor/FontName/{name}/Flags 6/FontBBox[0 -140 1000 860]/ItalicAngle 0/Ascent 860/Descent -140"
        "/CapHeight 700/StemV 93>>",
    )
    widths = "/W[1 95 500]" if collection == "GB1" else ""
    document.update_object(
        descendant,
        f"<</Type/Font/Subtype/CIDFontType0/BaseFont/{name}/CIDSystemInfo<</Registry(Adobe)/Ordering({collection})/Supplement 5>>"
        f"/FontDescriptor {descriptor} 0 R/DW 1000{widths}>>",
    )
    unicode_entry = f"/ToUnicode {to_unicode} 0 R" if to_unicode else ""
    document.update_object(
        font,
        f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/{encoding}/DescendantFonts[{descendant} 0 R]{unicode_entry}>>",
    )
    return font


def _radicals_map(document: pymupdf.Document, used: set[str]) -> int:
    """The map from codes to characters of a browser that takes the radical for the ideograph of the same shape."""
    rows = [
        f"<{character.encode('utf-16-be').hex()}> <{RADICALS.get(character, character).encode('utf-16-be').hex()}>"
        for character in sorted(used)
    ]
    blocks = [
        f"{len(rows[at : at + 100])} beginbfchar\n" + "\n".join(rows[at : at + 100]) + "\nendbfchar"
        for at in range(0, len(rows), 100)
    ]
    cmap = "\n".join(
        [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Printed def /CMapType 2 def",
            "1 begincodespacerange <0000> <ffff> endcodespacerange",
            *blocks,
            "endcmap CMapName currentdict /CMap defineresource pop end end",
        ]
    )
    xref: int = document.get_new_xref()
    document.update_object(xref, "<<>>")
    document.update_stream(xref, cmap.encode("ascii"), compress=True)
    return xref
