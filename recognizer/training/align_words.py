"""What the fixed words of a form are: headings, keys, titles, unfilled template text and page furniture.

General words of the field only; whatever is particular to a document comes from its gold records.
"""

from __future__ import annotations

import re

from recognizer.types import Label, Period, Role

# Words that say for which period a heading, key or column stands; the first that fits decides.
PERIOD_WORDS: tuple[tuple[str, Period], ...] = (
    (r"上年|前年|上一年", Period.PRIOR_YEAR),
    (r"实际|执行数|完成情况|完成值", Period.ACTUAL),
    (r"半年", Period.HALF_YEAR),
    (r"实施周期|实施期|项目总|全周期", Period.FULL_CYCLE),
    (r"中长期|中期|长期", Period.MID_TERM),
    (r"年度|全年|当年|本年|年初", Period.ANNUAL),
)
# A plan of what is to be carried out is no record of what was.
PLANNED = re.compile(r"计划执行数")

PLAIN_KEYS: dict[str, Label] = {
    "一级指标": Label(Role.HEADER, Role.LEVEL1),
    "二级指标": Label(Role.HEADER, Role.LEVEL2),
    "绩效标准": Label(Role.HEADER, Role.STANDARD),
    **dict.fromkeys(("三级指标", "指标名称", "指标内容", "绩效指标名称"), Label(Role.HEADER, Role.NAME)),
    **dict.fromkeys(("指标性质", "计算符号", "运算符号", "指标符号"), Label(Role.HEADER, Role.COMPARATOR)),
    **dict.fromkeys(("度量单位", "计量单位"), Label(Role.HEADER, Role.UNIT)),
    **dict.fromkeys(("分值", "权重", "得分", "执行率", "分值权重", "权重(%)"), Label(Role.HEADER, Role.SCORE)),
    **dict.fromkeys((
        "备注", "评分标准", "指标解释", "指标值说明", "数据来源", "偏差原因", "偏差原因分析及改进措施", "指标说明",
        "指标方向性", "前年实际值", "评(扣)分标准"), Label(Role.HEADER, Role.REMARK)),
    **dict.fromkeys(("绩效指标", "序号", "项目绩效", "年度绩效指标", "绩效目标及指标"), Label(Role.HEADER)),
    **dict.fromkeys((
        "项目名称", "主管部门", "主管部门及代码", "实施单位", "项目属性", "项目类型", "项目级次", "开始时间", "完成时间",
        "项目来源", "项目期", "项目负责人", "联系电话", "项目负责人/联系电话", "立项必要性", "实施可行性", "项目实施内容",
        "预算单位", "项目类别", "项目编码", "部门名称", "项目概述", "立项依据"), Label(Role.ATTRIBUTE_KEY)),
    **dict.fromkeys((
        "项目资金", "收入", "支出", "年度资金总额", "中期资金总额", "资金总额", "财政拨款", "小计", "其他资金", "上年结转",
        "上年结转资金", "一般公共预算资金", "政府性基金", "财政专户管理资金", "国有资本金", "社保基金", "实施期资金总额",
        "预算资金", "单位资金", "财政专户拨款", "本年财政拨款", "年度预算"), Label(Role.FUND_KEY)),
    **dict.fromkeys(("合计", "总计"), Label(Role.TOTAL)),
    **dict.fromkeys((
        "≥", "≤", ">", "<", "=", ">=", "<=", "大于等于", "小于等于", "大于", "小于", "等于", "定性", "定量", "文字描述"),
        Label(Role.COMPARATOR)),
}
SERIAL_NUMBER = "序号"
# Level labels by their wording alone, for rows that a table prints and the gold does not keep
# (成本指标 and 满意度指标 can be either).
LEVEL_WORDS: dict[str, Role] = {
    **dict.fromkeys(("决策", "过程", "产出指标", "效益指标", "产出", "效益"), Role.LEVEL1),
    **dict.fromkeys((
        "项目立项", "绩效目标", "资金投入", "资金管理", "组织实施", "数量指标", "质量指标", "时效指标", "经济成本指标",
        "社会成本指标", "生态环境成本指标", "经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标",
        "服务对象满意度指标", "经济效益", "社会效益", "生态效益", "可持续影响", "服务对象满意度"), Role.LEVEL2),
}
TITLE = re.compile(r"(绩效目标|绩效自评|自评)(申报|批复|公开|自评|评价)?表|绩效目标公开$|^附件\d*:?$|^#+$")
CAPTION = re.compile(r"^[(]?\d{4}年度?[)]?$|^(金额)?单位:?[(]?(万|百万)?元[)]?$|^[(](万|百万)?元[)]$|^(部门|单位)名称:")
TEMPLATE = re.compile(r"^((指标|目标)\d+:?|\.{2,}|…+|x{2,}|\*{2,}|目标\d+:(目标\d+:?)*)+$")
FURNITURE = re.compile(r"^(第\d+页([,，]?共\d+页)?|-?\d{1,4}-?|\d+/\d+)$")
SECTION = re.compile(r'^\d+[.,]?".+"项目\.?$')
NAME_KEY = re.compile(r"^项目名称[(].*[)]$")
GOAL_KEY = re.compile(r"^[^.,;:()\d]{0,12}(总体目标|年度目标|绩效目标|中期目标|长期目标|实际完成情况)([(].*[)])?$")
VALUE_HEADING = re.compile(r"^(?!.*级指标).{0,12}(指标值|目标值|完成值|实际值|实现值)([(].*[)])?$")
AMOUNT_HEADING = re.compile(r"^.{0,16}(预算数|执行数|决算数|金额|预算金额)([(].*[)])?$")
NUMBER_HEAD = re.compile(r"^(指标\d+[:.,]?|\d+[.,](?!\d)|[(]\d+[)])")
FUND_HEAD = re.compile(r"^其中[:]?")
UNIT_TAIL = re.compile(r"[(](万|百万)?元[)]$")


