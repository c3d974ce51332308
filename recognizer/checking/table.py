"""All checks in one table: their names, what they say in English and Chinese, and how each finds what it doubts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from recognizer.checking import amounts, fused, rows, targets
from recognizer.checking.spots import Finder, each_indicator, each_project, each_value


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubt: its name, and a sentence of English and of Chinese that says what it means."""

    name: str
    english: str
    chinese: str


@dataclass(frozen=True, slots=True)
class Check(Doubt):
    """A check, named as the doubt that it raises, and how it finds what it doubts."""

    find: Finder


CHECKS = (
    Check("sum_differs", "The parts of an amount do not add up to it.", "资金分项之和与合计不符。", amounts.parts_unlike_total),
    Check("amount_unreadable", "An amount of money is not a number.", "资金金额无法读成数字。", amounts.amount_unreadable),
    Check("decimal_point", "An amount would fit its total, or the stated cost, if its decimal point stood elsewhere.",
          "资金金额的小数点移位后才与合计或成本指标相符。", amounts.decimal_point_slipped),
    Check("half_year_amount_above_annual", "An amount for half a year is more than the one for the year.",
          "半年资金大于全年资金。", each_project(amounts.half_year_above_annual)),
    Check("cost_unlike_total", "The project's whole cost, as an indicator, is not the project's total.",
          "项目总成本指标与项目资金总额不一致。", each_project(amounts.cost_unlike_total)),
    Check("half_year_above_annual", "A value for half a year is more, or later, than the one for the year.",
          "半年指标值大于或晚于全年指标值。", each_project(targets.half_year_above_annual)),
    Check("comparator_against_direction", "A lower bound on what should be low (cost ≥), or an upper one on what should be high.",
          "比较符与指标方向相反（如成本≥、满意度≤）。", each_value(targets.comparator_against_direction)),
    Check("percentage_above_100", "A share of more than 100 %, where nothing grows.", "百分比超过100%，且不是增长类指标。",
          each_value(targets.percentage_above_100)),
    Check("unit_unlike_concept", "The unit is not one that such an indicator is counted in.", "计量单位与该指标通常的单位不符。",
          each_value(targets.unit_unlike_concept)),
    Check("values_run_together", "Two comparators or values stand in one cell without anything between them.",
          "一个单元格里有两个比较符或两个值连在一起。", fused.values_run_together),
    Check("value_equals_name", "The value only repeats the indicator's name.", "指标值与指标名称相同。",
          each_value(targets.value_equals_name)),
    Check("name_equals_level", "The indicator's name is only the label of a level.", "指标名称与一级或二级指标名称相同。",
          each_indicator(rows.name_equals_level)),
    Check("name_twice", "Another indicator of the project has the same name and level.", "同一项目中有同级同名的指标。",
          each_project(rows.name_twice)),
    Check("numbering_gap", "The printed number does not follow on the one before: a row may be missing.",
          "序号与上一指标不连续，可能缺行。", each_project(rows.numbering_gap)),
    Check("level_lost", "The first or second level of the indicator is not known.", "缺少一级或二级指标。",
          each_indicator(rows.level_lost)),
    Check("no_value", "The indicator has no value.", "指标没有指标值。", each_indicator(rows.no_value)),
    Check("years_disagree", "The project's year is not the document's, or a target date lies outside the budget's year.",
          "项目年度与文件年度不一致，或指标日期不在预算年度内。", rows.years_disagree),
)

# What other rooms doubt while they put facts together; there is nothing to switch off.
OTHER_DOUBTS = (
    Doubt("level_inferred", "A level was not printed and follows from the other one, or from the indicator's name.",
          "一级或二级指标未印出，由另一级或指标名称推断。"),
    Doubt("name_lost", "The row has a value and no name.", "该行有指标值而没有指标名称。"),
    Doubt("repeat_dropped", "The cell printed its text several times over; it is kept once.", "单元格内文字重复，只保留一次。"),
    Doubt("several_values", "The row has several values for the period; one of them was taken.",
          "同一时期有多个指标值，只取其一。"),
    Doubt("printed_twice", "The form prints it again with another text, which stands under `others`.",
          "表中另有一处内容不同的同名项。"),
    Doubt("hidden_sheet", "It stands in a sheet that the workbook does not show.", "位于工作簿的隐藏工作表中。"),
    Doubt("misread", "What was read of a scan makes no sense, what looks like it does: the text stays, its meaning is mended.",
          "扫描识别的文字不合理，而形近的写法合理：文字保持识别结果，含义按推断的写法。"),
    Doubt("layouts_differ", "Two layout engines do not agree on the cell.", "两种版面引擎对该单元格的识别不一致。"),
)


def checks_without(without: Iterable[str]) -> tuple[Check, ...]:
    """The checks but those named. Raises ValueError for a name that is none."""
    left_out = set(without)
    unknown = left_out - {check.name for check in CHECKS}
    if unknown:
        raise ValueError(f"no check is named {', '.join(sorted(unknown))}; there are {', '.join(check.name for check in CHECKS)}")
    return tuple(check for check in CHECKS if check.name not in left_out)
