"""The room of new cities: how far their layouts lie from those known, what to expect of them, and which cells to ask about first.

`layouts` groups documents, `expectation` says what F1 to expect before any label, `questions` and `choosing` find the cells whose
answers would bring the most, and `meter` remembers from model to model what was promised and what came of it.
"""

from recognizer.newcity.choosing import Proposal, propose
from recognizer.newcity.expectation import Expectation, expected
from recognizer.newcity.layouts import LayoutGroup, groups
from recognizer.newcity.meter import Measured, Survey, advice, survey
from recognizer.newcity.questions import Question, look, questions_of

__all__ = [
    "Expectation", "LayoutGroup", "Measured", "Proposal", "Question", "Survey", "advice", "expected", "groups", "look", "propose",
    "questions_of", "survey",
]
