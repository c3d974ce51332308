"""What a program gets from `recognizer.digitize`: the facts of a document as data types, as a data frame and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from recognizer.exporting.document import to_json
from recognizer.exporting.review import Doubtful, doubtful_facts
from recognizer.types import LabelledCell, LabelledGrid, Project, Records

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, slots=True)
class Digitized:
    """A digitised document.

    >>> document = recognizer.digitize("forms_2024.md")
    >>> document.projects[0].indicators[0].values[0].text
    '≥4部'
    >>> document.to_frame()[["project_name", "name", "value", "confidence"]]

    `records` are the facts; `grids` are the tables they were put together from.
    """

    records: Records
    grids: tuple[LabelledGrid, ...] = ()

    @property
    def labelled(self) -> tuple[LabelledCell, ...]:
        """The cells of all tables in reading order, each with what it was taken for and the probability of that."""
        return tuple(entry for grid in self.grids for row in grid.rows for entry in row)

    @property
    def projects(self) -> tuple[Project, ...]:
        """The projects in printed order; empty where the document has no table of performance targets."""
        return self.records.projects

    @property
    def doubtful(self) -> tuple[Doubtful, ...]:
        """The facts that need review (the error budget does not accept them, or a check fired), the most doubtful first."""
        return doubtful_facts(self.records)

    def to_frame(self, table: Literal["records", "funds", "goals", "attributes"] = "records") -> pandas.DataFrame:
        """A table of the document, with the columns and the units of the file of that name.

        `records` has a row for each indicator and period, the others a row for each amount, goal or attribute.
        `quantity` is in the printed `unit`, `quantity_si` in `unit_si`, `amount` in `amount_unit`, `amount_yuan` in yuan;
        `confidence` is a probability; `x0, y0, x1, y1` are points from the top left corner of `page` (counted from 1).
        Raises ValueError for a name that names no table.
        """
        from recognizer.exporting import tables

        if table not in tables.TABLES:
            raise ValueError(f"no table is named {table!r}; there are {', '.join(tables.TABLES)}")
        return tables.table_frame(table, self.records)

    def to_json(self) -> dict[str, Any]:
        """The document's JSON as `recognizer digitize` writes it; its schema is `recognizer.exporting.document_schema()`."""
        return to_json(self.records)
