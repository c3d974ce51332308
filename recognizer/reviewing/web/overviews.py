"""What is seen besides the desk: contact sheets, the list, the audit trail; and the settings of a browser."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from recognizer.reviewing.items import STATES
from recognizer.reviewing.pictures import Sources, boxes_on
from recognizer.reviewing.queue import Queue
from recognizer.reviewing.web.rendering import LANGUAGE, NAME, YEAR, Renderer, filters_of, name_cookie, query_of

LISTED = 100


class Overviews:
    """The handlers of the overviews."""

    def __init__(self, queue: Queue, sources: Sources, renderer: Renderer) -> None:
        self._queue, self._sources, self._renderer = queue, sources, renderer

    def listing(self, request: Request, fields: Mapping[str, str]) -> Response:
        """The first items in order; what the error budget accepted and what was decided too, if asked for."""
        filters = filters_of(fields, STATES)
        return self._renderer.page(
            request, "list.html", items=self._queue.listed(filters, LISTED), filters=filters, states=tuple(STATES),
            query=query_of(filters),
            choices=self._queue.choices, progress=self._queue.progress(self._renderer.reviewer(request)))

    def sheets(self, request: Request, _fields: Mapping[str, str]) -> Response:
        """The contact sheets that there are."""
        return self._renderer.page(
            request, "sheets.html", sheets=self._queue.sheets(),
            progress=self._queue.progress(self._renderer.reviewer(request)))

    def sheet(self, request: Request, _fields: Mapping[str, str]) -> Response:
        """Crops of what was read as the same thing."""
        return self._sheet(request, request.path_params["number"], "sheet.html")

    def accept(self, request: Request, fields: Mapping[str, str]) -> Response:
        """Accepts the crops of a contact sheet that were not picked out; what is left of it comes back, or the sheets."""
        reviewer = self._renderer.reviewer(request)
        seen = {int(name[5:]): int(value) for name, value in fields.items()
                if name.startswith("seen_") and name[5:].isdigit() and value.isdigit()}
        chosen = [number for number in seen if fields.get(f"odd_{number}") != "1"]
        self._queue.accept_sheet(reviewer, fields.get("ticket", ""), chosen, seen)
        odd = [number for number in seen if number not in chosen]
        if odd:
            return Response("", headers={"HX-Redirect": f"/item/{odd[0]}"})
        return Response("", headers={"HX-Redirect": "/sheets"})

    def audit(self, request: Request, fields: Mapping[str, str]) -> Response:
        """Who decided what, when, from what to what."""
        before = fields.get("before", "")
        return self._renderer.page(
            request, "audit.html", actions=self._queue.audit(LISTED, int(before) if before.isdigit() else None), listed=LISTED,
            progress=self._queue.progress(self._renderer.reviewer(request)))

    def progress(self, request: Request, _fields: Mapping[str, str]) -> Response:
        """How far the work is, at whose pace, and how far reviewers agree."""
        return self._renderer.page(
            request, "overview.html", progress=self._queue.progress(self._renderer.reviewer(request)),
            reviewers=self._queue.reviewers(), choices=self._queue.choices, agreement=self._queue.agreement())

    def settings(self, _request: Request, fields: Mapping[str, str]) -> Response:
        """Sets the reviewer's name or the language, in cookies."""
        answer = RedirectResponse("/", 303)
        if fields.get("name", "").strip():
            answer.set_cookie(NAME, name_cookie(fields["name"]), max_age=YEAR, httponly=True, samesite="strict")
        if fields.get("language") in ("en", "zh"):
            answer.set_cookie(LANGUAGE, fields["language"], max_age=YEAR, httponly=True, samesite="strict")
        return answer

    def _sheet(self, request: Request, number: int, template: str) -> Response:
        found = self._queue.sheet(self._renderer.reviewer(request), number)
        return self._renderer.page(
            request, template, items=found, progress=self._queue.progress(self._renderer.reviewer(request)),
            excerpts={item.id: self._sources.excerpt(item) for item in found},
            with_crop={item.id for item in found if boxes_on(item, item.page)})
