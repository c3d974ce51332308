"""The review application in a real browser: Debian's Chromium, driven by Playwright; skipped where it is missing.

With RECOGNIZER_PICTURES=DIR the tests leave their screenshots in DIR (`make review-pictures` puts them into docs/pictures).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desks import PDF, RECOGNIZER, TEXT

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
pytestmark = pytest.mark.skipif(
    not os.access(CHROMIUM, os.X_OK), reason="Chromium is missing: apt-get install chromium fonts-wqy-zenhei")

expect = playwright.expect
expect.set_options(timeout=60_000)


@pytest.fixture
def options() -> tuple[str, ...]:
    """Of the command that serves the run."""
    return ()


@pytest.fixture
def address(run: Path, options: tuple[str, ...]) -> Iterator[str]:
    command = [*RECOGNIZER, "review", str(run), "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().split()[-1].rstrip("/")
        server.terminate()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, address: str) -> Iterator[Any]:
    """A reviewer's page; whatever goes wrong in its scripts, or is refused by its policy, fails the test."""
    context, opened, troubles = reviewer(chromium, "en-US")
    opened.base = address
    yield opened
    context.close()
    assert not troubles


def reviewer(chromium: Any, locale: str) -> tuple[Any, Any, list[str]]:
    context = chromium.new_context(locale=locale, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(60_000)
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("console", lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None)
    return context, opened, troubles


def picture(page: Any, name: str) -> None:
    """Leaves a screenshot where one was asked for."""
    folder = os.environ.get("RECOGNIZER_PICTURES")
    if folder:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=Path(folder, f"review_{name}.png"))


def count(page: Any, name: str) -> int:
    return int(page.locator(f"[data-count={name}]").inner_text())


def current(page: Any) -> str:
    return str(page.locator(".fact").get_attribute("data-item"))


def rows(run: Path, query: str) -> list[Any]:
    database = sqlite3.connect(run / "queue.sqlite")
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()


def test_accept_and_correct_by_keys_alone_then_undo(page: Any, run: Path) -> None:
    page.goto(f"{page.base}/?document={PDF}")
    expect(page.locator("svg.page rect.current").first).to_be_visible()
    picture(page, "desk")
    number, left = current(page), count(page, "open")
    page.keyboard.press("a")
    expect(page.locator("[data-count=open]")).to_have_text(str(left - 1))
    assert rows(run, f"SELECT state FROM items WHERE id = {number}") == [("accepted",)]

    number = current(page)
    page.keyboard.press("e")
    expect(page.locator("[name=to_text]")).to_be_focused()
    page.keyboard.type("12,345.67")
    page.keyboard.press("Enter")
    expect(page.locator("[data-count=decided]")).to_have_text("2")
    assert rows(run, f"SELECT state, text FROM items WHERE id = {number}") == [("corrected", "12,345.67")]

    page.keyboard.press("u")
    expect(page.locator(".fact")).to_have_attribute("data-item", number)
    assert rows(run, f"SELECT state FROM items WHERE id = {number}") == [("open",)]
    page.keyboard.press("?")
    expect(page.locator("dialog#help")).to_be_visible()
    picture(page, "help")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.locator(".fact")).not_to_have_attribute("data-item", number)
    page.keyboard.press("j")
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect(page.locator(".fact")).to_have_attribute("data-item", number)


PRESS_AS_SOON_AS_DECIDED = """() => new MutationObserver((_, observer) => {
  if (document.querySelector("[data-count=decided]").textContent !== "1") return;
  observer.disconnect();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "u", bubbles: true, cancelable: true }));
}).observe(document.querySelector("#desk"), { childList: true, subtree: true })"""


def test_a_key_pressed_the_moment_an_answer_arrives_counts(page: Any, run: Path) -> None:
    page.goto(f"{page.base}/?document={PDF}")
    number = current(page)
    page.evaluate(PRESS_AS_SOON_AS_DECIDED)
    with page.expect_response(f"{page.base}/undo"):
        page.keyboard.press("a")
    expect(page.locator("[data-count=decided]")).to_have_text("0")
    expect(page.locator(".fact")).to_have_attribute("data-item", number)
    assert rows(run, f"SELECT state FROM items WHERE id = {number}") == [("open",)]
    assert rows(run, "SELECT count(*) FROM actions WHERE undone_by IS NOT NULL") == [(1,)]


