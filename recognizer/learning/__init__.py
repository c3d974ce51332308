"""Learning: from corrections to a better model."""

from recognizer.learning.corrections import Correction, truths
from recognizer.learning.replay import Replay, replay_for
from recognizer.learning.retraining import USUAL, Learning, retrained

__all__ = ["USUAL", "Correction", "Learning", "Replay", "replay_for", "retrained", "truths"]
