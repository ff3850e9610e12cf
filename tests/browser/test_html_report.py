"""The HTML report in a real browser, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from fork_tools.report.finding import Level
from fork_tools.report.render import Form, render
from fork_tools.report.rule import Rule
from tests.unit.tools.report.samples import REPORT, WELL

RULES = {"crd/field-removed": Rule("crd/field-removed", Level.ERROR, "A field is gone", "Its users fail", "Restore it")}
DESK = (1280, 800)
PHONE = (360, 740)


@pytest.fixture
def report(tmp_path: Path) -> str:
    path = tmp_path / "report.html"
    path.write_text(render(REPORT, Form.HTML, RULES), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page that fails the test when a script fails or anything else is fetched."""
    context = browser.new_context()
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: troubles.append(request.url) if not request.is_navigation_request() else None)
    yield page
    context.close()
    assert not troubles


def test_findings_are_grouped_gravest_first_and_errors_lie_open(page: Page, report: str) -> None:
    page.goto(report)
    assert page.locator("summary code").all_inner_texts() == [
        "crd/field-removed",
        "crd/description-changed",
        "rbac/verb-gained",
    ]
    expect(page.get_by_text("the field is gone")).to_be_visible()
    expect(page.get_by_text("Its users fail")).to_be_visible()
    expect(page.get_by_text("spec.field7")).to_be_hidden()


def test_the_search_narrows_by_every_word_and_opens_what_it_finds(page: Page, report: str) -> None:
    page.goto(report)
    search = page.get_by_label("Search findings")
    search.fill("description FIELD7")
    expect(page.locator("#shown")).to_have_text("1 shown")
    expect(page.get_by_text("spec.field7")).to_be_visible()
    expect(page.get_by_text("the field is gone")).to_be_hidden()
    search.fill("nothing like this")
    expect(page.locator("#shown")).to_have_text("0 shown")
    search.fill("")
    expect(page.locator("#shown")).to_have_text("14 shown")
    expect(page.get_by_text("spec.field7")).to_be_hidden()


def test_a_level_is_chosen(page: Page, report: str) -> None:
    page.goto(report)
    page.get_by_label("Level").select_option("waived")
    expect(page.locator("#shown")).to_have_text("1 shown")
    page.locator("summary", has_text="rbac/verb-gained").click()
    expect(page.get_by_text("Waived by platform until 2030-01-01: needed for clean-up")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_runs_over_the_edge(page: Page, report: str, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(report)
    page.locator("details:not([open]) > summary").evaluate_all("closed => closed.forEach(one => one.click())")
    expect(page.get_by_text("spec.field7")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_a_report_without_findings_needs_no_search(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(render(WELL, Form.HTML), encoding="utf-8")
    page.goto(path.as_uri())
    expect(page.locator("#verdict")).to_have_text("compatible")
    expect(page.get_by_label("Search findings")).to_have_count(0)
