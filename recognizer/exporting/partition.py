"""Parquet files by the values of columns (`fiscal_year=2024/city=…/part-0.parquet`), as DuckDB, pandas and Spark read them.

They are made of the one sorted file of each table, cut at every so many rows: the same rows give the same files.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from urllib.parse import quote, unquote

from recognizer.errors import UsageError
from recognizer.exporting.writers import ROW_GROUP

_PART = re.compile(r"part-\d+\.parquet")
COLUMNS = ("city", "fiscal_year", "publisher")  # by which tables are parted: every table has them, and few values of each
OPEN_FILES = 512  # partitions written at the same time; one that is opened again gets another part
_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '/\\:*?"<>|%=#&')


def parse_partition(names: str) -> tuple[str, ...]:
    """The columns that a text names, with commas between. Raises UsageError for one not in `COLUMNS`, or given twice."""
    keys = tuple(name.strip() for name in names.split(",") if name.strip())
    unknown = [key for key in keys if key not in COLUMNS]
    if unknown or not keys or len(set(keys)) < len(keys):
        problem = f"no column to part tables by: {', '.join(unknown)}" if unknown else f"no columns to part tables by: {names!r}"
        raise UsageError(problem, stage="export", hint=f"there are {', '.join(COLUMNS)}")
    return keys


def write_partitioned(source: Path, folder: Path, keys: tuple[str, ...]) -> None:
    """Writes the rows of a Parquet file into a new folder, parted by the values of the columns `keys`.

    Within a part rows keep their order. Raises OSError where it cannot be written.
    """
    import pyarrow
    import pyarrow.dataset
    import pyarrow.parquet

    folder.mkdir(parents=True)
    with pyarrow.parquet.ParquetFile(source) as file:
        schema = file.schema_arrow
        rows = pyarrow.RecordBatchReader.from_batches(schema, file.iter_batches(ROW_GROUP, use_threads=False))
        by = pyarrow.schema([schema.field(key) for key in keys])
        pyarrow.dataset.write_dataset(
            rows, folder, format="parquet", partitioning=pyarrow.dataset.partitioning(by, flavor="hive"),
            basename_template="part-{i}.parquet", use_threads=False, max_rows_per_group=ROW_GROUP, max_open_files=OPEN_FILES,
            existing_data_behavior="error")
    _name_readably(folder)


def replace_partitioned(source: Path, folder: Path, keys: tuple[str, ...]) -> Path:
    """Puts the parted rows of a Parquet file in the place of a folder, when all of them are written; returns the folder.

    Raises OSError where it cannot be written, UsageError where the folder holds what this function did not write.
    """
    from recognizer.exporting.files import flush

    if folder.exists() and not is_parted(folder):
        raise UsageError("stands in the way of the parted table: it holds other files", path=folder, stage="export")
    new, old = (folder.with_name(f".recognizer-{os.getpid()}-{folder.name}.{end}") for end in ("new", "old"))
    try:
        write_partitioned(source, new, keys)
        for path in new.rglob("*.parquet"):
            flush(path)
        if folder.exists():
            os.replace(folder, old)
        os.replace(new, folder)
    finally:
        for leftover in (new, old):
            shutil.rmtree(leftover, ignore_errors=True)
    return folder


def is_parted(folder: Path) -> bool:
    """Whether the folder is there and holds nothing but parts of a table."""
    return folder.is_dir() and all(_PART.fullmatch(path.name) for path in folder.rglob("*") if path.is_file())


def _name_readably(folder: Path) -> None:
    """Renames the folders, in which Arrow encodes all but ASCII, so that a person can read them and readers still decode them."""
    for parent, names, _ in os.walk(folder, topdown=False):
        for name in names:
            key, _, value = name.partition("=")
            os.rename(Path(parent, name), Path(parent, f"{key}={folder_name(unquote(value))}"))


def folder_name(value: str) -> str:
    """A value as part of a folder's name: what no file system, or no reader of such folders, takes is percent-encoded."""
    name = "".join(char if char > "\x9f" else quote(char, safe=_SAFE) for char in value)
    return f"{name[:-1]}%2E" if name.endswith(".") else name or "%20"
