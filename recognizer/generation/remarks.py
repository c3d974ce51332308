"""The texts of the columns beside an indicator that are no values: scores, remarks, directions, causes of deviation."""

from __future__ import annotations

from .content import IndicatorContent
from .draw import Draw


def side_text(draw: Draw, column: str, indicator: IndicatorContent) -> str:
    """The text of a score, remark or explanation beside an indicator."""
    match column:
        case "score":
            return draw.pick(("10", "5", "20", "15", "8", "6", "10.00", "30", "3", "12.5", "10分"))
        case "achieved":
            return draw.pick(("10", "5", "20", "9.5", "8", "4.8", "0", "10.00"))
        case "direction":
            return draw.pick(("正向指标", "反向指标", "正向", "反向", "定量指标", "定性指标"))
        case "deviation":
            return draw.pick(
                (
                    "",
                    "",
                    "",
                    "",
                    "无",
                    "无偏差",
                    "无",
                    "受疫情影响，部分工作延后开展",
                    "偏差原因：预算编制不够精细。改进措施：加强预算管理。",
                    "年中任务调整，下一步将加快实施进度",
                    "资金下达较晚",
                )
            )
    return draw.pick(
        (
            "",
            "",
            "",
            "根据实际情况统计",
            f"{indicator.name}达到目标值得满分，每低1个百分点扣0.5分，扣完为止",
            "工作台账",
            "统计报表",
            "完成得满分，未完成不得分",
            f"反映{indicator.name}的情况",
            "问卷调查",
            "计划标准",
            "历史标准",
            "行业标准",
            "按完成比例计分",
            "实际完成数/计划完成数×100%",
            "会议纪要、签到表",
            "达成年度指标、部分达成年度指标并具有一定效果、未达成年度指标且效果较差三档",
            "上级文件",
            "绝对值",
            "无",
            "单位提供",
            "定量指标，完成值达到指标值记满分",
        )
    )
