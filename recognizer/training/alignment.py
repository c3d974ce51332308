"""Labelling a document from its gold record: every cell of the text gets the label that the record implies.

How to label another document, such as a sixth city's:

1. Write its gold record (schema and rules: eval/gold/README.md); `source` is the document's name. Nothing else is needed:
   alignment knows no city, only the words that forms of all cities share (align_words).
2. Run

       python -m recognizer.training.alignment TEXT GOLD training_data/labelled/NAME.jsonl

   It writes the cells and prints two lists: facts of the gold that no cell says (a slip in the gold, or a text that OCR
   or a page break spoiled), and cells whose label is only a guess, marked `?`.
3. Settle each of these with a line in training_data/labelled/decisions.jsonl and run it again until both lists hold
   nothing that is not explained:

       {"document": "name.txt", "pieces": [[12, 1], [13, 0]], "label": "name", "why": "cut by the page break"}

   `pieces` are keys as docs/labels.md explains them; the decision's cell takes them away from any other. `project` (index
   in the gold) may be added where it differs from that of the first piece's cell. For a packed cell `parts`, character
   offsets with labels, are laid over the parts that alignment found.
4. Read through every cell once with `--show`: rows that slipped a column, rows cut by a page break, headings, prose.

The story, file by file: the text is cut into pieces (align_pieces); the gold's projects are found in it
(align_projects); a project's facts, in printed order (align_facts), are matched with its pieces in reading order
(align_match); fixed words, column headings and guesses name the rest (align_draft, align_words); packed cells are taken
apart by their own headings (align_packed).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from recognizer.training.align_draft import cells_of, draft_of
from recognizer.training.align_facts import Fact
from recognizer.training.align_match import says
from recognizer.training.align_packed import Parts, overlaid
from recognizer.training.align_pieces import SourcePiece, source_pieces, trimmed
from recognizer.training.align_projects import projects_of
from recognizer.truth import TruthCell, save_truth
from recognizer.types import Role

DECISIONS = Path("training_data/labelled/decisions.jsonl")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person settled about one cell: the keys of its pieces, its label and why.

    `parts` of a packed cell are laid over those that alignment finds by itself; `project` None keeps the project of the
    cell that held the first piece.
    """

    document: str
    pieces: tuple[tuple[int, int], ...]
    label: str
    why: str
    project: int | None = None
    parts: Parts = ()


@dataclass(frozen=True, slots=True)
class Alignment:
    """All cells of a document in reading order; those among them that are guesses and no person settled; and the gold
    facts, each with its project's index, that no cell says.
    """

    cells: tuple[TruthCell, ...]
    doubts: tuple[TruthCell, ...]
    missing: tuple[tuple[int, Fact], ...]


def align(text: str, gold: dict[str, Any], decisions: Sequence[Decision] = ()) -> tuple[TruthCell, ...]:
    """The true cells of a source text, from its gold record (schema of eval/gold/README.md) and people's decisions.

    Raises ValueError for a decision about pieces that the text does not have.
    """
    return examine(text, gold, decisions).cells


def examine(text: str, gold: dict[str, Any], decisions: Sequence[Decision] = ()) -> Alignment:
    """`align`, with what it could not settle. Decisions about other documents than the gold's `source` are passed over."""
    own = [decision for decision in decisions if decision.document == gold["source"]]
    pieces = source_pieces(text)
    draft, missing = draft_of(pieces, projects_of(pieces, gold), gold)
    names = [trimmed(str(project.get("project_name") or "")) for project in gold["projects"]]
    cells = decided(cells_of(draft, names), pieces, own)
    settled = {key for decision in own for key in decision.pieces}
    guessed = {pieces[index].key for index in draft.guessed} - settled
    return Alignment(
        cells, tuple(cell for cell in cells if guessed & set(cell.pieces)),
        tuple((number, fact) for number, fact in missing if not _said(cells, number, fact)))


def _said(cells: Sequence[TruthCell], project: int, fact: Fact) -> bool:
    """Whether a cell, or a part of a packed one, says the fact."""
    return any(
        code == fact.label.code and says(text, fact)
        for cell in cells if cell.project == project
        for code, text in ((cell.label, cell.text), *((label, cell.text[start:end]) for start, end, label in cell.parts)))


def decided(cells: tuple[TruthCell, ...], pieces: Sequence[SourcePiece], decisions: Sequence[Decision]) -> tuple[TruthCell, ...]:
    """The cells with people's decisions in place of what alignment made of the same pieces.

    Raises ValueError for a decision about pieces that the text does not have.
    """
    texts = {piece.key: piece.text for piece in pieces}
    for decision in decisions:
        taken = set(decision.pieces)
        if not taken <= set(texts):
            raise ValueError(f"{decision.document} has no pieces {sorted(taken - set(texts))}")
        holder = next(cell for cell in cells if decision.pieces[0] in cell.pieces)
        kept = [_without(cell, taken, texts) for cell in cells]
        project = holder.project if decision.project is None else decision.project
        both_packed = decision.label == holder.label == Role.PACKED
        parts = overlaid(holder.text, holder.parts, decision.parts) if both_packed else decision.parts
        made = TruthCell(decision.label, decision.pieces, "".join(texts[key] for key in decision.pieces), project, parts)
        cells = tuple(sorted([*(cell for cell in kept if cell.pieces), made], key=lambda cell: cell.pieces[0]))
    return cells


def _without(cell: TruthCell, taken: set[tuple[int, int]], texts: dict[tuple[int, int], str]) -> TruthCell:
    if not taken & set(cell.pieces):
        return cell
    kept = tuple(key for key in cell.pieces if key not in taken)
    return replace(cell, pieces=kept, text="".join(texts[key] for key in kept))


def load_decisions(path: Path) -> tuple[Decision, ...]:
    """People's decisions, a line of JSON each; an absent file holds none."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    return tuple(Decision(
        row["document"], tuple((int(line), int(index)) for line, index in row["pieces"]), row["label"], row["why"],
        row.get("project"), tuple((int(start), int(end), str(label)) for start, end, label in row.get("parts", ())))
        for row in rows)


def main() -> None:
    """Labels one document, writes its cells and prints what is left to settle (with --show, every cell)."""
    parser = argparse.ArgumentParser(description="Label a document's cells from its gold record.")
    parser.add_argument("text", type=Path, help="the source document")
    parser.add_argument("gold", type=Path, help="its gold record")
    parser.add_argument("out", type=Path, help="the JSONL file to write")
    parser.add_argument("--decisions", type=Path, default=DECISIONS, help="people's decisions (default: %(default)s)")
    parser.add_argument("--show", action="store_true", help="print every cell and not the guesses alone")
    options = parser.parse_args()
    gold = json.loads(options.gold.read_text("utf-8"))
    found = examine(options.text.read_text("utf-8"), gold, load_decisions(options.decisions))
    save_truth(options.out, found.cells)
    for project, fact in found.missing:
        print(f"no cell says: project {project} {fact.label.code} {fact.text}")
    for cell in found.cells if options.show else found.doubts:
        print("?" if cell in found.doubts else " ", cell.project, cell.label, list(cell.pieces), cell.text)
    print(f"{len(found.cells)} cells, {len(found.doubts)} guessed, {len(found.missing)} facts that no cell says")


if __name__ == "__main__":
    main()
