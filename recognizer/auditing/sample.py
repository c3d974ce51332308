"""The sample of an audit: accepted facts of an output folder, drawn at random from each document and kind."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from recognizer.errors import UsageError
from recognizer.language import either

SAMPLE = "sample.json"  # in the audit folder: what was drawn, with what was read
FOLDER = "audit"

Kind = Literal["value", "fund", "goal", "attribute"]
_TABLES: tuple[tuple[str, Kind, tuple[str, ...], str], ...] = (
    ("records", "value", ("level1", "level2", "name", "period"), "value"),
    ("funds", "fund", ("total", "path", "period"), "raw"),
    ("goals", "goal", ("kind",), "text"),
    ("attributes", "attribute", ("key",), "text"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """A fact to key again: its number in the sheet, where it stands, what it is called there, and what was read (`text`).

    `box` is x0, y0, x1, y1 in points on its page, None for sources without pages.
    """

    number: int
    document: str
    kind: Kind
    project: str
    label: str
    text: str
    page: int | None
    box: tuple[float, float, float, float] | None


def draw_sample(folder: Path, size: int, seed: int) -> list[Item]:
    """A sample of about `size` accepted facts, every document and kind with its share of them; the same seed, the same sample.

    Raises UsageError where `folder` holds no tables, or no accepted fact.
    """
    strata: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in _accepted(folder):
        strata.setdefault((row["document"], row["kind"]), []).append(row)
    total = sum(map(len, strata.values()))
    if not total:
        reason = either("no fact is accepted there: there is nothing to audit", "其中没有自动接受的事实，无可核查")
        raise UsageError(reason, path=folder, stage="audit")
    draw = random.Random(seed)
    share = min(1.0, size / total)
    chosen: list[dict[str, Any]] = []
    owed = 0.0
    for key in sorted(strata):
        owed += share * len(strata[key])
        taken = min(len(strata[key]), int(owed + 1e-9))
        owed -= taken
        chosen += draw.sample(strata[key], taken)
    return [Item(number, **row) for number, row in enumerate(chosen, 1)]


def _accepted(folder: Path) -> Iterator[dict[str, Any]]:
    """The accepted facts of all tables, as the fields of an `Item` but its number."""
    import pandas

    for table, kind, labels, text in _TABLES:
        path = folder / f"{table}.parquet"
        if not path.is_file():
            reason = either(f"{path.name} is missing: this is no folder that digitize wrote",
                            f"缺少 {path.name}：这不是 digitize 写出的文件夹")
            raise UsageError(reason, path=folder, stage="audit")
        frame = pandas.read_parquet(path)
        for row in json.loads(frame[~frame["needs_review"].astype(bool)].to_json(orient="records", double_precision=15)):
            if _said(row[text]):
                yield {
                    "document": row["document"], "kind": kind, "project": _said(row["project_name"]),
                    "label": " / ".join(filter(None, (_said(row[name]) for name in labels))), "text": _said(row[text]),
                    "page": row["page"], "box": _box(row)}


def _said(text: object) -> str:
    return text if isinstance(text, str) else ""


def _box(row: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    return None if row["x0"] is None else (row["x0"], row["y0"], row["x1"], row["y1"])


def save_sample(items: Sequence[Item], folder: Path) -> Path:
    """Keeps what was drawn, and what was read, out of the sight of whoever keys; returns its path."""
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    path = place / SAMPLE
    path.write_text(json.dumps([asdict(item) for item in items], ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path


def load_sample(folder: Path) -> list[Item]:
    """What was drawn in `folder`. Raises UsageError where nothing was."""
    path = folder / FOLDER / SAMPLE
    try:
        drawn = json.loads(path.read_text("utf-8"))
        return [Item(**{**item, "box": tuple(item["box"]) if item["box"] else None}) for item in drawn]
    except FileNotFoundError:
        hint = either("`recognizer audit DIR` draws one", "先运行 recognizer audit DIR 抽样")
        raise UsageError(either("no sample was drawn there yet", "尚未抽样"), path=folder, stage="audit", hint=hint) from None
    except (ValueError, TypeError, KeyError) as error:
        reason = either(f"the sample cannot be read: {error}", f"样本无法读取：{error}")
        raise UsageError(reason, path=path, stage="audit") from error
