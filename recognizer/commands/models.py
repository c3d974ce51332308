"""`recognizer models`: the models made from corrections: which there are, which is in use, and how two of them differ."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recognizer.errors import UsageError
from recognizer.language import either

if TYPE_CHECKING:
    from recognizer.model import Model

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", help=either(
    "The models made from corrections: list them, use one, compare two, go back.\n\n"
    "They stand in the platform's data folder, or where RECOGNIZER_MODELS says. digitize, show and budget use the one in use, "
    "where no --model is given; what a run has read is labelled again from pages/ without reading files.",
    "由更正训练出的模型：列出、选用、比较、回退。\n\n"
    "存放在系统的数据文件夹，或 RECOGNIZER_MODELS 所指之处。digitize、show、budget 未写 --model 时用选定的模型；"
    "以前的结果按 pages/ 重新识别，不必再读文件。"))

Place = Annotated[Path | None, typer.Option(
    "--models", metavar="DIR", envvar="RECOGNIZER_MODELS", show_default=False, help=either(
        "The folder of the models.", "存放模型的文件夹。"))]
Name = Annotated[str, typer.Argument(metavar="VERSION", show_default=False, help=either(
    "A version, as recognizer models list names it; shipped is the one that came with the product.",
    "版本名，见 recognizer models list；shipped 表示附带的模型。"))]


def list_models(
    place: Place = None,
    as_json: Annotated[bool, typer.Option("--json", help=either("Print the cards as JSON.", "以 JSON 输出模型卡。"))] = False,
) -> None:
    from recognizer.shelf import versions

    found = versions(place)
    if as_json:
        cards = [{**one.card, "version": one.name, "in_use": one.in_use} for one in found]
        print(json.dumps(cards, ensure_ascii=False, indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in (
            either("Version", "版本"), either("Made", "日期"), either("From", "来自"), either("Corrected cells", "更正单元格"),
            either("Right before", "此前正确"), either("Right now", "现在正确"),
            either("Gold facts lost", "丢失的金标准事实")):
        table.add_column(title, overflow="fold")
    for one in found:
        figures, learned = one.card.get("figures", {}), one.card.get("corrections", {})
        before, after = figures.get("corrected_before", {}), figures.get("corrected_after", {})
        table.add_row(
            ("* " if one.in_use else "  ") + one.name, str(one.card.get("date", ""))[:10], str(one.card.get("parent", "")),
            str(learned.get("cells", "")), _share(before), _share(after), str(len(figures["gold_lost"])) if figures else "")
    Console(highlight=False, markup=False).print(table)


def use_model(name: Name, place: Place = None) -> None:
    from recognizer.model import load_model
    from recognizer.shelf import SHIPPED, shelf, use

    if name != SHIPPED and (((place or shelf()) / name).is_dir()):
        load_model((place or shelf()) / name)  # one that cannot be loaded is not put to use
    use(name, place)
    print(either(f"in use: {name}", f"已选用：{name}"))


def rollback_model(place: Place = None) -> None:
    from recognizer.shelf import rollback

    name = rollback(place)
    print(either(f"in use: {name}", f"已选用：{name}"))


def compare_models(first: Name, second: Name, place: Place = None) -> None:
    from recognizer.learning.judging import gold_facts_lost

    lost, gained = gold_facts_lost(_load(first, place), _load(second, place))
    lines = [either(f"gold facts that {second} finds and {first} does not: {gained}",
                    f"{second} 找到而 {first} 没有找到的金标准事实：{gained}"),
             either(f"gold facts that {first} finds and {second} does not: {len(lost)}",
                    f"{first} 找到而 {second} 没有找到的金标准事实：{len(lost)}"), *(f"  {fact}" for fact in lost)]
    print("\n".join(lines))


def _load(name: str, place: Path | None) -> Model:
    from recognizer.model import load_model, shipped_model
    from recognizer.shelf import SHIPPED, shelf, versions

    if name == SHIPPED:
        return shipped_model()
    if name not in {one.name for one in versions(place)}:
        raise UsageError(either("no such model", "没有这个模型"), path=(place or shelf()) / name, stage="start",
                         hint="recognizer models list")
    return load_model((place or shelf()) / name)


def _share(figures: dict[str, float]) -> str:
    return f"{figures['right']}/{figures['number']}" if figures else ""


list_models.__doc__ = either("List the models, the one in use marked.\n\nExample:  recognizer models list",
                             "列出模型，* 表示选用的。\n\n示例：  recognizer models list")
use_model.__doc__ = either("Use a model from now on.\n\nExample:  recognizer models use 2026-11-21-1",
                           "从现在起使用某个模型。\n\n示例：  recognizer models use 2026-11-21-1")
rollback_model.__doc__ = either("Go back to the model that was used before.\n\nExample:  recognizer models rollback",
                                "退回到此前使用的模型。\n\n示例：  recognizer models rollback")
compare_models.__doc__ = either(
    "Say which gold facts one model finds and the other does not; for two runs see recognizer diff.\n\n"
    "Example:  recognizer models compare shipped 2026-11-21-1",
    "说明哪些金标准事实只有其中一个模型能找到；比较两次运行用 recognizer diff。\n\n"
    "示例：  recognizer models compare shipped 2026-11-21-1")
app.command("list")(list_models)
app.command("use")(use_model)
app.command("rollback")(rollback_model)
app.command("compare")(compare_models)
