"""Pages from templates, in the reader's language, and who the reader is."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote, urlencode

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse

from recognizer.language import Language
from recognizer.language import language as locale_language
from recognizer.reviewing.decisions import Reviewer
from recognizer.reviewing.facts import FIELDS
from recognizer.reviewing.items import Filters
from recognizer.reviewing.web.words import PERIODS, ROLES, Words
from recognizer.vocabulary import LEVEL1, LEVEL2

NAME, SESSION, LANGUAGE = "recognizer_name", "recognizer_session", "recognizer_language"
YEAR = 365 * 86400
GIVEN_OUT = ("open", "skipped")  # the states that the desk gives out; a list shows all
LONGEST_NAME = 80


class Renderer:
    """Renders templates. `user` is the name of whoever has not given one."""

    def __init__(self, environment: Environment, user: str) -> None:
        self._environment, self._user = environment, user
        environment.filters["moment"] = lambda at: datetime.fromtimestamp(at).strftime("%Y-%m-%d %H:%M:%S")
        environment.globals |= {"FIELDS": FIELDS, "PERIODS": PERIODS, "ROLES": ROLES, "LEVEL1": LEVEL1, "LEVEL2": LEVEL2}

    def reviewer(self, request: Request) -> Reviewer:
        """Who asks: the name given, and the browser's session, which begins with this request if it has none."""
        if not hasattr(request.state, "session"):
            given = request.cookies.get(SESSION, "")
            request.state.session = given if given.isalnum() and len(given) == 32 else secrets.token_hex(16)
        name = unquote(request.cookies.get(NAME, ""))[:LONGEST_NAME].strip()
        return Reviewer(name or self._user, request.state.session)

    def words(self, request: Request) -> Words:
        """The words of the language chosen, of the browser, or of the locale."""
        chosen = request.cookies.get(LANGUAGE) or request.headers.get("accept-language", "")[:2].lower()
        language: Language = "zh" if chosen == "zh" else "en" if chosen == "en" else locale_language()
        return Words(language)

    def page(
        self, request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **details: Any
    ) -> HTMLResponse:
        """A page, or a part of one."""
        reviewer = self.reviewer(request)
        text = self._environment.get_template(template).render(
            words=self.words(request), reviewer=reviewer, ticket=secrets.token_hex(16), **details)
        answer = HTMLResponse(text, status, headers)
        if request.cookies.get(SESSION) != reviewer.session:
            answer.set_cookie(SESSION, reviewer.session, max_age=YEAR, httponly=True, samesite="strict")
        return answer

    def message(self, request: Request, status: int, text: str) -> HTMLResponse:
        """What went wrong, put into the page's place for messages; what is on the page stays."""
        return self.page(request, "message.html", status=status, headers={"HX-Retarget": "#message", "HX-Reswap": "innerHTML"},
                         text=text)


def filters_of(fields: Mapping[str, str], states: Collection[str] = GIVEN_OUT) -> Filters:
    """The filters that a query or a form says, among those that ask for certain `states`."""
    state = fields.get("state", "") if fields.get("state") in states else "open"
    document, city, kind, doubt = (fields.get(name, "") for name in ("document", "city", "kind", "doubt"))
    return Filters(document, city, kind, doubt, state)


def query_of(filters: Filters) -> str:
    """The filters as the query of an address."""
    named = {name: getattr(filters, name) for name in ("document", "city", "kind", "doubt")}
    named["state"] = filters.state if filters.state != "open" else ""
    return urlencode({name: value for name, value in named.items() if value})


def name_cookie(name: str) -> str:
    """A name as a cookie holds it."""
    return quote(name[:LONGEST_NAME].strip())
