"""A run's facts as tasks for Label Studio: pages with their boxes, texts with their passages.

What a person has decided is an annotation, what was only read a prediction with its confidence. The form is that of Label
Studio's import (https://labelstud.io/guide/tasks and .../predictions); pictures are served as local files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from recognizer.reviewing.items import Item
from recognizer.reviewing.pictures import Source, Sources, boxes_on

Json = dict[str, Any]

DECIDED = ("accepted", "corrected")
# Task files and the labelling interface that each goes with.
PAGES, TEXTS = "pages", "texts"
_LOCAL = "/data/local-files/?d="
_INTERFACE = {
    PAGES: '<View>\n  <Image name="source" value="$page" zoom="true"/>\n'
           '  <RectangleLabels name="fact" toName="source">\n{labels}'
           '  </RectangleLabels>\n  <TextArea name="text" toName="source" perRegion="true" editable="true" rows="2"/>\n</View>\n',
    TEXTS: '<View>\n  <Labels name="fact" toName="source">\n{labels}  </Labels>\n'
           '  <Text name="source" value="$text"/>\n</View>\n'}


@dataclass(frozen=True, slots=True)
class Task:
    """A page or a text with its regions; `form` says which task file it belongs to."""

    form: str
    data: Json
    decided: tuple[Json, ...]
    read: tuple[Json, ...]

    def to_json(self, model: str) -> Json:
        """As Label Studio imports it."""
        predictions = [{"model_version": model, "result": list(self.read)}] if self.read else []
        annotations = [{"result": list(self.decided)}] if self.decided else []
        return {"data": self.data, "annotations": annotations, "predictions": predictions}


def write_tasks(documents: Iterable[Sequence[Item]], sources: Sources, folder: Path, model: str = "recognizer") -> list[Path]:
    """Writes the tasks of documents (all items of each), their pictures and the interfaces into `folder`; returns the files.

    Documents whose source has changed or is gone are left out, and so are sheets, which Label Studio does not show.
    Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tasks: dict[str, list[Json]] = {PAGES: [], TEXTS: []}
    labels: dict[str, set[str]] = {PAGES: set(), TEXTS: set()}
    for items in documents:
        for task in _tasks(items, sources, folder):
            tasks[task.form].append(task.to_json(model))
            labels[task.form].update(label for region in (*task.decided, *task.read) for label in _labels(region))
    written: list[Path] = []
    for form, made in tasks.items():
        if not made:
            continue
        listed = "".join(f"    <Label value={quoteattr(label)}/>\n" for label in sorted(labels[form]))
        for path, text in ((folder / f"{form}.json", json.dumps(made, ensure_ascii=False, indent=1) + "\n"),
                           (folder / f"{form}.xml", _INTERFACE[form].format(labels=listed))):
            path.write_text(text, "utf-8")
            written.append(path)
    return written


def _tasks(items: Sequence[Item], sources: Sources, folder: Path) -> Iterator[Task]:
    kept = [item for item in items if item.state != "rejected"]
    if not kept:
        return
    shown = sources.show(kept[0])
    document = kept[0].document
    if shown.source is Source.TEXT:
        text = sources.text(document)
        if text is not None:
            regions = [(item, _passage(item, text)) for item in kept]
            yield _task(TEXTS, {"text": text, "document": document}, [(item, [one] if one else []) for item, one in regions])
        return
    for page in range(1, shown.pages + 1 if shown.source is Source.PAGES else 0):
        size = sources.show(kept[0], page)
        on_page = [(item, list(_boxes(item, page, size.width, size.height))) for item in kept]
        picture = sources.picture(document, page) if any(regions for _, regions in on_page) else None
        if picture is None:
            continue
        name = f"{sha256(document.encode()).hexdigest()[:16]}-{page}.png"
        (folder / PAGES).mkdir(exist_ok=True)
        (folder / PAGES / name).write_bytes(picture)
        yield _task(PAGES, {"page": f"{_LOCAL}{quote(f'{folder.name}/{PAGES}/{name}')}", "document": document, "number": page},
                    on_page)


def _task(form: str, data: Json, regions: Iterable[tuple[Item, Sequence[Json]]]) -> Task:
    decided: list[Json] = []
    read: list[Json] = []
    for item, own in regions:
        if item.state in DECIDED:
            decided += own
        else:
            read += [{**region, "score": item.confidence} for region in own]
    return Task(form, data, tuple(decided), tuple(read))


def label_of(item: Item) -> str:
    """What a fact is called: its kind, and its period where it has one."""
    return f"{item.kind}@{item.reading.period}" if item.reading.period else item.kind


def _boxes(item: Item, page: int, width: float, height: float) -> Iterator[Json]:
    """A fact's boxes on a page in percent of it, and what it says."""
    for number, (x0, y0, x1, y1) in enumerate(boxes_on(item, page)):
        place = {"x": 100 * x0 / width, "y": 100 * y0 / height, "width": 100 * (x1 - x0) / width,
                 "height": 100 * (y1 - y0) / height, "rotation": 0}
        rounded: Mapping[str, float] = {key: round(share, 3) for key, share in place.items()}
        region = {"id": f"{item.id}-{page}-{number}", "to_name": "source", "image_rotation": 0}
        value = {**rounded, "rectanglelabels": [label_of(item)]}
        yield {**region, "from_name": "fact", "type": "rectanglelabels", "value": value}
        if item.reading.text:
            yield {**region, "from_name": "text", "type": "textarea", "value": {**rounded, "text": [item.reading.text]}}


def _passage(item: Item, text: str) -> Json | None:
    """Where a fact stands in a text: its own words in its lines, or all of these where they are not in one piece."""
    lines = [place["lines"] for place in item.at if "lines" in place and not place.get("inherited")]
    if not lines:
        return None
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    first, last = min(one[0] for one in lines), max(one[1] for one in lines)
    if last >= len(starts):
        return None
    start, end = starts[first - 1], starts[last] - 1
    found = text.find(item.reading.text, start, end) if item.reading.text else -1
    if found >= 0:
        start, end = found, found + len(item.reading.text)
    return {"id": str(item.id), "from_name": "fact", "to_name": "source", "type": "labels",
            "value": {"start": start, "end": end, "text": text[start:end], "labels": [label_of(item)]}}


def _labels(region: Json) -> Sequence[str]:
    found: Sequence[str] = region["value"].get("rectanglelabels") or region["value"].get("labels") or ()
    return found