def test_a_reach_is_shown_with_counts_before_it_acts_and_one_undo_takes_it_back(page: Any, run: Path) -> None:
    before = rows(run, "SELECT id, text, period, name, state FROM items ORDER BY id")
    documents = f"SELECT id FROM documents WHERE name = '{PDF}'"
    column = ("document_id", "table_number", "kind", "period")
    like = "SELECT count(*) FROM items j WHERE " + " AND ".join(f"j.{name} = i.{name}" for name in column)
    wanted = f"i.document_id IN ({documents}) AND i.kind = 'value' AND i.name <> '' AND i.state = 'open' AND ({like}) > 1"
    [(named,)] = rows(run, f"SELECT min(i.id) FROM items i WHERE {wanted}")
    page.goto(f"{page.base}/item/{named}")
    page.keyboard.press("p")
    page.locator("select[name=to_period]").select_option("mid_term")
    page.keyboard.press("Enter")
    offered = page.locator("[data-reach=table]")
    expect(offered).to_be_visible()
    picture(page, "reach")
    reached = int(offered.inner_text())
    assert reached > 1
    assert rows(run, "SELECT id, text, period, name, state FROM items ORDER BY id") == before
    page.keyboard.press("2")
    expect(page.locator("#reach button")).to_have_count(0)
    expect(page.locator("[data-count=decided]")).not_to_have_text("0")
    after = rows(run, "SELECT id, text, period, name, state FROM items ORDER BY id")
    assert sum(one != other for one, other in zip(before, after, strict=True)) == reached
    page.keyboard.press("u")
    expect(page.locator("[data-count=decided]")).to_have_text("0")
    assert rows(run, "SELECT id, text, period, name, state FROM items ORDER BY id") == before


def test_a_contact_sheet_keeps_the_odd_one_and_accepts_the_rest(page: Any, run: Path) -> None:
    page.goto(f"{page.base}/sheets")
    page.keyboard.press("1")
    tiles = page.locator(".tile")
    expect(tiles.first).to_be_visible()
    number, odd = tiles.count(), tiles.nth(1).get_attribute("data-item")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(tiles.nth(1).locator("input[type=checkbox]")).to_be_checked()
    picture(page, "sheet")
    page.keyboard.press("Enter")
    expect(page.locator(".fact")).to_have_attribute("data-item", str(odd))
    assert rows(run, "SELECT count(*) FROM items WHERE state = 'accepted'") == [(number - 1,)]
    page.goto(f"{page.base}/audit")
    expect(page.locator("tr[data-action]")).to_have_count(1)
    picture(page, "audit")
    page.locator("tr[data-action] button").click()
    expect(page.locator("tr.undone")).to_have_count(1)
    assert rows(run, "SELECT count(*) FROM items WHERE state = 'accepted'") == [(0,)]


def test_two_reviewers_work_side_by_side(chromium: Any, address: str, run: Path) -> None:
    one_context, one, _ = reviewer(chromium, "en-US")
    other_context, other, _ = reviewer(chromium, "en-US")
    one.goto(address)
    other.goto(address)
    assert current(one) != current(other)
    for decided in range(1, 4):
        for page in (one, other):
            shown = current(page)
            page.keyboard.press("a")
            expect(page.locator(".fact")).not_to_have_attribute("data-item", shown)
        assert rows(run, "SELECT count(*) FROM items WHERE state = 'accepted'") == [(2 * decided,)]
        assert current(one) != current(other)
    held = current(other)
    one.goto(f"{address}/item/{held}")
    one.keyboard.press("a")
    expect(one.locator("#message p")).to_be_visible()
    assert rows(run, f"SELECT state FROM items WHERE id = {held}") == [("open",)]
    one_context.close()
    other_context.close()


def test_a_refused_correction_says_why_and_changes_nothing(page: Any, run: Path) -> None:
    page.goto(f"{page.base}/?document={TEXT}&kind=value")
    expect(page.locator("li.meant").first).to_be_visible()
    page.keyboard.press("e")
    page.locator("[name=to_name]").fill("")
    page.keyboard.press("Enter")
    expect(page.locator("#message p")).to_have_text("a value cannot stand without an indicator's name")
    assert rows(run, "SELECT count(*) FROM actions") == [(0,)]


