"""The measuring room: how right records, labels, joins and confidences are.

`score` counts the facts of a document that were read rightly, `compare_labels` holds labelled cells against the true
ones, `fact_confidences` and `calibrate` say how far a confidence can be trusted.
"""

from recognizer.measuring.calibration import Calibration, ReliabilityBin, RiskPoint, calibrate, fact_confidences, risk_coverage
from recognizer.measuring.confusion import LabelComparison, Share, compare_labels
from recognizer.measuring.facts import KINDS, Counts, Error, Fact, Scores, facts, pool, score

__all__ = [
    "KINDS", "Calibration", "Counts", "Error", "Fact", "LabelComparison", "ReliabilityBin", "RiskPoint", "Scores", "Share",
    "calibrate", "compare_labels", "fact_confidences", "facts", "pool", "risk_coverage", "score",
]
