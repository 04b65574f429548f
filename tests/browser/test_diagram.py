"""The drawing of a network: names beside its inputs and outputs, and what is shown of a run without frames."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.pages import opened, trained, written

pytestmark = pytest.mark.long
NAMES = [
    "height_of_the_plant_in_cm",
    "height_of_the_plant_is_missing",
    "b",
    "\u05d8\u05de\u05e4\u05e8\u05d8\u05d5\u05e8\u05d4 " * 4,
]
CONFIG = """\
{dataset: {table: {path: t.csv, target: kind}}, layers: [{linear: 3}, tanh, linear], epochs: 4, learning_rate: 0.005}
"""
DRAWN = """
() => {
  const { canvas, names, nameFont, places, width, size } = npnetPlayer.diagram, context = canvas.getContext("2d");
  context.font = nameFont;
  const measured = (text) => context.measureText(text).width;
  const left = Math.min(...names[0].map((text, k) => places[0][k][0] - 8 - measured(text)));
  const right = Math.max(...names[1].map((text, k) => places.at(-1)[k][0] + size + 8 + measured(text)));
  return { names, left, right, width };
}
"""


@pytest.mark.parametrize("width", [1280, 390])
def test_long_names_are_shortened_in_the_middle_and_fit(width: int, browser: Any, tmp_path: Path) -> None:
    rows = [f"{k % 7},{k % 5},{k % 3},{k % 11},{('a species of its own', 'another', 'x')[k % 3]}" for k in range(90)]
    (tmp_path / "t.csv").write_text("\n".join([",".join([*NAMES, "kind"]), *rows]) + "\n", "utf-8")
    run = trained(tmp_path, CONFIG)
    size = {"width": width, "height": 900}
    with opened(browser, written(run, tmp_path / "page.html"), viewport=size) as page:
        found = page.evaluate(DRAWN)
        rate = page.get_by_label("Learning rate").get_attribute("aria-valuetext")
        assert page.is_hidden(".lane"), "two states without frames are no line"
        page.emulate_media(media="print")
        assert page.is_hidden(".training"), "paper trains nothing"
    assert found["left"] >= 0
    assert found["right"] <= found["width"]
    inputs, outputs = found["names"]
    assert len(set(inputs)) == len(inputs), "the ends of names tell them apart"
    assert inputs[2] == "b"
    assert "x" in outputs
    assert rate == "0.005"
