"""Everything the application says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from recognizer.calibration.reasons import WORDS as REASONS
from recognizer.checking import CHECKS, OTHER_DOUBTS
from recognizer.language import Language
from recognizer.types import Period, Role


class Words:
    """The words of one language: `words.accept`, and those of codes by function."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._zh = language == "zh"

    def __getattr__(self, key: str) -> str:
        try:
            return _WORDS[key][self._zh]
        except KeyError:
            raise AttributeError(key) from None

    def kind(self, kind: str) -> str:
        """The name of a kind of facts."""
        return _KINDS[kind][self._zh]

    def period(self, period: str) -> str:
        """The name of a period."""
        return _PERIODS[period][self._zh] if period in _PERIODS else period

    def role(self, role: str) -> str:
        """The name of a role."""
        return _ROLES[Role(role)][self._zh]

    def field(self, field: str, kind: str) -> str:
        """The name of a fact's field."""
        return (_FIELDS_OF.get((kind, field)) or _FIELDS[field])[self._zh]

    def scope(self, scope: str) -> str:
        """The name of a reach."""
        return _SCOPES[scope][self._zh]

    def side(self, side: str) -> str:
        """Where a neighbour stands."""
        return _SIDES[side][self._zh]

    def what(self, what: str) -> str:
        """The name of a decision."""
        return _WHATS[what][self._zh]

    def doubt(self, name: str) -> str:
        """What a check that fired says."""
        return _doubts().get(name, (name, name))[self._zh]

    def reason(self, name: str) -> str:
        """What lowered a confidence."""
        return REASONS[name][self._zh] if name in REASONS else self.doubt(name)

    def time(self, seconds: float) -> str:
        """A time, roughly."""
        if seconds < 90:
            return f"{seconds:.0f} 秒" if self._zh else f"{seconds:.0f} s"
        if seconds < 5400:
            return f"{seconds / 60:.0f} 分钟" if self._zh else f"{seconds / 60:.0f} min"
        return f"{seconds / 3600:.1f} 小时" if self._zh else f"{seconds / 3600:.1f} h"


@cache
def _doubts() -> Mapping[str, tuple[str, str]]:
    return {doubt.name: (doubt.english, doubt.chinese) for doubt in (*CHECKS, *OTHER_DOUBTS)}


