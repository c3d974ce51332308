"""Documents of an output folder read back: their JSON becomes records again, so that whatever is made of a run's results
(a database, a report, a comparison) is made of what stands there and of nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recognizer.errors import UsageError
from recognizer.exporting.files import DOCUMENTS, FAILURES, Failure
from recognizer.language import either
from recognizer.types import (
    Attribute,
    Canonical,
    Evidence,
    Fund,
    Goal,
    Indicator,
    Layout,
    Ledger,
    Period,
    Place,
    Project,
    Reading,
    Records,
    Total,
    Value,
)

Json = Mapping[str, Any]
_READING = ("kind", "comparator", "quantity", "quantity_high", "unit", "quantity_si", "unit_si", "date", "qualitative")


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document of an output folder: its name in the run, its records, the version that wrote it, and its file below
    `documents/`, by which documents are sorted (an ending makes the order another than that of the names)."""

    name: str
    records: Records
    version: str = ""
    file: str = ""


def stored_documents(folder: Path) -> Iterator[StoredDocument]:
    """The documents of an output folder, sorted by file, each read when it is asked for.

    Raises UsageError where the folder is no output folder, or a file in it is no document of ours.
    """
    documents = folder / DOCUMENTS
    if not documents.is_dir():
        reason = either("not an output folder: it has no documents/", "不是结果文件夹：其中没有 documents/")
        hint = either("name the folder that recognizer digitize --out wrote", "请指明 recognizer digitize --out 写出的文件夹")
        raise UsageError(reason, path=folder, stage="export", hint=hint)
    for file in sorted(path.relative_to(documents).as_posix() for path in documents.rglob("*.json") if path.is_file()):
        path = documents / file
        if path.name.startswith("."):
            continue
        try:
            document = json.loads(path.read_text("utf-8"))
            yield StoredDocument(str(document["source"]), to_records(document), str(document["recognizer"]["version"]), file)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            said = f"{type(error).__name__}: {error}"
            reason = either(f"not a document that recognizer digitize wrote: {said}",
                            f"不是 recognizer digitize 写出的文档：{said}")
            raise UsageError(reason, path=path, stage="export") from error


def stored_failures(folder: Path) -> list[Failure]:
    """The failures of a run; none where it has not finished."""
    path = folder / FAILURES
    if not path.is_file():
        return []
    lines = (json.loads(line) for line in path.read_text("utf-8").split("\n") if line)  # a name may hold U+2028
    return [Failure(line["document"], line.get("page"), line["stage"], line["reason"]) for line in lines]


def to_records(document: Json) -> Records:
    """The records that `to_json` made the document of; what an older edition did not say yet is as where nothing is known.

    Raises KeyError, TypeError or ValueError for what is no document."""
    about = document["recognizer"]
    return Records(
        source=document["source"], city=document["city"], publisher=document["publisher"], fiscal_year=document["fiscal_year"],
        amount_unit=document["amount_unit"], projects=tuple(map(_project, document["projects"])),
        totals=tuple(Total(total["name"], _funds(total)) for total in document["totals"]), warnings=tuple(about["warnings"]),
        pages=tuple(Ledger(page["words"], page["lost"], page["doubled"], page["invented"], page["remainder"])
                    for page in about["pages"]),
        model=about["model"], options=tuple(about["options"].items()),
        layout=Layout(**about["layout"]) if about.get("layout") else None)


def _project(project: Json) -> Project:
    return Project(
        project["project_name"], project["fiscal_year"], tuple(_attributes(project)), _funds(project),
        tuple(Goal(Period(kind), text, _evidence(project["goal_details"][kind])) for kind, text in project["goals"].items()),
        tuple(map(_indicator, project["indicators"])), _evidence(project["name_details"]))


def _attributes(project: Json) -> Iterator[Attribute]:
    for key, text in project["attributes"].items():
        details = project["attribute_details"][key]
        yield Attribute(key, text, _evidence(details), details.get("canonical_id"))
        for other in details.get("others", ()):
            yield Attribute(key, other["text"], _evidence(other), details.get("canonical_id"))


def _funds(holder: Json) -> tuple[Fund, ...]:
    return tuple(
        Fund(fund["item"], tuple(fund["path"]), Period(fund["period"]), fund["raw"], fund["amount"], _evidence(details),
             details["amount_yuan"], details.get("canonical_id"))
        for fund, details in zip(holder["funds"], holder["fund_details"], strict=True))


def _indicator(indicator: Json) -> Indicator:
    canonical, provenance = indicator["canonical"], indicator["provenance"]
    evidence = Evidence(
        tuple(map(_place, indicator["at"])), indicator["confidence"], doubts=tuple(indicator["doubts"]),
        reasons=tuple(indicator.get("reasons", ())), accepted=indicator.get("accepted"))
    return Indicator(
        indicator["level1"], indicator["level2"], indicator["name"], tuple(_values(indicator)), indicator["level1_raw"],
        indicator["level2_raw"], indicator["standard"], tuple(indicator["extra"].items()), evidence, provenance["level1"],
        provenance["level2"], provenance["name"],
        Canonical(canonical["id"], canonical["name"], canonical["score"]) if canonical else None)


def _values(indicator: Json) -> Iterator[Value]:
    for period, text in indicator["values"].items():
        details = indicator["value_details"][period]
        known = {part: details[part] for part in _READING}
        reading = Reading(**known) if known["kind"] is not None else None
        yield Value(Period(period), text, _evidence(details), reading)
        for other in details.get("others", ()):
            yield Value(Period(period), other["text"], _evidence(other))


def _evidence(details: Json) -> Evidence:
    return Evidence(
        tuple(map(_place, details["at"])), details["confidence"], details["provenance"], tuple(details["doubts"]),
        reasons=tuple(details.get("reasons", ())), accepted=details.get("accepted"))


def _place(place: Json) -> Place:
    lines, bbox = place.get("lines"), place.get("bbox")
    return Place(
        (lines[0], lines[1]) if lines else None, place.get("page"), (bbox[0], bbox[1], bbox[2], bbox[3]) if bbox else None,
        place.get("sheet"), place.get("cell"), place.get("inherited", False))
