"""The reviewing room: what the error budget does not accept goes to a queue, people decide, and exports say what they decided.

`facts` makes a document's facts items, `filling` puts them into the queue, `items` gives them out in order, `structure`
and `reach` say what a decision may say and how far it goes, `boundaries` joins and splits cells, `beside` tells
what else the model holds possible, `queue` and `decisions` keep decisions and take them back, `agreement` says how far reviewers
agree, `applying` and `corrected` put them into what is exported. `pictures` draws what a reviewer sees, and `web` is the
application.
"""

from recognizer.reviewing.corrected import has_corrections, reviewed_documents, reviewed_jsons, write_corrections
from recognizer.reviewing.decisions import Decision, Reviewer, TakenError
from recognizer.reviewing.items import Filters, Item
from recognizer.reviewing.queue import Queue
from recognizer.reviewing.structure import RefusedError

__all__ = [
    "Decision", "Filters", "Item", "Queue", "RefusedError", "Reviewer", "TakenError", "has_corrections", "reviewed_documents",
    "reviewed_jsons", "write_corrections",
]
