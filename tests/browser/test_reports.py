"""Whole reports in a real browser: quiet, accessible, readable on a phone, and complete without a script."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.pages import LONG
from tests.cli.conftest import call

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]
SHIPPED = sorted(path.stem for path in (ROOT / "configs").glob("*.yaml") if path.stem != "sweep")
SHORT = ("epochs=3", "--no-plots", "-q", "--report")
OTHERS: dict[str, tuple[str, ...]] = {
    "cross-validation": ("moons", "cv=3"),
    "ensemble": ("iris", "ensemble=2"),
    "regression by folds": ("diabetes", "cv=2"),
    "baselines": ("breast_cancer", "--baselines"),
}
CELLS = {"<img src=x onerror=alert(1)>": 7, "שם": 5, "k": 3}
HOSTILE = "".join(
    f"{json.dumps({**{name: i % n for name, n in CELLS.items()}, 'y': f'</b>{i % 2}'})}\n" for i in range(90)
)
TABLE = "{dataset: {table: {path: t.jsonl, target: y}}, layers: [{linear: 4}, relu, linear], epochs: 3}"
SIZES = {"desk": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
         "phone": {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark"}}  # fmt: skip


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the pages of all shipped configs, of other kinds of runs, of several, of a sweep, a table and data."""
    base = tmp_path_factory.mktemp("reports")
    runs = ("--runs-dir", base / "runs")
    trainings = {name: (name,) for name in SHIPPED} | OTHERS
    found = {}
    for name, (config, *options) in trainings.items():
        result = call("train", ROOT / "configs" / f"{config}.yaml", *options, *SHORT, *runs)
        assert result.code == 0, result.err
        found[name] = Path(result.out.strip()) / "report.html"
    (base / "t.jsonl").write_text(HOSTILE)
    (base / "t.yaml").write_text(TABLE)
    result = call("train", base / "t.yaml", *SHORT[1:], *runs)
    found["hostile table"] = Path(result.out.strip()) / "report.html"
    sweep = call("sweep", ROOT / "configs" / "sweep.yaml", "epochs=2", "--no-plots", "-q", *runs).out.strip()
    written = {
        "sweep": ("report", sweep),
        "several": ("report", found["circles"].parent, found["cross-validation"].parent),
        "data": ("data", "report", ROOT / "configs" / "diabetes.yaml"),
    }
    for name, command in written.items():
        found[name] = base / f"{name}.html"
        assert call(*command, "-o", found[name], *(runs if command[0] == "report" else ())).code == 0
    found["step"] = base / "step.html"
    assert call("explain-step", base / "t.yaml", "--html", found["step"]).code == 0
    return found


KINDS = [*SHIPPED, *OTHERS, "hostile table", "sweep", "several", "data", "step"]
ALSO = ["circles", "diabetes", "hostile table", "sweep", "several", "step"]  # on a phone, in the dark


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """Return a page of a desk; what it asks for and complains of is in `page.requests` and `page.problems`."""
    page = quiet(browser.new_page(**SIZES["desk"]))
    yield page
    page.close()


def quiet(page: Any) -> Any:
    page.set_default_timeout(1000 * LONG)
    page.requests, page.problems = [], []
    page.on("request", lambda request: page.requests.append(request.url))
    page.on("console", lambda message: page.problems.append(message.text))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    return page


