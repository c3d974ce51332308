"""The figures in the READMEs, written from build/eval/figures.json and bench.json, each between two marks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from figures import COMPARED, PDF_READERS, STRUCTURE, shown

STAGES = ("read", "lay out", "repair", "label", "assemble", "map + check", "calibrate", "export")

WORDS: Mapping[str, Mapping[str, str]] = {
    "README.md": {
        "facts": "mean F1 over the five documents",
        "trained_on": "trained on", "city_out": "city out", "layout_out": "layout out", "rules": "rules only",
        "worst": "value, worst document", "bar": "bar", "figure": "measured", "measure": "measure", "name": "name",
        "value": "value", "indicator": "indicator", "fund": "fund", "attribute": "attribute", "goal": "goal",
        "standard": "standard", "document": "document", "total": "total",
        "pdf": "four ruled PDFs ({pages} pages)", "printed": "{pages} printed pages of reserved cities",
        "rotated": "{pages} pages, one in five turned", "half_ruled": "{pages} half-ruled pages",
        "borderless": "{pages} borderless pages", "shaded": "shaded PDF ({pages} pages)",
        "model": "shipped model", "grids": "{name} + rules", "own": "own grids",
        "value_f1": "value F1", "facts_f1": "all facts F1", "cells": "cells exact",
        "labels": "labels whole", "joined": "cut cells joined", "carried": "carried over",
        "relations": "adjacency F1",
        "speed": "milliseconds a page, {pages} pages of PDF", "recognizer": "recognizer, file to records",
        "read": "reading", "lay out": "layout", "repair": "repair", "label": "labelling", "assemble": "assembly",
        "map + check": "mapping and checking", "calibrate": "calibration", "export": "export",
        "floor": "floor: MuPDF's characters and drawings",
        "bare": "{name}, bare grids", "time": "ms", "memory": "peak memory, MB",
        "start": "a process from its start", "start digitize": "`recognizer digitize` of one page into a new folder",
        "start help": "`recognizer --help`", "start import": "`import sklearn.ensemble, pymupdf, pandas`, to compare",
        "start model": "loading the model alone",
        "scans": "scans: 200 dots to the inch, 1 degree askew, JPEG", "eval/pdfs": "the scan in `eval/pdfs`",
        "ruled": "reserved cities, all rules", "half_ruled_scans": "reserved cities, half of the rules",
        "pooled": "the first two together", "pages": "pages", "as_printed": "value F1 of the same pages as printed",
        "number_of_facts": "facts", "calibration": "calibration error",
        "seconds": "Seconds a page and core ({pages} pages): {engine:.1f} by the OCR engine on the whole page, {ours:.1f} here, "
                   "{times:.2f} times as many.",
        "mapped": "names of the half never looked at ({listed} in the vocabulary or the examples, {none} of no concept)",
        "number": "names", "right": "right", "wrong": "wrongly mapped", "as_it_is": "all of them",
        "strict": "those that neither the vocabulary nor the examples have",
        "without": "{city}, the vocabulary without its gold names"},
    "README.zh.md": {
        "facts": "五份文件的平均 F1", "trained_on": "训练过的城市", "city_out": "留出城市", "layout_out": "留出版式",
        "rules": "仅用规则", "worst": "指标值，最差的文件", "bar": "标准", "figure": "实测", "measure": "指标", "name": "chinese",
        "value": "指标值", "indicator": "指标", "fund": "资金", "attribute": "属性", "goal": "目标",
        "standard": "绩效标准", "document": "文件", "total": "合计",
        "pdf": "四份有框线的 PDF（{pages} 页）", "printed": "保留城市的 {pages} 页印刷页", "model": "随附模型",
        "rotated": "{pages} 页，每五页有一页转向", "half_ruled": "{pages} 页半框线页",
        "borderless": "{pages} 页无框线页", "shaded": "只有底色的 PDF（{pages} 页）",
        "grids": "{name} + 规则", "own": "本项目的网格", "value_f1": "指标值 F1", "facts_f1": "全部事实 F1",
        "cells": "单元格完全正确", "labels": "标签完整", "joined": "切断的单元格复原", "carried": "标签跨页延续",
        "relations": "邻接 F1",
        "speed": "每页毫秒数，{pages} 页 PDF", "recognizer": "recognizer，从文件到记录", "read": "读取", "lay out": "版面",
        "repair": "修复", "label": "标注", "assemble": "组装", "map + check": "映射与检查", "calibrate": "校准", "export": "导出",
        "floor": "下限：MuPDF 的字符与图形", "bare": "{name}，仅网格", "time": "毫秒", "memory": "内存峰值，MB",
        "start": "从启动进程算起", "start digitize": "`recognizer digitize` 一页，写入新文件夹",
        "start help": "`recognizer --help`", "start import": "`import sklearn.ensemble, pymupdf, pandas`，作比较",
        "start model": "只加载模型",
        "scans": "扫描件，200 dpi，倾斜 1 度，JPEG", "eval/pdfs": "`eval/pdfs` 中的扫描件",
        "ruled": "保留城市，全框线", "half_ruled_scans": "保留城市，半框线", "pooled": "前两者合计", "pages": "页",
        "as_printed": "同样页面未经扫描时的指标值 F1", "number_of_facts": "事实数", "calibration": "校准误差",
        "seconds": "每页单核秒数（{pages} 页）：OCR 引擎处理整页 {engine:.1f}，本项目 {ours:.1f}，为其 {times:.2f} 倍。",
        "mapped": "从未查看的一半名称（{listed} 个与词表或示例逐字相同，{none} 个不属于任何概念）",
        "number": "名称数", "right": "正确", "wrong": "映射错误", "as_it_is": "全部",
        "strict": "词表和示例中都没有的名称", "without": "{city}，词表去掉其金标名称"},
}


def update_readmes(
    root: Path, figures: Mapping[str, Any], speed: Mapping[str, Any] | None, scans: Mapping[str, Any] | None
) -> list[Path]:
    """Writes the figures, and those of the benchmark and of scans if there are any, where the READMEs have marks; returns what
    was written."""
    written = []
    for name, words in WORDS.items():
        path = root / name
        before = path.read_text("utf-8") if path.is_file() else ""
        text = _between(before, "figures", figures_table(figures, words))
        if speed:
            text = _between(text, "speed", speed_table(speed, words))
        if scans:
            text = _between(text, "scans", scans_table(scans, words))
        if text != before:
            path.write_text(text, "utf-8")
            written.append(path)
    return written


def _between(text: str, mark: str, tables: str) -> str:
    """The text with the tables between the two marks, or unchanged where it has none."""
    begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    return re.sub(f"{begin}.*?{end}", lambda _: f"{begin}\n{tables}\n{end}", text, count=1, flags=re.DOTALL)


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
    pdfs = [_pdf_rows(figures[place], words, place) for place in PDF_READERS if place in figures]
    names = [_names_rows(figures["names"]["names"], words)] if "names" in figures else []
    return "\n\n".join(markdown(table) for table in (rows, *pdfs, *names, bars))


def _names_rows(names: Mapping[str, Any], words: Mapping[str, str]) -> list[list[str]]:
    """How many names of the unseen half find their concept: with all of the vocabulary, and with less of it."""
    title = words["mapped"].format(listed=names["listed"], none=names["none"])
    rows = [[title, words["number"], words["right"], words["wrong"]], ["---", "---:", "---:", "---:"]]
    shown_as = {words["as_it_is"]: names["unseen"], words["strict"]: names["strict"]}
    shown_as |= {words["without"].format(city=city): one for city, one in names["cities"].items()}
    return rows + [[name, str(one["number"]), f"{one['accuracy']:.3f}", f"{one['wrong']:.3f}"] for name, one in shown_as.items()]


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


def speed_table(speed: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Markdown tables of the benchmark: the recognizer by stage, its floor and other tools; the command line from cold."""
    pooled, memory = speed["pooled"], speed["memory"]

    def row(title: str, time: float, who: str = "") -> list[str]:
        return [title, f"{time / pooled['pages']:.1f}", f"{memory[who]:.0f}" if who else ""]

    rows = [[words["speed"].format(pages=pooled["pages"]), words["time"], words["memory"]], ["---", "---:", "---:"]]
    rows.append(row(f"**{words['recognizer']}**", pooled["all"], "recognizer"))
    rows += [row(f"– {words[stage]}", pooled["stages"][stage]) for stage in STAGES]
    rows += [row(words["floor"] if name == "floor" else words["bare"].format(name=name), time, name)
             for name, time in pooled["others"].items()]
    start = [[words["start"], words["time"]], ["---", "---:"]]
    start += [[words[f"start {name}"], f"{time:.0f}"] for name, time in speed["start"].items()]
    return f"{markdown(rows)}\n\n{markdown(start)}"


def scans_table(scans: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """A Markdown table of what is read of scans, and a sentence on the time it takes."""
    kinds = ("value", "indicator", "fund", "attribute")
    columns = ("pages", *kinds, "as_printed", "number_of_facts", "calibration")
    rows = [[words["scans"], *(words[name] for name in columns)], ["---", *("---:" for _ in columns)]]
    for name, title in (("eval/pdfs", "eval/pdfs"), ("ruled", "ruled"), ("pooled", "pooled"), ("half_ruled", "half_ruled_scans")):
        one = scans[name]
        printed = f"{one['as_printed']:.3f}" if one["as_printed"] is not None and name != "pooled" else "-"
        rows.append([words[title], str(one["pages"]), *(f"{one[kind]:.3f}" for kind in kinds), printed, str(one["facts"]),
                     f"{one['calibration']:.3f}"])
    return f"{markdown(rows)}\n\n{words['seconds'].format(**scans['seconds'])}"