PERIODS = tuple(period.value for period in Period)
ROLES = tuple(role.value for role in Role)

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Review", "复核"), "queue": ("Queue", "待复核"), "sheets": ("Contact sheets", "对照表"),
    "audit": ("Decisions", "复核记录"), "listing": ("List", "列表"), "open": ("open", "待复核"),
    "skipped": ("skipped", "已跳过"), "decided": ("decided", "已复核"), "pace": ("a decision", "每次"),
    "left": ("left, about", "约剩"), "name": ("Reviewer", "复核人"), "save": ("Save", "保存"), "all": ("all", "全部"),
    "document": ("Document", "文档"), "city": ("City", "城市"), "role_word": ("Role", "角色"),
    "doubt_word": ("Doubt", "疑点"), "state": ("State", "状态"), "filter": ("Filter", "筛选"),
    "jump": ("Jump to number", "跳到编号"), "accept": ("Accept", "正确"), "correct": ("Correct", "更正"),
    "period_word": ("Period", "时期"), "level": ("Level", "级别"), "concept": ("Concept", "概念"),
    "other_role": ("Another role", "其他角色"), "skip": ("Skip", "跳过"), "undo": ("Undo", "撤销"),
    "alike": ("Look-alikes", "同类对照"), "accept_reach": ("Accept alike", "一并认可"), "help": ("Help", "帮助"),
    "apply": ("Apply", "应用"), "cancel": ("Cancel", "取消"), "why": ("Why (may stay empty)", "原因（可不填）"),
    "project": ("Project", "项目"), "confidence": ("Confidence", "可信度"), "why_doubtful": ("Why it is here", "为何待复核"),
    "below_budget": ("below what the error budget accepts", "未达到误差预算的要求"), "page": ("Page", "页"),
    "of": ("of", "/"), "previous": ("previous page", "上一页"), "next": ("next page", "下一页"),
    "lines": ("Lines of the text", "原文"), "rows": ("Rows of the sheet", "表格行"),
    "nothing": ("Nothing is left to review here.", "这里没有待复核的内容了。"),
    "see_skipped": ("See what was skipped", "查看已跳过的"), "reach_question": ("How far does it reach?", "适用到哪里？"),
    "items": ("facts", "条"), "held": ("in others' hands, left out", "正由他人复核，不含在内"),
    "reach_same": ("the same text under the same labels", "同一标签下的相同文字"),
    "sheet_help": (
        "Click the odd ones, or move by the arrow keys and press the space bar, to pick them out. Enter accepts the rest.",
        "点选或用方向键和空格挑出不对的，回车认可其余。"),
    "accept_rest": ("Accept the rest", "认可其余"), "crops": ("crops", "张"),
    "picked": ("Picked ones stay in the queue.", "挑出的留在待复核中。"), "when": ("When", "时间"), "who": ("Who", "复核人"),
    "did": ("Decision", "决定"), "fact": ("Fact", "事实"), "before": ("From", "原读数"), "after": ("To", "改为"),
    "number": ("Facts", "条数"), "undone": ("taken back by", "撤销者"), "more": ("Earlier", "更早"),
    "taken": (
        "Someone else holds this fact or has decided it since. Press q for the next one.",
        "这一条正由他人复核，或已有人复核。按 q 看下一条。"),
    "full": (
        "The disk is full: the last decision was not kept; those before it are. Make space, then decide it again.",
        "磁盘已满：上一个决定未能保存，此前的均已保存。请腾出空间后再决定一次。"),
    "unanswered": (
        "The queue's database does not answer: this decision was not kept, those before it are. Press the key again later.",
        "待复核队列的数据库没有应答：这个决定未能保存，此前的均已保存。恢复后请再按一次。"),
    "changed": (
        "The document has changed since it was read: its page is not shown. Digitise it again.",
        "该文件自识别后已被改动，不显示原页。请重新识别。"),
    "missing": (
        "The document is not where it was read from: its page is not shown.",
        "原文件已不在识别时的位置，不显示原页。"),
    "unreachable": (
        "The server does not answer. Nothing was lost: press the key again when it does.",
        "服务器没有应答。没有丢失任何内容，恢复后请再按一次。"),
    "accepted": ("accepted", "已认可"), "corrected": ("corrected", "已更正"), "rejected": ("taken out", "已去掉"),
    "sure": ("accepted by the error budget", "误差预算已接受"), "gone": ("no longer in the run", "已不在结果中"),
    "history": ("What was decided about it", "对它的决定"), "text_word": ("Text", "文字"),
    "alternatives": ("What else it could be", "其他可能"), "join": ("Join", "合并"), "split": ("Split", "拆分"),
    "join_question": ("Join it with which neighbour?", "与哪个相邻单元格合并？"),
    "split_question": ("Put a | into the text where it is to be split.", "在要拆开的地方加一个 |。"),
    "split_keep": ("Keep", "保留"), "first_part": ("the first part", "前一部分"), "second_part": ("the second part", "后一部分"),
    "split_rest": ("The other part", "另一部分"), "rest_nothing": ("is something else", "是别的内容"),
    "rest_name": ("goes to the indicator's name", "归入三级指标名称"), "rest_period": ("is for the period", "属于时期："),
    "keys_alternatives": ("Take what else it could be", "选用其他可能"), "check": ("second look", "复查"),
    "checking": (
        "Someone has decided about this one before. Decide as if nobody had: it only tells how far people agree.",
        "这一条已有人复核过。请独立判断：只用来统计复核人之间的一致程度，不改变结果。"),
    "progress": ("Progress", "进度"), "agreement": ("Agreement of two reviewers", "两人复核一致性"),
    "agreement_none": ("No fact was decided by two people.", "还没有由两人复核过的事实。"),
    "alike_of": ("decided alike, of", "条一致，共"), "kappa": ("Cohen's kappa", "Cohen's kappa"),
    "differing": ("They differ on", "不一致的有"), "pace_of": ("seconds a decision", "每次用秒"),
    "decisions": ("decisions", "次决定"),
    "undone_now": ("Taken back.", "已撤销。"), "nothing_to_undo": ("There is nothing to take back.", "没有可撤销的决定。"),
    "kept": ("Kept", "已保存"), "select_role": ("What is the cell instead?", "它其实是什么？"),
    "keys_move": ("Move among crops", "在图块间移动"), "keys_pick": ("Pick a crop out, or back in", "挑出或放回一张"),
    "keys_enter": ("Accept the rest, or confirm", "认可其余，或确认"), "keys_scope": ("Choose a reach", "选择适用范围"),
    "keys_escape": ("Close what is open", "关闭"), "language_switch": ("中文", "English"),
}

