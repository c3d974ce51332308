"""`recognizer newcity FILES...`: how strange a city's layouts are, what to expect of them, what to decide first."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recognizer.errors import RecognizerError, UsageError
from recognizer.language import either

if TYPE_CHECKING:
    from rich.console import Console

    from recognizer.newcity import Measured, Survey
    from recognizer.newcity.meter import Advice
    from recognizer.types import Document, Grid, Place

ASKED = 10
MEMORY = Path("newcity.jsonl")


def newcity(
    sources: Annotated[list[str], typer.Argument(metavar="FILE", show_default=False, help=either(
        "Documents of the city: files, folders (walked) and globs.", "该城市的文档：文件、文件夹（含子文件夹）或通配符。"))],
    model: Annotated[Path | None, typer.Option("--model", metavar="DIR", show_default=False, help=either(
        "The folder of a model of your own, or a version of recognizer models; the one in use, if not given.",
        "自己的模型所在文件夹，或 recognizer models 列出的版本；不写则用选定的模型。"))] = None,
    number: Annotated[int, typer.Option("--ask", metavar="N", min=1, max=200, help=either(
        "How many cells to propose.", "建议先核对几个单元格。"))] = ASKED,
    memory: Annotated[Path, typer.Option("--memory", metavar="FILE", help=either(
        "Where what was promised is kept, so that the next model is held to it.",
        "预期记录在哪个文件里，以便与下一个模型的结果对照。"))] = MEMORY,
    as_json: Annotated[bool, typer.Option("--json", help=either("Print JSON, for machines.", "输出 JSON，供程序读取。"))] = False,
) -> None:
    from recognizer.model import load_model, shipped_model
    from recognizer.newcity import advice, survey
    from recognizer.newcity.meter import measured, remember, remembered
    from recognizer.shelf import named_model

    before = remembered(memory)
    chosen = load_model(folder) if (folder := named_model(model)) else shipped_model()
    found = survey(_documents(sources, memory), chosen, number)
    said = advice(found, before)
    last = next((one for one in reversed(before) if one.documents == found.documents and one.model != found.model), None)
    if as_json:
        print(json.dumps(_as_json(found, last, said), ensure_ascii=False, indent=1))
    else:
        from rich.console import Console

        _show(Console(highlight=False, markup=False), found, last, said)
    try:
        remember(memory, measured(found, datetime.now(UTC).isoformat(timespec="seconds")))
    except OSError as error:
        why = error.strerror or error
        raise UsageError(either(f"cannot be written: {why}", f"无法写入：{why}"), path=memory, stage="newcity") from error


def _documents(sources: list[str], memory: Path) -> Iterator[tuple[str, Document, tuple[Grid, ...]]]:
    """The documents laid out; what cannot be read is said and passed over. Raises UsageError where nothing can be."""
    from recognizer.commands.sources import Sources
    from recognizer.digitizing import lay_out_document
    from recognizer.reading import read

    listed = Sources(sources, memory)
    count = 0
    for one in listed:
        try:
            document, grids = lay_out_document(read(Path(one.path)), path=Path(one.path))
        except RecognizerError as error:
            print(f"recognizer: {error}", file=sys.stderr)
            continue
        count += 1
        yield one.path, document, grids
    for failure in listed.failures:
        print(f"recognizer: {failure}", file=sys.stderr)
    if not count:
        raise UsageError(either("none of these documents could be read", "这些文档都无法读取"), stage="newcity")


def _show(console: Console, found: Survey, last: Measured | None, said: Advice) -> None:
    from rich import box
    from rich.table import Table

    layouts = Table(title=either("Layouts", "版式"), box=box.SIMPLE, title_justify="left", title_style="bold")
    for title in (either("layout", "版式"), either("documents", "文档"), either("for example", "例如"),
                  either("nearest known", "最接近的已知版式"), either("distance", "距离"), either("values read", "读出的指标值"),
                  either("F1 to expect", "预期 F1")):
        layouts.add_column(title)
    for index, (group, expected) in enumerate(zip(found.layouts, found.by_layout, strict=True), 1):
        layouts.add_row(str(index), str(len(group.members)), Path(found.documents[group.members[0]]).name,
                        group.nearest or either("(too little to tell)", "（内容太少，无法判断）"), f"{group.distance:.2f}",
                        str(expected.read), f"{expected.f1:.3f}")
    console.print(layouts)
    console.print(either(f"F1 of values to expect, before any label: {found.expected.f1:.3f}",
                         f"未经任何标注时指标值的预期 F1：{found.expected.f1:.3f}"))
    if last:
        brought = found.expected.f1 - last.f1
        console.print(either(
            f"Since {last.model}: promised {last.promised:+.3f} for {last.asked} decisions, brought {brought:+.3f}.",
            f"自 {last.model} 以来：{last.asked} 个决定预期带来 {last.promised:+.3f}，实际带来 {brought:+.3f}。"))
    if found.proposals:
        cells = Table(title=either("Decide these first", "建议先核对"), box=box.SIMPLE, title_justify="left", title_style="bold")
        for title in (either("where", "位置"), either("cell", "单元格"), either("taken for", "识别为"), either("doubt", "疑点"),
                      either("reaches", "可适用"), either("facts it should put right", "预计纠正的事实数")):
            cells.add_column(title)
        for one in found.proposals:
            question = one.question
            cells.add_row(f"{Path(question.document).name} {_place(question.place)}", _short(question.text), question.label.code,
                          f"{question.doubt:.0%}", str(one.reach), f"{one.gain:.2f}")
        console.print(cells)
        console.print(either(f"Together they should bring {found.promised():+.3f}.", f"合计预计带来 {found.promised():+.3f}。"))
    console.print(_advice(said))


def _advice(said: Advice) -> str:
    return {
        "go on": either("Go on: decide them (recognizer review), retrain (recognizer train --corrections), measure again.",
                        "继续：核对这些单元格（recognizer review），重新训练（recognizer train --corrections），再测一次。"),
        "stop: good": either("Stop: there is nothing left to learn from a few decisions.",
                             "可以停止：再做几个决定也没有多少可学的了。"),
        "stop: little to gain": either("Stop: the next decisions would bring next to nothing; the queue does the rest.",
                                       "可以停止：接下来的决定几乎不会带来提高，其余交给复核队列。"),
        "stop: it does not learn": either("Stop: the last two rounds brought nothing.", "可以停止：最近两轮没有带来提高。"),
    }[said]


def _as_json(found: Survey, last: Measured | None, said: Advice) -> dict[str, object]:
    return {
        "model": found.model, "expected_f1": round(found.expected.f1, 4), "promised": round(found.promised(), 4), "advice": said,
        "before": None if last is None else {
            "model": last.model, "expected_f1": last.f1, "promised": last.promised, "asked": last.asked,
            "brought": round(found.expected.f1 - last.f1, 4)},
        "layouts": [
            {"documents": [found.documents[member] for member in group.members], "nearest": group.nearest,
             "distance": round(group.distance, 3), "values": expected.read, "expected_f1": round(expected.f1, 4)}
            for group, expected in zip(found.layouts, found.by_layout, strict=True)],
        "ask": [
            {"document": one.question.document, "place": _place(one.question.place), "pieces": one.question.pieces,
             "part": one.question.part, "text": one.question.text, "label": one.question.label.code,
             "doubt": round(one.question.doubt, 4), "reach": one.reach, "gain": round(one.gain, 4)}
            for one in found.proposals]}


def _place(place: Place) -> str:
    if place.page is not None:
        return either(f"page {place.page}", f"第 {place.page} 页")
    if place.sheet is not None:
        return f"{place.sheet} {place.cell or ''}".strip()
    return either(f"line {place.lines[0]}", f"第 {place.lines[0]} 行") if place.lines else ""


def _short(text: str, most: int = 24) -> str:
    line = "".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


newcity.__doc__ = either(
    "Say how strange a new city's layouts are, what F1 to expect of them, and which cells to decide first.\n\n"
    "Layouts are told apart and each is held beside those known; nothing needs to be labelled for that. The cells proposed are "
    "those whose answers settle the most doubt about the most facts. After retraining the same command says what the decisions "
    "brought, and when to stop.\n\n"
    "Examples:\n\n"
    "  recognizer newcity archive/newcity/*.pdf\n\n"
    "  recognizer newcity archive/newcity/*.pdf --ask 20 --json",
    "说明新城市的版式与已知版式相差多远、预期 F1 是多少、先核对哪些单元格最有用。\n\n"
    "先把版式分类，并逐一与已知版式比较，无需任何标注。所建议的单元格，其答案能消除最多事实的最多疑问。重新训练后，"
    "再运行同一命令，可以看到这些决定带来了多少提高，以及何时可以停止。\n\n"
    "示例：\n\n"
    "  recognizer newcity 档案/新城市/*.pdf\n\n"
    "  recognizer newcity 档案/新城市/*.pdf --ask 20 --json")
