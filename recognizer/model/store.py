"""The model as one value, and its file: a NumPy archive of arrays and words, read without pickle, so it can run no code."""

from __future__ import annotations

import json
import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from recognizer.errors import ModelError
from recognizer.model.calibrator import Calibrator, load_calibrator, save_calibrator
from recognizer.model.network import Network
from recognizer.model.text import BUCKETS, TextModel
from recognizer.resources import CARD_NAME, FILE_NAME, models_folder

# The types that a model's file may hold: half and single floats, and words. Anything else, objects above all, is refused unread.
TRUSTED = frozenset({"<f2", "<f4", "<U"})
MOST_BYTES = 1 << 28  # that a model's file may unpack to


@dataclass(slots=True)
class Networks:
    """The networks that read pieces, in the order in which they are asked.

    `piece_look`: what a piece is part of, before any join. `joiner`: whether two pieces are one cell, `second_joiner` the same
    once it is known what the first said of all pairs. `first_look` and `second_look` label whole cells; `periods` gives values,
    amounts and goals their period.
    """

    piece_look: Network
    joiner: Network
    second_joiner: Network
    first_look: Network
    second_look: Network
    periods: Network


@dataclass(slots=True)
class Model:
    """Everything learned.

    `text`: label scores of a text alone. `seams`: whether the characters at a boundary read on. `levels`: scores of level 2
    for an indicator's name. `cells` are the networks for cells of grids, `parts` those for the parts of packed cells. `card`
    says how and from what the model was trained; `calibrator` makes confidences of its certainty, None where there is none yet.
    """

    text: TextModel
    seams: TextModel
    levels: TextModel
    cells: Networks
    parts: Networks
    card: dict[str, Any] = field(default_factory=dict)
    calibrator: Calibrator | None = None


def save_model(model: Model, folder: Path) -> Path:
    """Writes the model and its card into `folder`; returns the model's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    texts = {name: getattr(model, name) for name in _TEXTS}
    networks = {
        f"{group}.{part.name}": getattr(getattr(model, group), part.name) for group in _GROUPS for part in fields(Networks)
    }
    arrays = {f"{name}.{key}": array for name, part in (texts | networks).items() for key, array in _arrays(part)}
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    (folder / CARD_NAME).write_text(json.dumps(model.card, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if model.calibrator:
        save_calibrator(model.calibrator, folder)
    return path


def load_model(folder: Path) -> Model:
    """The model stored in `folder`. Raises ModelError when it is missing or holds anything but arrays and words."""
    path = folder / FILE_NAME
    try:
        _check(path)
        with np.load(path, allow_pickle=False) as arrays:
            parts: dict[str, Any] = {name: _text_model(arrays, name) for name in _TEXTS}
            for group in _GROUPS:
                parts[group] = Networks(**{part.name: _network(arrays, f"{group}.{part.name}") for part in fields(Networks)})
        card = json.loads((folder / CARD_NAME).read_text("utf-8"))
        calibrator = load_calibrator(folder)
        made_for_it = calibrator is not None and calibrator.model == card.get("name")
        return Model(**parts, card=card, calibrator=calibrator if made_for_it else None)
    except FileNotFoundError as error:
        raise ModelError("no model is stored there", path=path, stage="label", hint="`recognizer train` makes one") from error
    except (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelError(
            f"cannot be loaded: {error}", path=path, stage="label", hint="`recognizer train` makes a new one"
        ) from error


def _check(path: Path) -> None:
    """Raises ValueError for a file that holds more, or anything else, than a model does; reads no more of it than headers."""
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
            raise ValueError("it would unpack to more than a model holds")
        for entry in archive.infolist():
            with archive.open(entry) as file:
                if np.lib.format.read_magic(file) != (1, 0):
                    raise ValueError(f"{entry.filename} is of another format")
                shape, _, kind = np.lib.format.read_array_header_1_0(file)
            if (kind.str[:2] if kind.kind == "U" else kind.str) not in TRUSTED:
                raise ValueError(f"{entry.filename} holds {kind.str}, which no model does")
            if kind.itemsize * math.prod(shape) > MOST_BYTES:
                raise ValueError(f"{entry.filename} says that it is larger than any model")


@lru_cache(maxsize=1)
def shipped_model() -> Model:
    """The model that comes with the product, loaded once."""
    return load_model(models_folder())


_TEXTS = ("text", "seams", "levels")
_GROUPS = ("cells", "parts")


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
