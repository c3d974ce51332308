"""What a process of our own does before anything else."""

from __future__ import annotations

import sys


def leave_out_layout_network() -> None:
    """Keeps PyMuPDF from loading its layout network when it is imported: most of a second and 50 MB for what is never asked.

    Only processes of our own do this: a program that imports the package may want the network.
    """
    sys.modules.setdefault("pymupdf.layout", None)  # type: ignore[arg-type]
