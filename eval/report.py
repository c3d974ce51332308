"""The evaluation as one HTML page that stands alone: tables, pictures and every error beside its source text."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from decisions import decisions_figure
from figures import COMPARED, PEERS, STRUCTURE, shown
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup
from matplotlib.figure import Figure
from rapidfuzz.fuzz import partial_ratio_alignment
from readings import Reading
from runs import EVALUATION

from recognizer.measuring import KINDS, Error, Fact, LabelComparison
from recognizer.measuring.facts import normal
from recognizer.truth import LabelledDocument
from recognizer.types import Role

TITLES = {"trained_on": "trained on", "city_out": "city out", "layout_out": "layout out", "rules": "rules only",
          "held_back": "held-back projects", "reserved": "reserved",
          "calibration": "for calibration", "printed": "printed pages of reserved cities",
          "peers": "other tools' grids", "pdf": "ruled PDFs", "pdf:trained_on": "trained on", "pdf:city_out": "city out",
          "printed:model": "shipped model", "half_ruled": "half-ruled pages of reserved cities",
          "rotated": "printed pages of reserved cities, one in five turned", "rotated:model": "shipped model",
          "borderless": "borderless pages of reserved cities", "shaded": "shaded PDF", "half_ruled:model": "shipped model",
          "borderless:model": "shipped model", "shaded:trained_on": "trained on", "shaded:city_out": "city out"}
_GRIDS = {"rules": "own grids + rules", "pdfplumber": "pdfplumber + rules", "pymupdf": "PyMuPDF + rules",
          "camelot": "camelot lattice + rules"}
TITLES |= {f"{place}:{reader}": _GRIDS[reader] for place in ("pdf", "printed") for reader in PEERS}

# Errors of these settings are listed; those of the others would only repeat them.
LISTED = ("trained_on", "held_back", "city_out", "layout_out", "reserved", "pdf:trained_on", "pdf:city_out")

CONTEXT = 30  # characters of source text shown on each side of what an error is about
COLOURS = ("#3b6ea5", "#d08c2e", "#7a9a4c", "#9a9a9a")

mpl.rcParams.update({"svg.fonttype": "path", "svg.hashsalt": "recognizer", "font.size": 9})


@dataclass(frozen=True, slots=True)
class Listed:
    """An error as it is shown: the fact's words, and the source lines it is about (from 1; empty where there are none)."""

    fault: str
    kind: str
    words: str
    confidence: float | None
    lines: str
    source: str


def write_report(path: Path, figures: dict[str, Any], readings: Sequence[Reading]) -> None:
    """Writes the page."""
    environment = Environment(loader=FileSystemLoader(EVALUATION / "templates"), autoescape=select_autoescape(["html"]),
                              trim_blocks=True, lstrip_blocks=True)
    compared = [setting for setting in COMPARED if setting in figures["settings"]]
    city_out = [one.labels for one in readings if one.setting == "city_out" and one.labels]
    trust = (figures.get("trust") or {}).get("city_out", {}).get("value")
    page = environment.get_template("report.html").render(
        figures=figures, kinds=KINDS, titles=TITLES, compared=compared, structure=STRUCTURE,
        bars=[(row["name"], *shown(row)) for row in figures["bars"]],
        f1_bars=_picture(_f1_bars(figures, compared)) if compared else "",
        confusion=_picture(_confusion(sum(city_out, LabelComparison()))) if city_out else "",
        risk_coverage=_picture(_risk_coverage(trust)) if trust else "",
        reliability=_picture(_reliability(trust)) if trust else "",
        decision_curves=_picture(decisions_figure(figures["decisions"])) if figures.get("decisions") else "",
        errors={setting: [(one.document.name, listed_errors(one)) for one in _sorted(readings, setting)] for setting in LISTED})
    path.write_text(page, "utf-8")


def _sorted(readings: Sequence[Reading], setting: str) -> list[Reading]:
    return sorted((one for one in readings if one.setting == setting and one.scores.errors), key=lambda one: one.document.name)


def listed_errors(reading: Reading) -> list[Listed]:
    """The errors of a reading with the source text each is about."""
    lines = reading.document.text.split("\n")
    spans = _project_lines(reading.document)
    return [_listed(error, lines, spans) for error in reading.scores.errors]


def _listed(error: Error, lines: Sequence[str], spans: dict[int, tuple[int, int]]) -> Listed:
    fact = error.fact
    index = fact.key[0] if fact.key and isinstance(fact.key[0], int) else None
    words = " | ".join(str(part) for part in (fact.key[1:] if index is not None else fact.key))
    if index is not None:
        words = f"#{index + 1} {words}"
    pages = sorted({place["page"] for place in fact.at if place.get("page")})
    if pages:
        return Listed(error.fault, fact.kind, words, fact.confidence, f"p. {', '.join(map(str, pages))}", "")
    at = sorted({tuple(place["lines"]) for place in fact.at if place.get("lines")})
    if at:
        numbers = sorted({number for first, last in at for number in range(first, last + 1) if number <= len(lines)})
        texts = [_around(lines[number - 1], str(fact.key[-1]))[1] for number in numbers]
    else:
        numbers, texts = _nearest(_sought(fact), lines, spans.get(index if index is not None else -1, (1, len(lines))))
    return Listed(error.fault, fact.kind, words, fact.confidence, ", ".join(map(str, numbers)), " ⏎ ".join(texts))


