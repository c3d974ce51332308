"""The figures of an evaluation as one JSON value, and the bars they are held against."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from office import office_figures
from readings import SCANS, Reading

from recognizer.measuring import KINDS, Counts, LabelComparison, Scores, pool
from recognizer.measuring.structure import StructureScores

# The settings whose eight kinds of facts stand side by side.
COMPARED = ("trained_on", "city_out", "layout_out", "rules")

# Who read the PDFs: models, the product's own grids with rules alone, and other tools' grids with the same rules.
PEERS = ("rules", "pdfplumber", "pymupdf", "camelot")
PDF_READERS = {
    "pdf": ("trained_on", "city_out", *PEERS), "printed": ("model", *PEERS),
    "rotated": ("model",), "half_ruled": ("model",), "borderless": ("model",), "shaded": ("trained_on", "city_out"),
}
STRUCTURE = ("cells", "labels", "joined", "carried", "relations")

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure must reach: at least (or at most) `bar`. `measure` takes it from the figures; KeyError if missing."""

    name: str
    chinese: str
    bar: float
    measure: Callable[[Figures], float]
    at_most: bool = False

    def met(self, figure: float) -> bool:
        """Whether the figure reaches the bar."""
        return figure <= self.bar + 1e-9 if self.at_most else figure >= self.bar - 1e-9


def collect(readings: Sequence[Reading], **measured: Mapping[str, Any]) -> Figures:
    """All figures of the readings, by setting, and what was `measured` elsewhere; what was not run is not there."""
    figures: Figures = {"kinds": list(KINDS), "settings": {}, **measured}
    for setting in (*COMPARED, "held_back"):
        chosen = _of(readings, setting, real=True)
        if chosen:
            figures["settings"][setting] = _setting(chosen)
    for setting, name in (("reserved", "model"), ("rules", "rules")):
        chosen = _of(readings, setting, real=False)
        if chosen:
            pooled = _kinds(pool(one.scores for one in chosen))
            figures.setdefault("reserved", {})[name] = {"documents": len(chosen), "pooled": pooled}
    for setting in ("trained_on", "city_out", "layout_out", "reserved"):
        labels = [one.labels for one in _of(readings, setting) if one.labels]
        if labels:
            figures.setdefault("labels", {})[setting] = _labels(sum(labels, LabelComparison()))
        disturbed = {one.document.name: (one.scores["value"].f1, one.disturbed["value"].f1)
                     for one in _of(readings, setting) if one.disturbed}
        if disturbed:
            figures.setdefault("disturbed", {})[setting] = {
                name: {"value": value, "disturbed": other, "change": other - value}
                for name, (value, other) in sorted(disturbed.items())}
    for place, readers in PDF_READERS.items():
        chosen_pdfs = {reader: _of(readings, f"{place}:{reader}") for reader in readers}
        read = {reader: _pdfs(found) for reader, found in chosen_pdfs.items() if found}
        if read:
            figures[place] = {"readers": read, "pages": max(sum(one.pages for one in found) for found in chosen_pdfs.values())}
    if "pdf" in figures:
        figures["pdf"]["elsewhere"] = list(SCANS)
    office = office_figures(readings)
    if office:
        figures["office"] = office
    figures["bars"] = held_against_bars(figures)
    return figures


def held_against_bars(figures: Figures) -> list[Figures]:
    """Each bar with its figure and whether it is met; `figure` and `met` are None where it was not measured."""
    rows = []
    for bar in BARS:
        row: Figures = {"name": bar.name, "chinese": bar.chinese, "bar": bar.bar, "at_most": bar.at_most}
        try:
            figure = bar.measure(figures)
            rows.append({**row, "figure": figure, "met": bar.met(figure)})
        except KeyError:
            rows.append({**row, "figure": None, "met": None})
    return rows


def _of(readings: Iterable[Reading], setting: str, real: bool | None = None) -> list[Reading]:
    return sorted((one for one in readings if one.setting == setting and real in (None, one.real)),
                  key=lambda one: one.document.name)


def _setting(readings: Sequence[Reading]) -> Figures:
    documents = {one.document.name: _kinds(one.scores) for one in readings}
    mean = {kind: {"f1": fmean(figures[kind]["f1"] for figures in documents.values())} for kind in KINDS}
    return {"documents": documents, "mean": mean, "pooled": _kinds(pool(one.scores for one in readings))}


