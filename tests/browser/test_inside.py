"""Inside a network: its values in a page, chosen by row, layer and part, and read by pointer and by keys."""

import re
from pathlib import Path
from typing import Any

import pytest

from npnet.report.elements import element
from npnet.report.inside_data import inside_data
from npnet.report.page import Page, html_of
from npnet.report.page_engine import INSIDE, SCRIPTS, STYLES
from npnet.report.sections import inside as section
from tests.browser.pages import opened, until
from tests.plots.materials import attention, images, sequences

CANVAS = "#network-inside canvas[role=img]"
MAKERS = {"filter": lambda: images((2, 3), (True, None, False)), "unit": sequences, "head": attention}


def written(inside: Any, path: Path) -> Path:
    """Write a page of the inside of a network alone."""
    page = Page("Inside", element("h1", "A test"), [section.section(inside)], (*SCRIPTS, *INSIDE), STYLES)
    path.write_bytes(html_of(Page(**{**vars(page), "data": {"inside": inside_data(inside)}})))
    return path


@pytest.mark.parametrize("unit", MAKERS)
def test_rows_layers_and_parts_are_chosen_and_values_read(browser: Any, tmp_path: Path, unit: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    inside = MAKERS[unit]().inside()
    with opened(
        browser, written(inside, tmp_path / "page.html"), CANVAS, viewport={"width": 390, "height": 800}
    ) as page:
        assert page.text_content("output.row-label").startswith(inside.labels[0][:5])
        page.get_by_label("Row after").click()
        assert page.get_by_label("Row", exact=True).input_value() == "1"
        page.get_by_label("Show").select_option("1")
        until(page, "npnetInside.part === 1")
        page.locator(CANVAS).focus()
        for key in ("ArrowRight", "ArrowDown", "ArrowRight"):
            page.keyboard.press(key)
        assert re.fullmatch(r"(input|head 2|filter 2|map 2)\b.*: (−?[\d.]+(, )?)+", page.text_content(".readout"))
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.locator(".legend li").count() >= 1
        violations = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []


def test_a_value_that_is_pointed_at_is_the_one_of_the_network(browser: Any, tmp_path: Path) -> None:
    inside = attention().inside()
    with opened(browser, written(inside, tmp_path / "page.html"), CANVAS) as page:
        place = page.evaluate("(({ x, y, width }) => ({ x, y, width }))(npnetInside.layout.panels[1])")
        each = place["width"] / 12
        page.locator(CANVAS).hover(position={"x": place["x"] + 3.5 * each, "y": place["y"] + 9.5 * each})
        words, value = page.text_content(".readout").rsplit(": ", 1)
        tokens = [inside.tokens[int(code)] for code in inside.inputs[0, 0]]
        assert words == f"head 2, from position 10 “{tokens[9]}” to 4 “{tokens[3]}”"
        assert float(value) == pytest.approx(inside.layers[0].values["a"][0, 1, 9, 3], abs=0.01)