def test_chinese_by_the_browsers_language_and_english_by_the_switch(chromium: Any, address: str) -> None:
    context, page, troubles = reviewer(chromium, "zh-CN")
    page.goto(f"{address}/?document={TEXT}")
    expect(page.locator("[data-key=a]")).to_contain_text("正确")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    picture(page, "zh")
    left = count(page, "open")
    page.keyboard.press("a")
    expect(page.locator("[data-count=open]")).to_have_text(str(left - 1))
    page.locator("#language").click()
    expect(page.locator("[data-key=a]")).to_contain_text("Accept")
    assert page.locator("html").get_attribute("lang") == "en"
    context.close()
    assert not troubles


def test_an_alternative_of_the_model_is_taken_with_one_key(page: Any, run: Path) -> None:
    page.goto(f"{page.base}/?document={TEXT}&kind=value")
    for _ in range(10):
        taken = page.locator("[data-alternative=concept]")
        if taken.count():
            break
        shown = current(page)
        page.keyboard.press("s")
        expect(page.locator(".fact")).not_to_have_attribute("data-item", shown)
    picture(page, "alternatives")
    number, before = current(page), rows(run, f"SELECT concept FROM items WHERE id = {current(page)}")
    page.keyboard.press(str(taken.first.get_attribute("data-key")))
    expect(page.locator("#scopes button, [data-count=decided]:text('1')").first).to_be_visible()
    if page.locator("#scopes").count():
        with page.expect_response(f"{page.base}/decide"):
            page.keyboard.press("Enter")
        expect(page.locator("[data-count=decided]")).to_have_text("1")
    assert rows(run, f"SELECT concept FROM items WHERE id = {number}") != before
    assert rows(run, f"SELECT state FROM items WHERE id = {number}") == [("corrected",)]


def test_a_cell_is_joined_with_its_neighbour_and_split_again_by_keys(page: Any, run: Path) -> None:
    page.goto(f"{page.base}/?document={TEXT}&kind=value")
    number = current(page)
    before = rows(run, f"SELECT text FROM items WHERE id = {number}")[0][0]
    page.keyboard.press("n")
    expect(page.locator("#join")).to_be_visible()
    picture(page, "join")
    near = page.locator("[data-join^=text] ins").first.inner_text()
    key = page.locator("[data-join^=text]").first.get_attribute("data-key")
    with page.expect_response(f"{page.base}/reach"):
        page.keyboard.press(str(key))
    expect(page.locator("[data-count=decided]")).to_have_text("1")
    joined = rows(run, f"SELECT text FROM items WHERE id = {number}")[0][0]
    assert sorted(joined) == sorted(before + near)
    page.keyboard.press("u")
    expect(page.locator(".fact")).to_have_attribute("data-item", number)
    assert rows(run, f"SELECT text, joined FROM items WHERE id = {number}") == [(before, "")]

    page.keyboard.press("x")
    expect(page.locator("[name=cut]")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("|")
    page.locator("[name=keep]").select_option("second")
    page.locator("[name=rest]").select_option("prior_year")
    picture(page, "split")
    page.locator("[name=rest]").press("Enter")
    expect(page.locator("#scopes button, [data-count=decided]:text('1')").first).to_be_visible()
    if page.locator("#scopes").count():
        page.keyboard.press("Enter")
        expect(page.locator("[data-count=decided]")).to_have_text("1")
    assert rows(run, f"SELECT text, rest, rest_period FROM items WHERE id = {number}") == [(before[1:], before[:1], "prior_year")]


@pytest.mark.parametrize("options", [("--agreement", "99%")])
def test_two_reviewers_are_asked_about_the_same_fact_and_the_progress_page_says_how_they_agree(
    chromium: Any, address: str, run: Path
) -> None:
    contexts = []
    for name, locale in (("李", "zh-CN"), ("Wang", "en-US")):
        context, page, _ = reviewer(chromium, locale)
        contexts.append(context)
        page.goto(address)
        page.locator("header [name=name]").fill(name)
        page.locator("header .who button").click()
        expect(page.locator("header [name=name]")).to_have_value(name)
        if name == "Wang":
            expect(page.locator(".checking")).to_be_visible()
            picture(page, "check")
        number = current(page)
        page.keyboard.press("a")
        expect(page.locator(".fact")).not_to_have_attribute("data-item", number)
    page.keyboard.press("t")
    expect(page.locator("#agreement")).to_contain_text("1 decided alike, of 1")
    picture(page, "progress")
    assert rows(run, "SELECT what FROM actions ORDER BY id") == [("accept",), ("check",)]
    for context in contexts:
        context.close()