def _pdfs(readings: Sequence[Reading]) -> Figures:
    """The pooled figures of one who read PDFs, and those of each of them where they are real ones."""
    structure = sum((one.structure for one in readings if one.structure), StructureScores())
    documents = {one.document.name: {"kinds": _kinds(one.scores), "structure": _structure(one.structure)}
                 for one in readings if one.real and one.structure}
    pooled = pool(one.scores for one in readings)
    return {"number": len(readings), "documents": documents, "pooled": _kinds(pooled), "structure": _structure(structure),
            "facts": _counts(sum((pooled[kind] for kind in KINDS), Counts()))}


def _structure(scores: StructureScores) -> Figures:
    """Shares of cells exact, labels whole, cut cells joined and labels carried over; F1 of adjacency relations."""
    shares = {name: getattr(scores, name) for name in ("labels", "joined", "carried")}
    return {"cells": scores.cells.recall, "relations": scores.relations.f1,
            "numbers": {"cells": scores.cells.gold} | {name: share.number for name, share in shares.items()},
            **{name: share.value for name, share in shares.items()}}


def _kinds(scores: Scores) -> Figures:
    return {kind: _counts(scores[kind]) for kind in KINDS}


def _counts(counts: Counts) -> Figures:
    return {"hit": counts.hit, "predicted": counts.predicted, "gold": counts.gold,
            "precision": counts.precision, "recall": counts.recall, "f1": counts.f1}


def _labels(labels: LabelComparison) -> Figures:
    return {
        "role_macro_f1": labels.role_macro_f1, "labels": labels.labels.value, "periods": labels.periods.value,
        "whole": labels.labels_and_names_whole, "joiner_f1": labels.joins.f1,
        "whole_by_group": {group: {"right": share.right, "number": share.number} for group, share in labels.whole.items()},
        "roles": {str(role): _counts(counts) for role, counts in labels.role_scores().items()}}


def _pooled(setting: str, kind: str) -> Callable[[Figures], float]:
    return lambda figures: float(figures["settings"][setting]["pooled"][kind]["f1"])


def _mean(setting: str, kind: str) -> Callable[[Figures], float]:
    return lambda figures: float(figures["settings"][setting]["mean"][kind]["f1"])


def _worst(setting: str, kind: str) -> Callable[[Figures], float]:
    return lambda figures: float(min(one[kind]["f1"] for one in figures["settings"][setting]["documents"].values()))


def _labelling(setting: str, name: str) -> Callable[[Figures], float]:
    return lambda figures: float(figures["labels"][setting][name])


def _change(setting: str) -> Callable[[Figures], float]:
    return lambda figures: max(abs(float(one["change"])) for one in figures["disturbed"][setting].values())


def _pdf_values(place: str, reader: str) -> Callable[[Figures], float]:
    return lambda figures: float(figures[place]["readers"][reader]["pooled"]["value"]["f1"])


def _office_values(form: str, setting: str) -> Callable[[Figures], float]:
    return lambda figures: float(figures["office"][form][setting]["pooled"]["value"]["f1"])


def _printed(name: str, place: str = "printed") -> Callable[[Figures], float]:
    return lambda figures: float(figures[place]["readers"]["model"]["structure"][name])


def _doubted(group: str, name: str) -> Callable[[Figures], float]:
    return lambda figures: float(figures["checks"][group][name]["share"])


def _trust(cities: str, *keys: str) -> Callable[[Figures], float]:
    """A figure of the values' confidence."""
    def measure(figures: Figures) -> float:
        found = figures["trust"][cities]["value"]
        for key in keys:
            found = found[key]
        return float(found)
    return measure


def _decided(who: str, how: Callable[[Sequence[float]], float]) -> Callable[[Figures], float]:
    """Value F1 on even projects after the last of the decisions in the odd ones, over the cities left out."""
    def measure(figures: Figures) -> float:
        found = [float(one[-1]) for one in figures["decisions"][who].values()]
        if not found:
            raise KeyError(who)
        return how(found)
    return measure


def _better_than_chance(figures: Figures) -> float:
    return _decided("product", fmean)(figures) - _decided("random", fmean)(figures)


