"""`recognizer train`: a model from labelled documents and generated layouts."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated

import typer

from recognizer.errors import UsageError
from recognizer.language import either
from recognizer.resources import models_folder

TABLES, SEED = 2000, 1


def train(
    out: Annotated[Path | None, typer.Option(metavar="DIR", show_default=False, help=either(
        "The folder for the model and its card; the shipped model's, if not given.",
        "存放模型和模型卡的文件夹，不写则覆盖附带的模型。"))] = None,
    tables: Annotated[int, typer.Option(metavar="N", min=20, help=either(
        "How many generated documents to train on, beside the labelled ones.",
        "除标注文档外，用多少份生成的文档来训练。"))] = TABLES,
    seed: Annotated[int, typer.Option(metavar="N", help=either("What all random draws follow from.", "随机种子。"))] = SEED,
    leave_out: Annotated[list[str] | None, typer.Option(metavar="NAME", show_default=False, help=either(
        "Leave out a labelled document (by its name) and all texts drawn from it; may be given several times.",
        "不使用某份标注文档（写其名称）及取自它的全部文字，可多次使用。"))] = None,
    layout_out: Annotated[bool, typer.Option("--layout-out", help=either(
        "Leave out as well the layout habits that only the left-out documents show.",
        "同时不使用只有被排除的文档才有的版式特点。"))] = False,
    corrections: Annotated[list[Path] | None, typer.Option("--corrections", metavar="PATH", show_default=False, help=either(
        "Learn from what was corrected: the folder of a run that was reviewed, or a file written by --portable; may be given "
        "several times. The new model stands among those of recognizer models.",
        "从更正中学习：复核过的结果文件夹，或 --portable 写出的文件，可多次使用。新模型列入 recognizer models。"))] = None,
    portable: Annotated[Path | None, typer.Option("--portable", metavar="FILE", show_default=False, help=either(
        "With --corrections: also write them as JSON lines that others can learn from.",
        "与 --corrections 同用：把更正另存为 JSON 行，供他人学习。"))] = None,
    accept_losses: Annotated[bool, typer.Option("--accept-losses", help=either(
        "With --corrections: take the new model even if it loses gold facts, which are listed.",
        "与 --corrections 同用：新模型即使丢失所列金标准事实也予采用。"))] = False,
    models: Annotated[Path | None, typer.Option(
        "--models", metavar="DIR", envvar="RECOGNIZER_MODELS", show_default=False, help=either(
        "With --corrections: the folder of the models.", "与 --corrections 同用：存放模型的文件夹。"))] = None,
) -> None:
    if corrections:
        if out or leave_out or layout_out:
            raise UsageError(either("--corrections goes with no --out, --leave-out or --layout-out",
                                  "--corrections 不能与 --out、--leave-out、--layout-out 同用"))
        _improve(corrections, portable, accept_losses, models)
        return
    if portable or accept_losses:
        raise UsageError(either("--portable and --accept-losses go with --corrections only",
                              "--portable 和 --accept-losses 只能与 --corrections 同用"))
    from recognizer.model import save_model
    from recognizer.training import TrainingConfig, real_documents
    from recognizer.training import train as fit
    from recognizer.training.card import fingerprints

    left_out = frozenset(leave_out or ())
    known = {document.name for document in real_documents()}
    if unknown := ", ".join(sorted(left_out - known)):
        names = ", ".join(sorted(known))
        raise UsageError(either(f"no labelled document is named {unknown}; there are {names}",
                              f"没有名为 {unknown} 的标注文档；现有 {names}"))
    folder = out or models_folder()
    _make(folder)
    start = time.perf_counter()

    def tell(message: str) -> None:
        typer.echo(f"{time.perf_counter() - start:6.1f} s  {message}", err=True)

    before = fingerprints()
    model = fit(TrainingConfig(tables=tables, seed=seed, left_out=left_out, layout_out=layout_out), progress=tell)
    model.card.update(name=f"seed-{seed}-tables-{tables}-{before['features']}", fingerprints=before, confidence="provisional")
    path = save_model(model, folder)
    tell(either(f"model stored in {path}", f"模型存于 {path}"))


def _improve(corrections: list[Path], portable: Path | None, accept_losses: bool, models: Path | None) -> None:
    """Learns from corrections and says what came of it; ends with status 1 where the new model was not taken."""
    from recognizer.learning.improving import improve

    start = time.perf_counter()
    for source in corrections:
        if not source.exists():
            raise UsageError(either("no such file or folder", "没有这个文件或文件夹"), path=source, stage="learn")
    found = improve(
        corrections, place=models, accept_losses=accept_losses, portable=portable,
        tell=lambda message: typer.echo(f"{time.perf_counter() - start:6.1f} s  {message}", err=True))
    judged = found.judgement
    before, after = judged.before, judged.after
    lines = [
        either(f"learned from {found.cells} cells of {found.documents} documents",
               f"学习了 {found.documents} 份文档的 {found.cells} 个单元格"),
        either(f"corrected cells read rightly when not shown: {before.right} of {before.number} before, {after.right} now",
               f"未展示的更正单元格：此前读对 {before.right}/{before.number}，现在 {after.right}/{after.number}"),
        either(f"calibration error on them: {before.error:.3f} before, {after.error:.3f} now",
               f"其校准误差：此前 {before.error:.3f}，现在 {after.error:.3f}"),
        either(f"gold facts gained: {judged.gained}, lost: {len(judged.lost)}",
               f"金标准事实：新增 {judged.gained}，丢失 {len(judged.lost)}"),
        *(f"  {fact}" for fact in judged.lost)]
    if found.unplaced:
        lines.append(either(f"{found.unplaced} decisions speak of facts whose cells were not found; they were passed over",
                            f"{found.unplaced} 条决定未找到所对应的单元格，未学习"))
    for name, concept in found.names:
        lines.append(either(f"for your vocabulary: recognizer vocabulary add {concept} {name}",
                            f"可加入词表：recognizer vocabulary add {concept} {name}"))
    print("\n".join(lines))
    if found.taken:
        print(either(f"taken: {found.version} is in use now; recognizer models rollback goes back to {found.parent}",
                     f"已采用 {found.version}；recognizer models rollback 可退回 {found.parent}"))
        return
    if judged.better:
        why = either("it loses gold facts; --accept-losses takes it all the same",
                     "它丢失金标准事实；--accept-losses 可强制采用")
    elif not before.number:
        why = either("nothing can be said of it until two documents, or two projects of one, are corrected",
                     "至少更正两份文档（或一份文档的两个项目）之后才能判断")
    else:
        why = either("it is not better on corrected cells that it was not shown", "它在未展示的更正单元格上并不更好")
    print(either(f"not taken: {found.version}: {why}", f"未采用 {found.version}：{why}"))
    raise typer.Exit(1)


def _make(folder: Path) -> None:
    """Makes the folder now: minutes of training are no time to find out that it cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = error.strerror or error
        raise UsageError(either(f"the model cannot be stored there: {why}", f"模型无法存放于此：{why}"), path=folder) from error


train.__doc__ = either(
    "Train a model on labelled documents and generated layouts, or teach it what was corrected; the same options and corrections "
    "give the same predictions.\n\n"
    "With --corrections the shipped model learns on for a minute or two. The new one is taken only if it loses no gold fact and "
    "reads corrected cells better that it was not shown. Exit status 1: it was not taken.\n\n"
    "Examples:\n\n"
    "  recognizer train --corrections records\n\n"
    "  recognizer train --corrections records --portable corrections.jsonl\n\n"
    "  recognizer train --leave-out NAME --out my-model",
    "用标注文档和生成的版式训练模型，或从更正中学习；选项和更正相同，结果相同。\n\n"
    "写 --corrections 时，附带的模型继续学习一两分钟；新模型不丢失金标准事实、且在未展示的更正单元格上更好，才予采用。"
    "退出码 1 表示未采用。\n\n"
    "示例：\n\n"
    "  recognizer train --corrections 结果\n\n"
    "  recognizer train --corrections 结果 --portable 更正.jsonl\n\n"
    "  recognizer train --leave-out 名称 --out 我的模型")
