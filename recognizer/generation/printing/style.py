"""How an office program prints: paper, letters, rules, shading, what happens at the end of a page.

Every habit is drawn from the publisher's chance and none is bound to a publisher, so that any table can come out in any style.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..draw import Draw

Rules = Literal["full", "half", "none"]

_PAPERS = {"A4": (595.3, 841.9), "A3": (841.9, 1190.6), "letter": (612.0, 792.0)}
_GREYS = ((0.0, 0.0, 0.0),) * 5 + ((0.5, 0.5, 0.5), (0.75, 0.75, 0.75), (0.2, 0.3, 0.6), (0.1, 0.1, 0.1))
_TINTS = ((0.93, 0.95, 0.97), (0.9, 0.9, 0.9), (0.85, 0.92, 1.0), (1.0, 0.95, 0.85), (0.94, 0.94, 0.94), (0.88, 0.94, 0.85))
_RULES: dict[Rules, float] = {"full": 0.7, "half": 0.18, "none": 0.12}
_PAGE_NUMBERS = ("", "", "— {} —", "- {} -", "{}", "第{}页", "第 {} 页 共 {} 页", "{}/{}")


@dataclass(frozen=True, slots=True)
class Style:
    """One program's and publisher's way of printing. Lengths are points; colours are red, green, blue from 0 to 1."""

    maker: str  # word, sheet or browser
    rules: Rules  # full: all edges of cells; half: lines across or shading alone; none: nothing but the texts' places
    half: str  # what half-ruled tables have: edges (below each cell), head (three lines) or bands (shaded rows)
    drawing: str  # lines (as long as they go), segments (one an edge), cells (each its own frame) or bars (thin filled boxes)
    rule_width: float
    rule_colour: tuple[float, float, float]
    frame_width: float  # of the outer frame; 0 where it is like the inner rules
    double_frame: bool
    open_ends: bool  # rules at the ends of pages are missing
    shading: str  # none, heading, labels or bands
    tint: tuple[float, float, float]
    face: str  # name of the font for ideographs
    title_face: str
    latin: str  # font for digits and Latin letters: cjk (half as wide as an ideograph), helv or tiro
    size: float
    title_size: float
    bold_title: bool
    leading: float  # distance of lines as a multiple of the size
    pad_x: float
    pad_y: float
    least_row: float  # the least height of a row
    paper: tuple[float, float]
    landscape: bool
    margin_x: float
    margin_y: float
    fill: float  # the share of the text width that tables take
    narrow_keys: bool  # the keys of the head run down the column of the labels, however narrow
    by_content: bool  # widths of columns follow the longest texts rather than a plan
    last_row_grows: bool  # a merged cell that needs more room makes its last row higher, else all of them
    across: str  # labels over a page end stand in the first part, the larger one, each (repeated), or flow over
    cuts_rows: bool
    repeats_headings: bool
    page_a_table: bool
    top_aligned: bool
    left_labels: bool
    left_values: bool
    right_amounts: bool
    vertical: bool  # merged labels in narrow columns run from top to bottom
    vertical_pitch: float
    item_lines: bool  # numbered items of a goal begin lines of their own
    radicals: bool  # ideographs that are radicals too come out as those, as browsers print them
    turn: int  # the rotation that pages carry: 0, 90, 180 or 270
    turned_page: int  # the only page that carries it, from 1; 0 for all
    page_number: str
    number_on_top: bool
    running_head: bool
    single_characters: bool  # each character is placed by itself
    rules_first: bool
    columns_first: bool  # texts are written column by column

    @property
    def line(self) -> float:
        """The distance of two lines of a cell."""
        return self.size * self.leading

    @property
    def page_size(self) -> tuple[float, float]:
        """Width and height of the page as displayed."""
        width, height = self.paper
        return (height, width) if self.landscape else (width, height)


def draw_style(draw: Draw, wide: bool, rules: Rules | None = "full") -> Style:
    """A random style; `wide` tables mostly stand on landscape pages. `rules` None draws them too."""
    maker = draw.weighted({"word": 0.42, "sheet": 0.33, "browser": 0.25})
    drawn = draw.weighted(_RULES)
    rules = rules or drawn
    browser, sheet = maker == "browser", maker == "sheet"
    size = draw.pick((7.0, 7.5, 8.0, 9.0)) if wide else draw.pick((8.0, 9.0, 9.0, 10.0, 10.0, 10.5, 10.5, 12.0))
    face = draw.pick(("SimSun", "SimSun", "SimHei", "FangSong", "MicrosoftYaHei", "KaiTi"))
    drawing = {
        "word": ("lines", "bars", "segments"),
        "sheet": ("lines", "lines", "segments"),
        "browser": ("cells", "segments", "bars"),
    }
    half = draw.pick(("edges", "edges", "head", "bands"))
    across = {"word": ("flow", "first", "flow"), "sheet": ("larger", "larger", "each"), "browser": ("first", "larger", "flow")}
    airy = rules != "full"
    return Style(
        maker=maker,
        rules=rules,
        half=half,
        drawing=draw.pick(drawing[maker]),
        rule_width=draw.pick((0.25, 0.48, 0.5, 0.5, 0.5, 0.63, 0.75, 1.0)),
        rule_colour=draw.pick(_GREYS),
        frame_width=draw.pick((1.0, 1.5, 2.0)) if draw.chance(0.2) else 0.0,
        double_frame=draw.chance(0.05),
        open_ends=browser and draw.chance(0.6),
        shading="bands"
        if rules == "half" and half == "bands"
        else draw.pick(("none",) * 5 + ("heading", "heading", "labels", "bands")),
        tint=draw.pick(_TINTS),
        face=face,
        title_face=draw.pick((face, "SimHei", "SimSun")),
        latin=draw.pick(("cjk", "cjk", "helv", "tiro")),
        size=size,
        title_size=size * draw.pick((1.2, 1.5, 1.6, 1.8)),
        bold_title=draw.chance(0.5),
        leading=draw.pick((1.15, 1.2, 1.25, 1.3, 1.45)),
        pad_x=draw.pick((4.0, 5.4, 5.4, 6.0)) if airy or not sheet else draw.pick((1.5, 2.0, 2.0, 3.0)),
        pad_y=draw.pick((0.5, 1.5, 3.0, 4.5)) + (1.5 if airy else 0.0),
        least_row=draw.pick((0.0, 0.0, 14.0, 18.0, 22.0, 28.0)),
        paper=_PAPERS[draw.pick(("A4",) * 9 + ("letter",)) if not wide else draw.pick(("A4", "A4", "A4", "A3"))],
        landscape=draw.chance(0.9 if wide else 0.08),
        margin_x=draw.pick((28.0, 42.0, 56.0, 70.0, 90.0)) if not wide else draw.pick((20.0, 28.0, 42.0)),
        margin_y=draw.pick((36.0, 54.0, 72.0)),
        fill=draw.pick((1.0, 1.0, 1.0, 0.97)),
        narrow_keys=draw.chance(0.2),
        by_content=draw.chance(0.5),
        last_row_grows=draw.chance(0.6),
        across=draw.pick(across[maker]),
        cuts_rows=draw.chance(0.3 if sheet else 0.7),
        repeats_headings=draw.chance(0.25),
        page_a_table=draw.chance(0.4),
        top_aligned=draw.chance(0.08),
        left_labels=draw.chance(0.06),
        left_values=draw.chance(0.2),
        right_amounts=draw.chance(0.2),
        vertical=draw.chance(0.2 if browser else 0.5),
        vertical_pitch=draw.pick((1.0, 1.05, 1.1)),
        item_lines=draw.chance(0.3),
        radicals=browser and draw.chance(0.5),
        turn=draw.pick((90, 180, 270)) if draw.chance(0.05) else 0,
        turned_page=draw.pick((0, 0, 1, 2)),
        page_number=draw.pick(_PAGE_NUMBERS),
        number_on_top=draw.chance(0.1),
        running_head=draw.chance(0.12),
        single_characters=draw.chance(0.2),
        rules_first=draw.chance(0.5),
        columns_first=draw.chance(0.1),
    )
