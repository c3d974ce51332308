"""`recognizer budget [DIR]`: what an error budget accepts unseen, what is proven of it, and how much is left to look at."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recognizer.errors import UsageError
from recognizer.language import either
from recognizer.options import share_of

if TYPE_CHECKING:
    from recognizer.calibration.budget import Acceptance
    from recognizer.model.calibrator import Calibrator

FORMS = ((True, "drawn tables", "有列线或单元格的表"), (False, "text dumps", "纯文本"))


def budget(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", show_default=False, help=either(
        "A folder that digitize wrote: how many of its facts are left to look at.",
        "digitize 写出的文件夹：其中有多少需要人工查看。"))] = None,
    max_error: Annotated[str, typer.Option("--max-error", metavar="SHARE", help=either(
        "The share of wrong facts you can live with among those accepted unseen.",
        "自动接受的事实中可以容忍的错误比例。"))] = "1%",
    model: Annotated[Path | None, typer.Option("--model", metavar="DIR", show_default=False, help=either(
        "The folder of a model of your own, or a version of recognizer models; the one in use, if not given.",
        "自己的模型所在文件夹，或 recognizer models 列出的版本；不写则用选定的模型。"))] = None,
) -> None:
    from rich.console import Console
    from rich.table import Table

    from recognizer.calibration import accepted_from
    from recognizer.calibration.facts import KINDS
    from recognizer.model import load_model, shipped_model
    from recognizer.shelf import named_model

    share = share_of(max_error)
    calibrator = (load_model(chosen) if (chosen := named_model(model)) else shipped_model()).calibrator
    if calibrator is None:
        raise UsageError(either("the model has no calibration of its own: nothing can be promised",
            "该模型没有校准，无法作出保证"))
    left = _left(folder, calibrator, share) if folder else {}
    table = Table(box=None, title=either(f"Error budget {100 * share:g} %", f"误差预算 {100 * share:g}%"), title_justify="left")
    for title in (either("facts", "事实"), either("in", "来源"), either("accepted from", "接受的可信度"),
                  either("wrong among those tested", "已检验事实中的错误率"), either("promise", "保证"),
                  *((either("to look at", "需查看"),) if folder else ())):
        table.add_column(title)
    for kind in KINDS:
        for drawn, english, chinese in FORMS:
            found = accepted_from(calibrator, share, drawn)[kind]
            table.add_row(kind, either(english, chinese), *_said(found), *((left.get((kind, drawn), "-"),) if folder else ()))
    Console(highlight=False).print(table)


def _said(found: Acceptance) -> tuple[str, str, str]:
    """The threshold, what was found above it, and whether that is a promise."""
    if found.threshold == float("inf"):
        return "-", "-", either("none: all are to be looked at", "无：全部需要查看")
    low, high = found.interval
    rate = either(f"{found.rate:.2%} of {found.number} ({low:.2%} to {high:.2%})",
        f"{found.number} 条中 {found.rate:.2%}（{low:.2%} 至 {high:.2%}）")
    held = either("holds, nine times in ten", "成立（十次中九次）")
    return f"{found.threshold:.4f}", rate, held if found.held else either("not proven: the rate found so far",
        "未证实：仅为目前所见的比率")


def _left(folder: Path, calibrator: Calibrator, share: float) -> dict[tuple[str, bool], str]:
    """How many facts of each kind and form a budget leaves to be looked at: "12 of 340"."""
    from recognizer.calibration import accepted_from
    from recognizer.calibration.facts import slots_of
    from recognizer.exporting.loading import stored_documents

    all_facts: Counter[tuple[str, bool]] = Counter()
    looked_at: Counter[tuple[str, bool]] = Counter()
    for document in stored_documents(folder):
        drawn = document.records.layout is None or document.records.layout.drawn
        accepted = accepted_from(calibrator, share, drawn)
        for slot in slots_of(document.records):
            sure = slot.evidence.confidence >= accepted[slot.kind].threshold and not slot.doubts
            all_facts[slot.kind, drawn] += 1
            looked_at[slot.kind, drawn] += not sure
    return {key: either(f"{looked_at[key]:,} of {number:,}",
        f"{number:,} 条中 {looked_at[key]:,} 条") for key, number in all_facts.items()}


budget.__doc__ = either(
    "Say what an error budget accepts unseen and what is proven of it, and how many facts of a run it leaves to look at.\n\n"
    "Example:  recognizer budget results --max-error 1%",
    "说明误差预算自动接受什么、哪些得到证实，以及一次运行的结果中还有多少需要人工查看。\n\n"
    "示例：  recognizer budget 结果 --max-error 1%")
