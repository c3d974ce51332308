"""Results in a store: each file of the output folder, which stays on the local disk, is put there when it is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from recognizer.exporting.files import DOCUMENTS, FAILURES, TABLE_FILES, WORKBOOK, Failure, OutputFolder
from recognizer.exporting.tables import TABLES, Columns
from recognizer.objects import objects_below, put_object, remove_object


class RemoteOutput(OutputFolder):
    """An output folder with a copy of its documents and tables at `url`; journal, lock and stored documents stay local."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder)
        self._url = url.rstrip("/")

    def write(self, name: str, document: bytes) -> Path:
        path = super().write(name, document)
        put_object(self._address(path), document)
        return path

    def write_tables(
        self, documents: Iterable[Mapping[str, Columns]], failures: Iterable[Failure], *, excel: bool = False,
        partition: tuple[str, ...] = ()
    ) -> tuple[Path, ...]:
        written = super().write_tables(documents, failures, excel=excel, partition=partition)
        self._put_tables()
        return written

    def put_everything(self) -> None:
        """Puts whatever stands in the folder: what former runs left there with no store, or another one. Raises OSError."""
        for path in (self.folder / DOCUMENTS).rglob("*.json"):
            if path.is_file() and not path.name.startswith("."):
                put_object(self._address(path), path.read_bytes())
        self._put_tables()

    def _put_tables(self) -> None:
        """Puts the tables and failures, and removes tables that the folder has in another form or no longer."""
        whole = [path for name in (*TABLE_FILES, FAILURES, WORKBOOK) if (path := self.folder / name).exists()]
        parted = [path for table in TABLES for path in sorted((self.folder / table).rglob("*.parquet"))]
        for path in (*whole, *parted):
            put_object(self._address(path), path.read_bytes())
        for name in (WORKBOOK, *(f"{table}.parquet" for table in TABLES)):
            if not (self.folder / name).exists():
                remove_object(f"{self._url}/{name}")
        kept = set(map(self._address, parted))
        for table in TABLES:
            for url, _ in objects_below(f"{self._url}/{table}"):
                if url.endswith(".parquet") and url not in kept:
                    remove_object(url)

    def remove_documents(self, unless: Callable[[Path], bool]) -> int:
        going: list[Path] = []

        def keep(path: Path) -> bool:
            stays = unless(path)
            if not stays:
                going.append(path)
            return stays

        removed = super().remove_documents(keep)
        for path in going:
            if not path.exists():
                remove_object(self._address(path))
        return removed

    def _address(self, path: Path) -> str:
        return f"{self._url}/{path.relative_to(self.folder).as_posix()}"