def _lost_by_turning(figures: Figures) -> float:
    return _pdf_values("printed", "model")(figures) - _pdf_values("rotated", "model")(figures)


def _gain(figures: Figures) -> float:
    return _mean("city_out", "value")(figures) - _mean("rules", "value")(figures)


_CITIES = (("city_out", "left-out cities", "留出的城市"), ("reserved", "reserved cities", "保留城市"))
BARS = (
    *(Bar(f"{kind} F1, trained on", f"{chinese} F1，训练过的城市", bar, _pooled("trained_on", kind)) for kind, chinese, bar in (
        ("value", "指标值", 0.98), ("indicator", "指标", 0.98), ("fund", "资金", 0.98), ("attribute", "属性", 0.97),
        ("goal", "目标", 0.95), ("standard", "绩效标准", 0.95), ("document", "文件", 1.0), ("total", "合计", 1.0))),
    *(Bar(f"{kind} F1, trained on, worst document", f"{chinese} F1，训练过的城市，最差的文件", 0.95, _worst("trained_on", kind))
      for kind, chinese in (("value", "指标值"), ("indicator", "指标"), ("fund", "资金"))),
    Bar("value F1, held-back projects", "指标值 F1，留出项目", 0.95, _pooled("held_back", "value")),
    Bar("value F1, city out, mean", "指标值 F1，留出城市，平均", 0.85, _mean("city_out", "value")),
    Bar("value F1, city out, worst", "指标值 F1，留出城市，最差", 0.65, _worst("city_out", "value")),
    Bar("value F1, city out above rules only", "指标值 F1，留出城市高出仅用规则", 0.15, _gain),
    *(Bar(f"value F1 on even projects after 50 decisions, city out, {name}",
          f"做 50 个决定后偶数项目的指标值 F1，留出城市，{chinese}", bar, _decided("product", how))
      for name, chinese, bar, how in (("mean", "平均", 0.95, fmean), ("worst", "最差", 0.90, min))),
    Bar("the same, mean above as many decisions picked at random", "同上，平均高出随机挑选同样多的决定", 0.001,
        _better_than_chance),
    Bar("value F1, reserved", "指标值 F1，保留的生成文件", 0.93,
        lambda figures: float(figures["reserved"]["model"]["pooled"]["value"]["f1"])),
    Bar("broken labels and names whole, reserved", "断开的标签和名称复原，保留的生成文件", 0.97, _labelling("reserved", "whole")),
    Bar("periods right, reserved", "时期正确，保留的生成文件", 0.97, _labelling("reserved", "periods")),
    Bar("role macro F1, city out", "角色宏平均 F1，留出城市", 0.85, _labelling("city_out", "role_macro_f1")),
    Bar("change of value F1, renamed and one more column", "改名并多一列后指标值 F1 的变化", 0.02, _change("trained_on"),
        at_most=True),
    Bar("value F1, four ruled PDFs, trained on", "指标值 F1，四份有框线的 PDF，训练过的城市", 0.97,
        _pdf_values("pdf", "trained_on")),
    Bar("value F1, four ruled PDFs, city out", "指标值 F1，四份有框线的 PDF，留出城市", 0.85, _pdf_values("pdf", "city_out")),
    Bar("value F1, printed pages of reserved cities", "指标值 F1，保留城市的印刷页", 0.93, _pdf_values("printed", "model")),
    *(Bar(f"{name}, printed pages", f"{chinese}，印刷页", bar, _printed(key)) for key, name, chinese, bar in (
        ("cells", "cells exact (text and spans)", "单元格完全正确（文字与跨度）", 0.985),
        ("labels", "vertical and wrapped labels whole", "竖排和折行标签完整", 0.985),
        ("joined", "cells cut by a page break joined", "被分页切断的单元格复原", 0.95),
        ("carried", "labels carried over the page", "跨页标签延续", 0.95))),
    Bar("value F1, shaded PDF without rules, trained on", "指标值 F1，无线条、只有底色的 PDF，训练过的城市", 0.95,
        _pdf_values("shaded", "trained_on")),
    *(Bar(f"value F1, the five cities' tables as {name}, {setting.replace('_', ' ')}",
          f"指标值 F1，五城表格存为{chinese}，{settings}", 0.97, _office_values(form, setting))
      for form, name, chinese in (("word", "Word files", " Word 文件"), ("workbook", "workbooks", "工作簿"),
                                  ("web", "web pages", "网页"))
      for setting, settings in (("trained_on", "训练过的城市"), ("city_out", "留出城市"))),
    Bar("value F1 lost, one printed page in five turned", "指标值 F1 的损失，印刷页每五页有一页转向", 0.0, _lost_by_turning,
        at_most=True),
    *(bar for place, name, chinese, values, cells in (
        ("half_ruled", "half-ruled pages", "半框线页", 0.92, 0.93), ("borderless", "borderless pages", "无框线页", 0.90, 0.90))
      for bar in (
          Bar(f"value F1, {name} of reserved cities", f"指标值 F1，保留城市的{chinese}", values, _pdf_values(place, "model")),
          Bar(f"cells exact, {name}", f"单元格完全正确，{chinese}", cells, _printed("cells", place)))),
    Bar("values taken apart, half developed on", "指标值解析全部正确，开发用的一半", 0.98,
        lambda figures: figures["values"]["seen"]),
    Bar("values taken apart, half never looked at", "指标值解析全部正确，从未查看的一半", 0.95,
        lambda figures: figures["values"]["unseen"]),
    Bar("names mapped right, half never looked at", "名称映射正确，从未查看的一半", 0.93,
        lambda figures: figures["names"]["names"]["unseen"]["accuracy"]),
    Bar("names mapped wrongly, half never looked at", "名称映射错误，从未查看的一半", 0.03,
        lambda figures: figures["names"]["names"]["unseen"]["wrong"], at_most=True),
    Bar("pairs of names: one concept or not", "名称对是否同一概念", 0.93, lambda figures: figures["names"]["pairs"]["accuracy"]),
    Bar("labels to canonical, gold and reserved", "标签规范化，金标准与保留城市", 0.995,
        lambda figures: figures["names"]["all_labels"]),
    Bar("distinct names mapped a second", "每秒映射的不同名称", 3000, lambda figures: figures["names"]["speed"]),
    Bar("right facts doubted, gold records", "正确而被质疑的事实，金标准记录", 0.02, _doubted("right", "gold"), at_most=True),
    Bar("right facts doubted by a check, as read", "正确而被检查质疑的事实，识别结果", 0.02, _doubted("right", "read"),
        at_most=True),
    Bar("right facts doubted by anything, as read", "正确而被任何疑点质疑的事实，识别结果", 0.05, _doubted("right", "read_any"),
        at_most=True),
    *(Bar(f"damage doubted, {name}", f"被质疑的人为错误，{chinese}", 0.85, _doubted("damage", fault))
      for fault, name, chinese in (
        ("fused", "cells fused", "单元格相连"), ("fused_numbers", "cells of numbers fused", "数字单元格相连"),
        ("swapped", "half-year and annual swapped", "半年与全年互换"), ("flipped", "comparators flipped", "比较符颠倒"),
        ("decimal", "decimal points moved", "小数点移位"))),
    *(bar for cities, name, chinese in _CITIES for bar in (
        Bar(f"calibration error of values, {name}", f"指标值的校准误差，{chinese}", 0.05, _trust(cities, "error"), at_most=True),
        Bar(f"values accepted at a budget of 1 %, {name}", f"1% 误差预算下自动接受的指标值，{chinese}", 0.60,
            _trust(cities, "budgets", "0.01", "share")),
        Bar(f"wrong among them, {name}", f"其中错误的比例，{chinese}", 0.015,
            _trust(cities, "budgets", "0.01", "wrong"), at_most=True),
        Bar(f"errors of the least confident tenth against all, {name}", f"可信度最低的十分之一的错误与总体之比，{chinese}", 5.0,
            _trust(cities, "least")))),
)


def shown(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """A bar, its figure and ✓ or ✗ as words; a dash for what was not measured."""
    sign = "≤" if row["at_most"] else "≥"
    bar = f"{sign} {row['bar']:.2f}" if round(row["bar"], 2) == row["bar"] else f"{sign} {row['bar']}"
    if row["figure"] is None:
        return bar, "-", "-"
    return bar, f"{row['figure']:.3f}", "✓" if row["met"] else "✗"
