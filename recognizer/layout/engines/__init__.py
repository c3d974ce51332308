"""Other engines beside our own: what camelot, and PyMuPDF's layout network, take for the cells of a page.

An engine says where cells are and never what they print: texts are always the page's own characters, so that readings can be
compared cell by cell, and nothing an engine garbles comes out. What each is worth is measured in docs/layout-engines.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from recognizer.errors import RecognizerError, UsageError

if TYPE_CHECKING:
    from recognizer.layout.lattice import Lattice
    from recognizer.types import Page

# In what two engines may read a cell differently.
TEXT, SPANS, ROWS = KINDS = ("text", "spans", "rows")


class Layout(StrEnum):
    """Which engine lays pages out, and which gives a second opinion."""

    NATIVE = "native"  # our own
    CAMELOT = "camelot"  # camelot's tables, our own where it finds none
    BOTH = "both"  # our own, and camelot's opinion of each page
    DEEP = "deep"  # our own, and the layout network's opinion of pages that it is unsure of


Engine = Callable[["Page"], "Sequence[Lattice] | None"]  # the tables of a page; None where the engine cannot say


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """Another engine's opinion of the pages of a document. `decides`: its tables go before our own; else they are compared.
    `when_unsure`: it is asked only of pages that our own engine is unsure of. `kinds` are the differences that say something
    of a cell (see `disagreement`). `warn` is told where it failed.
    """

    engine: Engine
    decides: bool
    when_unsure: bool
    kinds: tuple[str, ...]
    warn: Callable[[str], None]

    def on(self, page: Page, sure: bool) -> Sequence[Lattice]:
        """The engine's tables of a page, none where it has nothing to say."""
        if sure and self.when_unsure:
            return ()
        try:
            return self.engine(page) or ()
        except Exception as error:  # other packages raise what they like, and their opinion can be done without
            self.warn(f"page {page.number}: the second layout engine failed ({_said(error)}); our own reading is kept")
            return ()


def second_opinion(layout: str, path: Path | None, warn: Callable[[str], None]) -> SecondOpinion | None:
    """The opinion that a layout asks for besides our own, of the PDF at `path`; None where it asks for none.

    Raises UsageError for a layout that there is not, and where the engine's package is not installed.
    """
    if layout not in list(Layout):
        raise UsageError(f"no such layout: {layout}; there are {', '.join(Layout)}", stage="layout")
    if layout == Layout.NATIVE:
        return None
    try:
        if path is None:
            raise FileNotFoundError("it was not read from a file")
        engine = _engine(Layout(layout), path)
    except RecognizerError:
        raise
    except Exception as error:  # the file may be gone, or come from nowhere
        warn(f"the layout {layout} cannot have the file itself ({_said(error)}); our own reading is kept")
        return None
    if layout == Layout.DEEP:
        return SecondOpinion(engine, False, True, (SPANS,), warn)  # where it takes texts for others it is mostly wrong
    return SecondOpinion(engine, layout == Layout.CAMELOT, False, KINDS, warn)


def _engine(layout: Layout, path: Path) -> Engine:
    if layout is Layout.DEEP:
        from recognizer.layout.engines.network import LayoutNetwork

        return LayoutNetwork(path)
    from recognizer.layout.engines.camelot import Camelot

    return Camelot(path)


def _said(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
