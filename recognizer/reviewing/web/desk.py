"""The desk: one item after the other, the page it stands on beside it, and what can be done about it."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from recognizer.errors import RecognizerError
from recognizer.reviewing.agreement import CHECK
from recognizer.reviewing.decisions import STATES, Decision, TakenError
from recognizer.reviewing.facts import FIELDS
from recognizer.reviewing.items import Filters, Item
from recognizer.reviewing.pictures import Shown, Source, Sources, boxes_on
from recognizer.reviewing.queue import Queue
from recognizer.reviewing.reach import SCOPES
from recognizer.reviewing.structure import RefusedError
from recognizer.reviewing.web.rendering import GIVEN_OUT, Renderer, filters_of, query_of
from recognizer.reviewing.web.words import ROLES, Words

LONGEST_TITLE = 60  # characters of a fact in the title of its box
PICTURE_AGE = "private, max-age=3600"


@dataclass(frozen=True, slots=True)
class Marked:
    """A fact's box on the page shown: x, y, width and height in points."""

    item: int
    title: str
    state: str
    current: bool
    box: tuple[float, float, float, float]


class Desk:
    """The handlers of the desk."""

    def __init__(self, queue: Queue, sources: Sources, renderer: Renderer) -> None:
        self._queue, self._sources, self._renderer = queue, sources, renderer
        self._preparing = threading.Lock()

    def start(self, request: Request, fields: Mapping[str, str]) -> Response:
        """The whole page with the next item."""
        filters = filters_of(fields)
        return self._desk(request, "index.html", self._queue.next(self._renderer.reviewer(request), filters), filters)

    def next(self, request: Request, fields: Mapping[str, str]) -> Response:
        """The next item, as a part of the page."""
        filters = filters_of(fields)
        return self._desk(request, "desk.html", self._queue.next(self._renderer.reviewer(request), filters), filters)

    def item(self, request: Request, fields: Mapping[str, str]) -> Response:
        """A certain item, decided or not."""
        item = self._queue.open(self._renderer.reviewer(request), request.path_params["number"])
        if item is None:
            return PlainTextResponse("not found", 404)
        return self._desk(request, "index.html", item, filters_of(fields))

    def page(self, request: Request, fields: Mapping[str, str]) -> Response:
        """Another page of an item's document, as a part of the page."""
        item = self._queue.look(request.path_params["number"])
        if item is None:
            return PlainTextResponse("not found", 404)
        return self._renderer.page(request, "source.html", item=item, **self._source(request, item, request.path_params["page"]))

    def picture(self, request: Request, _fields: Mapping[str, str]) -> Response:
        """The picture of a page of an item's document."""
        item = self._queue.look(request.path_params["number"])
        return _picture(self._sources.picture(item.document, request.path_params["page"]) if item else None)

    def crop(self, request: Request, _fields: Mapping[str, str]) -> Response:
        """The picture of an item's cell."""
        item = self._queue.look(request.path_params["number"])
        return _picture(self._sources.crop(item) if item else None)

    def reach(self, request: Request, fields: Mapping[str, str]) -> Response:
        """How far a decision could reach, to choose from; where there is nothing to choose, the decision is made."""
        reviewer, words = self._renderer.reviewer(request), self._renderer.words(request)
        decision = _decision(fields)
        item = self._queue.look(decision.item) if decision else None
        if decision is None or item is None:
            return PlainTextResponse("not a decision", 400)
        try:
            decision = self._with_neighbour(decision, item, fields)
            found = self._queue.reaches(reviewer, item, decision)
        except RefusedError as error:
            return self._refused(request, words, error)
        if (len(found) == 1 and not found[0].held) or decision.check:
            return self.decide(request, fields)
        return self._renderer.page(
            request, "reach.html", headers={"HX-Retarget": "#reach", "HX-Reswap": "innerHTML"}, item=item, decision=decision,
            reaches=found, fields=fields, query=query_of(filters_of(fields)), filters=filters_of(fields),
            excerpts={number: self._excerpt(number) for reach in found for number in reach.samples})

    def decide(self, request: Request, fields: Mapping[str, str]) -> Response:
        """Keeps a decision; the next item comes back."""
        reviewer, words = self._renderer.reviewer(request), self._renderer.words(request)
        decision, filters = _decision(fields), filters_of(fields)
        if decision is None:
            return PlainTextResponse("not a decision", 400)
        item = self._queue.look(decision.item)
        try:
            self._queue.decide(reviewer, self._with_neighbour(decision, item, fields))
        except TakenError:
            return self._renderer.message(request, 409, words.taken)
        except RefusedError as error:
            return self._refused(request, words, error)
        return self._desk(request, "desk.html", self._queue.next(reviewer, filters), filters)

    def undo(self, request: Request, fields: Mapping[str, str]) -> Response:
        """Takes a decision back; its item comes back."""
        reviewer, words = self._renderer.reviewer(request), self._renderer.words(request)
        number = fields.get("action", "")
        checked = number.isdigit() and self._queue.is_check(int(number))
        undone = self._queue.undo(reviewer, int(number)) if number.isdigit() else None
        if undone is None:
            return self._renderer.message(request, 409, words.nothing_to_undo)
        if fields.get("back") == "audit":
            return HTMLResponse("", headers={"HX-Redirect": "/audit"})
        filters = filters_of(fields)
        item = self._queue.next(reviewer, filters) if checked else self._queue.open(reviewer, undone)
        return self._desk(request, "desk.html", item, filters)

    def _with_neighbour(self, decision: Decision, item: Item | None, fields: Mapping[str, str]) -> Decision:
        """The decision with the neighbour that it joins: the one on the side that was said, as the run's own pages have it."""
        if item is None or decision.what != "join":
            return decision
        wanted = fields.get("field", ""), fields.get("side", "")
        neighbours = self._sources.beside(item).neighbours(item)
        return replace(decision, neighbour=next((one for one in neighbours if (one.field, one.side) == wanted), None))

    def _refused(self, request: Request, words: Words, error: RefusedError) -> Response:
        return self._renderer.message(request, 422, error.chinese if words.language == "zh" else error.english)

    def _desk(self, request: Request, template: str, item: Item | None, filters: Filters) -> Response:
        reviewer = self._renderer.reviewer(request)
        details: dict[str, Any] = {}
        if item:
            beside = self._sources.beside(item)
            if item.alternatives is None:
                item = self._queue.keep_alternatives(item, beside.alternatives(item))
            others = [one for one in item.alternatives or () if getattr(item.reading, one.field, "") != one.value]
            details = self._source(request, item) | {
                "alternatives": others, "neighbours": beside.neighbours(item), "checking": item.state == CHECK}
            if self._preparing.acquire(blocking=False):
                threading.Thread(target=self._prepare_next, args=(item.id, filters), daemon=True).start()
        return self._renderer.page(
            request, template, item=item, filters=filters, states=GIVEN_OUT, query=query_of(filters),
            progress=self._queue.progress(reviewer), choices=self._queue.choices,
            undoable=self._queue.last_action(reviewer), concepts=_concepts,
            history=self._queue.audit(limit=10, item=item.id) if item and item.seen and item.state != CHECK else [],
            has_crop=bool(item and boxes_on(item, item.page) and details["shown"].source is Source.PAGES), **details)

    def _prepare_next(self, number: int, filters: Filters) -> None:
        """Has at hand what comes after an item while the reviewer looks at it; whoever asks for it meets what goes wrong."""
        try:
            with suppress(RecognizerError, OSError, RuntimeError):
                following = next((one for one in self._queue.listed(filters, 2) if one.id != number), None)
                if following:
                    self._sources.prepare(following)
        finally:
            self._preparing.release()

    def _source(self, request: Request, item: Item, page: int | None = None) -> dict[str, Any]:
        shown = self._sources.show(item, page)
        words = self._renderer.words(request)
        return {"shown": shown, "marks": self._marks(words, item, shown) if shown.page else []}

    def _marks(self, words: Words, item: Item, shown: Shown) -> list[Marked]:
        """The boxes of the facts on the page shown, the current one last so that it is drawn over the others."""
        found = []
        for fact in self._queue.of_document(item, shown.page):
            said = " / ".join(filter(None, (fact.reading.level2, fact.reading.name, words.period(fact.reading.period))))
            title = f"{words.kind(fact.kind)}: {said} {fact.reading.text[:LONGEST_TITLE]} ({fact.confidence:.2f})"
            for x0, y0, x1, y1 in boxes_on(fact, shown.page):
                found.append(Marked(fact.id, title, fact.state, fact.id == item.id, (x0 - 1, y0 - 1, x1 - x0 + 2, y1 - y0 + 2)))
        return sorted(found, key=lambda mark: mark.current)

    def _excerpt(self, number: int) -> str:
        item = self._queue.look(number)
        return self._sources.excerpt(item) or item.reading.text if item else ""


