"""What is around a cell and what it looks like: the inputs of the joiner and of the labeller."""

from recognizer.context.features import features, group_matrix
from recognizer.context.neighbours import GAPS, Context, context_of
from recognizer.context.periods import PERIODED, period_features
from recognizer.context.shape import SHAPES, shapes

__all__ = ["GAPS", "PERIODED", "SHAPES", "Context", "context_of", "features", "group_matrix", "period_features", "shapes"]
