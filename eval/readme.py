"""The figures in the READMEs, written from build/eval/figures.json between two marks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from figures import COMPARED, STRUCTURE, shown

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"

WORDS: Mapping[str, Mapping[str, str]] = {
    "README.md": {
        "facts": "mean F1 over the five documents",
        "trained_on": "trained on", "city_out": "city out", "layout_out": "layout out", "rules": "rules only",
        "worst": "value, worst document", "bar": "bar", "figure": "measured", "measure": "measure", "name": "name",
        "value": "value", "indicator": "indicator", "fund": "fund", "attribute": "attribute", "goal": "goal",
        "standard": "standard", "document": "document", "total": "total",
        "pdf": "four ruled PDFs ({pages} pages)", "printed": "{pages} printed pages of reserved cities",
        "model": "shipped model", "grids": "{name} + rules", "own": "own grids",
        "value_f1": "value F1", "facts_f1": "all facts F1", "cells": "cells exact",
        "labels": "labels whole", "joined": "cut cells joined", "carried": "carried over",
        "relations": "adjacency F1"},
    "README.zh.md": {
        "facts": "五份文件的平均 F1", "trained_on": "训练过的城市", "city_out": "留出城市", "layout_out": "留出版式",
        "rules": "仅用规则", "worst": "指标值，最差的文件", "bar": "标准", "figure": "实测", "measure": "指标", "name": "chinese",
        "value": "指标值", "indicator": "指标", "fund": "资金", "attribute": "属性", "goal": "目标",
        "standard": "绩效标准", "document": "文件", "total": "合计",
        "pdf": "四份有框线的 PDF（{pages} 页）", "printed": "保留城市的 {pages} 页印刷页", "model": "随附模型",
        "grids": "{name} + 规则", "own": "本项目的网格", "value_f1": "指标值 F1", "facts_f1": "全部事实 F1",
        "cells": "单元格完全正确", "labels": "标签完整", "joined": "切断的单元格复原", "carried": "标签跨页延续",
        "relations": "邻接 F1"},
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
    """Markdown tables: F1 of each kind in each setting, what readers of PDFs made of them, and the bars."""
    compared = [setting for setting in COMPARED if setting in figures["settings"]]
    settings = [figures["settings"][setting] for setting in compared]
    rows = [[words["facts"], *(words[setting] for setting in compared)], ["---", *("---:" for _ in compared)]]
    rows += [[words[kind], *(f"{setting['mean'][kind]['f1']:.3f}" for setting in settings)] for kind in figures["kinds"]]
    worst = [min(one["value"]["f1"] for one in setting["documents"].values()) for setting in settings]
    rows.append([words["worst"], *(f"{figure:.3f}" for figure in worst)])
    bars = [[words["measure"], words["bar"], words["figure"], ""], ["---", "---:", "---:", "---"]]
    bars += [[row[words["name"]], *shown(row)] for row in figures["bars"]]
    pdfs = [_pdf_rows(figures[place], words, place) for place in ("pdf", "printed") if place in figures]
    return "\n\n".join(markdown(table) for table in (rows, *pdfs, bars))


def _pdf_rows(figures: Mapping[str, Any], words: Mapping[str, str], place: str) -> list[list[str]]:
    """A row for each reader of the PDFs; a dash where the PDFs have nothing of the kind."""
    names = {"rules": words["own"], "pdfplumber": "pdfplumber", "pymupdf": "PyMuPDF", "camelot": "camelot lattice"}
    columns = ("value_f1", "facts_f1", *STRUCTURE)
    title = words[place].format(pages=figures["pages"])
    rows = [[title, *(words[name] for name in columns)], ["---", *("---:" for _ in columns)]]
    for reader, one in figures["readers"].items():
        title = words["grids"].format(name=names[reader]) if reader in names else words[reader]
        numbers = one["structure"]["numbers"]
        structure = [f"{one['structure'][name]:.3f}" if numbers.get(name, 1) else "-" for name in STRUCTURE]
        rows.append([title, f"{one['pooled']['value']['f1']:.3f}", f"{one['facts']['f1']:.3f}", *structure])
    return rows


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table; the second says how columns are aligned."""
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