@pytest.mark.parametrize(("kind", "size"), [*((kind, "desk") for kind in KINDS), *((kind, "phone") for kind in ALSO)])
def test_a_report_is_quiet_accessible_and_fits(browser: Any, reports: dict[str, Path], kind: str, size: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = quiet(browser.new_page(**SIZES[size]))
    page.goto(reports[kind].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.wait_for_timeout(300)
    assert page.requests == [reports[kind].as_uri()]
    assert page.problems == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["viewport"]["width"]
    violations = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []
    page.close()


@pytest.mark.parametrize("kind", [*SHIPPED, *OTHERS])
def test_a_page_holds_weights_and_maps_only_of_what_it_lacks(reports: dict[str, Path], kind: str) -> None:
    block = re.search(r'id="npnet-data"[^>]*>(.*?)</script>', reports[kind].read_text(), re.DOTALL)
    assert block is not None
    data = json.loads(block[1])
    network = data["network"]
    assert ("best" in network) == (not network["lacking"])
    assert network["lacking"] or network["maps"] is None
    assert bool(network["lacking"]) == ("inside" in data)  # all shipped networks that the page lacks have positions


@pytest.mark.parametrize("kind", ["circles", "sweep", "data"])
def test_without_a_script_everything_but_what_moves_is_there(browser: Any, reports: dict[str, Path], kind: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(reports[kind].as_uri())
    assert page.locator("svg.chart").count() >= 4
    assert all(one.is_visible() for one in page.locator("svg.chart").all())
    assert not any(one.is_visible() for one in page.locator(".needs-js").all())
    page.close()


def test_the_slider_moves_the_matrix_and_the_metrics(page: Any, reports: dict[str, Path]) -> None:
    page.goto(reports["circles"].as_uri())
    counts = lambda: [page.locator(f"#cell-{i}-{j}-count").text_content() for i in (0, 1) for j in (0, 1)]  # noqa: E731
    before = counts()
    page.locator("#threshold").focus()
    page.keyboard.press("Home")
    assert counts() == ["0", "500", "0", "500"]
    assert page.locator("#threshold-value").text_content() == "0"
    assert page.locator("#threshold-recall").text_content() == "1.0000"
    page.keyboard.press("End")
    assert counts() == ["500", "0", "500", "0"]
    assert page.locator("#threshold-precision").text_content() == "–"
    assert before != counts()


def test_trials_are_brushed_by_mouse_and_by_keys(page: Any, reports: dict[str, Path]) -> None:
    page.goto(reports["sweep"].as_uri())
    status = page.locator("#parallel-status")
    assert status.text_content().startswith("45 of 45 trials")
    axis = page.locator("#parallel .catcher").last
    axis.scroll_into_view_if_needed()
    box = axis.bounding_box()
    x, top = box["x"] + box["width"] / 2, box["y"]
    page.mouse.move(x, top + 8)
    page.mouse.down()
    page.mouse.move(x, top + box["height"] / 2, steps=4)
    page.mouse.up()
    chosen = int(re.match(r"\d+", status.text_content())[0])
    assert 0 < chosen < 45
    assert page.locator("#parallel .trial.off").count() == 45 - chosen
    page.get_by_role("button", name="Select all").click()
    assert status.text_content().startswith("45 of 45")
    page.locator("#parallel summary", has_text="Sliders").click()
    slider = page.locator("#parallel input[type=range]").first
    slider.focus()
    page.keyboard.press("End")
    assert int(re.match(r"\d+", status.text_content())[0]) == 9  # the largest of five learning rates


def test_a_trial_is_one_click_away(page: Any, reports: dict[str, Path]) -> None:
    page.goto(reports["sweep"].as_uri())
    page.locator("#best tbody a").first.click()
    page.wait_for_url("**/trials/0*/")
    assert Path(page.url.removeprefix("file://")).is_dir()


def test_the_theme_can_be_chosen_and_paper_has_no_controls(page: Any, reports: dict[str, Path]) -> None:
    page.goto(reports["circles"].as_uri())
    ground = lambda: page.evaluate("getComputedStyle(document.body).backgroundColor")  # noqa: E731
    light = ground()
    page.get_by_role("button", name="Dark theme").click()
    assert ground() != light
    page.get_by_role("button", name="Light theme").click()
    assert ground() == light
    page.emulate_media(media="print")
    assert not page.locator(".toc").is_visible()
    assert not page.locator("#threshold").is_visible()
