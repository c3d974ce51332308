"""The runs of the evaluation: which model reads which documents, in two processes of one thread each.

    trained_on   the shipped model on the five real documents, all of which it was trained on
    held_back    one project of each document kept out of training, and only that project counted
    city_out     for each document a model that has seen nothing of its city
    layout_out   besides, without the layout habits that only this city shows
    reserved     the shipped model on generated documents that training never draws
    calibration  the shipped model on further documents of reserved cities, which confidences are fitted to
    rules        the rules-only baseline on the five and on the reserved documents
    printed      the shipped model on ruled pages of reserved cities, printed as PDF
    peers        other tools' grids of the same pages, and of the ruled PDFs, with the rules-only reader

The models of trained_on and city_out read the ruled PDFs of eval/pdfs too, each those of its city.
Left-out models are kept in build/eval/models under a hash of their configuration, the code and the data.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from office import read_office_files
from readings import Reading, judge_document, read_by_peers, read_gold_pdfs, read_printed, read_printed_anew

from recognizer.baseline import read_by_rules
from recognizer.digitizing import digitize_text
from recognizer.generation import reserved
from recognizer.measuring import compare_labels, score
from recognizer.measuring.disturbance import insert_column, rename
from recognizer.measuring.facts import pair_projects
from recognizer.model import Model, load_model, save_model, shipped_model
from recognizer.reading import read_text
from recognizer.training import TrainingConfig, real_documents, train
from recognizer.truth import LabelledDocument

EVALUATION = Path(__file__).resolve().parent
ROOT = EVALUATION.parent
BUILD = ROOT / "build" / "eval"
SETTINGS = ("trained_on", "held_back", "city_out", "layout_out", "reserved", "calibration", "rules", "printed", "peers")

RESERVED_SEED = 20261121  # of cities whose errors nobody looks at
CALIBRATION_SEED = 20261122
CALIBRATION, CALIBRATION_PRINTED = 16, 2  # documents of each reserved city for calibration, and printed ones
RESERVED_PARTS = 2
PRINTED = 7  # documents of each reserved city: more than 200 pages

# Rooms that no trained model depends on.
_AFTER_TRAINING = (
    "measuring", "commands", "exporting", "assembly", "checking", "mapping", "baseline", "schema", "api.py", "digitizing.py",
    "calibration", "archive", "concepts", "showing", "templates", "watching.py", "reviewing", "auditing", "learning",
    "newcity", "reconciling", "shelf.py", "language.py", "starting.py",
)


@dataclass(frozen=True, slots=True)
class Job:
    """One model and the documents it reads: a real one by its stem, all of them (None), or a part of the reserved ones.

    `reserved_documents` are those of each reserved city.
    """

    setting: str
    source: str | None = None
    config: TrainingConfig | None = None
    part: int = 0
    reserved_documents: int = 0


def held_back_projects(documents: list[LabelledDocument]) -> frozenset[tuple[str, int]]:
    """The middle project of each document, which the held-back model never sees."""
    return frozenset((document.name, len(document.records["projects"]) // 2) for document in documents)


def shipped_config() -> TrainingConfig:
    """How the shipped model was trained; what is left out of it is left out of no other."""
    options = shipped_model().card["config"]
    return TrainingConfig(**{key: option for key, option in options.items() if not isinstance(option, list)})


def plan(settings: tuple[str, ...], tables: int | None, reserved_documents: int, printed: int = PRINTED) -> list[Job]:
    """The jobs of these settings, those that train first; they train as the shipped model was, or on so many tables."""
    documents = list(real_documents())
    config = shipped_config()
    whole = replace(config, tables=tables or config.tables)
    jobs = []
    if "held_back" in settings:
        jobs.append(Job("held_back", config=replace(whole, held_back=held_back_projects(documents))))
    for setting in ("city_out", "layout_out"):
        if setting in settings:
            jobs += [Job(setting, document.name,
                         replace(whole, left_out=frozenset({document.name}), layout_out=setting == "layout_out"))
                     for document in documents]
    if "trained_on" in settings:
        jobs += [Job("trained_on", document.name) for document in documents]
    for setting, number in (("reserved", reserved_documents), ("calibration", CALIBRATION), ("rules", reserved_documents),
                            ("printed", printed), ("peers", printed)):
        if setting in settings:
            jobs += [Job(setting, part=part, reserved_documents=number) for part in range(RESERVED_PARTS)]
    return jobs


def run_all(jobs: list[Job], processes: int) -> Iterator[tuple[Job, list[Reading], float]]:
    """Each finished job with its readings and the seconds it took, in the order in which they finish."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"  # new processes inherit it, and two of them share two cores
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(run, job): job for job in jobs}
        try:
            for done in as_completed(running):
                readings, seconds = done.result()
                yield running[done], readings, seconds
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def run(job: Job) -> tuple[list[Reading], float]:
    """Trains or loads the job's model and reads its documents."""
    start = time.perf_counter()
    documents = [document for document in real_documents() if job.source in (None, document.name)]
    if job.setting == "rules":
        some = documents[job.part::RESERVED_PARTS]
        readings = [_read_by_rules(document) for document in [*some, *_reserved(job, RESERVED_SEED)]]
    elif job.setting == "reserved":
        readings = [_read(job.setting, document, shipped_model()) for document in _reserved(job, RESERVED_SEED)]
    elif job.setting == "calibration":
        readings = [_read(job.setting, document, shipped_model()) for document in _reserved(job, CALIBRATION_SEED)]
        readings += read_printed_anew(CALIBRATION_SEED, CALIBRATION_PRINTED, job.part, RESERVED_PARTS, shipped_model())
    elif job.setting == "printed":
        readings = read_printed(job.reserved_documents, job.part, RESERVED_PARTS, shipped_model())
    elif job.setting == "peers":
        readings = read_by_peers(job.reserved_documents, job.part, RESERVED_PARTS)
    elif job.setting == "held_back" and job.config:
        model = left_out_model(job.config)
        readings = [_read_held_back(document, index, model) for document in documents
                    for name, index in job.config.held_back if name == document.name]
    else:
        model = left_out_model(job.config) if job.config else shipped_model()
        readings = [_read(job.setting, document, model, disturb=True) for document in documents]
        if job.setting in ("trained_on", "city_out"):
            readings += read_gold_pdfs(job.setting, job.source, model)
            readings += read_office_files(job.setting, job.source, model)
    return readings, time.perf_counter() - start


