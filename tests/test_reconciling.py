"""The vocabulary as a reconciliation service: what OpenRefine asks, and what it is told."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest

from recognizer.concepts import Kind, vocabulary_in_use
from recognizer.mapping import map_name
from recognizer.reconciling import Service
from recognizer.reconciling.service import BATCH, RefusedError

ATTENDANCE = "output.quality.training-attendance"


@pytest.fixture(scope="module")
def service() -> Service:
    return Service(vocabulary_in_use())


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A running server, started as a user does."""
    command = [sys.executable, "-c", "from recognizer.commands import main; main()", "vocabulary", "serve", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "LANG": "C"})
    assert server.stdout
    yield int(server.stdout.readline().rstrip("/\n").rpartition(":")[2])
    server.send_signal(signal.SIGINT)
    server.wait(20)


def ask(port: int, path: str = "/", fields: dict[str, Any] | None = None, **headers: str) -> tuple[int, dict[str, str], Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = urllib.parse.urlencode({name: json.dumps(value) for name, value in fields.items()}) if fields else None
    sent = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
    connection.request("POST" if fields else "GET", path, body, {**sent, **headers})
    response = connection.getresponse()
    text = response.read().decode()
    is_json = response.getheader("content-type", "").startswith("application/json")
    return response.status, {name.lower(): value for name, value in response.getheaders()}, json.loads(text) if is_json else text


def test_openrefine_finds_the_service_matches_a_column_and_fetches_its_levels(port: int) -> None:
    _, _, manifest = ask(port)
    assert "0.2" in manifest["versions"]
    assert manifest["identifierSpace"].startswith("urn:recognizer")
    queries = {
        "q0": {"query": "参训人员到课率", "limit": 3, "properties": [
            {"pid": "level2", "v": "质量指标"}, {"pid": "value", "v": "≥95%"}]},
        "q1": {"query": "项目经理的猫"}, "q2": {"query": "主管部门及代码", "type": "attribute"},
        "q3": {"query": ATTENDANCE}}
    _, _, found = ask(port, fields={"queries": queries})
    first = found["q0"]["result"][0]
    assert (first["id"], first["match"]) == (ATTENDANCE, True)
    assert 0 < first["score"] <= 100
    assert first["type"][0]["id"] == "indicator"
    assert not any(one["match"] for one in found["q1"]["result"])
    assert found["q2"]["result"][0]["id"] == "attribute.department"
    assert [(one["id"], one["match"]) for one in found["q3"]["result"]] == [(ATTENDANCE, True)]
    _, _, extended = ask(port, fields={"extend": {"ids": [ATTENDANCE], "properties": [{"id": "level1"}, {"id": "level2"}]}})
    assert extended["rows"][ATTENDANCE] == {"level1": [{"str": "产出指标"}], "level2": [{"str": "质量指标"}]}
    view = manifest["view"]["url"].replace("{{id}}", ATTENDANCE)
    status, _, page = ask(port, urllib.parse.urlsplit(view).path)
    assert status == 200
    assert "培训出勤率" in page


def test_what_is_typed_is_completed(port: int) -> None:
    _, _, manifest = ask(port)
    entity = manifest["suggest"]["entity"]["service_path"]
    _, _, found = ask(port, f"{entity}?prefix={urllib.parse.quote('培训出勤')}")
    assert found["result"][0]["id"] == ATTENDANCE
    _, _, found = ask(port, f"{manifest['suggest']['property']['service_path']}?prefix=level")
    assert {one["id"] for one in found["result"]} == {"level1", "level2"}


def test_only_this_machine_is_answered_and_only_its_pages_may_read(port: int) -> None:
    assert ask(port, Host="evil.example")[0] == 421
    assert "access-control-allow-origin" not in ask(port, Origin="https://evil.example")[1]
    assert ask(port, Origin="http://127.0.0.1:3333")[1]["access-control-allow-origin"] == "http://127.0.0.1:3333"
    assert ask(port, "/concept/%3Cscript%3E")[0] == 404


def test_what_is_no_request_is_refused_with_its_reason(port: int) -> None:
    status, _, reason = ask(port, "/?queries=%5B1")
    assert status == 400
    assert "not JSON" in reason
    assert ask(port, fields={"queries": {"q": {"query": "x", "type": "city"}}})[0] == 400
    assert ask(port, fields={"queries": {str(number): {"query": "x"} for number in range(BATCH + 1)}})[0] == 400


def test_the_first_candidate_is_what_the_product_would_say(service: Service) -> None:
    for concept in vocabulary_in_use().of_kind(Kind.INDICATOR)[::25]:
        level2 = vocabulary_in_use().level(concept, Kind.LEVEL2)
        match = map_name(concept.name, level2)
        properties = [{"pid": "level2", "v": level2}]
        first = service.reconcile({"q": {"query": concept.name, "properties": properties}})["q"]["result"][0]
        assert match is not None
        assert (first["id"], first["score"], first["match"]) == (match.id, pytest.approx(match.score * 100), True)


@pytest.mark.parametrize("queries", [None, [], {"q": 1}, {"q": {"query": "x", "limit": "many"}}])
def test_strange_batches_are_refused(service: Service, queries: Any) -> None:
    with pytest.raises(RefusedError):
        service.reconcile(queries)
