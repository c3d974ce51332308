"""What was learned of names, and its file: a NumPy archive of arrays, read without pickle, so it can run no code."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from recognizer.errors import ModelError
from recognizer.mapping.index import Floats
from recognizer.model.network import Network
from recognizer.resources import models_folder

FILE_NAME, CARD_NAME = "names.npz", "names.json"
CLASSES = ("apart", "together")
_LEAST = 1e-4  # probabilities are kept so far from 0 and 1 when their odds are taken


@dataclass(slots=True)
class Scorer:
    """Networks that say of a pair of a name and a concept whether they belong together, whose mean counts, and what makes of the
    two best pairs of a name the probability that the best is right (`weights` of their log odds, `bias`).

    Names whose probability is below `threshold` are mapped to nothing.
    """

    networks: tuple[Network, ...]
    weights: tuple[float, float] = (1.0, 0.0)
    bias: float = 0.0
    threshold: float = 0.5
    card: dict[str, Any] = field(default_factory=dict)

    def pairs(self, features: Floats) -> Floats:
        """(pairs,) how likely each belongs together, seen alone."""
        if not len(features):
            return np.zeros(0, np.float32)
        several = np.stack([network.probabilities(features)[:, 1] for network in self.networks])
        return np.asarray(several.mean(axis=0), np.float32)

    def confidence(self, best: float, second: float) -> float:
        """The probability that the best pair of a name is right, from how likely it and the second are."""
        weighted = self.weights[0] * log_odds(best) + self.weights[1] * log_odds(second) + self.bias
        return float(1 / (1 + np.exp(-weighted)))


def log_odds(probability: float) -> float:
    """The logarithm of the odds of a probability, within bounds."""
    within = min(max(probability, _LEAST), 1 - _LEAST)
    return float(np.log(within / (1 - within)))


def save_scorer(scorer: Scorer, folder: Path) -> Path:
    """Writes the scorer and its card into `folder`; returns the scorer's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    arrays: dict[str, Any] = {"calibration": np.array([*scorer.weights, scorer.bias, scorer.threshold])}
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
            first, second, bias, threshold = map(float, arrays["calibration"])
        if not networks:
            raise ValueError("no network")
        card = json.loads((folder / CARD_NAME).read_text("utf-8"))
        return Scorer(tuple(networks), (first, second), bias, threshold, card)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelError(
            f"cannot be loaded: {error}", path=path, stage="map", hint="`recognizer vocabulary learn` makes a new one") from error


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
