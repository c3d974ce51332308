"""Where the data that ships with the product stands: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

FILE_NAME, CARD_NAME = "default.npz", "default.json"  # of a model, in its folder
_PACKAGE = Path(__file__).resolve().parent
_SHIPPED = _PACKAGE / "_shipped"


def models_folder() -> Path:
    """The folder of the shipped model and its card."""
    return _SHIPPED / "models" if _SHIPPED.is_dir() else _PACKAGE.parent / "models"


def training_folder() -> Path:
    """The folder of labelled documents and text banks."""
    return _SHIPPED / "training_data" if _SHIPPED.is_dir() else _PACKAGE.parent / "training_data"


def gold_folder() -> Path:
    """The folder of the gold records that a new model is held against."""
    return _SHIPPED / "gold" if _SHIPPED.is_dir() else _PACKAGE.parent / "eval" / "gold"


def names_folder() -> Path:
    """The folder of gold names labelled with concepts."""
    return _SHIPPED / "names" if _SHIPPED.is_dir() else _PACKAGE.parent / "eval" / "names"
