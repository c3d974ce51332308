"""recognizer: from archived budget-performance tables to tidy, trustworthy records."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recognizer.api import Digitized
    from recognizer.digitizing import digitize, digitize_pages
    from recognizer.mapping import map_name, parse_value

__version__ = "0.1.0"
__all__ = ["Digitized", "__version__", "digitize", "digitize_pages", "map_name", "parse_value"]

# What a program may use, by the module it stands in.
_PUBLIC = {"Digitized": "recognizer.api", "digitize": "recognizer.digitizing",
           "digitize_pages": "recognizer.digitizing", "map_name": "recognizer.mapping",
           "parse_value": "recognizer.mapping"}


def __getattr__(name: str) -> Any:
    """Loads what needs other libraries only when it is asked for."""
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'recognizer' has no attribute {name!r}")
