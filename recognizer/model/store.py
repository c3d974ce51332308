"""The model as one value, and its file: a NumPy archive of arrays and words, read without pickle, so it can run no code."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from recognizer.errors import ModelError
from recognizer.model.network import Network
from recognizer.model.text import BUCKETS, TextModel
from recognizer.resources import models_folder

FILE_NAME, CARD_NAME = "default.npz", "default.json"


@dataclass(slots=True)
class Model:
    """Everything learned.

    `text`: label scores of a text alone. `joiner`: whether two pieces are one cell, `second_joiner` the same once
    it is known what the first said of all pairs; `packed_joiner` and `packed_second_joiner` do so inside packed
    cells. `seams`: whether the characters at a boundary read on. `first_look` and `second_look` label cells,
    `periods` gives values, amounts and goals their period; `packed_first`, `packed_second` and `packed_periods` do
    so for the parts of packed cells. `levels`: scores of level 2 for an indicator's name. `card` says how and from
    what it was trained.
    """

    text: TextModel
    joiner: Network
    second_joiner: Network
    seams: TextModel
    first_look: Network
    second_look: Network
    periods: Network
    packed_joiner: Network
    packed_second_joiner: Network
    packed_first: Network
    packed_second: Network
    packed_periods: Network
    levels: TextModel
    card: dict[str, Any] = field(default_factory=dict)


def save_model(model: Model, folder: Path) -> Path:
    """Writes the model and its card into `folder`; returns the model's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    arrays = {f"{name}.{key}": array for name in (*_TEXTS, *_NETWORKS) for key, array in _arrays(getattr(model, name))}
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    (folder / CARD_NAME).write_text(json.dumps(model.card, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path


def load_model(folder: Path) -> Model:
    """The model stored in `folder`. Raises ModelError when it is missing or holds anything but arrays and words."""
    path = folder / FILE_NAME
    try:
        with np.load(path, allow_pickle=False) as arrays:
            parts: dict[str, Any] = {name: _text_model(arrays, name) for name in _TEXTS}
            parts.update({name: _network(arrays, name) for name in _NETWORKS})
        card = json.loads((folder / CARD_NAME).read_text("utf-8"))
        return Model(**parts, card=card)
    except FileNotFoundError as error:
        raise ModelError("no model is stored there", path=path, stage="label", hint="`recognizer train` makes one") from error
    except (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelError(
            f"cannot be loaded: {error}", path=path, stage="label", hint="`recognizer train` makes a new one"
        ) from error


@lru_cache(maxsize=1)
def shipped_model() -> Model:
    """The model that comes with the product, loaded once."""
    return load_model(models_folder())


_TEXTS = ("text", "seams", "levels")
_NETWORKS = (
    "joiner", "second_joiner", "first_look", "second_look", "periods",
    "packed_joiner", "packed_second_joiner", "packed_first", "packed_second", "packed_periods",
)


def _arrays(part: TextModel | Network) -> Iterator[tuple[str, Any]]:
    yield "classes", np.asarray(part.classes)
    if isinstance(part, TextModel):
        yield "weights", part.weights.astype(np.float16)
        yield "bias", part.bias
        yield "lexicon", np.asarray(sorted(part.lexicon), dtype=np.str_)
        return
    for layer, (weight, bias) in enumerate(zip(part.weights, part.biases, strict=True)):
        yield f"weight{layer}", weight.astype(np.float16)
        yield f"bias{layer}", bias


def _text_model(arrays: Mapping[str, Any], name: str) -> TextModel:
    classes = _words(arrays, f"{name}.classes")
    weights, bias = arrays[f"{name}.weights"], arrays[f"{name}.bias"]
    if weights.shape != (BUCKETS, len(classes)) or bias.shape != (len(classes),):
        raise ValueError(f"the parts of {name} do not fit together")
    return TextModel(classes, weights, bias, frozenset(_words(arrays, f"{name}.lexicon")))


def _words(arrays: Mapping[str, Any], name: str) -> tuple[str, ...]:
    # NumPy gives a part that is no array as bytes.
    return tuple(arrays[name].astype(np.str_).tolist())


def _network(arrays: Mapping[str, Any], name: str) -> Network:
    layers = range(sum(key.startswith(f"{name}.weight") for key in arrays))
    classes = _words(arrays, f"{name}.classes")
    weights = [arrays[f"{name}.weight{layer}"].astype(np.float32) for layer in layers]
    biases = [arrays[f"{name}.bias{layer}"] for layer in layers]
    widths = [weight.shape[1] for weight in weights]
    if (
        [bias.shape for bias in biases] != [(width,) for width in widths]
        or [weight.shape[0] for weight in weights[1:]] != widths[:-1]
        or widths[-1:] != [len(classes)]
    ):
        raise ValueError(f"the parts of {name} do not fit together")
    return Network(classes, weights, biases)
