"""`recognizer vocabulary show|check|add|merge|convert|learn|serve`: the controlled vocabulary, read, edited and given out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recognizer.language import either

if TYPE_CHECKING:
    from recognizer.concepts import Concept, Vocabulary

SHOWN = 40  # concepts that a search lists
PORT = 8460

app = typer.Typer(no_args_is_help=True, help=either(
    "The controlled vocabulary: look things up, check a file, add names, merge concepts, exchange it as SKOS.\n\n"
    "Example:  recognizer vocabulary show 出勤率",
    "受控词表：查询、检查文件、添加名称、合并概念、以 SKOS 交换。\n\n示例：  recognizer vocabulary show 出勤率"))

_File = Annotated[Path | None, typer.Option("--file", "-f", metavar="FILE", show_default=False, help=either(
    "The vocabulary file (.csv, or .ttl for SKOS); your own in the data folder, if not given.",
    "词表文件（.csv，或 SKOS 的 .ttl）；不写则用数据文件夹里自己的词表。"))]


@app.command(help=either(
    "Show a concept by its id, or those with a name like WORD; without WORD, how many there are of each kind.\n\n"
    "Example:  recognizer vocabulary show output.quality.training-attendance",
    "按编号显示概念，或列出名称含 WORD 的概念；不写 WORD 则统计各类概念。\n\n"
    "示例：  recognizer vocabulary show 出勤率"))
def show(
    word: Annotated[str, typer.Argument(metavar="[WORD]", help=either("An id or part of a name.", "编号或部分名称。"))] = "",
    file: _File = None,
) -> None:
    from recognizer.concepts import Kind
    from recognizer.concepts.replaced import current_id
    from recognizer.concepts.table import KINDS
    from recognizer.errors import UsageError

    vocabulary = _used(file)
    if not word:
        for kind in Kind:
            concepts = vocabulary.of_kind(kind)
            names = sum(len(concept.wordings) for concept in concepts)
            number = len(concepts)
            print(either(f"{kind.value}: {number} concepts, {names} names", f"{KINDS[kind]}：{number} 个概念，{names} 个名称"))
        return
    exact = vocabulary.get(word) or vocabulary.get(current_id(word))
    found = [exact] if exact else [
        concept for concept in vocabulary.concepts
        if word in concept.id or any(word in wording.text for wording in concept.wordings)]
    if not found:
        raise UsageError(either(f"no concept has {word} in its names", f"没有名称含 {word} 的概念"), stage="map")
    if len(found) == 1:
        _describe(vocabulary, found[0])
        return
    for concept in found[:SHOWN]:
        print(f"{concept.id}  {concept.name}")
    if len(found) > SHOWN:
        print(either(f"… and {len(found) - SHOWN} more", f"……另有 {len(found) - SHOWN} 个"))


@app.command(help=either(
    "Check vocabulary files: every problem with its line. Exit status 2 where there is one.\n\n"
    "Example:  recognizer vocabulary check mine.csv",
    "检查词表文件，逐行指出问题；有问题时退出码为 2。\n\n示例：  recognizer vocabulary check 我的词表.csv"))
def check(files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", show_default=False, help=either(
        "Files to check; the vocabulary in use, if not given.", "要检查的文件，不写则检查正在使用的词表。"))] = None) -> None:
    import sys

    from recognizer.concepts import VocabularyError, load_vocabulary
    from recognizer.concepts.files import vocabulary_file

    failed = False
    for path in files or [vocabulary_file()]:
        try:
            vocabulary = load_vocabulary(path)
        except VocabularyError as error:
            failed = True
            for problem in error.problems:
                print(either(f"{path}: {problem}", f"{path}：{problem.chinese}"), file=sys.stderr)
        else:
            number = len(vocabulary.concepts)
            print(either(f"{path}: {number} concepts, nothing wrong", f"{path}：{number} 个概念，没有问题"))
    if failed:
        raise typer.Exit(2)


@app.command(help=either(
    "Add names to a concept, or with --parent a new concept.\n\n"
    "Examples:\n\n  recognizer vocabulary add output.quality.training-attendance 学员到课比例\n\n"
    "  recognizer vocabulary add output.quantity.drone-flights 无人机飞行架次 --parent 数量指标 --units 次 --direction more",
    "给概念添加名称；加 --parent 则新建概念。\n\n"
    "示例：\n\n  recognizer vocabulary add output.quality.training-attendance 学员到课比例\n\n"
    "  recognizer vocabulary add output.quantity.drone-flights 无人机飞行架次 --parent 数量指标 --units 次 --direction 越高越好"))
def add(
    identifier: Annotated[str, typer.Argument(metavar="ID", help=either("The concept's id.", "概念的编号。"))],
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help=either(
        "Its names; of a new concept the first is the preferred one.", "名称；新建概念时第一个为首选名称。"))],
    parent: Annotated[str | None, typer.Option(show_default=False, help=either(
        "The level 2 that a new concept stands below, by id or name.", "新概念的上级（二级指标的编号或名称）。"))] = None,
    units: Annotated[str, typer.Option(help=either("Its unit families, separated by ；", "单位类别，用；分隔。"))] = "",
    direction: Annotated[str, typer.Option(help=either("more or less is better.", "越高越好或越低越好。"))] = "",
    definition: Annotated[str, typer.Option(help=either("What it is, in a line.", "一句话定义。"))] = "",
    file: _File = None,
) -> None:
    from recognizer.concepts.editing import with_concept, with_names

    vocabulary, path = _edited(file)
    if parent:
        vocabulary = with_concept(vocabulary, _new(vocabulary, identifier, names, parent, units, direction, definition))
    else:
        vocabulary = with_names(vocabulary, identifier, names)
    _save(vocabulary, path)


@app.command(help=either(
    "Make two concepts one: KEEP gets the names of DROP.\n\n"
    "Example:  recognizer vocabulary merge output.quantity.books output.quantity.publications",
    "合并两个概念：KEEP 得到 DROP 的全部名称。\n\n"
    "示例：  recognizer vocabulary merge output.quantity.books output.quantity.publications"))
def merge(
    keep: Annotated[str, typer.Argument(metavar="KEEP", help=either("The id that stays.", "保留的编号。"))],
    drop: Annotated[str, typer.Argument(metavar="DROP", help=either("The id that goes.", "并入的编号。"))],
    file: _File = None,
) -> None:
    from recognizer.concepts.editing import merged

    vocabulary, path = _edited(file)
    _save(merged(vocabulary, keep, drop), path)


@app.command(help=either(
    "Write a vocabulary in another form: .csv for spreadsheets, .ttl for SKOS.\n\n"
    "Example:  recognizer vocabulary convert vocabulary.ttl",
    "把词表写成另一种格式：.csv 供表格软件，.ttl 为 SKOS。\n\n示例：  recognizer vocabulary convert 词表.ttl"))
def convert(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help=either("The file to write.", "要写的文件。"))],
    file: _File = None,
) -> None:
    _save(_used(file), target)


@app.command(help=either(
    "Learn anew how printed names belong to the concepts of the vocabulary in use; writes names.npz and its card.\n\n"
    "Example:  recognizer vocabulary learn --out my-models",
    "按正在使用的词表重新学习名称与概念的对应关系，写出 names.npz 及其说明。\n\n"
    "示例：  recognizer vocabulary learn --out 我的模型"))
def learn(
    out: Annotated[Path | None, typer.Option(metavar="DIR", show_default=False, help=either(
        "The folder to write to; the shipped model's, if not given.", "写到哪个文件夹，不写则覆盖附带的模型。"))] = None,
    seed: Annotated[int, typer.Option(help=either("What all random draws follow from.", "随机种子。"))] = 1,
    file: _File = None,
) -> None:
    from recognizer.mapping.learning import learn_names
    from recognizer.resources import models_folder

    print(learn_names(_used(file), out or models_folder(), seed))


@app.command(help=either(
    "Serve the vocabulary to OpenRefine and others that speak the W3C reconciliation API, on this machine alone.\n\n"
    "In OpenRefine: Reconcile > Start reconciling > Add standard service, and the address that is printed.\n\n"
    "Example:  recognizer vocabulary serve",
    "把词表作为 W3C 对账（reconciliation）服务提供给 OpenRefine 等软件，仅限本机访问。\n\n"
    "在 OpenRefine 中：Reconcile > Start reconciling > Add standard service，填入所显示的地址。\n\n"
    "示例：  recognizer vocabulary serve"))
def serve(
    port: Annotated[int, typer.Option("--port", metavar="N", min=0, max=65535, help=either(
        "The port to listen on; 0 takes one that is free.", "监听的端口；0 表示任选一个空闲的。"))] = PORT,
    file: _File = None,
) -> None:
    import sys

    from recognizer.errors import UsageError
    from recognizer.reconciling import Service
    from recognizer.reconciling.web import serve as run

    def ready(listening: int) -> None:
        print(either("Reconciliation service at", "对账服务地址"), f"http://127.0.0.1:{listening}/", flush=True)
        print(either("Ctrl-C ends.", "按 Ctrl-C 结束。"), file=sys.stderr, flush=True)

    try:
        run(Service(_used(file)), port=port, ready=ready)
    except OSError as error:
        said = error.strerror or error
        raise UsageError(either(f"cannot listen on port {port}: {said}", f"无法监听端口 {port}：{said}"), stage="map",
                         hint=either("choose another --port", "请用 --port 换一个端口")) from error


def _used(file: Path | None) -> Vocabulary:
    from recognizer.concepts import load_vocabulary, vocabulary_in_use

    return load_vocabulary(file) if file else vocabulary_in_use()


def _edited(file: Path | None) -> tuple[Vocabulary, Path]:
    """The vocabulary to change and the file that the change goes to; where that is not there yet, a copy of the one in use."""
    from recognizer.concepts import load_vocabulary, vocabulary_in_use
    from recognizer.concepts.files import users_file

    path = file or users_file()
    return (load_vocabulary(path) if path.is_file() else vocabulary_in_use()), path


def _save(vocabulary: Vocabulary, path: Path) -> None:
    from recognizer.concepts import save_vocabulary
    from recognizer.errors import UsageError

    try:
        save_vocabulary(vocabulary, path)
    except OSError as error:
        raise UsageError(str(error.strerror or error), path=path, stage="map") from error
    print(either(f"{path}: {len(vocabulary.concepts)} concepts", f"{path}：{len(vocabulary.concepts)} 个概念"))


def _new(
    vocabulary: Vocabulary, identifier: str, names: list[str], parent: str, units: str, direction: str, definition: str,
) -> Concept:
    from recognizer.concepts import Concept, Kind, Source, Wording
    from recognizer.concepts.table import direction_of, several
    from recognizer.errors import UsageError

    above = next((one for one in vocabulary.of_kind(Kind.LEVEL2) if parent in (one.id, one.name)), None)
    if above is None:
        raise UsageError(either(f"no level 2 is called {parent}", f"没有名为 {parent} 的二级指标"), stage="map")
    if direction and direction_of(direction) is None:
        raise UsageError(either(f"no direction: {direction}", f"方向不对：{direction}"), stage="map")
    others = tuple(Wording(name, Source.EDITOR) for name in names[1:])
    return Concept(identifier, Kind.INDICATOR, names[0], above.id, several(units), direction_of(direction), definition, others)


def _describe(vocabulary: Vocabulary, concept: Concept) -> None:
    from recognizer.concepts.table import DIRECTIONS, KINDS, SEPARATOR

    above = " > ".join(reversed([one.name for one in vocabulary.above(concept)]))
    rows = [
        (either("id", "编号"), concept.id), (either("kind", "类别"), either(concept.kind.value, KINDS[concept.kind])),
        (either("name", "名称"), f"{concept.name} ({concept.name_source})"), (either("below", "上级"), above),
        (either("units", "单位类别"), SEPARATOR.join(concept.unit_families)),
        (either("better", "方向"), either(concept.direction or "", DIRECTIONS[concept.direction] if concept.direction else "")),
        (either("definition", "定义"), concept.definition),
        (either("also", "其他名称"), SEPARATOR.join(f"{wording.text} ({wording.source})" for wording in concept.alternatives))]
    for title, text in rows:
        if text:
            print(f"{title}: {text}")
