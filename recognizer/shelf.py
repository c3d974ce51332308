"""A user's own models: a folder for each version, and a note of which ones were in use, the last one being so now.

    models/
      2026-11-21-1/    default.npz, default.json (the card), default.calibration.json
      2026-11-21-2/
      used.json        ["2026-11-21-1", "2026-11-21-2"]

The platform's data folder holds them; RECOGNIZER_MODELS names another place. `shipped` is the model that comes with the product.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from recognizer.errors import ModelError
from recognizer.language import either
from recognizer.resources import CARD_NAME, FILE_NAME, models_folder

VARIABLE = "RECOGNIZER_MODELS"
SHIPPED = "shipped"
USED = "used.json"
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")  # a name, never a way out of the folder


@dataclass(frozen=True, slots=True)
class Version:
    """A model that stands on the shelf: its name, its folder, its card, and whether it is the one in use."""

    name: str
    folder: Path
    card: dict[str, Any]
    in_use: bool


def shelf() -> Path:
    """Where a user's own models stand: as RECOGNIZER_MODELS says, else in the platform's data folder."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("recognizer", appauthor=False) / "models"


def versions(place: Path | None = None) -> list[Version]:
    """The shipped model and the user's own ones, the oldest first. A card that cannot be read is empty."""
    folder = place or shelf()
    now = in_use(folder)
    found = [Version(SHIPPED, models_folder(), _card(models_folder()), now == SHIPPED)]
    inside = sorted(path for path in folder.iterdir() if (path / FILE_NAME).is_file()) if folder.is_dir() else []
    for path in inside:
        if _VERSION.fullmatch(path.name):
            found.append(Version(path.name, path, _card(path), now == path.name))
    return [found[0], *sorted(found[1:], key=lambda one: (str(one.card.get("date", "")), one.name))]


def in_use(place: Path | None = None) -> str:
    """The version in use: the last one that was chosen and is still there, else the shipped one."""
    folder = place or shelf()
    return next((name for name in reversed(_used(folder)) if name == SHIPPED or (folder / name / FILE_NAME).is_file()), SHIPPED)


def model_in_use() -> Path | None:
    """The folder of the user's model in use; None where it is the shipped one."""
    name = in_use()
    return None if name == SHIPPED else (shelf() / name).resolve()


def named_model(name: str | Path | None) -> Path | None:
    """The folder of a model that is named by its folder or its version, of the one in use where none is named; None for the
    shipped one."""
    if name is None:
        return model_in_use()
    if str(name) == SHIPPED:
        return None
    path = Path(name)
    return path.resolve() if path.is_dir() or not _VERSION.fullmatch(str(name)) else (shelf() / path).resolve()


def use(name: str, place: Path | None = None) -> None:
    """Makes a version the one in use. Raises ModelError where there is no such version."""
    folder = place or shelf()
    if name not in {version.name for version in versions(folder)}:
        raise ModelError(either("no such model", "没有这个模型"), path=folder / name, stage="start",
                         hint="recognizer models list")
    if in_use(folder) != name:
        _note(folder, [*_used(folder), name])


def rollback(place: Path | None = None) -> str:
    """Goes back to the version that was in use before; returns its name. Raises ModelError where none was."""
    folder = place or shelf()
    used = _used(folder)
    now = in_use(folder)
    while used and used[-1] == now:
        used.pop()
    if now == SHIPPED and not used:
        raise ModelError(either("no other model was in use before", "此前没有用过别的模型"), path=folder, stage="start")
    _note(folder, used)
    return in_use(folder)


@contextmanager
def new_version(place: Path | None = None) -> Iterator[tuple[str, Path]]:
    """A name and a folder to put a model into, which stands on the shelf once the block has ended without an error."""
    folder = place or shelf()
    folder.mkdir(parents=True, exist_ok=True)
    day = datetime.now(UTC).date().isoformat()
    number = next(number for number in count(1) if not (folder / f"{day}-{number}").exists())
    name = f"{day}-{number}"
    unfinished = folder / f".{name}.{os.getpid()}.part"
    try:
        yield name, unfinished
        unfinished.rename(folder / name)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _used(folder: Path) -> list[str]:
    try:
        names = json.loads((folder / USED).read_text("utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise ModelError(either(f"cannot be read: {error}", f"无法读取：{error}"), path=folder / USED, stage="start",
                         hint=either("remove it to begin anew with the shipped model", "删除它即重新从附带的模型开始")) from error
    return [name for name in names if isinstance(name, str) and _VERSION.fullmatch(name)] if isinstance(names, list) else []


def _note(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{USED}.{os.getpid()}.part"
    temporary.write_text(json.dumps(names) + "\n", "utf-8")
    os.replace(temporary, folder / USED)


def _card(folder: Path) -> dict[str, Any]:
    try:
        card = json.loads((folder / CARD_NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) else {}
