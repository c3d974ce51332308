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
) -> None:
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
    "Train a model on labelled documents and generated layouts; the same options give the same predictions.\n\n"
    "Example:  recognizer train --leave-out NAME --out my-model",
    "用标注文档和生成的版式训练模型；选项相同，结果相同。\n\n示例：  recognizer train --leave-out 名称 --out 我的模型")
