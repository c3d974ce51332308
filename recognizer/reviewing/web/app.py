"""The application put together: its routes, its guard, and the server that runs it."""

from __future__ import annotations

import getpass
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from recognizer.reviewing.pictures import Sources
from recognizer.reviewing.queue import Queue
from recognizer.reviewing.tables import FullDiskError, UnansweredError
from recognizer.reviewing.web.desk import Desk
from recognizer.reviewing.web.overviews import Overviews
from recognizer.reviewing.web.rendering import Renderer
from recognizer.reviewing.web.safety import Guard, is_loopback

_HERE = Path(__file__).parent
_STATIC = {  # everything that is given out by name: no path of a request reaches the file system
    "htmx.min.js": "text/javascript", "review.js": "text/javascript", "review.css": "text/css", "icon.svg": "image/svg+xml",
    "htmx.LICENSE.txt": "text/plain"}
_DAY = "private, max-age=86400"

Handler = Callable[[Request, Mapping[str, str]], Response]


def application(queue: Queue, sources: Sources, *, token: str | None = None, local: bool = True) -> ASGIApp:
    """The application over a queue that is filled. `local`: it answers only to names of this machine."""
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True)
    renderer = Renderer(environment, _user())
    desk, overviews = Desk(queue, sources, renderer), Overviews(queue, sources, renderer)
    static = {name: (_HERE / "static" / name).read_bytes() for name in _STATIC}

    async def give(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in static:
            return PlainTextResponse("not found", 404)
        return Response(static[name], media_type=_STATIC[name], headers={"Cache-Control": "no-cache"})

    routes = [
        Route("/static/{name}", give),
        _route("/", desk.start), _route("/next", desk.next), _route("/item/{number:int}", desk.item),
        _route("/page/{number:int}/{page:int}", desk.page),
        _route("/picture/{number:int}/{page:int}", desk.picture), _route("/crop/{number:int}", desk.crop),
        _route("/reach", desk.reach, "POST"), _route("/decide", desk.decide, "POST"), _route("/undo", desk.undo, "POST"),
        _route("/list", overviews.listing), _route("/audit", overviews.audit),
        _route("/progress", overviews.progress), _route("/sheets", overviews.sheets),
        _route("/sheet/{number:int}", overviews.sheet), _route("/sheet", overviews.accept, "POST"),
        _route("/settings", overviews.settings, "POST")]

    def not_kept(request: Request, error: Exception) -> Response:
        words = renderer.words(request)
        full = isinstance(error, FullDiskError)
        return renderer.message(request, 507 if full else 503, words.full if full else words.unanswered)

    return Starlette(routes=routes, middleware=[Middleware(Guard, token=token, local=local)],
                     exception_handlers={FullDiskError: not_kept, UnansweredError: not_kept})


def _route(path: str, handler: Handler, method: str = "GET") -> Route:
    """A route whose handler may take its time: it runs beside the loop, with the fields of the query or the form."""

    async def endpoint(request: Request) -> Response:
        said = (await request.body()).decode("utf-8", "replace") if method == "POST" else request.url.query
        fields = dict(parse_qsl(said, keep_blank_values=True, max_num_fields=500))
        return await run_in_threadpool(handler, request, fields)

    return Route(path, endpoint, methods=[method])


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def serve(queue: Queue, folder: Path, *, host: str, port: int, token: str | None, ready: Callable[[int], Any]) -> None:
    """Runs the server until it is interrupted; `ready` is told the port when it listens. Raises OSError where it cannot."""
    import socket

    import uvicorn

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
        sources = Sources(folder)
        threading.Thread(target=sources.get_ready, daemon=True).start()
        app = application(queue, sources, token=token, local=is_loopback(host))
        ready(listener.getsockname()[1])
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, server_header=False))
        server.run(sockets=[listener])
