"""The service over HTTP, for this machine alone: nothing can be changed through it, and nothing leaves it but the vocabulary.

Only requests to this machine's own names are answered (a page elsewhere cannot rebind its own to it), and only pages of this
machine, such as OpenRefine's, may read the answers in a browser.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from recognizer.concepts import Concept, Vocabulary
from recognizer.reconciling.service import PROPERTIES, RefusedError, Service

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LARGEST_BODY = 4 << 20  # bytes of a request
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "Vary": "Origin"}

Answer = Callable[[Request, Mapping[str, str]], Response]


def application(service: Service) -> Starlette:
    """The application of a service."""
    def start(request: Request, fields: Mapping[str, str]) -> Response:
        if "queries" in fields:
            return _json(service.reconcile(_parsed(fields["queries"], "queries")))
        if "extend" in fields:
            return _json(service.extend(_parsed(fields["extend"], "extend")))
        return _json(service.manifest(f"http://{request.headers['host']}"))

    def concept(request: Request, fields: Mapping[str, str]) -> Response:
        found = service.get(request.path_params["identifier"])
        return HTMLResponse(_page(service.vocabulary, found)) if found else PlainTextResponse("no such concept", 404)

    suggestions = {"entity": service.suggest_entities, "type": service.suggest_types, "property": service.suggest_properties}

    def suggest(request: Request, fields: Mapping[str, str]) -> Response:
        found = suggestions.get(request.path_params["what"])
        return _json(found(fields.get("prefix", ""))) if found else PlainTextResponse("not found", 404)

    def properties(request: Request, fields: Mapping[str, str]) -> Response:
        return _json(service.properties_of(fields.get("type", "")))

    return Starlette(routes=[
        _route("/", start), _route("/concept/{identifier}", concept), _route("/suggest/{what}", suggest),
        _route("/properties", properties)])


def _route(path: str, answer: Answer) -> Route:
    async def endpoint(request: Request) -> Response:
        allowed = _own(request.headers.get("origin"))
        response = await _answered(request, answer)
        response.headers.update(HEADERS)
        if allowed:
            response.headers["Access-Control-Allow-Origin"] = allowed
        return response

    return Route(path, endpoint, methods=["GET", "POST"])


async def _answered(request: Request, answer: Answer) -> Response:
    if (urlsplit(f"//{request.headers.get('host', '')}").hostname or "") not in LOOPBACK:
        return PlainTextResponse("this server answers only to this machine's own names", 421)
    said = request.url.query
    if request.method == "POST":
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            return PlainTextResponse("the request is too large", 413)
        said = (await request.body()).decode("utf-8", "replace")
    try:
        fields = dict(parse_qsl(said, keep_blank_values=True, max_num_fields=50))
        return await run_in_threadpool(answer, request, fields)
    except (RefusedError, RecursionError) as error:
        return PlainTextResponse(str(error) or "refused", 400)
    except ValueError:
        return PlainTextResponse("too many fields", 400)


def _own(origin: str | None) -> str | None:
    """The origin of a page that may read the answer: one of this machine."""
    return origin if origin and (urlsplit(origin).hostname or "") in LOOPBACK else None


def _parsed(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise RefusedError(f"{name}: not JSON ({error})") from error


def _json(content: Any) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), media_type="application/json")


def _page(vocabulary: Vocabulary, concept: Concept) -> str:
    """What a person sees of a concept, small enough for OpenRefine's preview."""
    above = " › ".join(one.name for one in reversed(list(vocabulary.above(concept))))
    rows = {
        "": above, PROPERTIES["definition"]: concept.definition, PROPERTIES["units"]: "；".join(concept.unit_families),
        PROPERTIES["direction"]: concept.direction or "",
        PROPERTIES["names"]: "；".join(wording.text for wording in concept.alternatives)}
    listed = "".join(f"<dt>{html.escape(title)}</dt><dd>{html.escape(text)}</dd>" for title, text in rows.items() if text)
    name, identifier = html.escape(concept.name), html.escape(concept.id)
    return (
        f"<!doctype html><html lang='zh'><meta charset='utf-8'><title>{name}</title>"
        "<style>body{font:14px sans-serif;margin:8px}dt{color:#666}dd{margin:0 0 6px}</style>"
        f"<h3>{name} <small>{identifier}</small></h3><dl>{listed}</dl></html>")


def serve(service: Service, *, port: int, ready: Callable[[int], Any]) -> None:
    """Runs the server on 127.0.0.1 until it is interrupted; `ready` is told the port when it listens. Raises OSError."""
    import socket

    import uvicorn

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
        ready(listener.getsockname()[1])
        config = uvicorn.Config(application(service), log_level="warning", access_log=False, server_header=False)
        uvicorn.Server(config).run(sockets=[listener])
