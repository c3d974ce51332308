"""`recognizer audit DIR`: the error that remains among accepted facts, by keying a random sample of them again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recognizer.errors import UsageError
from recognizer.language import either


def audit(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False, help=either(
        "A folder that digitize wrote.", "digitize 写出的文件夹。"))],
    sheet: Annotated[Path | None, typer.Option("--sheet", metavar="FILE", show_default=False, help=either(
        "The sheet to write: .csv, or .xlsx with pictures. DIR/audit/sheet.csv, if not given.",
        "要写出的核对表：.csv，或带截图的 .xlsx；不写则为 DIR/audit/sheet.csv。"))] = None,
    read: Annotated[Path | None, typer.Option("--read", metavar="FILE", show_default=False, help=either(
        "Read a sheet that was filled in, and state the error that remains.", "读回填好的核对表，给出剩余错误率。"))] = None,
    size: Annotated[int, typer.Option("--size", "-n", metavar="N", min=1, help=either(
        "How many facts to draw.", "抽取多少条事实。"))] = 300,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help=either(
        "The same seed draws the same facts.", "相同的种子抽出相同的事实。"))] = 1,
    sources: Annotated[Path | None, typer.Option("--sources", metavar="DIR", show_default=False, help=either(
        "The folder of the documents, for pictures in the sheet.", "原文件所在文件夹，用于表中的截图。"))] = None,
) -> None:
    from recognizer.auditing import draw_sample, judge_sheet, load_sample, read_sheet, save_sample, write_sheet
    from recognizer.auditing.judging import save_audit

    if not folder.is_dir():
        raise UsageError(either("no such folder", "没有这个文件夹"), path=folder, stage="audit")
    if read is not None:
        items = load_sample(folder)
        found = judge_sheet(items, read_sheet(read, items))
        low, high = found.interval
        typer.echo(either(
            f"{found.wrong} of {found.keyed} accepted facts are wrong: {found.rate:.2%} (95 % interval {low:.2%} to {high:.2%})",
            f"{found.keyed} 条自动接受的事实中 {found.wrong} 条有误：{found.rate:.2%}（95% 区间 {low:.2%} 至 {high:.2%}）"))
        for difference in found.differences:
            typer.echo(f"  {difference}")
        typer.echo(str(save_audit(found, folder)))
        return
    items = draw_sample(folder, size, seed)
    place = sheet or folder / "audit" / "sheet.csv"
    try:
        path = write_sheet(items, place, _files(sources))
        save_sample(items, folder)
    except OSError as error:
        said = error.strerror or error
        raise UsageError(either(f"cannot be written: {said}", f"无法写入：{said}"), path=place, stage="audit") from error
    typer.echo(either(
        f"{len(items)} accepted facts drawn into {path}: key what stands there, and whether the label is right (y or n);\n"
        f"then: recognizer audit {folder} --read {path}",
        f"已抽取 {len(items)} 条自动接受的事实，写入 {path}：请填写原文所印内容，以及标签是否正确（是/否）；\n"
        f"然后运行：recognizer audit {folder} --read {path}"))


def _files(sources: Path | None) -> dict[str, Path]:
    """The PDFs below a folder by the names they have in the results. Raises UsageError where there is no such folder."""
    if sources is None:
        return {}
    if not sources.is_dir():
        raise UsageError(either("no such folder", "没有这个文件夹"), path=sources, stage="audit")
    return {path.relative_to(sources).as_posix(): path for path in sources.rglob("*") if path.suffix.lower() == ".pdf"}


audit.__doc__ = either(
    "Draw a random sample of accepted facts for blind keying, or read it back and state the error that remains.\n\n"
    "Example:  recognizer audit results --sheet sheet.xlsx --sources archive",
    "随机抽取自动接受的事实供盲核，或读回核对表并给出剩余错误率。\n\n"
    "示例：  recognizer audit 结果 --sheet 核对.xlsx --sources 档案")
