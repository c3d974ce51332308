"""Which periods a publisher's values, amounts and goals speak of, and the headings that tell them apart.

A plan is drawn once for a publisher. No plan is so frequent that a value's period could be guessed without its heading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .draw import Draw

if TYPE_CHECKING:
    from .profile import Profile

PERIOD_SLOTS = {
    "annual": "value",
    "half_year": "value_half",
    "mid_term": "value_mid",
    "full_cycle": "value_cycle",
    "actual": "value_actual",
    "prior_year": "value_prior",
    "before": "value_before",
}
_PLANS: dict[str, tuple[tuple[str, ...], ...]] = {
    "annual": (("annual",),),
    "half_year": (("half_year", "annual"), ("half_year", "annual"), ("annual", "half_year"), ("half_year", "annual", "actual")),
    "full_cycle": (("full_cycle", "annual"), ("full_cycle", "annual"), ("annual", "full_cycle")),
    "mid_term": (("mid_term", "annual"), ("mid_term", "annual"), ("annual", "mid_term")),
    "prior_year": (
        ("prior_year", "annual"),
        ("before", "prior_year", "annual"),
        ("annual", "prior_year"),
        ("prior_year", "annual", "actual"),
    ),
    "actual": (("annual", "actual"), ("annual", "actual"), ("actual", "annual"), ("annual", "half_year", "actual"), ("actual",)),
    "halves_side_by_side": (("annual",),),
    "stacked": (("annual",),),
}
_FORM_WEIGHTS = {
    "annual": 0.31,
    "half_year": 0.19,
    "full_cycle": 0.12,
    "mid_term": 0.06,
    "prior_year": 0.08,
    "actual": 0.09,
    "halves_side_by_side": 0.14,
    "stacked": 0.05,
}
_LIST_WEIGHTS = {"annual": 0.36, "half_year": 0.18, "full_cycle": 0.18, "mid_term": 0.13, "prior_year": 0.08, "actual": 0.08}
_PACKED_WEIGHTS = {"annual": 0.36, "full_cycle": 0.3, "half_year": 0.14, "mid_term": 0.1, "actual": 0.06, "prior_year": 0.04}
_EVALUATION_PLANS = (
    ("annual", "actual"),
    ("annual", "actual"),
    ("annual", "actual"),
    ("actual", "annual"),
    ("actual",),
    ("annual", "half_year", "actual"),
    ("prior_year", "annual", "actual"),
)
# Amount columns: (slot of the heading, period).
_FUND_COLUMNS = (
    (("amount_half", "half_year"), ("amount_budget", "annual")),
    (("amount_half", "half_year"), ("amount_budget", "annual")),
    (("amount_budget", "annual"), ("amount_half", "half_year")),
    (("amount_initial", "annual"), ("amount_budget", "annual"), ("amount_actual", "actual")),
    (("amount_initial", "annual"), ("amount_budget", "annual")),
    (("amount_budget", "annual"), ("amount_actual", "actual")),
    (("amount_actual", "actual"), ("amount_budget", "annual")),
    (("amount_initial", "annual"), ("amount_half", "half_year"), ("amount_budget", "annual")),
    (("amount_budget", "annual"),),
)
_EVALUATION_FUND_COLUMNS = (
    (("amount_initial", "annual"), ("amount_budget", "annual"), ("amount_actual", "actual")),
    (("amount_initial", "annual"), ("amount_budget", "annual"), ("amount_actual", "actual")),
    (("amount_budget", "annual"), ("amount_actual", "actual")),
    (("amount_initial", "annual"), ("amount_actual", "actual")),
)


def value_plan(draw: Draw, kind: str, layout: str) -> tuple[tuple[str, ...], str]:
    """The periods of the values in column order, and how two halves of a form stand: "", side or stacked."""
    if kind == "evaluation":
        return draw.pick(_EVALUATION_PLANS), ""
    weights = {"form": _FORM_WEIGHTS, "list_packed": _PACKED_WEIGHTS}.get(layout, _LIST_WEIGHTS)
    plan = draw.weighted(weights)
    if plan in ("half_year", "full_cycle", "halves_side_by_side"):
        draw.tags.add(plan)
    return draw.pick(_PLANS[plan]), {"halves_side_by_side": "side", "stacked": "stacked"}.get(plan, "")


def fund_plan(draw: Draw, kind: str, periods: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The amount columns of a form or a list, each the slot of its heading and its period."""
    if kind == "evaluation":
        return draw.pick(_EVALUATION_FUND_COLUMNS)
    if "half_year" in periods and draw.chance(0.6):
        return draw.pick(_FUND_COLUMNS[:3])
    return draw.pick(_FUND_COLUMNS)


def tells_only_half_from_year(columns: tuple[tuple[str, str], ...]) -> bool:
    """Whether amount columns say nothing but which of them is the half year: then the row's label is the item."""
    return sorted(period for _, period in columns) in (["annual"], ["annual", "half_year"])


def goal_plan(draw: Draw, kind: str, periods: tuple[str, ...], halves: str, template_half: bool) -> str:
    """How goals stand: one row of a kind, two rows, or side by side."""
    if kind == "evaluation" or ("actual" in periods and draw.chance(0.5)):
        return draw.pick(("actual", "actual", "actual", "annual"))
    if halves == "side" or template_half:
        return draw.pick(("side", "side", "annual"))
    if "half_year" in periods and draw.chance(0.2):
        return draw.pick(("half", "half_side"))
    if halves == "stacked" or draw.habit("two_goals", 0.4):
        return draw.pick(("two", "two", "two_overall", "two_reversed", "side", "overall_side"))
    return draw.weighted({"annual": 0.6, "overall": 0.33, "none": 0.07})


def value_heading(profile: Profile, period: str) -> str:
    """The heading of a value column; the annual one says so where another period stands beside it."""
    words = profile.words
    if period == "annual" and len(profile.periods) > 1 and ("half_year" in profile.periods or profile.says_annual):
        return _filled(profile, words["value_full" if "half_year" in profile.periods else "value_year"])
    return _filled(profile, words[PERIOD_SLOTS[period]])


def short_value_heading(profile: Profile, period: str) -> str:
    """The heading of a value column below a heading that all of them share: 半年, 全年, 中期."""
    return _filled(profile, profile.words[f"short_{period}"])


def goal_word(profile: Profile, slot: str) -> str:
    """The label of a goal."""
    return _filled(profile, profile.words[slot])


def _filled(profile: Profile, text: str) -> str:
    return text.format(prior=profile.year - 1, year=profile.year, next=profile.year + 2)


def shared_heading(profile: Profile) -> tuple[int, int] | None:
    """First and last index, among the form's columns, of the value columns under one heading; None where each has its own."""
    at = [index for index, column in enumerate(profile.columns) if column.startswith("v:")]
    apart = profile.halves or len(at) < 2 or at[-1] - at[0] != len(at) - 1
    return None if apart or not profile.two_storey else (at[0], at[-1])
