"""The report of a run as one HTML page that stands alone: numbers, plots drawn as SVG, failures, and what to review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from recognizer.exporting.overview import BINS, Overview, Share, top_reasons
from recognizer.language import Language

_TEMPLATES = Path(__file__).parent / "templates"
_WIDTH, _HEIGHT, _MARGIN = 640, 180, 34  # points of a plot


def render_report(overview: Overview, title: str, language: Language = "en") -> str:
    """The page's text."""
    from jinja2 import Environment, FileSystemLoader, select_autoescape
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=select_autoescape(["html"]), trim_blocks=True, lstrip_blocks=True)
    years = sorted({year for counts in overview.coverage.values() for year in counts})
    cities = sorted(overview.coverage, key=lambda city: (not city, city))
    most = max((number for counts in overview.coverage.values() for number in counts.values()), default=1)
    shares = sorted(((city, overview.shares[city]) for city in cities if city in overview.shares),
                    key=lambda pair: (-pair[1].value, pair[0]))
    return environment.get_template("report.html").render(
        overview=overview, title=title, words=_WORDS[language], language=language, years=years, cities=cities, most=most,
        shares=shares, reasons=top_reasons(overview.failures),
        confidence=Markup(_histogram(overview.confidences, _WORDS[language])),
        warnings=sorted(overview.warnings.items(), key=lambda pair: (-pair[1].number, pair[0])))


def _histogram(shares: Sequence[Share], words: Mapping[str, str]) -> str:
    """Facts by confidence; the height of a bar grows with the logarithm of its number, so that few doubtful ones are seen. The
    part of a bar that is shaded otherwise is the share to be reviewed."""
    from math import log10

    tallest = max((log10(share.facts + 1) for share in shares), default=0.0) or 1.0
    room, step = _HEIGHT - 2 * _MARGIN, (_WIDTH - 2 * _MARGIN) / BINS
    bars = []
    for place, share in enumerate(shares):
        number = share.facts
        height = room * log10(number + 1) / tallest
        left, top = _MARGIN + place * step, _HEIGHT - _MARGIN - height
        low, high = place / BINS, (place + 1) / BINS
        for shade, part in (("sure", 1.0), ("doubtful", share.value)):
            bars.append(
                f'<rect class="{shade}" x="{left + 1:.1f}" y="{top + height * (1 - part):.1f}" width="{step - 2:.1f}" '
                f'height="{height * part:.1f}"><title>{low:.2f} – {high:.2f}: {number:,}</title></rect>')
        if number:
            bars.append(f'<text x="{left + step / 2:.1f}" y="{top - 3:.1f}" text-anchor="middle">{number:,}</text>')
    ticks = [f'<text x="{_MARGIN + tick / 10 * (_WIDTH - 2 * _MARGIN):.1f}" y="{_HEIGHT - _MARGIN + 14}" text-anchor="middle">'
             f"{tick / 10:.1f}</text>" for tick in range(0, 11, 2)]
    axis = (f'<line x1="{_MARGIN}" x2="{_WIDTH - _MARGIN}" y1="{_HEIGHT - _MARGIN}" y2="{_HEIGHT - _MARGIN}"/>'
            f'<text x="{_WIDTH / 2}" y="{_HEIGHT - 4}" text-anchor="middle">{words["confidence"]}</text>')
    drawn = "".join([*bars, *ticks, axis])
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{words["confidence"]}">{drawn}</svg>'


_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "report": "Report of a run", "documents": "Documents", "projects": "Projects", "indicators": "Indicators",
        "values": "Values", "funds": "Amounts of money", "goals": "Goals", "failed": "Failures", "review": "Facts to review",
        "coverage": "Coverage by city and year", "coverage_note": "Projects of each city and fiscal year; an empty field is a "
        "year of which nothing was read.", "city": "City", "unknown": "not said", "confidence": "Confidence",
        "confidence_note": "Facts by confidence; heights are logarithmic. The ochre part of a bar is the share "
        "to be reviewed: what the error budget does not accept, and what a check fired on.",
        "share": "To be reviewed", "by_city": "What to review, by city",
        "by_kind": "What to review, by table", "table": "Table", "facts": "Facts", "failures": "Failures, by reason",
        "stage": "Stage", "reason": "Reason", "number": "Number", "which": "Which", "more": "more",
        "doubts": "Checks that fired", "doubt": "Check", "to_review": "What to review first", "document": "Document",
        "where": "Where", "project": "Project", "fact": "Fact", "text": "Printed", "warnings": "Warnings, by kind",
        "warning": "Warning", "without_table": "Documents without such a table", "conservation": "Conservation of words",
        "words": "Words in tables", "lost": "lost", "doubled": "doubled", "invented": "invented", "model": "Model",
        "none": "None.", "records": "indicators and values", "attributes": "attributes"},
    "zh": {
        "report": "运行报告", "documents": "文档", "projects": "项目", "indicators": "指标", "values": "指标值", "funds": "资金",
        "goals": "绩效目标", "failed": "失败", "review": "待复核", "coverage": "各城市、各年度的覆盖情况",
        "coverage_note": "每个城市每个年度的项目数；空格表示该年度没有读到内容。", "city": "城市", "unknown": "未注明",
        "confidence": "可信度",
        "confidence_note": "按可信度统计事实，柱高取对数。赭色部分是待复核的比例：超出误差预算的，以及检查有疑问的。",
        "share": "待复核比例", "by_city": "各城市的待复核比例", "by_kind": "各表的待复核比例", "table": "表", "facts": "事实",
        "failures": "失败原因", "stage": "环节", "reason": "原因", "number": "数量", "which": "哪些", "more": "更多",
        "doubts": "有疑问的检查", "doubt": "检查", "to_review": "最先复核这些", "document": "文档", "where": "位置",
        "project": "项目", "fact": "事实", "text": "原文", "warnings": "警告", "warning": "警告",
        "without_table": "没有此类表格的文档", "conservation": "文字守恒", "words": "表内词数", "lost": "丢失", "doubled": "重复",
        "invented": "杜撰", "model": "模型", "none": "无。", "records": "指标与指标值", "attributes": "属性"}}
