"""Scans: pictures of pages read into the same runs and rules that born-digital pages have, for no later room to tell them apart.

A picture is laid upright and straight (`ink`), its rules and lines of text are found (`lines`) and its characters recognised,
line by line within the cells that the rules draw (`recognition`). Each character carries how sure the reading of it is.
"""

from __future__ import annotations

from .ink import DPI
from .layer import read_suspect
from .page import page_of_picture, read_scan
from .pictures import read_pictures

__all__ = ["DPI", "page_of_picture", "read_pictures", "read_scan", "read_suspect"]
