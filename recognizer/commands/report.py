"""`recognizer report DIR`: what a run came to, as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recognizer.errors import UsageError
from recognizer.language import either, language

REPORT = "report.html"


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False, help=either(
        "The folder of a run, written by recognizer digitize --out.", "recognizer digitize --out 写出的结果文件夹。"))],
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", show_default=False, help=either(
        "The page to write; report.html in DIR, if not given.", "要写的网页，不写则为 DIR 里的 report.html。"))] = None,
    listed: Annotated[int, typer.Option("--review", metavar="N", min=0, help=either(
        "How many facts to review are listed.", "列出多少条待复核的事实。"))] = 200,
) -> None:
    from recognizer.exporting.files import write_atomically
    from recognizer.exporting.loading import stored_documents, stored_failures
    from recognizer.exporting.overview import overview_of
    from recognizer.exporting.report import render_report

    path = out or folder / REPORT
    overview = overview_of(stored_documents(folder), stored_failures(folder), listed)
    page = render_report(overview, folder.resolve().name, language())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, page.encode(), path.with_name(f".recognizer-{path.name}.part"))
    except OSError as error:
        reason = either(f"cannot be written: {error.strerror}", f"无法写入：{error.strerror}")
        raise UsageError(reason, path=path, stage="export") from error
    print(path)


report.__doc__ = either(
    "Write a report of a run: one HTML page that needs nothing else.\n\n"
    "It has the coverage by city and year, the confidences, what failed and why, which checks fired, and what to review "
    "first.\n\n"
    "Example:  recognizer report records -o report.html",
    "写出一次运行的报告：一个独立的网页。\n\n"
    "内容有各城市各年度的覆盖情况、可信度、失败及原因、有疑问的检查、最先复核哪些。\n\n"
    "示例：  recognizer report 结果 -o 报告.html")
