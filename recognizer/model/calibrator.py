"""What turns the signals of a fact into a calibrated confidence, as data: weights, tested facts, known layouts.

It stands beside the model as JSON, `default.calibration.json`: numbers and words, nothing that could run.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognizer.errors import ModelError

CALIBRATION_NAME = "default.calibration.json"
FORM = 2  # of the file
_FORMS = {True: "drawn", False: "dump"}
_KINDS = (("right", 1.0), ("wrong", 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The confidence of one kind of facts: log-odds are `intercept` plus the signals times `weights`.

    `tested` (facts, 2) are facts that neither model nor curve had seen when they were judged: confidence, and 1 where right;
    those of tables with drawn columns under True, those of text dumps under False.
    """

    intercept: float
    weights: tuple[float, ...]
    tested: Mapping[bool, NDArray[np.float64]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Calibrator:
    """The curve of each kind of facts, the signals they go by, the layouts known by name, and for which model it was made.

    `strange` is the distance to the nearest known layout beyond which a document counts as unlike everything known.
    """

    model: str
    signals: tuple[str, ...]
    doubts: tuple[str, ...]
    curves: Mapping[str, Curve]
    layouts: tuple[tuple[str, Mapping[str, float]], ...]
    strange: float


def save_calibrator(calibrator: Calibrator, folder: Path) -> Path:
    """Writes it beside the model of `folder`; returns its path."""
    path = folder / CALIBRATION_NAME
    content = {
        "form": FORM, "model": calibrator.model, "signals": calibrator.signals, "doubts": calibrator.doubts,
        "strange": round(calibrator.strange, 4),
        "curves": {
            kind: {"intercept": round(curve.intercept, 5), "weights": [round(weight, 5) for weight in curve.weights],
                   "tested": {_FORMS[drawn]: _split(facts) for drawn, facts in curve.tested.items()}}
            for kind, curve in calibrator.curves.items()
        },
        "layouts": {name: {pair: round(share, 4) for pair, share in profile.items()} for name, profile in calibrator.layouts},
    }
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
    return path


def load_calibrator(folder: Path) -> Calibrator | None:
    """The calibrator beside the model of `folder`, None where there is none or one of another version's form.

    Raises ModelError for a file that is none.
    """
    path = folder / CALIBRATION_NAME
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["form"] != FORM:
            return None
        width = len(content["signals"]) + len(content["doubts"])
        return Calibrator(
            str(content["model"]), tuple(map(str, content["signals"])), tuple(map(str, content["doubts"])),
            {str(kind): _curve(curve, width) for kind, curve in content["curves"].items()},
            tuple((str(name), dict(profile)) for name, profile in content["layouts"].items()), float(content["strange"]),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"cannot be loaded: {error}", path=path, stage="check", hint="`make eval` makes a new one") from error


def _curve(content: Mapping[str, Any], signals: int) -> Curve:
    weights = tuple(float(weight) for weight in content["weights"])
    if len(weights) != signals or not all(map(math.isfinite, (*weights, float(content["intercept"])))):
        raise ValueError("weights and signals do not fit together")
    tested = {
        drawn: _surest_first(np.concatenate([_judged(content["tested"][form][kind], right) for kind, right in _KINDS]))
        for drawn, form in _FORMS.items() if form in content["tested"]
    }
    return Curve(float(content["intercept"]), weights, tested)


def _surest_first(facts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Facts in the order in which thresholds take them, so that none has to sort them again."""
    return facts[np.argsort(-facts[:, 0], kind="stable")]


def _judged(confidences: Sequence[float], right: float) -> NDArray[np.float64]:
    found = np.asarray(confidences, np.float64)
    return np.stack([found, np.full(len(found), right)], axis=1)


def _split(facts: NDArray[np.float64]) -> dict[str, list[float]]:
    """Confidences of right and of wrong facts."""
    return {kind: [round(confidence, 4) for confidence in facts[facts[:, 1] == right, 0].tolist()] for kind, right in _KINDS}
