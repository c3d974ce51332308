#!/usr/bin/env python3
"""Decision curves: how many decisions a new city takes.

    decisions.py [--setting city_out] [--seeds 5] [--processes 2]

For each of the five cities a model that has seen nothing of it reads its document. Decisions are made about cells of the odd
projects (the first, the third ...; answers from the gold record, see answering.py), the model learns from them, and value F1 is
measured on the even projects, which nothing else ever looks at. The product chooses what to ask, learning as it goes; as many
cells picked at random are the comparison.

Writes build/eval/decisions.json (decisions_layout_out.json with --setting layout_out), which the report of evaluate.py shows too.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from statistics import fmean
from typing import Any

from answering import Answers, City, city_of, look_at, value_f1
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table
from runs import BUILD, Job, left_out_model, plan

from recognizer.learning import Replay, replay_for, retrained
from recognizer.newcity import propose
from recognizer.training import real_documents

POINTS = (0, 5, 10, 20, 50)
SEEDS = 5
TABLES = 600  # generated documents that the left-out models are trained on, as in evaluate.py
ODD, EVEN = 0, 1
COLOURS = ("#3b6ea5", "#d08c2e")

Figures = dict[str, Any]


def curve(city: City, replay: Replay, seed: int | None) -> list[Figures]:
    """The figures after each number of decisions, chosen by the product, or with a seed at random."""
    answers, made = Answers(city), 0
    seen = look_at(city, city.model)
    draw = random.Random(seed)
    rows = []
    for point in POINTS:
        questions = seen.questions
        for _ in range(point - made):
            left = [one for one in questions if not answers.settled(one)]
            if seed is None:
                left = [one.question for one in propose(left, 1)]
            if left:
                answers.decide(draw.choice(left), questions)
        made = point
        if made:
            documents = {city.truth.name: city.grids}
            seen = look_at(city, retrained(city.model, documents, answers.corrections(questions), replay=replay))
        counts, odd = (value_f1(city, seen.projects, parity) for parity in (EVEN, ODD))
        rows.append({"decisions": point, "cells": answers.cells_settled, "f1": counts.f1, "odd": odd.f1,
                     "hit": counts.hit, "predicted": counts.predicted, "gold": counts.gold})
    return rows


def run(job: Job, seeds: int) -> Figures:
    """The curves of one city."""
    assert job.config is not None
    truth = next(one for one in real_documents() if one.name == job.source)
    city = city_of(truth, left_out_model(job.config))
    replay = replay_for(city.model)
    return {"product": curve(city, replay, None), "random": [curve(city, replay, seed) for seed in range(1, seeds + 1)]}


def collected(cities: Mapping[str, Figures]) -> Figures:
    """The figures of all cities with their means; those of random picks are the means over the seeds."""
    cities = dict(sorted(cities.items()))
    product = {name: [row["f1"] for row in one["product"]] for name, one in cities.items()}
    chance = {name: [fmean(rows[number]["f1"] for rows in one["random"]) for number in range(len(POINTS))]
              for name, one in cities.items() if one["random"]}
    return {
        "points": list(POINTS), "cities": cities, "product": product, "random": chance,
        "mean": {"product": _means(product), "random": _means(chance)},
        "worst": {"product": [min(one[number] for one in product.values()) for number in range(len(POINTS))]}}


def _means(curves: Mapping[str, Sequence[float]]) -> list[float]:
    return [fmean(one[number] for one in curves.values()) for number in range(len(POINTS))] if curves else []


def stored_decisions() -> Figures:
    """The figures of the last run, {} where there is none."""
    path = BUILD / "decisions.json"
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


def decisions_table(figures: Figures) -> Table:
    """Value F1 on the even projects: chosen by the product, and as many picked at random."""
    table = Table(title="Value F1 on even projects after decisions in the odd ones: chosen, as many at random")
    table.add_column("city out")
    for point in figures["points"]:
        table.add_column(str(point), justify="right")
    rows = [*((name, curve, figures["random"].get(name)) for name, curve in figures["product"].items()),
            ("mean", figures["mean"]["product"], figures["mean"]["random"])]
    for name, chosen, chance in rows:
        beside = [f"  {one:.3f}" for one in chance] if chance else [""] * len(chosen)
        table.add_row(name, *(f"{one:.3f}{other}" for one, other in zip(chosen, beside, strict=True)))
    return table


def decisions_figure(figures: Figures) -> Figure:
    """A curve for each city and their mean, with those of random picks (each seed thin)."""
    names = [*figures["product"], "mean"]
    figure = Figure(figsize=(9, 5))
    panels = figure.subplots(2, 3, sharex=True, sharey=True).ravel()
    places = range(len(figures["points"]))
    for axes, name in zip(panels, names, strict=True):
        if name != "mean":
            for rows in figures["cities"][name]["random"]:
                axes.plot(places, [row["f1"] for row in rows], color=COLOURS[1], linewidth=0.6, alpha=0.6)
        chosen = figures["mean"]["product"] if name == "mean" else figures["product"][name]
        chance = figures["mean"]["random"] if name == "mean" else figures["random"].get(name, [])
        if chance:
            axes.plot(places, chance, color=COLOURS[1], marker="s", markersize=4, label="at random, mean of the seeds")
        axes.plot(places, chosen, color=COLOURS[0], marker="o", markersize=4, label="chosen by the product")
        axes.set_title(name)
        axes.grid(alpha=0.3)
        axes.set_xticks(list(places), [str(point) for point in figures["points"]])
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("value F1, even projects")
    panels[3].set_ylabel("value F1, even projects")
    panels[4].set_xlabel("decisions in the odd projects")
    panels[-1].legend(loc="lower right", frameon=False, fontsize=7)
    return figure


def main() -> int:
    """Runs all cities, prints the table, writes the figures and the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--setting", default="city_out", choices=("city_out", "layout_out"))
    parser.add_argument("--seeds", type=int, default=SEEDS, help="of cells picked at random")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--tables", type=int, default=TABLES, help="generated documents in each training")
    options = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"  # new processes inherit it
    cities: dict[str, Figures] = {}
    with ProcessPoolExecutor(options.processes, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(run, job, options.seeds): str(job.source) for job in plan((options.setting,), options.tables, 1)}
        for done in as_completed(running):
            cities[running[done]] = done.result()
            print(f"[{len(cities)}/{len(running)}] {running[done]}", file=sys.stderr)
    figures = collected(cities)
    BUILD.mkdir(parents=True, exist_ok=True)
    path = BUILD / ("decisions.json" if options.setting == "city_out" else f"decisions_{options.setting}.json")
    path.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", "utf-8")
    decisions_figure(figures).savefig(path.with_suffix(".png"), dpi=150, bbox_inches="tight")
    Console(width=None if sys.stdout.isatty() else 160).print(decisions_table(figures))
    print(path, path.with_suffix(".png"), sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
