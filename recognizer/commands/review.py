"""`recognizer review DIR`: what the error budget does not accept, looked at by people in a web application on this machine."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recognizer.errors import UsageError
from recognizer.language import either

if TYPE_CHECKING:
    from recognizer.reviewing.queue import Queue

PORT = 8450


def review(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False, help=either(
        "The folder of a run, written by recognizer digitize --out.", "recognizer digitize --out 写出的结果文件夹。"))],
    port: Annotated[int, typer.Option("--port", metavar="N", min=0, max=65535, help=either(
        "The port to listen on; 0 takes one that is free.", "监听的端口；0 表示任选一个空闲的。"))] = PORT,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help=either(
        "The address to listen on. Other machines reach only another than this one, and need the token.",
        "监听的地址。只有改为别的地址，其他机器才能访问，并须使用令牌。"))] = "127.0.0.1",
    token: Annotated[str | None, typer.Option(
        "--token", metavar="TEXT", envvar="RECOGNIZER_TOKEN", show_default=False, help=either(
        "What a browser must show once; made anew where it is needed and not given.",
        "浏览器首次访问须出示的令牌；需要而未给出时自动生成。"))] = None,
    database: Annotated[str | None, typer.Option("--database", metavar="URL", show_default=False, help=either(
        "Where the queue is kept, such as postgresql+psycopg://user@host/name; queue.sqlite in DIR, if not given.",
        "待复核队列存放处，如 postgresql+psycopg://用户@主机/库名；不写则为 DIR 里的 queue.sqlite。"))] = None,
    agreement: Annotated[str | None, typer.Option("--agreement", metavar="SHARE", show_default=False, help=either(
        "Show this share of what one reviewer has decided to a second one, such as 5%, and say how far they agree.",
        "把一人复核过的内容按此比例（如 5%）再交另一人独立复核，并统计一致程度。"))] = None,
    export_corrections: Annotated[Path | None, typer.Option(
        "--export-corrections", metavar="FILE", show_default=False, help=either(
        "Write what was decided as JSON lines (context, before, after, why), and end.",
        "把复核结果写成 JSON 行（上下文、原读数、更正、原因）后结束。"))] = None,
) -> None:
    from recognizer.options import share_of
    from recognizer.reviewing.queue import Queue

    if not (folder / "documents").is_dir():
        raise UsageError(either("not the folder of a run: it has no documents/", "不是一次运行的结果文件夹：没有 documents/"),
                         path=folder, stage="review", hint=either("name the folder that recognizer digitize --out wrote",
                                                                  "请指明 recognizer digitize --out 写出的文件夹"))
    queue = Queue(folder, database, twice=share_of(agreement) if agreement else 0.0)
    try:
        if export_corrections:
            _export(queue, export_corrections)
        else:
            _serve(queue, folder, host, port, token)
    finally:
        queue.close()


def _export(queue: Queue, path: Path) -> None:
    from recognizer.reviewing import write_corrections

    try:
        number = write_corrections(queue.engine, path)
    except OSError as error:
        said = error.strerror or error
        raise UsageError(either(f"cannot be written: {said}", f"无法写入：{said}"), path=path, stage="review") from error
    print(either(f"{path}: {number} decisions", f"{path}：{number} 条决定"))


def _serve(queue: Queue, folder: Path, host: str, port: int, token: str | None) -> None:
    from recognizer.reviewing.web import serve
    from recognizer.reviewing.web.safety import is_loopback

    queue.fill()
    if token is None and not is_loopback(host):
        token = secrets.token_urlsafe(24)

    def ready(listening: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        query = f"/?token={token}" if token else "/"
        print(either("Review at", "复核地址"), f"http://{shown}:{listening}{query}", flush=True)
        print(either("Ctrl-C ends; every decision is kept.", "按 Ctrl-C 结束，所有决定均已保存。"), file=sys.stderr, flush=True)

    try:
        serve(queue, folder, host=host, port=port, token=token, ready=ready)
    except OSError as error:
        reason = either(f"cannot listen on {host}:{port}: {error.strerror or error}",
                        f"无法监听 {host}:{port}：{error.strerror or error}")
        raise UsageError(reason, stage="review", hint=either("choose another --port", "请用 --port 换一个端口")) from error
    _say_agreement(queue)


def _say_agreement(queue: Queue) -> None:
    """How far two reviewers agree, where anything was decided twice."""
    found = queue.agreement()
    if not found.checked:
        return
    twice, alike, share = found.checked, found.alike, f"{found.alike / found.checked:.0%}"
    kappa = "–" if found.kappa is None else f"{found.kappa:.2f}"
    print(either(f"decided twice: {twice}, alike: {alike} ({share}), Cohen's kappa: {kappa}",
                 f"两人复核：{twice} 条，一致：{alike} 条（{share}），Cohen's kappa：{kappa}"))


review.__doc__ = either(
    "Review what is doubtful, in a browser, keyboard first.\n\n"
    "What the error budget does not accept stands in a queue, the most doubtful and weighty first: accept it, correct it, "
    "say how far that reaches; everything can be taken back. Corrected records are in recognizer export at once. "
    "Press ? in the browser for the keys.\n\n"
    "Examples:\n\n"
    "  recognizer review records\n\n"
    "  recognizer review records --host 0.0.0.0 --port 8000\n\n"
    "  recognizer review records --agreement 5%\n\n"
    "  recognizer review records --export-corrections corrections.jsonl",
    "在浏览器里复核存疑之处，以键盘操作为主。\n\n"
    "未达到误差预算的事实排成队列，疑点大、影响大的在前：认可、更正，并说明适用到哪里；一切都可撤销。更正后的数据立即体现在 "
    "recognizer export 中。在浏览器里按 ? 看按键说明。\n\n"
    "示例：\n\n"
    "  recognizer review 结果\n\n"
    "  recognizer review 结果 --host 0.0.0.0 --port 8000\n\n"
    "  recognizer review 结果 --agreement 5%\n\n"
    "  recognizer review 结果 --export-corrections 更正.jsonl")
