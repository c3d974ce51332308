"""Which vocabulary is used, and its files: a table (CSV) or SKOS (Turtle)."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from recognizer.concepts.entries import Concept, Vocabulary
from recognizer.concepts.replaced import current_id

SHIPPED = Path(__file__).resolve().parent / "vocabulary.csv"
VARIABLE = "RECOGNIZER_VOCABULARY"
_FOLDERS = ("HOME", "XDG_DATA_HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA")  # variables that name the platform's data folder
TURTLE = frozenset({".ttl", ".turtle"})


def load_vocabulary(path: Path) -> Vocabulary:
    """The vocabulary of a file, a whole one: Turtle by its ending, else a table. Raises VocabularyError with all problems."""
    if path.suffix.lower() in TURTLE:
        from recognizer.concepts.skos import read_turtle

        return read_turtle(path)
    from recognizer.concepts.table import read_table

    return read_table(path)


def save_vocabulary(vocabulary: Vocabulary, path: Path) -> None:
    """Writes a file that `load_vocabulary` reads back; never half of one under its name."""
    if path.suffix.lower() in TURTLE:
        from recognizer.concepts.skos import write_turtle

        text = write_turtle(vocabulary)
    else:
        from recognizer.concepts.table import write_table

        text = write_table(vocabulary)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    draft.write_text(text, "utf-8", newline="\n")
    draft.replace(path)


@lru_cache(maxsize=8)
def vocabulary_at(path: Path, _changed: int = 0) -> Vocabulary:
    """The vocabulary of a file, read once until it changes."""
    return load_vocabulary(path)


def shipped_vocabulary() -> Vocabulary:
    """The vocabulary that comes with the product."""
    return vocabulary_at(SHIPPED)


def users_file() -> Path:
    """Where the user's own vocabulary stands: as RECOGNIZER_VOCABULARY says, else in the platform's data folder."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    return _data_folder(*map(os.environ.get, _FOLDERS)) / "vocabulary.csv"


@lru_cache(maxsize=8)
def _data_folder(*_named: str | None) -> Path:
    """The platform's data folder, looked for anew only where the variables of the environment that name it have changed."""
    from platformdirs import user_data_path

    return user_data_path("recognizer", appauthor=False)


def vocabulary_file() -> Path:
    """The file in use: the user's own where it is named or stands in the platform's data folder, else the shipped one."""
    users = users_file()
    return users if os.environ.get(VARIABLE) or users.is_file() else SHIPPED


def use(path: Path | None) -> None:
    """Makes a file the vocabulary of this process and of those it starts; None leaves it as it is."""
    if path is not None:
        os.environ[VARIABLE] = str(path.resolve())


def vocabulary_mark() -> str:
    """The name of the user's own vocabulary and a hash of what it holds, "" for the shipped one. Raises VocabularyError as
    `vocabulary_in_use` does, so that an unfit file is refused before anything is read."""
    path = vocabulary_file()
    if path == SHIPPED:
        return ""
    vocabulary_in_use()
    return f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"


def vocabulary_in_use() -> Vocabulary:
    """The vocabulary of `vocabulary_file`. Raises VocabularyError where the user's own is unfit."""
    path = vocabulary_file()
    try:
        changed = 0 if path == SHIPPED else path.stat().st_mtime_ns
    except OSError:
        changed = 0
    return vocabulary_at(path, changed)


def concept(identifier: str) -> Concept | None:
    """The concept with this id in the vocabulary in use, or that it was merged into, with its unit families and direction;
    None for none."""
    vocabulary = vocabulary_in_use()
    return vocabulary.get(identifier) or vocabulary.get(current_id(identifier))
