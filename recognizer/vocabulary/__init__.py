"""The vocabulary room: general knowledge of the forms as data (JSON beside this file) and small pure functions over it.

Nothing here knows a city, a department or a layout; every function is cached and quick enough to be asked of every cell.
"""

from recognizer.vocabulary.headings import (
    AmountUnit,
    amount_unit_of,
    city_of,
    department_key,
    fiscal_year_of,
    period_of,
    project_name_choice,
    project_name_key,
)
from recognizer.vocabulary.levels import LEVEL1, LEVEL2, children_of, framework_level2, level1_of, level2_of, parent_of
from recognizer.vocabulary.text import fold, number_of, plain, strip_code, strip_numbering

__all__ = [
    "LEVEL1", "LEVEL2", "AmountUnit", "amount_unit_of", "children_of", "city_of", "department_key", "fiscal_year_of", "fold",
    "framework_level2", "level1_of", "level2_of", "number_of", "parent_of", "period_of", "plain", "project_name_choice",
    "project_name_key", "strip_code", "strip_numbering",
]
