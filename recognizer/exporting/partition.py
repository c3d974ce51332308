"""Parquet files by the values of columns (`fiscal_year=2024/city=…/part-0.parquet`), as DuckDB, pandas and Spark read them.

They are made of the one sorted file of each table, cut at every so many rows: the same rows give the same files.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from recognizer.errors import UsageError
from recognizer.exporting.writers import ROW_GROUP
from recognizer.language import either

if TYPE_CHECKING:
    import pyarrow

_PART = re.compile(r"part-\d+\.parquet")
COLUMNS = ("city", "fiscal_year", "publisher")  # by which tables are parted: every table has them, and few values of each
OPEN_FILES = 512  # partitions written at the same time; one that is opened again gets another part
LONGEST = 240  # bytes of a value in a folder's name: common file systems hold 255, and the column's name stands there too
_NUMBER = "数"  # begins what stands for a value meanwhile: Arrow encodes it, so that no folder named after a value is named so
_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '/\\:*?"<>|%=#&')


def parse_partition(names: str) -> tuple[str, ...]:
    """The columns that a text names, with commas between. Raises UsageError for one not in `COLUMNS`, or given twice."""
    keys = tuple(name.strip() for name in names.split(",") if name.strip())
    unknown = [key for key in keys if key not in COLUMNS]
    if unknown or not keys or len(set(keys)) < len(keys):
        said = ", ".join(unknown) or repr(names)
        raise UsageError(either(f"no column to part tables by: {said}", f"不能按这些列分表：{said}"), stage="export",
                         hint=either(f"there are {', '.join(COLUMNS)}", f"可用 {'、'.join(COLUMNS)}"))
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
        numbered = pyarrow.schema([
            pyarrow.field(field.name, pyarrow.string()) if field.name in keys else field for field in schema])
        values: dict[str, dict[object, int]] = {key: {} for key in keys}
        rows = pyarrow.RecordBatchReader.from_batches(
            numbered, _numbered(file.iter_batches(ROW_GROUP, use_threads=False), numbered, values))
        by = pyarrow.schema([numbered.field(key) for key in keys])
        pyarrow.dataset.write_dataset(
            rows, folder, format="parquet", partitioning=pyarrow.dataset.partitioning(by, flavor="hive"),
            basename_template="part-{i}.parquet", use_threads=False, max_rows_per_group=ROW_GROUP, max_open_files=OPEN_FILES,
            existing_data_behavior="error")
    _name_readably(folder, {key: list(numbers) for key, numbers in values.items()})


def _numbered(
    batches: Iterator[pyarrow.RecordBatch], schema: pyarrow.Schema, values: dict[str, dict[object, int]]
) -> Iterator[pyarrow.RecordBatch]:
    """The rows with numbers for the `values` of each key, which are noted: what Arrow names folders by no person can read, and
    no file system holds where it is an office's full name."""
    import pyarrow

    for batch in batches:
        columns = []
        for name, column in zip(schema.names, batch.columns, strict=True):
            if (known := values.get(name)) is not None:
                numbers = [None if value is None else known.setdefault(value, len(known)) for value in column.to_pylist()]
                column = pyarrow.array([None if one is None else f"{_NUMBER}{one}" for one in numbers], pyarrow.string())
            columns.append(column)
        yield pyarrow.RecordBatch.from_arrays(columns, schema=schema)


def _name_readably(folder: Path, values: dict[str, list[object]]) -> None:
    """Renames the folders, from the numbers of values to the values."""
    for parent, names, _ in os.walk(folder, topdown=False):
        for name in names:
            key, _, number = unquote(name).partition(f"={_NUMBER}")
            if number:
                os.rename(Path(parent, name), Path(parent, f"{key}={folder_name(str(values[key][int(number)]))}"))


def replace_partitioned(source: Path, folder: Path, keys: tuple[str, ...]) -> Path:
    """Puts the parted rows of a Parquet file in the place of a folder, when all of them are written; returns the folder.

    Raises OSError where it cannot be written, UsageError where the folder holds what this function did not write.
    """
    from recognizer.exporting.files import flush

    refuse_other_files(folder)
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


def refuse_other_files(folder: Path) -> None:
    """Raises UsageError where something stands in the place of a parted table that is none."""
    if folder.exists() and not is_parted(folder):
        reason = either("stands in the way of the parted table: it holds other files", "其中有别的文件，不能替换为分开的表")
        raise UsageError(reason, path=folder, stage="export")


def is_parted(folder: Path) -> bool:
    """Whether the folder is there and holds nothing but parts of a table."""
    return folder.is_dir() and all(_PART.fullmatch(path.name) for path in folder.rglob("*") if path.is_file())


def folder_name(value: str) -> str:
    """A value as part of a folder's name: what no file system, or no reader of such folders, takes is percent-encoded.

    A value too long for a file system is cut and told apart by a hash.
    """
    parts = [char if char > "\x9f" else quote(char, safe=_SAFE) for char in value]
    if parts and parts[-1] == ".":
        parts[-1] = "%2E"
    if len("".join(parts).encode()) > LONGEST:
        ending = f"~{hashlib.sha256(value.encode()).hexdigest()[:8]}"
        while len("".join(parts).encode()) > LONGEST - len(ending):
            parts.pop()
        parts.append(ending)
    return "".join(parts) or "%20"