def _decision(fields: Mapping[str, str]) -> Decision | None:
    """The decision that a form says; None for what is none."""
    item, seen, what = fields.get("item", ""), fields.get("seen", "0"), fields.get("what", "")
    scope, why = fields.get("scope", "cell"), fields.get("why", "")[:500]
    if not item.isdigit() or not seen.isdigit() or what not in STATES or scope not in SCOPES:
        return None
    if what == "reject" and fields.get("role") not in ROLES:
        return None
    wanted = {name: fields[f"to_{name}"] for name in FIELDS["value"] if f"to_{name}" in fields}
    if what == "split":
        wanted = {name: fields.get(name, "") for name in ("cut", "keep", "rest")}
    if what == "reject":
        why = f"role: {fields['role']}" + (f"; {why}" if why else "")
    return Decision(int(item), what, fields.get("ticket") or secrets.token_hex(16), int(seen), wanted, scope, why,
                    check=fields.get("check") == "1")


def _picture(data: bytes | None) -> Response:
    if data is None:
        return PlainTextResponse("there is no picture", 404)
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": PICTURE_AGE})


def _concepts() -> list[tuple[str, str]]:
    from recognizer.concepts import Kind, vocabulary_in_use

    return [(entry.id, entry.name) for entry in vocabulary_in_use().concepts if entry.kind is Kind.INDICATOR]
