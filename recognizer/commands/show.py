"""`recognizer show FILE -o PICTURE`: a page with its recognised cells drawn over it, or all pages on a contact sheet."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from recognizer.errors import UsageError
from recognizer.language import either, language

DPI = 200


def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help=either(
        "A document: a PDF, an office file, or a text, Markdown or HTML file.",
        "一份文档：PDF、Word、Excel、文本、Markdown 或 HTML。"))],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="PICTURE", show_default=False, help=either(
        "The picture to write, a .png; its folder is made if need be.", "要写的图片（.png），文件夹没有则新建。"))],
    page: Annotated[int | None, typer.Option("--page", "-p", metavar="N", min=1, show_default=False, help=either(
        "The page to show, from 1; all of them on a contact sheet, if not given.",
        "要看第几页，从 1 数起；不写则把所有页排在一张缩略图上。"))] = None,
    dpi: Annotated[int, typer.Option("--dpi", metavar="N", min=36, max=600, help=either(
        "Pixels to the inch of the picture.", "图片每英寸的像素数。"))] = DPI,
    model: Annotated[Path | None, typer.Option("--model", metavar="DIR", show_default=False, help=either(
        "The folder of a model of your own, or a version of recognizer models; the one in use, if not given.",
        "自己的模型所在文件夹，或 recognizer models 列出的版本；不写则用选定的模型。"))] = None,
    debug: Annotated[bool, typer.Option("--debug", help=either(
        "Stop at an unexpected error with its full traceback.", "遇到意外错误时显示完整的调用栈。"))] = False,
) -> None:
    if out.suffix.lower() != ".png":
        raise UsageError(either("the picture's name must end in .png", "图片的文件名须以 .png 结尾"), path=out, stage="show")
    from recognizer.digitizing import digitize_document
    from recognizer.model import load_model, shipped_model
    from recognizer.reading import read
    from recognizer.shelf import named_model
    from recognizer.showing import picture

    document = read(file)
    found = digitize_document(document, load_model(folder) if (folder := named_model(model)) else shipped_model())
    image = picture(file, document, found.labelled, found.records, page=page, language=language(), dpi=dpi)
    _write(out, image)
    for warning in found.records.warnings:
        print(f"{file}: {either('warning', '警告')}: {warning}", file=sys.stderr)
    print(out)


show.__doc__ = either(
    "Show what was recognised: a page with its cells drawn over it, or a contact sheet of all pages.\n\n"
    "Each cell has the colour of what it was taken for. Small numbers give the reading order, red frames what is to be reviewed "
    "and how sure it is, blue marks the cells that a page break cut and the labels carried over from another page. A text is "
    "set on sheets, its line numbers beside it. Exit status: 0 done, 1 the file cannot be read, 2 bad usage.\n\n"
    "Examples:\n\n"
    "  recognizer show forms_2024.pdf --page 2 -o page2.png\n\n"
    "  recognizer show forms_2024.pdf -o all_pages.png\n\n"
    "  recognizer show forms_2024.md --page 1 --dpi 120 -o sheet.png",
    "看识别得怎样：把一页及其单元格画成图，或把所有页排成缩略图。\n\n"
    "单元格的颜色表示它被认作什么，小数字是阅读顺序，红框是待复核之处及其可信度，蓝色标记被分页截断的单元格和由他页沿用的标签。"
    "文本文件会排版成页，旁注行号。退出码：0 完成；1 文件无法读取；2 用法错误。\n\n"
    "示例：\n\n"
    "  recognizer show 绩效表2024.pdf --page 2 -o 第二页.png\n\n"
    "  recognizer show 绩效表2024.pdf -o 全部.png\n\n"
    "  recognizer show 绩效表2024.md --page 1 --dpi 120 -o 第一页.png")


def _write(path: Path, image: bytes) -> None:
    """Writes the picture so that it is whole or not there. Raises UsageError where it cannot be written."""
    from recognizer.exporting.files import write_atomically

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, image, path.with_name(f".recognizer-{os.getpid()}.part"))
    except OSError as error:
        why = error.strerror or error
        said = either(f"the picture cannot be written: {why}", f"图片无法写入：{why}")
        raise UsageError(said, path=path, stage="show") from error
