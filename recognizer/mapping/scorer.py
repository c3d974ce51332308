"""What was learned of names, and its file: a NumPy archive of arrays, read without pickle, so it can run no code."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import exp, log
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognizer.errors import ModelError
from recognizer.mapping.associations import Associations
from recognizer.mapping.index import Floats
from recognizer.model.network import Network
from recognizer.resources import models_folder

FILE_NAME, CARD_NAME = "names.npz", "names.json"
CLASSES = ("apart", "together")
_MOST_LEAD = 2.0  # further leads are no surer
_LEAST = 1e-4  # probabilities are kept so far from 0 and 1 when their odds are taken


@dataclass(slots=True)
class Scorer:
    """What pieces of names say of concepts, networks that say of a pair of a name and a concept whether they belong together,
    whose mean counts, and what makes of the two best pairs of a name the probability that the best is right (`weights` of
    their log odds and of how far the pieces speak for the best against all others, `bias`).

    Names whose probability is below `threshold` are mapped to nothing.
    """

    associations: Associations
    networks: tuple[Network, ...]
    weights: tuple[float, float, float] = (1.0, 0.0, 0.0)
    bias: float = 0.0
    threshold: float = 0.5
    card: dict[str, Any] = field(default_factory=dict)

    def pairs(self, features: Floats) -> Floats:
        """(pairs,) how likely each belongs together, seen alone."""
        if not len(features):
            return np.zeros(0, np.float32)
        several = np.stack([network.probabilities(features)[:, 1] for network in self.networks])
        return np.asarray(several.mean(axis=0), np.float32)

    def confidence(self, best: float, second: float, lead: float) -> float:
        """The probability that the best pair of a name is right, from how likely it and the second are, and how far the pieces
        speak for it."""
        weighted = sum(weight * one for weight, one in zip(self.weights, evidence(best, second, lead), strict=True))
        return 1 / (1 + exp(-weighted - self.bias))


def evidence(best: float, second: float, lead: float) -> tuple[float, float, float]:
    """What the confidence of a match follows from."""
    return log_odds(best), log_odds(second), min(max(lead, -_MOST_LEAD), _MOST_LEAD)


def log_odds(probability: float) -> float:
    """The logarithm of the odds of a probability, within bounds."""
    within = min(max(probability, _LEAST), 1 - _LEAST)
    return log(within / (1 - within))


def save_scorer(scorer: Scorer, folder: Path) -> Path:
    """Writes the scorer and its card into `folder`; returns the scorer's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    own = scorer.associations
    arrays: dict[str, Any] = {
        "calibration": np.array([*scorer.weights, scorer.bias, scorer.threshold]), "pieces": _bytes(own.pieces),
        "concepts": _bytes(own.concepts), "sizes": np.diff(own.starts).astype(np.uint16),
        "columns": own.columns.astype(np.uint16), "said": own.weights, "biases": own.biases, "scale": np.array(own.scale)}
    for number, network in enumerate(scorer.networks):
        for layer, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
            arrays[f"{number}.weight{layer}"], arrays[f"{number}.bias{layer}"] = weight.astype(np.float16), bias
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    (folder / CARD_NAME).write_text(json.dumps(scorer.card, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path


def load_scorer(folder: Path) -> Scorer:
    """The scorer stored in `folder`. Raises ModelError when it is missing or holds anything but what it should."""
    path = folder / FILE_NAME
    try:
        with np.load(path, allow_pickle=False) as arrays:
            networks: list[Network] = []
            while f"{len(networks)}.weight0" in arrays:
                networks.append(_network(arrays, len(networks)))
            first, second, lead, bias, threshold = map(float, arrays["calibration"])
            associations = _associations(arrays)
        if not networks:
            raise ValueError("no network")
        card = json.loads((folder / CARD_NAME).read_text("utf-8"))
        return Scorer(associations, tuple(networks), (first, second, lead), bias, threshold, card)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelError(
            f"cannot be loaded: {error}", path=path, stage="map", hint="`recognizer vocabulary learn` makes a new one") from error


def _bytes(texts: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode(), np.uint8)


def _associations(arrays: Mapping[str, Any]) -> Associations:
    pieces, concepts = (bytes(arrays[key].astype(np.uint8)).decode().split("\n") for key in ("pieces", "concepts"))
    starts = np.concatenate([[0], np.cumsum(arrays["sizes"].astype(np.int64))])
    columns, weights = arrays["columns"].astype(np.int64), arrays["said"].astype(np.int8)
    biases = arrays["biases"].astype(np.float32)
    fits = len(starts) == len(pieces) + 1 and columns.shape == weights.shape == (starts[-1],) and biases.shape == (len(concepts),)
    if not fits or (len(columns) and not 0 <= columns.min() <= columns.max() < len(concepts)):
        raise ValueError("its parts do not fit together")
    return Associations({piece: row for row, piece in enumerate(pieces)}, tuple(concepts), starts, columns, weights, biases,
                        float(arrays["scale"]))


def _network(arrays: Mapping[str, Any], number: int) -> Network:
    layers = range(sum(key.startswith(f"{number}.weight") for key in arrays))
    weights = [arrays[f"{number}.weight{layer}"].astype(np.float32) for layer in layers]
    biases = [arrays[f"{number}.bias{layer}"].astype(np.float32) for layer in layers]
    widths = [weight.shape[1] for weight in weights]
    fits = [bias.shape for bias in biases] == [(width,) for width in widths] and widths[-1:] == [len(CLASSES)]
    if not fits or [weight.shape[0] for weight in weights[1:]] != widths[:-1]:
        raise ValueError("its parts do not fit together")
    return Network(CLASSES, weights, biases)


@lru_cache(maxsize=1)
def shipped_scorer() -> Scorer:
    """The scorer that comes with the product, loaded once."""
    return load_scorer(models_folder())
