"""Documents as they were read and laid out, stored by the hash of their content, for a new model to label without reading them.

A stored document is the values of its data types in order, as JSON, and the boxes of its characters apart, as arrays whose
bytes are sorted by significance (as HDF5's shuffle filter does) so that they compress; a box that several texts share is stored
once. What it is made of follows from the types themselves, and so does its `FORMAT`: after a change of the types, or of the
version, stored documents are read anew. Nothing in such a file can run code.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import types
import zlib
from array import array
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from recognizer import __version__
from recognizer.types import Box, Document, Grid

STORED = "pages"  # the folder of stored documents in an output folder
_MARK = b"recognizer grids\n"
_SIZES = struct.Struct("<III")  # bytes of JSON, boxes, entries of the list of boxes
_LEVEL = 1  # of compression: more takes longer than it saves
_TABLE = tuple[Box, ...]


class DamagedStoreError(Exception):
    """A stored document that is not what was stored, or of another format; it is read anew."""


def stored_path(folder: Path, content: str, layout: str = "native") -> Path:
    """Where in an output folder a document is stored whose content has this hash (hexadecimal), as a layout reads it."""
    return folder / STORED / content[:2] / (f"{content}.grids" if layout == "native" else f"{content}-{layout}.grids")


def store(path: Path, document: Document, grids: tuple[Grid, ...]) -> None:
    """Stores a document and its grids under `path`, which never holds half of them. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".recognizer-{os.getpid()}-{path.stem}.part")
    try:
        temporary.write_bytes(encode(document, grids))
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def load(path: Path) -> tuple[Document, tuple[Grid, ...]]:
    """What was stored under `path`. Raises OSError where nothing is, DamagedStoreError where something else is."""
    return decode(path.read_bytes())


