"""`recognizer diff RUN1 RUN2`: what another model or edition changed, fact by fact."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recognizer.language import either

if TYPE_CHECKING:
    from recognizer.exporting.comparison import Difference

_SIGNS = {"added": "+", "removed": "-", "changed": "~", "doubted": "?", "trusted": "!"}
LONGEST = 60  # characters of a text that are shown


def diff(
    before: Annotated[Path, typer.Argument(metavar="RUN1", show_default=False, help=either(
        "The folder of the run before.", "先前一次运行的结果文件夹。"))],
    after: Annotated[Path, typer.Argument(metavar="RUN2", show_default=False, help=either(
        "The folder of the run after it.", "后来一次运行的结果文件夹。"))],
    as_json: Annotated[bool, typer.Option("--json", help=either(
        "A JSON object for each difference, one on a line.", "每处差异输出一行 JSON。"))] = False,
    changes: Annotated[bool, typer.Option("--changes", help=either(
        "Only what is said otherwise, not what is only trusted or doubted now.", "只列内容的变化，不列可信度的变化。"))] = False,
) -> None:
    from recognizer.exporting.comparison import compare_runs
    from recognizer.exporting.loading import stored_documents

    counts: Counter[tuple[str, str]] = Counter()
    document = ""
    for difference in compare_runs(stored_documents(before), stored_documents(after)):
        if changes and difference.change in ("doubted", "trusted"):
            continue
        counts[difference.fact.kind, difference.change] += 1
        if as_json:
            print(json.dumps(difference.to_json(), ensure_ascii=False))
            continue
        if difference.document != document:
            document = difference.document
            print(document)
        print(_line(difference))
    if not as_json:
        print(_summary(counts))
    raise typer.Exit(1 if counts else 0)


diff.__doc__ = either(
    "Show what another model, another edition or other options changed, fact by fact.\n\n"
    "Each line: + a fact more, - one less, ~ one that says something else, ? one that needs review now, ! one that no longer "
    "does. Exit status: 0 nothing differs, 1 something does, 2 bad usage.\n\n"
    "Examples:\n\n"
    "  recognizer diff records_old records_new\n\n"
    "  recognizer diff records_old records_new --json --changes > differences.jsonl",
    "逐条列出另一个模型、另一版本或其他选项带来的变化。\n\n"
    "每行开头：+ 多出的事实，- 少了的，~ 内容变了的，? 现在需要复核的，! 不再需要复核的。"
    "退出码：0 无差异；1 有差异；2 用法错误。\n\n"
    "示例：\n\n"
    "  recognizer diff 旧结果 新结果\n\n"
    "  recognizer diff 旧结果 新结果 --json --changes > 差异.jsonl")


def _line(difference: Difference) -> str:
    """One difference on one line."""
    fact, before, after = difference.fact, difference.before, difference.after
    name = " ".join(part for part in (fact.kind, _short(fact.label), f"[{fact.period}]" if fact.period else "") if part)
    said = _short(fact.text)
    if before and after and difference.change == "changed":
        said = f"{_short(before.text)} → {_short(after.text)}"
        if before.text == after.text:
            said = f"{_short(after.text)}: {before.reading or '-'} → {after.reading or '-'}"
    elif before and after:
        said = f"{said} ({before.confidence:.2f} → {after.confidence:.2f})"
    project = f"{_short(difference.project)}: " if difference.project else ""
    return f"  {_SIGNS[difference.change]} {project}{name}: {said}"


def _short(text: str) -> str:
    whole = " ".join(text.split())
    return whole if len(whole) <= LONGEST else f"{whole[:LONGEST]}…"


def _summary(counts: Counter[tuple[str, str]]) -> str:
    """How many facts of each kind differ in each way."""
    if not counts:
        return either("nothing differs", "没有差异")
    kinds = sorted({kind for kind, _ in counts})
    return "\n".join(
        f"{kind}: " + ", ".join(f"{sign}{counts[kind, change]}" for change, sign in _SIGNS.items() if counts[kind, change])
        for kind in kinds)
