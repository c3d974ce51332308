"""The room of the controlled vocabulary: what indicators, labels and items of funds are called by common name.

The vocabulary is data (vocabulary.csv beside this file, or a file of the user's own); docs/vocabulary.md says how to edit it.
"""

from recognizer.concepts.checking import Problem, VocabularyError
from recognizer.concepts.entries import Concept, Direction, Kind, Source, Vocabulary, Wording
from recognizer.concepts.files import concept, load_vocabulary, save_vocabulary, shipped_vocabulary, vocabulary_in_use

__all__ = [
    "Concept", "Direction", "Kind", "Problem", "Source", "Vocabulary", "VocabularyError", "Wording", "concept", "load_vocabulary",
    "save_vocabulary", "shipped_vocabulary", "vocabulary_in_use",
]