def encode(document: Document, grids: tuple[Grid, ...]) -> bytes:
    """The document and its grids as bytes, the same for the same."""
    boxes = _Boxes()
    words = json.dumps(
        [_encoder(Document)(document, boxes), [_encoder(Grid)(grid, boxes) for grid in grids]], separators=(",", ":")).encode()
    edges = boxes.edges
    packed = zlib.compress(words + _shuffled(edges, 8) + _shuffled(boxes.listed, 4), _LEVEL)
    held = _SIZES.pack(len(words), len(edges) // 4, len(boxes.listed)) + packed
    return _MARK + _format() + zlib.crc32(held).to_bytes(4, "little") + held


def decode(stored: bytes) -> tuple[Document, tuple[Grid, ...]]:
    """What `encode` made these bytes of. Raises DamagedStoreError where it did not, or another version did."""
    mark = _MARK + _format()
    held = stored[len(mark) + 4 :]
    if not stored.startswith(mark) or zlib.crc32(held).to_bytes(4, "little") != stored[len(mark) : len(mark) + 4]:
        raise DamagedStoreError("not a document that this version stored")
    try:
        return _decode(held)
    except (ValueError, TypeError, LookupError, struct.error, zlib.error) as error:
        raise DamagedStoreError(f"not a document that this version stored: {error}") from error


def _decode(held: bytes) -> tuple[Document, tuple[Grid, ...]]:
    words, count, listed = _SIZES.unpack_from(held)
    unpacked = zlib.decompress(held[_SIZES.size :])
    edges = _unshuffled(unpacked[words : words + 32 * count], np.float64).tolist()
    boxes = list(zip(edges[::4], edges[1::4], edges[2::4], edges[3::4], strict=True))
    numbers = _unshuffled(unpacked[words + 32 * count : words + 32 * count + 4 * listed], np.uint32).tolist()
    named = [boxes[number] for number in numbers]
    document, grids = json.loads(unpacked[:words])
    return _decoder(Document)(document, named), tuple(_decoder(Grid)(grid, named) for grid in grids)


class _Boxes:
    """Boxes in the order of their first use, and the list in which texts name their boxes by number."""

    def __init__(self) -> None:
        self.listed = array("I")
        self._numbers: dict[Box, int] = {}

    @property
    def edges(self) -> array[float]:
        """The edges of all boxes, four each."""
        return array("d", chain.from_iterable(self._numbers))

    def add(self, boxes: tuple[Box, ...]) -> list[int]:
        """Where in the list these boxes stand: the first and how many."""
        start, numbers = len(self.listed), self._numbers
        self.listed.extend([numbers.setdefault(box, len(numbers)) for box in boxes])
        return [start, len(boxes)]


def _shuffled(numbers: array[Any], width: int) -> bytes:
    return np.frombuffer(numbers, np.uint8).reshape(-1, width).T.tobytes() if numbers else b""


def _unshuffled(data: bytes, kind: Any) -> Any:
    width = np.dtype(kind).itemsize
    return np.ascontiguousarray(np.frombuffer(data, np.uint8).reshape(width, -1).T).view(kind).ravel()


@cache
def _format() -> bytes:
    """Eight bytes that follow from the version and from what the stored types are made of."""
    known: dict[str, str] = {}

    def note(kind: Any) -> None:
        for inner in get_args(kind):
            note(inner)
        if is_dataclass(kind) and isinstance(kind, type) and kind.__name__ not in known:
            known[kind.__name__] = " ".join(f"{entry.name}: {entry.type}" for entry in fields(kind))
            for hint in get_type_hints(kind).values():
                note(hint)

    note(Document)
    note(Grid)
    return hashlib.sha256(f"{__version__} {sorted(known.items())}".encode()).digest()[:8]


_Encoder = Callable[[Any, _Boxes], Any]
_Decoder = Callable[[Any, list[Box]], Any]


@cache
def _encoder(kind: Any) -> _Encoder:
    """How a value of a type becomes JSON; numbers, texts and None stay what they are."""
    if kind == _TABLE:
        return lambda value, boxes: boxes.add(value)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        own = fields(kind)
        values = attrgetter(*(entry.name for entry in own)) if len(own) > 1 else lambda one: (getattr(one, own[0].name),)
        made = [(place, _encoder(hints[entry.name])) for place, entry in enumerate(own) if not _plain(hints[entry.name])]

        def encode_fields(value: Any, boxes: _Boxes) -> Any:
            entries = list(values(value))
            for place, encode_one in made:
                entries[place] = encode_one(entries[place], boxes)
            return entries

        return encode_fields
    arguments = get_args(kind)
    if get_origin(kind) is tuple and not _plain(arguments[0]):
        inner = _encoder(arguments[0])
        return lambda value, boxes: [inner(one, boxes) for one in value]
    if _is_union(kind) and not _plain(kind):
        choices = [choice for choice in arguments if choice is not type(None)]
        by_type = {choice: (number, _encoder(choice)) for number, choice in enumerate(choices)}
        only = _encoder(choices[0])

        def encode_choice(value: Any, boxes: _Boxes) -> Any:
            if value is None:
                return None
            if len(by_type) == 1:
                return only(value, boxes)
            number, encode_one = by_type[type(value)]
            return [number, encode_one(value, boxes)]

        return encode_choice
    return lambda value, boxes: value


@cache
def _decoder(kind: Any) -> _Decoder:
    if kind == _TABLE:
        return lambda value, boxes: tuple(boxes[value[0] : value[0] + value[1]])
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        made = [(place, _decoder(hints[entry.name])) for place, entry in enumerate(fields(kind)) if not _atom(hints[entry.name])]

        def decode_fields(value: Any, boxes: list[Box]) -> Any:
            for place, decode_one in made:
                value[place] = decode_one(value[place], boxes)
            return kind(*value)

        return decode_fields
    arguments = get_args(kind)
    if get_origin(kind) is tuple:
        if _atom(arguments[0]):
            return lambda value, boxes: tuple(value)
        inner = _decoder(arguments[0])
        return lambda value, boxes: tuple([inner(one, boxes) for one in value])
    if _is_union(kind) and not _atom(kind):
        choices = [_decoder(choice) for choice in arguments if choice is not type(None)]
        if len(choices) == 1:
            return lambda value, boxes: None if value is None else choices[0](value, boxes)
        return lambda value, boxes: None if value is None else choices[value[0]](value[1], boxes)
    return lambda value, boxes: kind(value) if isinstance(kind, type) and issubclass(kind, Enum) else value


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, types.UnionType)


def _atom(kind: Any) -> bool:
    """Whether JSON gives a value of this type back as it was."""
    if _is_union(kind):
        return all(choice is type(None) or _atom(choice) for choice in get_args(kind))
    return kind in (str, int, float, bool) or get_origin(kind) is Literal


def _plain(kind: Any) -> bool:
    """Whether JSON takes a value of this type as it is: atoms and tuples of them."""
    if kind == _TABLE:
        return False
    if get_origin(kind) is tuple or _is_union(kind):
        return all(choice is type(None) or choice is ... or _plain(choice) for choice in get_args(kind))
    return _atom(kind) or (isinstance(kind, type) and issubclass(kind, Enum))
