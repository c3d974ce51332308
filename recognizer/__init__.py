"""recognizer: from archived budget-performance tables to tidy, trustworthy records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recognizer.api import Digitized
    from recognizer.digitizing import digitize

__version__ = "0.1.0"
__all__ = ["Digitized", "__version__", "digitize"]


def __getattr__(name: str) -> Any:
    """Loads what needs numerical libraries only when it is asked for."""
    if name == "digitize":
        from recognizer.digitizing import digitize

        return digitize
    if name == "Digitized":
        from recognizer.api import Digitized

        return Digitized
    raise AttributeError(f"module 'recognizer' has no attribute {name!r}")
