"""The reviewing room: what the error budget does not accept goes to a queue, people decide, and exports say what they decided.

`facts` makes a document's facts items, `filling` puts them into the queue, `items` gives them out in order, `structure`
and `reach` say what a decision may say and how far it goes, `queue` keeps decisions and takes them back, `applying` and
`corrected` put them into what is exported. `pictures` draws what a reviewer sees, and `web` is the application.
"""

from recognizer.reviewing.corrected import has_corrections, reviewed_documents, reviewed_jsons, write_corrections
from recognizer.reviewing.items import Filters, Item
from recognizer.reviewing.queue import Decision, Queue, Reviewer, TakenError
from recognizer.reviewing.structure import RefusedError

__all__ = [
    "Decision", "Filters", "Item", "Queue", "RefusedError", "Reviewer", "TakenError", "has_corrections", "reviewed_documents",
    "reviewed_jsons", "write_corrections",
]
