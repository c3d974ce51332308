"""The last room of the journey: records become JSON documents and tables on disk.

`to_json` gives a document's JSON, the `*_frame` functions its tables, and an `OutputFolder` writes both for a run of
any length, so that nothing half-written ever stands under its final name.
"""

from recognizer.exporting.document import SCHEMA_VERSION, document_schema, to_json, to_text, with_source
from recognizer.exporting.files import FAILURES, Failure, FolderInUseError, OutputFolder, document_path, is_in_use
from recognizer.exporting.review import REVIEW_BELOW, Doubtful, doubtful_facts
from recognizer.exporting.tables import (
    TABLES,
    Columns,
    attributes_frame,
    funds_frame,
    goals_frame,
    records_frame,
)

__all__ = [
    "FAILURES",
    "REVIEW_BELOW",
    "SCHEMA_VERSION",
    "TABLES",
    "Columns",
    "Doubtful",
    "Failure",
    "FolderInUseError",
    "OutputFolder",
    "attributes_frame",
    "document_path",
    "document_schema",
    "doubtful_facts",
    "funds_frame",
    "goals_frame",
    "is_in_use",
    "records_frame",
    "to_json",
    "to_text",
    "with_source",
]
