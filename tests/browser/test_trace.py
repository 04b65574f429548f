"""Trace a row: the numbers of a step in a page are those of the engine, and an exercise asks for them in order."""

import re
from pathlib import Path
from typing import Any

import pytest

from npnet.report.elements import element
from npnet.report.page import Page, Section, html_of
from npnet.report.page_engine import SCRIPTS, STYLES, TRACE
from npnet.report.trace_data import trace_data
from npnet.rundir.restore import reopen
from npnet.runner.worked_step.structure import WrittenLine, expression_text, number_text
from npnet.runner.worked_step.tracing import TracedRow, traced_rows
from tests.browser.pages import opened, trained

pytestmark = pytest.mark.long
CONFIG = """\
dataset: {circles: {samples: 60}}
layers: [{linear: 3}, tanh, {residual: [{linear: 3}, relu]}, dropout, linear]
epochs: 2
"""


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[TracedRow]:
    return traced_rows(reopen(trained(tmp_path_factory.mktemp("traced"), CONFIG)))


@pytest.fixture
def page(browser: Any, rows: list[TracedRow], tmp_path: Path) -> Any:
    section = Section("trace", "Trace a row", "", element("div", id="row-trace"))
    made = Page("Trace", element("h1", "A test"), [section], (*SCRIPTS, *TRACE), STYLES, {"trace": trace_data(rows)})
    (tmp_path / "page.html").write_bytes(html_of(made))
    with opened(browser, tmp_path / "page.html", ".trace .lines", viewport={"width": 390, "height": 800}) as found:
        yield found


def lines_of(row: TracedRow) -> list[WrittenLine]:
    return [line for part in row.step.parts for stage in part.stages for line in stage.lines]


def shown(page: Any, parts: int) -> list[str]:
    """Return the text of all lines, part by part."""
    found = []
    for part in range(parts):
        page.get_by_label("Part").select_option(str(part))
        found += page.locator(".lines > div").all_text_contents()
    return found


def test_every_number_of_every_row_is_written_as_by_the_command(page: Any, rows: list[TracedRow]) -> None:
    for place in (0, len(rows) - 1):
        page.locator(".trace select").first.select_option(str(place))
        expected = [
            f"{line.name} = {expression_text(line.expression)} = {number_text(line.value)}"
            for line in lines_of(rows[place])
        ]
        assert shown(page, len(rows[place].step.parts)) == expected


def test_an_exercise_asks_for_the_numbers_in_order(page: Any, rows: list[TracedRow]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    first, second, *_ = lines_of(rows[0])
    page.get_by_role("button", name="Exercise").click()
    assert page.locator(".answer").get_attribute("aria-label") == f"Value of {first.name}"
    assert re.search(r"= …$", page.locator(".lines > div").nth(1).text_content())
    page.locator(".answer").fill("no number")
    page.keyboard.press("Enter")
    assert "Write a number" in page.text_content(".question .note")
    page.locator(".answer").fill(number_text(-first.value))
    page.get_by_role("button", name="Check").click()
    assert "the sign is not" in page.text_content(".question .note")
    page.locator(".answer").fill(number_text(first.value))
    page.keyboard.press("Enter")
    assert page.locator(".answer").get_attribute("aria-label") == f"Value of {second.name}"
    assert page.locator(".lines > div").nth(0).text_content().endswith(f" = {number_text(first.value)}")
    page.get_by_role("button", name="Show it").click()
    assert "1 right, 1 shown" in page.text_content(".trace > .note")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    violations = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []
    page.get_by_role("button", name="End the exercise").click()
    assert page.locator(".answer").count() == 0


def test_an_exercise_goes_on_to_the_end_of_the_step(page: Any, rows: list[TracedRow]) -> None:
    page.get_by_role("button", name="Exercise").click()
    count = len(lines_of(rows[0]))
    for _ in range(count):
        page.get_by_role("button", name="Show it").click()
    assert f"The step is complete: 0 right, {count} shown." in page.text_content(".trace > .note")
