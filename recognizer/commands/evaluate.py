"""`recognizer evaluate`: a model, or finished records, against gold records."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recognizer.errors import ModelError, UnreadableFileError, UsageError
from recognizer.language import either
from recognizer.resources import gold_folder, models_folder

if TYPE_CHECKING:
    from recognizer.measuring import Scores
    from recognizer.measuring.gold import Gold
    from recognizer.model import Model



def evaluate(
    gold: Annotated[Path | None, typer.Option(metavar="PATH", show_default=False, help=either(
        "Gold records: a file or a folder. Those that come with the product, if not given.",
        "金标准记录：文件或文件夹，不写则用随产品附带的。"))] = None,
    documents: Annotated[Path | None, typer.Option(metavar="DIR", show_default=False, help=either(
        "The folder of the documents that the gold records speak of.", "金标准记录所对应文档的文件夹。"))] = None,
    predicted: Annotated[Path | None, typer.Option(metavar="DIR", show_default=False, help=either(
        "Measure the finished records of this folder (as digitize writes them) and read no document.",
        "衡量这个文件夹里已有的结果（digitize 的输出），不再识别文档。"))] = None,
    model: Annotated[Path | None, typer.Option(metavar="DIR", show_default=False, help=either(
        "The folder of a model of your own; the shipped one, if not given.",
        "自己的模型所在文件夹，不写则用附带的模型。"))] = None,
    city_out: Annotated[bool, typer.Option("--city-out", help=either(
        "For each document train a model that has seen nothing of its city (minutes each).",
        "每份文档都用没有见过该城市的模型来读（每个模型要训练几分钟）。"))] = False,
    errors: Annotated[int, typer.Option(metavar="N", min=0, help=either(
        "Show up to so many missed and invented facts of each kind and document.",
        "每份文档每类事实最多显示几条漏读和误读。"))] = 0,
    as_json: Annotated[bool, typer.Option("--json", help=either("Print the figures as JSON.", "以 JSON 输出数据。"))] = False,
    min_f1: Annotated[float, typer.Option("--min-f1", metavar="F1", min=0.0, max=1.0, help=either(
        "End with status 1 when the value F1 over all documents is lower.",
        "全部文档的指标值 F1 低于此数时以退出码 1 结束。"))] = 0.0,
) -> None:
    from recognizer.measuring import pool, score
    from recognizer.measuring.gold import find_predicted, load_gold

    if predicted and (city_out or model or documents):
        raise UsageError(either("--predicted reads no document: it goes with no --documents, --model or --city-out",
                              "--predicted 不识别文档，不能与 --documents、--model、--city-out 同用"))
    if city_out and model:
        raise UsageError(either("--city-out trains its own models: it does not go with --model",
                              "--city-out 会自行训练模型，不能与 --model 同用"))
    source = gold or gold_folder()
    try:
        wanted = load_gold(source)
    except (OSError, ValueError) as error:
        raise UsageError(either(f"gold records cannot be read: {error}", f"金标准记录无法读取：{error}"), path=source) from error
    if not wanted:
        raise UsageError(either("there are no gold records", "没有金标准记录"), path=source)
    if predicted:
        records = find_predicted(predicted, wanted)
    else:
        folder = (source if source.is_dir() else source.parent).resolve()
        records = _read(wanted, documents or folder.parent / "documents", model, city_out)
    if not records:
        raise UsageError(either("nothing pairs with any gold record", "没有任何结果与金标准记录对应"), path=predicted or source)
    scores = {one.name: score(one.records, records.get(one.name, {})) for one in wanted}
    everything = pool(scores.values())
    if as_json:
        figures = {name: _figures(one) for name, one in (*scores.items(), ("ALL", everything))}
        print(json.dumps(figures, ensure_ascii=False, indent=1))
    else:
        _print_table(scores, everything, frozenset(records))
    _print_errors(scores, errors)
    if everything["value"].f1 < min_f1:
        raise typer.Exit(1)


evaluate.__doc__ = either(
    "Measure a model, or finished records, against gold records.\n\n"
    "Prints F1, an exact match of normalised text, of eight kinds of facts for each document. Exit status: 0 measured, "
    "1 below --min-f1, 2 bad usage or nothing to measure.\n\n"
    "Examples:\n\n"
    "  recognizer evaluate\n\n"
    "  recognizer evaluate --city-out --errors 5\n\n"
    "  recognizer evaluate --gold my_gold --predicted records/documents --min-f1 0.9",
    "用金标准记录衡量模型或已有的结果。\n\n"
    "逐份文档列出八类事实的 F1（文本规范化后须完全一致）。退出码：0 完成；1 低于 --min-f1；2 用法错误或无可衡量。\n\n"
    "示例：\n\n"
    "  recognizer evaluate\n\n"
    "  recognizer evaluate --city-out --errors 5\n\n"
    "  recognizer evaluate --gold 我的金标准 --predicted 结果/documents --min-f1 0.9")


def _read(wanted: list[Gold], documents: Path, model_folder: Path | None, city_out: bool) -> dict[str, dict[str, Any]]:
    """The records that a model makes of the gold records' documents; the JSON of each by the gold's name."""
    from recognizer.digitizing import digitize_text
    from recognizer.model import load_model, shipped_model

    if not documents.is_dir():
        raise UsageError(either("the folder of documents is missing", "文档文件夹不存在"), path=documents,
                         hint=either("say where it is with --documents, or measure finished records with --predicted",
                                   "用 --documents 指明位置，或用 --predicted 衡量已有的结果"))
    model = load_model(model_folder) if model_folder else shipped_model()
    records = {}
    for one in wanted:
        path = documents / one.source
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableFileError(str(error), path=path) from error
        reader = _without(one.name, model) if city_out else model
        records[one.name] = digitize_text(text, one.source, reader).to_json()
    return records


def _without(name: str, shipped: Model) -> Model:
    """A model trained as the shipped one was, but without the source of this name."""
    from recognizer.training import TrainingConfig, train

    options = shipped.card.get("config")
    if not options:
        raise ModelError(either("the shipped model does not say how it was trained", "附带的模型没有注明训练方式"),
                         path=models_folder())
    print(either(f"training without {name}", f"正在训练（留出 {name}）"), file=sys.stderr)
    config = TrainingConfig(**{key: option for key, option in options.items() if not isinstance(option, list)})
    return train(replace(config, left_out=frozenset({name})))


def _figures(scores: Scores) -> dict[str, Any]:
    return {kind: {**asdict(counts), "precision": counts.precision, "recall": counts.recall, "f1": counts.f1}
            for kind, counts in scores.counts.items()}


def _print_table(scores: dict[str, Scores], everything: Scores, read: frozenset[str]) -> None:
    from rich.console import Console
    from rich.table import Table

    kinds = {
        "value": "指标值", "indicator": "指标", "fund": "资金", "attribute": "属性", "goal": "目标", "standard": "绩效标准",
        "document": "文件", "total": "合计"}
    table = Table(title=either("F1 by kind of facts", "各类事实的 F1"))
    table.add_column(either("gold", "金标准"), no_wrap=True)
    for kind, chinese in kinds.items():
        table.add_column(either(kind, chinese), justify="right")
    for name, one in (*scores.items(), (either("all", "全部"), everything)):
        absent = one is not everything and name not in read
        table.add_row(name + either(" (no prediction)", "（没有结果）") * absent, *(f"{one[kind].f1:.3f}" for kind in kinds))
    Console(width=None if sys.stdout.isatty() else 120, markup=False).print(table)


def _print_errors(scores: dict[str, Scores], most: int) -> None:
    faults = {"missed": either("missed", "漏读"), "invented": either("invented", "误读")}
    for name, one in scores.items():
        shown: dict[tuple[str, str], int] = {}
        for error in one.errors:
            group = (error.fact.kind, error.fault)
            shown[group] = shown.get(group, 0) + 1
            if shown[group] <= most:
                print(f"{name} {error.fact.kind} {faults[error.fault]}: {' | '.join(map(str, error.fact.key))}", file=sys.stderr)