_KINDS = {
    "value": ("value", "指标值"), "indicator": ("indicator", "指标"), "fund": ("amount of money", "资金"),
    "total": ("total amount", "合计资金"), "goal": ("goal", "绩效目标"), "attribute": ("entry", "填报内容"),
    "project": ("project's name", "项目名称"),
}
_PERIODS = {
    "annual": ("annual", "年度"), "half_year": ("half-year", "半年"), "mid_term": ("mid-term", "中期"),
    "full_cycle": ("full cycle", "实施周期"), "actual": ("actual", "实际完成"), "prior_year": ("prior year", "上年"),
    "overall": ("overall", "总体"),
}
_FIELDS = {
    "text": ("Text", "文字"), "period": ("Period", "时期"), "name": ("Indicator", "三级指标"),
    "level2": ("Level 2", "二级指标"), "level1": ("Level 1", "一级指标"), "concept": ("Concept", "概念"),
    "rest": ("Split off", "拆出的部分"), "rest_period": ("for the period", "所属时期"),
}
_FIELDS_OF = {
    ("value", "text"): ("Value", "指标值"), ("fund", "text"): ("Amount", "金额"), ("fund", "level1"): ("Path", "科目"),
    ("fund", "name"): ("Item", "项"), ("total", "text"): ("Amount", "金额"), ("total", "level1"): ("Path", "科目"),
    ("total", "name"): ("Item", "项"), ("attribute", "name"): ("Label", "栏目"), ("goal", "text"): ("Goal", "绩效目标"),
    ("project", "text"): ("Project's name", "项目名称"),
}
_SCOPES = {
    "cell": ("this cell", "仅此单元格"), "table": ("this table", "本表"), "layout": ("this layout", "同一版式"),
    "everywhere": ("everywhere", "所有文档"), "sheet": ("contact sheet", "对照表"),
}
_SIDES = {"left": ("on the left", "左"), "right": ("on the right", "右"), "above": ("above", "上"), "below": ("below", "下")}
_WHATS = {
    "accept": ("accepted", "认可"), "correct": ("corrected", "更正"), "reject": ("another role", "改为其他角色"),
    "skip": ("skipped", "跳过"), "join": ("joined", "合并"), "split": ("split", "拆分"), "check": ("second look", "复查"),
}
_ROLES: dict[Role, tuple[str, str]] = {
    Role.TITLE: ("title", "标题"), Role.CAPTION: ("year or unit", "年度、单位"),
    Role.ATTRIBUTE_KEY: ("label of an entry", "栏目"), Role.ATTRIBUTE_VALUE: ("entry", "填报内容"),
    Role.FUND_KEY: ("label of an amount", "资金栏目"), Role.FUND_AMOUNT: ("amount", "金额"),
    Role.GOAL_KEY: ("label of a goal", "目标栏目"), Role.GOAL_TEXT: ("goal", "目标"), Role.HEADER: ("heading", "表头"),
    Role.LEVEL1: ("level 1", "一级指标"), Role.LEVEL2: ("level 2", "二级指标"), Role.NAME: ("indicator's name", "三级指标"),
    Role.VALUE: ("value", "指标值"), Role.COMPARATOR: ("comparator", "比较符"), Role.UNIT: ("unit", "计量单位"),
    Role.STANDARD: ("standard", "绩效标准"), Role.SCORE: ("score or weight", "分值、权重"), Role.REMARK: ("remark", "说明"),
    Role.TOTAL: ("total", "合计"), Role.PACKED: ("several indicators in one cell", "多指标单元格"),
    Role.TEMPLATE: ("unfilled form text", "未填的模板文字"), Role.PROSE: ("prose", "叙述文字"),
    Role.FURNITURE: ("page number, running head", "页码、页眉"), Role.EMPTY: ("empty", "空"),
}
