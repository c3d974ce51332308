"""The model as one value, and its file: skops (arrays and words, nothing that could run code when loaded)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from recognizer.errors import ModelError
from recognizer.model.network import Network
from recognizer.model.text import TextModel
from recognizer.resources import models_folder

TRUSTED_TYPES: list[str] = []  # beyond skops' own list of safe types the file may hold none
FILE_NAME, CARD_NAME = "default.skops", "default.json"


@dataclass(slots=True)
class Model:
    """Everything learned.

    `text`: label scores of a text alone. `joiner`: whether two pieces are one cell, `packed_joiner` the same inside
    packed cells; `seams`: whether the characters at a boundary read on. `first_look` and `second_look` label cells,
    `packed_first` and `packed_second` the parts of packed cells. `levels`: scores of level 2 for an indicator's name.
    `card` says how and from what it was trained.
    """

    text: TextModel
    joiner: Network
    seams: TextModel
    first_look: Network
    second_look: Network
    packed_joiner: Network
    packed_first: Network
    packed_second: Network
    levels: TextModel
    card: dict[str, Any] = field(default_factory=dict)


def save_model(model: Model, folder: Path) -> Path:
    """Writes the model and its card into `folder`; returns the model's path."""
    from skops.io import dump

    folder.mkdir(parents=True, exist_ok=True)
    state = {name: _packed(getattr(model, name)) for name in _PARTS}
    path = folder / FILE_NAME
    dump(state, path, compression=8)
    (folder / CARD_NAME).write_text(json.dumps(model.card, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path


def load_model(folder: Path) -> Model:
    """The model stored in `folder`. Raises ModelError when it is missing or holds anything but arrays and words."""
    from skops.io import load

    path = folder / FILE_NAME
    try:
        state = load(path, trusted=TRUSTED_TYPES)
        card = json.loads((folder / CARD_NAME).read_text("utf-8"))
        parts: dict[str, Any] = {name: _unpacked(state[name]) for name in _PARTS}
        return Model(**parts, card=card)
    except FileNotFoundError as error:
        raise ModelError("no model is stored there", path=path, stage="label", hint="`recognizer train` makes one") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"cannot be loaded: {error}", path=path, stage="label", hint="`recognizer train` makes a new one"
        ) from error


@lru_cache(maxsize=1)
def shipped_model() -> Model:
    """The model that comes with the product, loaded once."""
    return load_model(models_folder())


_PARTS = ("text", "joiner", "seams", "first_look", "second_look", "packed_joiner", "packed_first", "packed_second", "levels")


def _packed(part: TextModel | Network) -> dict[str, Any]:
    if isinstance(part, TextModel):
        return {"classes": list(part.classes), "weights": part.weights, "bias": part.bias, "lexicon": sorted(part.lexicon)}
    return {
        "classes": list(part.classes),
        "weights": [matrix.astype(np.float16) for matrix in part.weights],
        "biases": part.biases,
    }


def _unpacked(state: dict[str, Any]) -> TextModel | Network:
    if "lexicon" in state:
        return TextModel(tuple(state["classes"]), state["weights"], state["bias"], frozenset(state["lexicon"]))
    return Network(tuple(state["classes"]), [matrix.astype(np.float32) for matrix in state["weights"]], list(state["biases"]))
