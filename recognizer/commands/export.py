"""`recognizer export DIR --sqlite`: the results of a run in another form."""

from __future__ import annotations

import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from recognizer.commands.messages import either
from recognizer.errors import UsageError

DATABASE = "records.sqlite"


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False, help=either(
        "The folder of a run, written by recognizer digitize --out.", "recognizer digitize --out 写出的结果文件夹。"))],
    sqlite: Annotated[bool, typer.Option("--sqlite", help=either(
        "Write a SQLite database, and a description for Datasette.", "写成 SQLite 数据库，附 Datasette 的说明文件。"))] = False,
    partition: Annotated[str | None, typer.Option("--partition", metavar="COLUMN,...", show_default=False, help=either(
        "Write Parquet files by the values of these columns, such as city,fiscal_year.",
        "按这些列的值分开写 Parquet，如 city,fiscal_year。"))] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="PATH", show_default=False, help=either(
        "The database to write, or the folder of the Parquet files; in DIR, if not given.",
        "要写的数据库，或存放 Parquet 的文件夹；不写则放在 DIR 里。"))] = None,
    without: Annotated[list[str] | None, typer.Option("--without", metavar="TABLE:NAME", show_default=False, help=either(
        "Leave out what is named so, such as attributes:项目负责人; can be given several times.",
        "不输出这样命名的内容，如 attributes:项目负责人，可写多次。"))] = None,
) -> None:
    if bool(sqlite) == bool(partition):
        wanted = either("say what to write: --sqlite or --partition", "请说明写什么：--sqlite 或 --partition")
        raise UsageError(wanted, stage="export")
    if partition and without:
        clash = either(
            "--without does not go with --partition: give it to digitize", "--without 不能与 --partition 同用，请用在 digitize")
        raise UsageError(clash, stage="export")
    try:
        written = (_parted(folder, out or folder, partition) if partition
                   else _database(folder, out or folder / DATABASE, without or []))
        for path in written:
            print(path)
    except (OSError, sqlite3.Error) as error:
        said = getattr(error, "strerror", None) or error
        reason = either(f"cannot be written: {said}", f"无法写入：{said}")
        raise UsageError(reason, path=out or folder, stage="export") from error


def _database(folder: Path, path: Path, without: list[str]) -> list[Path]:
    """Writes the database and its description; returns their paths."""
    from recognizer.exporting.database import datasette_metadata, write_database
    from recognizer.exporting.loading import stored_documents, stored_failures
    from recognizer.exporting.omission import leave_out, parse_omissions

    omissions = parse_omissions(without)
    documents = (replace(document, records=leave_out(document.records, omissions)) for document in stored_documents(folder))
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


def _parted(folder: Path, target: Path, columns: str) -> list[Path]:
    """Parts the tables of the folder; returns the folders written."""
    from recognizer.exporting.partition import parse_partition, replace_partitioned
    from recognizer.exporting.tables import TABLES

    keys = parse_partition(columns)
    missing = [f"{table}.parquet" for table in TABLES if not (folder / f"{table}.parquet").is_file()]
    if missing:
        raise UsageError(either(f"no {missing[0]} in it", f"其中没有 {missing[0]}"), path=folder, stage="export")
    return [replace_partitioned(folder / f"{table}.parquet", target / table, keys) for table in TABLES]


export.__doc__ = either(
    "Write the results of a run in another form.\n\n"
    "--sqlite writes a database with a table for each kind of facts, every fact with its page and box, and a description for "
    "Datasette (datasette records.sqlite -m records.metadata.json). --partition parts the Parquet tables into folders by the "
    "values of columns.\n\n"
    "Examples:\n\n"
    "  recognizer export records --sqlite\n\n"
    "  recognizer export records --sqlite --without attributes:项目负责人 -o public.sqlite\n\n"
    "  recognizer export records --partition city,fiscal_year",
    "把一次运行的结果写成别的形式。\n\n"
    "--sqlite 写成数据库，每类事实一张表，每条事实都有页码和位置，并附 Datasette 的说明文件"
    "（datasette records.sqlite -m records.metadata.json）。--partition 按列的值把 Parquet 分到文件夹里。\n\n"
    "示例：\n\n"
    "  recognizer export 结果 --sqlite\n\n"
    "  recognizer export 结果 --sqlite --without attributes:项目负责人 -o 公开.sqlite\n\n"
    "  recognizer export 结果 --partition city,fiscal_year")