def _sought(fact: Fact) -> list[str]:
    """The fact's own words, without levels, periods and other words of the schema."""
    texts = {"value": (3, 5), "indicator": (2, 3), "fund": (1, 3), "attribute": (1, 2), "goal": (2,), "standard": (2, 3),
             "document": (1,), "total": (0, 1, 3)}[fact.kind]
    return [str(fact.key[place]) for place in texts if fact.key[place]]


def _nearest(sought: Sequence[str], lines: Sequence[str], span: tuple[int, int]) -> tuple[list[int], list[str]]:
    """The line that holds the sought texts best, as its number, and what stands in it around the longest of them."""
    numbers = [number for number in range(span[0], span[1] + 1) if lines[number - 1].strip()]
    if not sought or not numbers:
        return [], []
    best = max(numbers, key=lambda number: sum(_around(lines[number - 1], text)[0] for text in sought))
    return [best], [_around(lines[best - 1], max(sought, key=len))[1]]


def _around(line: str, sought: str) -> tuple[float, str]:
    """How well the line holds the sought text, and the part of the line around it."""
    plain = line.lower()
    found = partial_ratio_alignment(sought, plain) if sought else None
    if found is None:
        return 0.0, line[:2 * CONTEXT]
    # A short line inside a long text would count as held in full, however little it says.
    share = min(1.0, len(normal(line)) / max(1, len(sought)))
    start, end = max(0, found.dest_start - CONTEXT), found.dest_end + CONTEXT
    return found.score * share, ("…" if start else "") + line[start:end] + ("…" if end < len(line) else "")


def _project_lines(document: LabelledDocument) -> dict[int, tuple[int, int]]:
    """The first and last line of each gold project's form, the prose around it left out."""
    spans: dict[int, tuple[int, int]] = {}
    for cell in document.cells:
        for line, _ in cell.pieces if cell.label != Role.PROSE else ():
            first, last = spans.get(cell.project, (line, line))
            spans[cell.project] = (min(first, line), max(last, line))
    return {project: span for project, span in spans.items() if project >= 0}


def _picture(figure: Figure) -> Markup:
    """The figure as an image that the page carries in itself."""
    buffer = BytesIO()
    figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None})
    return Markup('<img alt="" src="data:image/svg+xml;base64,{}">').format(b64encode(buffer.getvalue()).decode("ascii"))


def _f1_bars(figures: dict[str, Any], compared: Sequence[str]) -> Figure:
    """The mean F1 of each kind of facts in each setting."""
    figure = Figure(figsize=(9, 3))
    axes = figure.subplots()
    width = 0.8 / len(compared)
    for number, setting in enumerate(compared):
        heights = [figures["settings"][setting]["mean"][kind]["f1"] for kind in KINDS]
        places = [place + (number - (len(compared) - 1) / 2) * width for place in range(len(KINDS))]
        axes.bar(places, heights, width, label=TITLES[setting], color=COLOURS[number])
    axes.set_xticks(range(len(KINDS)), KINDS)
    axes.set_ylim(0, 1)
    axes.set_ylabel("mean F1")
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.18), ncols=len(compared), frameon=False)
    return figure


def _confusion(labels: LabelComparison) -> Figure:
    """The share of each true role's pieces that were given each role, with the number of pieces where it is not 0."""
    roles = [role for role in Role if any(role in pair for pair in labels.roles)]
    totals = {role: sum(number for (truth, _), number in labels.roles.items() if truth == role) for role in roles}
    numbers = [[labels.roles.get((truth, guess), 0) for guess in roles] for truth in roles]
    shares = [[number / max(1, totals[truth]) for number in row] for truth, row in zip(roles, numbers, strict=True)]
    figure = Figure(figsize=(9, 8))
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for down, row in enumerate(numbers):
        for across, number in enumerate(row):
            if number:
                axes.text(across, down, str(number), ha="center", va="center", fontsize=6,
                          color="white" if shares[down][across] > 0.6 else "black")
    axes.set_xticks(range(len(roles)), [str(role) for role in roles], rotation=90)
    axes.set_yticks(range(len(roles)), [str(role) for role in roles])
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    return figure


def _risk_coverage(trust: dict[str, Any]) -> Figure:
    """The share of wrong facts among those kept, at each share kept."""
    figure = Figure(figsize=(4.5, 3.5))
    axes = figure.subplots()
    axes.step(*zip(*trust["curve"], strict=True), where="post", color=COLOURS[0])
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("coverage: share of facts kept")
    axes.set_ylabel("risk: share of kept facts that are wrong")
    axes.grid(alpha=0.3)
    axes.set_title(f"AURC {trust['aurc']:.3f}")
    return figure


def _reliability(trust: dict[str, Any]) -> Figure:
    """The share of right facts at each confidence."""
    figure = Figure(figsize=(4.5, 3.5))
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=COLOURS[3], linewidth=1, linestyle="--")
    axes.plot(*zip(*trust["bins"], strict=True), marker="o", color=COLOURS[0])
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("stated confidence")
    axes.set_ylabel("share of facts that are right")
    axes.grid(alpha=0.3)
    axes.set_title(f"calibration error {trust['error']:.3f} [{trust['interval'][0]:.3f}, {trust['interval'][1]:.3f}]")
    return figure