def period_of(text: str, otherwise: Period = Period.ANNUAL) -> Period:
    """The period that a folded heading or key names."""
    for words, period in PERIOD_WORDS:
        if re.search(words, PLANNED.sub("", text)):
            return period
    return otherwise


def without_number(text: str) -> str:
    """A folded name without the form's own numbering (one number, one strip)."""
    return NUMBER_HEAD.sub("", text, count=1)


def plain_fund_key(text: str) -> str:
    """A folded fund label without a leading 其中, a trailing colon and a unit."""
    return UNIT_TAIL.sub("", FUND_HEAD.sub("", text).strip(":,.;")).strip(":")


def label_of_words(text: str, in_indicators: bool, one_line: bool = True) -> Label | None:
    """The label that a folded text has by its wording alone, or None.

    `in_indicators`: whether the piece stands below the headings of the indicator rows, where 绩效目标 and the like are
    levels and not keys. A text from several lines (not `one_line`) is named by its exact words alone.
    """
    if not one_line:
        return PLAIN_KEYS.get(text.strip(":")) or PLAIN_KEYS.get(plain_fund_key(text)) or _goal_key(text, in_indicators)
    for pattern, role in ((TITLE, Role.TITLE), (SECTION, Role.TITLE), (CAPTION, Role.CAPTION), (TEMPLATE, Role.TEMPLATE)):
        if pattern.search(text):
            return Label(role)
    key = text.strip(":")
    if key in PLAIN_KEYS:
        return PLAIN_KEYS[key]
    if NAME_KEY.match(key):
        return Label(Role.ATTRIBUTE_KEY)
    if VALUE_HEADING.match(key):
        return Label(Role.HEADER, Role.VALUE, period_of(key))
    if AMOUNT_HEADING.match(key):
        return Label(Role.HEADER, Role.FUND_AMOUNT, period_of(key))
    if plain_fund_key(key) in PLAIN_KEYS and PLAIN_KEYS[plain_fund_key(key)].role is Role.FUND_KEY:
        return Label(Role.FUND_KEY)
    return _goal_key(key, in_indicators)


def _goal_key(key: str, in_indicators: bool) -> Label | None:
    if in_indicators or len(key) > 40 or not GOAL_KEY.match(key):
        return None
    return Label(Role.GOAL_KEY, period=period_of(key, Period.OVERALL))
