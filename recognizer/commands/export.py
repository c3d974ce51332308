"""`recognizer export DIR`: the results of a run in another form, with what was corrected in its review."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from recognizer.errors import UsageError
from recognizer.language import either

DATABASE = "records.sqlite"
LABEL_STUDIO = "label_studio"
REVIEWED = "reviewed"  # the folder of documents and tables with what was corrected


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False, help=either(
        "The folder of a run, written by recognizer digitize --out.", "recognizer digitize --out 写出的结果文件夹。"))],
    sqlite: Annotated[bool, typer.Option("--sqlite", help=either(
        "Write a SQLite database, and a description for Datasette.", "写成 SQLite 数据库，附 Datasette 的说明文件。"))] = False,
    tables: Annotated[bool, typer.Option("--tables", help=either(
        "Write documents and tables as digitize does, with what was corrected in the review.",
        "按 digitize 的形式写出文档和各表，包含复核中的更正。"))] = False,
    label_studio: Annotated[bool, typer.Option("--label-studio", help=either(
        "Write tasks for Label Studio: pages and texts with their facts, decided ones as annotations.",
        "写成 Label Studio 的任务：页面和文本及其事实，已核对的作为标注。"))] = False,
    partition: Annotated[str | None, typer.Option("--partition", metavar="COLUMN,...", show_default=False, help=either(
        "Write Parquet files by the values of these columns, such as city,fiscal_year.",
        "按这些列的值分开写 Parquet，如 city,fiscal_year。"))] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="PATH", show_default=False, help=either(
        "The database to write, or the folder of the tables or Parquet files; in DIR, if not given.",
        "要写的数据库，或存放各表、Parquet 的文件夹；不写则放在 DIR 里。"))] = None,
    database: Annotated[str | None, typer.Option("--database", metavar="URL", show_default=False, help=either(
        "Where the review's queue is kept; queue.sqlite in DIR, if not given.",
        "复核队列存放处；不写则为 DIR 里的 queue.sqlite。"))] = None,
    without: Annotated[list[str] | None, typer.Option("--without", metavar="TABLE:NAME", show_default=False, help=either(
        "Leave out what is named so, such as attributes:项目负责人; can be given several times.",
        "不输出这样命名的内容，如 attributes:项目负责人，可写多次。"))] = None,
) -> None:
    if bool(sqlite) + bool(partition) + tables + label_studio != 1:
        wanted = either("say what to write: --sqlite, --tables, --label-studio or --partition",
                        "请说明写什么：--sqlite、--tables、--label-studio 或 --partition")
        raise UsageError(wanted, stage="export")
    if without and not sqlite:
        clash = either("--without goes with --sqlite alone: else give it to digitize",
                       "--without 只能与 --sqlite 同用，否则请用在 digitize")
        raise UsageError(clash, stage="export")
    try:
        if partition:
            written = _parted(folder, out or folder, partition, database)
        elif tables:
            written = _tables(folder, out or folder / REVIEWED, database)
        elif label_studio:
            written = _tasks(folder, out or folder / LABEL_STUDIO, database)
        else:
            written = _database(folder, out or folder / DATABASE, without or [], database)
        for path in written:
            print(path)
    except (OSError, sqlite3.Error) as error:
        said = getattr(error, "strerror", None) or error
        reason = either(f"cannot be written: {said}", f"无法写入：{said}")
        raise UsageError(reason, path=out or folder, stage="export") from error


def _database(folder: Path, path: Path, without: list[str], queue: str | None) -> list[Path]:
    """Writes the database and its description; returns their paths."""
    from recognizer.archive.journal import JOURNAL
    from recognizer.exporting.database import datasette_metadata, write_database
    from recognizer.exporting.loading import stored_failures
    from recognizer.exporting.omission import leave_out, parse_omissions
    from recognizer.reviewing import reviewed_documents
    from recognizer.reviewing.tables import QUEUE

    if path.resolve() in {(folder / name).resolve() for name in (JOURNAL, QUEUE)}:
        kept = either("the run keeps its own books there: choose another name", "那是本次运行自己的数据库：请换一个文件名")
        raise UsageError(kept, path=path, stage="export")
    omissions = parse_omissions(without)
    reviewed = reviewed_documents(folder, queue)
    documents = (replace(document, records=leave_out(document.records, omissions)) for document in reviewed)
    description = path.with_suffix(".metadata.json")
    temporary, described = (one.with_name(f".recognizer-{os.getpid()}-{one.name}.part") for one in (path, description))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        write_database(temporary, documents, stored_failures(folder))
        metadata = datasette_metadata(folder.resolve().name)
        described.write_text(json.dumps(metadata, ensure_ascii=False, indent=1) + "\n", "utf-8")
        os.replace(temporary, path)
        os.replace(described, description)
    finally:
        temporary.unlink(missing_ok=True)
        described.unlink(missing_ok=True)
    return [path, description]


def _tables(folder: Path, target: Path, queue: str | None) -> list[Path]:
    """Writes the documents and tables as reviewed; returns the paths of the tables."""
    from recognizer.archive.journal import JOURNAL
    from recognizer.exporting import OutputFolder, to_text
    from recognizer.exporting.loading import stored_failures, to_records
    from recognizer.exporting.tables import TABLES, Columns
    from recognizer.reviewing import reviewed_jsons

    if (target / JOURNAL).exists() and target.resolve() != folder.resolve():
        clash = either("another run stands there, and its documents would be replaced: choose another folder",
                       "那里是另一次运行的结果，其文档会被替换：请换一个文件夹")
        raise UsageError(clash, path=target, stage="export")
    if target.resolve() == folder.resolve():
        clash = either("the corrected tables need a folder of their own: the original reading is kept",
                       "更正后的表须写到另一文件夹，原读数予以保留")
        raise UsageError(clash, path=target, stage="export")
    with OutputFolder(target) as output:
        names: set[Path] = set()

        def rows() -> Iterator[dict[str, Columns]]:
            for name, document in reviewed_jsons(folder, queue):
                names.add(output.write(name, to_text(document).encode()))
                records = to_records(document)
                yield {table.name: table.of(records) for table in TABLES.values()}

        written = list(output.write_tables(rows(), stored_failures(folder)))
        output.remove_documents(unless=names.__contains__)
    return written


def _tasks(folder: Path, target: Path, url: str | None) -> list[Path]:
    """Writes the tasks for Label Studio; returns their files and the interfaces."""
    from recognizer.reviewing import Queue
    from recognizer.reviewing.label_studio import write_tasks
    from recognizer.reviewing.pictures import Sources

    queue = Queue(folder, url)
    try:
        queue.fill()
        return write_tasks(queue.by_document(), Sources(folder), target)
    finally:
        queue.close()


def _parted(folder: Path, target: Path, columns: str, queue: str | None) -> list[Path]:
    """Parts the tables of the folder, with what was corrected; returns the folders written."""
    from recognizer.exporting.partition import parse_partition, replace_partitioned
    from recognizer.exporting.tables import TABLES
    from recognizer.reviewing import has_corrections

    keys = parse_partition(columns)
    if has_corrections(folder, queue):
        with tempfile.TemporaryDirectory(prefix=".recognizer-", dir=target if target.is_dir() else None) as reviewed:
            _tables(folder, Path(reviewed), queue)
            return [replace_partitioned(Path(reviewed) / f"{table}.parquet", target / table, keys) for table in TABLES]
    missing = [f"{table}.parquet" for table in TABLES if not (folder / f"{table}.parquet").is_file()]
    if missing:
        raise UsageError(either(f"no {missing[0]} in it", f"其中没有 {missing[0]}"), path=folder, stage="export")
    return [replace_partitioned(folder / f"{table}.parquet", target / table, keys) for table in TABLES]


export.__doc__ = either(
    "Write the results of a run in another form.\n\n"
    "--sqlite writes a database with a table for each kind of facts, every fact with its page and box, and a description for "
    "Datasette (datasette records.sqlite -m records.metadata.json). --tables writes documents and tables as digitize does. "
    "--partition parts the Parquet tables into folders by the "
    "values of columns. --label-studio writes tasks and interfaces for Label Studio. "
    "What was accepted and corrected in recognizer review is in all of them.\n\n"
    "Examples:\n\n"
    "  recognizer export records --sqlite\n\n"
    "  recognizer export records --sqlite --without attributes:项目负责人 -o public.sqlite\n\n"
    "  recognizer export records --tables -o corrected\n\n"
    "  recognizer export records --label-studio -o tasks\n\n"
    "  recognizer export records --partition city,fiscal_year",
    "把一次运行的结果写成别的形式。\n\n"
    "--sqlite 写成数据库，每类事实一张表，每条事实都有页码和位置，并附 Datasette 的说明文件"
    "（datasette records.sqlite -m records.metadata.json）。--tables 按 digitize 的形式写出文档和各表。"
    "--partition 按列的值把 Parquet 分到文件夹里。"
    "--label-studio 写成 Label Studio 的任务和标注界面。recognizer review 中的认可和更正都包含在内。\n\n"
    "示例：\n\n"
    "  recognizer export 结果 --sqlite\n\n"
    "  recognizer export 结果 --sqlite --without attributes:项目负责人 -o 公开.sqlite\n\n"
    "  recognizer export 结果 --tables -o 更正后\n\n"
    "  recognizer export 结果 --label-studio -o 任务\n\n"
    "  recognizer export 结果 --partition city,fiscal_year")
