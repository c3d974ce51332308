"""What a text is by its wording alone: heading roles, keys, amounts and values, as regular expressions."""

from __future__ import annotations

import re
from functools import lru_cache

from ..vocabulary import department_key, fold, level1_of, level2_of, period_of, plain, project_name_choice

_HEADINGS: tuple[tuple[str, re.Pattern[str]], ...] = tuple((role, re.compile(pattern)) for role, pattern in (
    ("ignored", r"分值|权重|得分|分数|评分|执行率|完成率|备注|说明|解释|偏差|原因|来源|序号|前年"),
    ("level1", r"^一级(?:绩效)?指标$|^指标类[型别]$"),
    ("level2", r"^二级(?:绩效)?指标$"),
    ("name", r"^三级(?:绩效)?指标|^(?:绩效)?指标名称|^(?:具体)?指标内容|^指标项目$|^具体指标"),
    ("standard", r"^绩效标准$"),
    ("comparator", r"^(?:指标)?(?:计算)?(?:性质|符号|方向性?)$|^指标性质|^运算符号|^比较符"),
    ("value", r"指标值|目标值|完成值|实际值|计划值|实现值|预期值|完成情况$|^全年完成$"),
    ("unit", r"^(?:度量|计量|数值|指标)?单位$"),
))
_ATTRIBUTE = re.compile(
    r"项目(?:名称|来源|期|属性|类型|类别|级次|分类|代码|编码|编号|单位|负责人.*|周期|实施期|概述|概况|内容|实施内容|起止.*|性质|用途|地点|状态|法人)"
    r"|(?:主管|实施|预算|填报|用款|使用|承担|责任)(?:部门|单位|科室|处室).{0,6}|部门(?:名称|及代码|代码)|单位(?:名称|代码)|资金用途|支出方向"
    r"|(?:开始|完成|结束|起始|终止|起止|计划开始|计划完成|立项)(?:时间|日期|年限|年度)|立项(?:依据|必要性|背景)|实施(?:可行性|进度|内容|依据|方案|周期)"
    r"|政策依据|设立依据|联系(?:人|电话|方式)|负责人.{0,8}|电话|是否.{2,20}|存续状态|申报(?:类型|单位)|支出(?:类型|项目类别)|预算年度")
_FUND = re.compile(r"资金|拨款|预算|经费|收入|支出|结转|补助|总计|合计|小计|金额|投入")
_GOAL = re.compile(r"(?:目标|完成情况)(?:\(.*\)?)?:?$")
_AMOUNT = re.compile(r"-?[¥￥]?\d[\d,]*(?:\.\d+)?(?:万元|亿元|元)?")
_END = re.compile(
    r"^(?:(?:填表|填报|制表|审核|审批)(?:人|单位|部门|日期|时间|说明|意见)|联系电话|联系人|备注|注[:：]|说明[:：]|负责人|单位[(（]?盖章"
    r"|财务负责|主管部门(?:审核)?意见|其他需要说明)")
_TITLE = re.compile(r"(?:目标|自评|申报|评价|监控)[^。；]{0,8}表(?:\(.*\))?$")

_NUMBER = r"(?:约|近)?\d[\d,.]*(?:[-~至—]\d[\d,.]*)?"
_VALUE = re.compile(
    r"[≥≤=＝<>＜＞≧≦≈‹›].*|(?:大于|小于|等于|不低于|不少于|不超过|不高于|不大于|不小于|至少).*"
    rf"|{_NUMBER}[%％‰]?(?:[a-z/\u4e00-\u9fff]{{0,6}})(?:/[^/]{{1,4}}){{0,2}}(?:以上|以下|以内|左右|之前|底?前|及以上)?"
    r"|(?:\d{2,4}年)?\d{1,2}月(?:\d{1,2}日|底|份|初|上旬|中旬|下旬)?(?:之?前|完成)?|\d{4}年(?:全年|年?底前?)?"
    r"|每[年月季周天日次].{1,10}|全年.{0,4}|年底前?|第?[一二三四]季度.{0,3}|不适用|无"
    r"|(?:非常|比较|较为?|很|十分|逐步|逐年|持续|不断|有效|明显|显著|进一步|稳步|大力|全面|长期|中长期)?"
    r"(?:较高|较好|较强|高|好|优|良|中|低|强|是|否|明显|显著|合规|规范|合理|充分|明确|健全|有效|科学|及时|达标|合格|完成|完善|满意|稳定|长期|持续"
    r"|提升|提高|改善|促进|增强|加强|优化|保障|改进|增加|减少|降低|推动|影响|可持续)")


@lru_cache(maxsize=8192)
def heading_role(text: str) -> str | None:
    """The role of the column that a short text heads, None where it is no heading of the indicator table."""
    label = plain(text)
    if not 2 <= len(label) <= 24:
        return None
    return next((role for role, pattern in _HEADINGS if pattern.search(label)), None)


def is_level(text: str) -> bool:
    """Whether the text names a level 1 or a level 2."""
    return level1_of(text) is not None or level2_of(text) is not None


@lru_cache(maxsize=8192)
def is_attribute_key(text: str) -> bool:
    """Whether the text is a label of the form's head."""
    label = re.sub(r"[(:].*|:$", "", plain(text))
    return bool(_ATTRIBUTE.fullmatch(label) or department_key(text) or project_name_choice(text) == 2)


def is_fund_key(text: str) -> bool:
    """Whether the text may label an amount of money."""
    return len(text) <= 40 and _FUND.search(text) is not None and not is_amount(text)


def goal_period(text: str) -> str | None:
    """The period that a label of a goal sets, None where the text is no such label."""
    label = plain(text)
    if len(label) > 24 or not _GOAL.search(re.sub(r"\([^)]*\)?", "", label)) or "指标" in label:
        return None
    period = period_of(text)
    return period.value if period and period.value in ("annual", "mid_term", "overall", "actual") else "overall"


def is_amount(text: str) -> bool:
    """Whether the text is a number that may be money."""
    return _AMOUNT.fullmatch(plain(text)) is not None


def amount_of(text: str) -> float | None:
    """The number of an amount, None where it cannot be read."""
    try:
        return float(re.sub(r"[^\d.-]", "", plain(text)))
    except ValueError:
        return None


def is_value(text: str) -> bool:
    """Whether a text without a column reads like a target value."""
    return _VALUE.fullmatch(fold(text)) is not None


def ends_form(text: str) -> bool:
    """Whether the text belongs to the lines that stand below a form: notes, signatures, reviews."""
    return _END.match(plain(text)) is not None


def is_title(text: str) -> bool:
    """Whether the text is the heading of a form."""
    return len(text) <= 60 and _TITLE.search(plain(text)) is not None
