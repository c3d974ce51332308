"""The figures in the READMEs, written from build/eval/figures.json between two marks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from figures import COMPARED, shown

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"

WORDS: Mapping[str, Mapping[str, str]] = {
    "README.md": {
        "facts": "mean F1 over the five documents",
        "trained_on": "trained on", "city_out": "city out", "layout_out": "layout out", "rules": "rules only",
        "worst": "value, worst document", "bar": "bar", "figure": "measured", "measure": "measure", "name": "name",
        "value": "value", "indicator": "indicator", "fund": "fund", "attribute": "attribute", "goal": "goal",
        "standard": "standard", "document": "document", "total": "total"},
    "README.zh.md": {
        "facts": "五份文件的平均 F1", "trained_on": "训练过的城市", "city_out": "留出城市", "layout_out": "留出版式",
        "rules": "仅用规则", "worst": "指标值，最差的文件", "bar": "标准", "figure": "实测", "measure": "指标", "name": "chinese",
        "value": "指标值", "indicator": "指标", "fund": "资金", "attribute": "属性", "goal": "目标",
        "standard": "绩效标准", "document": "文件", "total": "合计"},
}


def update_readmes(root: Path, figures: Mapping[str, Any]) -> list[Path]:
    """Writes the figures into the READMEs that have the marks; returns those that were written."""
    written = []
    for name, words in WORDS.items():
        path = root / name
        text = path.read_text("utf-8") if path.is_file() else ""
        # An older README has a bare pair of the opening mark.
        marks = re.search(f"{BEGIN}.*?({END}|{BEGIN})", text, re.DOTALL)
        if marks:
            tables = f"{BEGIN}\n{figures_table(figures, words)}\n{END}"
            path.write_text(text[:marks.start()] + tables + text[marks.end():], "utf-8")
            written.append(path)
    return written


def figures_table(figures: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Two Markdown tables: F1 of each kind in each setting, and the bars."""
    compared = [setting for setting in COMPARED if setting in figures["settings"]]
    settings = [figures["settings"][setting] for setting in compared]
    rows = [[words["facts"], *(words[setting] for setting in compared)], ["---", *("---:" for _ in compared)]]
    rows += [[words[kind], *(f"{setting['mean'][kind]['f1']:.3f}" for setting in settings)] for kind in figures["kinds"]]
    worst = [min(one["value"]["f1"] for one in setting["documents"].values()) for setting in settings]
    rows.append([words["worst"], *(f"{figure:.3f}" for figure in worst)])
    bars = [[words["measure"], words["bar"], words["figure"], ""], ["---", "---:", "---:", "---"]]
    bars += [[row[words["name"]], *shown(row)] for row in figures["bars"]]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in bars)
