"""Recognised pages of scans in an output folder: a run that was broken off, or that meets a page again, does not do it twice."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from recognizer.archive.stored import STORED, DamagedStoreError, load, store
from recognizer.types import Document, Page

SCANS = "scans"  # the folder of recognised pages, within that of stored documents


@dataclass(frozen=True, slots=True)
class RecognisedPages:
    """Those that stand in the output `folder`, a file each, by the hash of their picture."""

    folder: Path

    def find(self, key: str) -> tuple[Page, str] | None:
        """The page of this key and what is said of it; None where none stands here that this version can use."""
        with contextlib.suppress(OSError, DamagedStoreError):
            document, _ = load(self._path(key))
            (page,) = (block for block in document.blocks if isinstance(block, Page))
            return page, "".join(document.warnings)
        return None

    def keep(self, key: str, recognised: tuple[Page, str]) -> None:
        """Has the page stand here; where the folder takes no more is for others to say, who write more than this."""
        page, said = recognised
        with contextlib.suppress(OSError):
            store(self._path(key), Document("", "picture", (page,), warnings=(said,) if said else ()), ())

    def _path(self, key: str) -> Path:
        return self.folder / STORED / SCANS / key[:2] / f"{key}.page"