def left_out_model(config: TrainingConfig) -> Model:
    """The model of a configuration, trained once for each state of code and data."""
    folder = BUILD / "models" / _fingerprint(config)
    if folder.is_dir():
        return load_model(folder)
    model = train(config)
    unfinished = folder.with_name(f"{folder.name}.{os.getpid()}.unfinished")
    save_model(model, unfinished)
    unfinished.replace(folder)
    return load_model(folder)  # as a user's would be, with the file's precision


def _fingerprint(config: TrainingConfig) -> str:
    options = {key: sorted(option) if isinstance(option, frozenset) else option for key, option in asdict(config).items()}
    digest = hashlib.sha256(json.dumps(options, sort_keys=True).encode())
    code = [path for path in (ROOT / "recognizer").rglob("*")
            if path.suffix in (".py", ".json", ".txt") and path.relative_to(ROOT / "recognizer").parts[0] not in _AFTER_TRAINING]
    data = [path for folder in ("training_data", "eval/gold", "eval/documents") for path in (ROOT / folder).rglob("*")]
    for path in sorted(code) + sorted(data):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _reserved(job: Job, seed: int) -> list[LabelledDocument]:
    documents = reserved(seed, job.reserved_documents)
    return [replace(document, name=f"reserved:{document.name}") for document in islice(documents, job.part, None, RESERVED_PARTS)]


def _read(setting: str, document: LabelledDocument, model: Model, disturb: bool = False) -> Reading:
    name = _file_name(document)
    digitized = digitize_text(document.text, name, model)
    predicted = digitized.to_json()
    disturbed = None
    if disturb:
        text, records = disturbed_document(document)
        disturbed = score(records, digitize_text(text, name, model).to_json())
    labels = compare_labels(document.cells, digitized.labelled)
    judged = judge_document(document.name, document.records, digitized, real=not document.name.startswith("reserved:"))
    return Reading(setting, document, predicted, score(document.records, predicted), labels, disturbed, judged=judged)


def _read_held_back(document: LabelledDocument, index: int, model: Model) -> Reading:
    """Only the held-back project counts, and no fact about the document."""
    predicted = digitize_text(document.text, _file_name(document), model).to_json()
    gold = document.records["projects"]
    pairs = dict(zip(pair_projects(gold, predicted["projects"]), predicted["projects"], strict=True))
    found = [pairs[index]] if index in pairs else []
    scores = score({"projects": [gold[index]]}, {"projects": found})
    return Reading("held_back", document, {"projects": found}, scores)


def _read_by_rules(document: LabelledDocument) -> Reading:
    predicted = read_by_rules(read_text(document.text, _file_name(document)))
    return Reading("rules", document, predicted, score(document.records, predicted))


def _file_name(document: LabelledDocument) -> str:
    return str(document.records.get("source") or f"{document.name}.txt")


def disturbed_document(document: LabelledDocument) -> tuple[str, dict[str, Any]]:
    """The document with its city, departments and projects renamed and a meaningless column inserted, and its gold records."""
    invented = json.loads((EVALUATION / "renaming.json").read_text("utf-8"))
    text, records = rename(document.text, document.records, _new_names(document.records, invented))
    return insert_column(text, invented["filler"]), records


def _new_names(records: Mapping[str, Any], invented: Mapping[str, Any]) -> dict[str, str]:
    city = str(records.get("city") or "")
    place = invented["places"][len(city + str(records.get("publisher"))) % len(invented["places"])]
    bare = city[:-1] if len(city) > 2 else city
    projects = [str(project["project_name"]) for project in records["projects"] if project.get("project_name")]
    departments = {str(records["publisher"])} if records.get("publisher") else set()
    for project in records["projects"]:
        for key, text in project.get("attributes", {}).items():
            if ("部门" in key or "单位" in key) and text not in projects:
                departments.add(text.rpartition("]")[2])  # without the code in front: [107]…
    names = [subject + suffix for suffix in invented["suffixes"] for subject in invented["subjects"]]
    new_city = place + city[len(bare):]
    return {bare: place} | {
        old: invented["departments"][number % len(invented["departments"])].format(city=new_city)
        for number, old in enumerate(sorted(departments))
    } | dict(zip(dict.fromkeys(projects), names, strict=False))
