"""The player of a network in a real browser: what it predicts, plays, and lets the reader change."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from npnet.data.preprocessing.derived import features
from npnet.report.page_engine import KNOWN, array, rounded
from npnet.rundir.frames import read_frames
from npnet.rundir.restore import reopen
from npnet.rundir.run import RunFolder
from tests.browser.pages import opened, trained, until, written

pytestmark = pytest.mark.long
CIRCLES = """\
dataset: {circles: {samples: 300}}
layers: [{linear: 8}, relu, {linear: 8}, tanh, linear]
epochs: 12
record: true
"""
PREDICTED = """
(split) => {
  const { model, network } = npnetPlayer, rows = model.rows[split], n = rows.count;
  const pass = new engine.Pass(network, n), out = new Float64Array(network.outputs * n);
  rows.gather(Array.from({length: n}, (_, k) => k), 0, n, pass.x);
  return [...model.shown(pass.forward(), n, 0, out)];
}
"""
TABLES = {
    "circles": CIRCLES,
    "iris": "{dataset: iris, layers: [{linear: 8}, batch_norm, silu, linear], epochs: 5, temperature: true}",
    "diabetes": "{dataset: diabetes, layers: [{residual: [{linear: 10}, tanh]}, linear], epochs: 5, prepare: {}}",
    "quantiles": "{dataset: diabetes, layers: [{linear: 6}, elu, linear], loss: {quantile: [0.1, 0.6]}, epochs: 3}",
    "logarithm": "{dataset: diabetes, layers: [{linear: 6}, mish, linear], target_transform: log, epochs: 5}",
    "features": "{dataset: circles, layers: [linear], epochs: 5, prepare: {features: [square, product, sine]}}",
    "hinge": "{dataset: circles, layers: [{linear: 6}, tanh, linear], loss: hinge, epochs: 3}",
    "two scores": "{dataset: circles, layers: [{linear: 6}, tanh, linear], loss: cross_entropy, epochs: 3}",
    "squared classes": "{dataset: iris, layers: [{linear: 6}, selu, linear], loss: mean_squared_error, epochs: 3}",
    "labels": "{dataset: {table: {path: t.csv, target: [a, b]}}, layers: [{linear: 6}, gelu, linear], epochs: 3}",
    "counts": "{dataset: {table: {path: t.csv, target: n, task: counts, drop: [a, b]}}, epochs: 3, "
    "preset: tabular, ensemble: 1}",
    "codes": "{dataset: {table: {path: t.csv, target: n, drop: [a, b]}}, preset: tabular, ensemble: 1, epochs: 3, "
    "layers: [embedding, {linear: 6}, softplus, linear], prepare: {embed_above: 2, numbers: quantile}}",
    "wave": "{dataset: noisy_sine, layers: [{linear: 8}, tanh, linear], epochs: 5}",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return trained(tmp_path_factory.mktemp("circles"), CIRCLES)


@pytest.fixture
def page(browser: Any, run: RunFolder, tmp_path: Path) -> Any:
    with opened(browser, written(run, tmp_path / "page.html")) as found:
        yield found


def shown(page: Any) -> str:
    """Return what the page says about what it shows."""
    return page.text_content(".player .status")


@pytest.mark.parametrize("name", TABLES)
def test_the_page_predicts_what_npnet_does(name: str, browser: Any, tmp_path: Path) -> None:
    rows = [f"{k % 7},{k * 37 % 11},{'rst'[k * k % 3]},{'yn'[k % 2]},{'yn'[k % 3 > 0]},{k % 5}" for k in range(200)]
    (tmp_path / "t.csv").write_text("\n".join(["u,v,w,a,b,n", *rows]) + "\n")
    run = trained(tmp_path, TABLES[name])
    predictor = reopen(run)
    with opened(browser, written(run, tmp_path / "page.html")) as page:
        found = np.array(page.evaluate(PREDICTED, "test"))
    expected = predictor.predictions("test")[1][:1] if name == "labels" else predictor.predictions("test")[1]
    np.testing.assert_allclose(found.reshape(expected.shape), expected, rtol=2e-5, atol=2e-6)


def test_the_slider_and_the_buttons_move_through_the_frames(page: Any) -> None:
    assert "the best" in shown(page)
    slider = page.get_by_label("Frame of the training")
    slider.focus()
    page.keyboard.press("Home")
    assert shown(page).startswith("Step 0")
    page.get_by_label("One frame on").click()
    assert shown(page).startswith("Step 1")
    page.get_by_label("Play the training").press("Enter")
    until(page, "document.querySelector('.player .status').textContent.startsWith('Epoch 12')")
    page.get_by_label("Go to the best epoch").click()
    assert "the best" in shown(page)


def test_a_unit_shows_its_equation_and_its_weights_can_be_edited(page: Any) -> None:
    unit = page.locator(".units button[aria-label='h1.1, layer 1, unit 1']")
    page.locator(".units button[tabindex='0']").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    for _ in range(8):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert unit.get_attribute("aria-pressed") == "true"
    assert page.text_content(".equation").startswith("h1.1 = relu(")
    before = page.evaluate("npnetPlayer.network.theta[0]")
    page.locator(".unit-panel summary").click()
    field = page.locator(".weights input").first
    assert float(field.input_value()) == pytest.approx(before, rel=1e-4)
    field.fill("1.5")
    field.press("Enter")
    assert page.evaluate("npnetPlayer.network.theta[0]") == 1.5
    assert "not the recorded training" in shown(page)
    assert "1.5·x1" in page.text_content(".equation")
    page.get_by_text("Back to the recording").click()
    assert page.evaluate("npnetPlayer.network.theta[0]") == before


def test_training_on_from_the_last_epoch_continues_with_its_slots(page: Any) -> None:
    page.get_by_label("Frame of the training").focus()
    page.keyboard.press("End")
    page.get_by_text("One step").click()
    assert "with the optimizer's slots as they were" in page.text_content(".training")
    assert "for 1 step " in shown(page)
    page.get_by_label("Frame of the training").press("Home")
    loss = page.evaluate("npnetPlayer.analysis.of(npnetPlayer.network).loss")
    page.get_by_text("Train on from here").click()
    until(page, "npnetPlayer.training.continuation.steps > 100")
    page.get_by_role("button", name="Pause").click()
    assert "with fresh slots of the optimizer" in page.text_content(".training")
    assert page.evaluate("npnetPlayer.training.losses.at(-1)[1]") < loss


def test_training_on_from_the_best_epoch_continues_with_its_slots(browser: Any, tmp_path: Path) -> None:
    run = trained(tmp_path, CIRCLES, "learning_rate=0.3", "early_stopping=3", "epochs=40")
    best = run.info["best_epoch"]
    assert 0 < best < len(run.history()["epoch"])
    with opened(browser, written(run, tmp_path / "page.html")) as page:
        page.get_by_text("One step").click()
        assert f"From epoch {best}, with the optimizer's slots as they were" in page.text_content(".training")
        done = page.evaluate("npnetPlayer.training.continuation.trainer.count")
    frames = read_frames(run)
    assert done == frames.steps[frames.best] + 1


def test_points_can_be_added_and_moved(page: Any) -> None:
    count = page.evaluate("npnetPlayer.model.training.count")
    page.get_by_label("Place of the point across").fill("0.5")
    page.get_by_label("Place of the point up").fill("-0.25")
    page.get_by_role("button", name="Add", exact=True).click()
    assert page.evaluate("npnetPlayer.model.training.count") == count + 1
    place = f"npnetPlayer.plane.place(npnetPlayer.model.training.inputsOf({count}))"
    assert page.evaluate(place) == pytest.approx([0.5, -0.25])
    page.locator(".point-form select").first.select_option("move")
    x, y = page.evaluate("npnetPlayer.boundary.toPixels(0.5, -0.25)")
    box = page.locator(".boundary").first.bounding_box()
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.down()
    page.mouse.move(box["x"] + x + 40, box["y"] + y, steps=3)
    page.mouse.up()
    assert page.evaluate(place)[0] > 0.6
    page.get_by_text("Back to the recording").click()
    assert page.evaluate("npnetPlayer.model.training.count") == count


@pytest.mark.parametrize("numbers", [array, rounded, lambda values: array(values, np.float16)])
def test_arrays_read_as_they_were_written(numbers: Any, page: Any) -> None:
    values = np.array([0.0, -1.0, 1.5, 1e-6, -0.3333, 6e4], np.float32)
    found = np.array(page.evaluate("(one) => [...networkRows.numbersOf(one)]", numbers(values)))
    np.testing.assert_allclose(found, values, rtol=0 if numbers is array else 2e-2 if numbers is not rounded else 4e-3)


def test_two_frames_stand_side_by_side(page: Any) -> None:
    page.get_by_label("Show a second frame beside").click()
    assert page.text_content(".player").count("Beside it: step 0") == 1
    page.get_by_role("slider", name="Second frame").press("End")
    assert "Beside it: epoch 12" in page.text_content(".player")


DIE = """
async () => {
  const { model, analysis } = npnetPlayer, { at, columns } = model.columns[1].step.parameters[0];
  for (const entry of model.entries.slice(3)) entry.theta[at + columns - 1] = -1000;  // the bias of the first unit
  analysis.refresh();
  await npnetPlayer.findDeaths();
  return npnetPlayer.deaths[1][0];
}
"""


def test_a_unit_is_dead_from_the_frame_on_in_which_it_died(page: Any) -> None:
    until(page, "Boolean(npnetPlayer.deaths)")
    assert page.evaluate(DIE) == 3
    page.locator(".units button[aria-label='h1.1, layer 1, unit 1']").click()
    assert "Dead since step 4" in page.text_content(".unit-panel .note")
    page.get_by_label("Frame of the training").press("Home")
    assert page.is_hidden(".unit-panel .note")


def test_the_pointer_reads_predictions_and_weights(page: Any) -> None:
    x, y = page.evaluate("npnetPlayer.boundary.toPixels(0.25, 0.5)")
    page.locator(".boundary").first.hover(position={"x": x, "y": y})
    words = page.text_content(".readout")
    assert words.startswith("x1 0.2")
    assert "probability of 1" in words
    ends = "npnetPlayer.diagram.edges.ends(1, 0, 0)"
    left, top, right, bottom = page.evaluate(ends)
    page.locator(".diagram > canvas").hover(position={"x": (left + right) / 2, "y": (top + bottom) / 2})
    assert "Weight from x1 to h1.1" in page.text_content(".player")


def test_more_than_two_inputs_offer_columns_rows_and_principal_components(browser: Any, tmp_path: Path) -> None:
    run = trained(tmp_path, TABLES["iris"])
    with opened(browser, written(run, tmp_path / "page.html")) as page:
        chosen = "npnetPlayer.plane.names"
        page.locator(".axes select").nth(0).select_option(label="sepal length (cm)")
        page.locator(".axes select").nth(1).select_option(label="petal width (cm)")
        assert page.evaluate(chosen) == ["sepal length (cm)", "petal width (cm)"]
        row = page.evaluate("npnetPlayer.model.training.rows[7]")
        page.get_by_label("other inputs as in row").fill(str(row))
        page.get_by_label("other inputs as in row").press("Enter")
        same = "npnetPlayer.plane.base[1] === npnetPlayer.model.training.inputsOf(7)[1]"
        assert page.evaluate(same)
        page.locator(".axes select").nth(0).select_option(label="principal components")
        assert page.evaluate(chosen) == ["principal component 1", "principal component 2"]
        directions = np.array(page.evaluate("npnetPlayer.plane.directions"))
    X = reopen(run).data.parts["train"].X
    _, _, expected = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs(directions @ expected[:2].T), np.eye(2), atol=1e-3)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_rule_of_accessibility_is_broken(
    width: int, scheme: str, browser: Any, run: RunFolder, tmp_path: Path
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    look = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with opened(browser, written(run, tmp_path / "page.html"), **look) as page:
        page.locator(".units button").last.click()
        page.locator(".unit-panel summary").click()
        page.get_by_label("Show a second frame beside").click()
        found = Axe().run(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width
    assert not found.response["violations"], found.generate_report()


def test_twelve_frames_are_printed(page: Any) -> None:
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    labels = page.locator(".printed-frames figcaption").all_text_contents()
    assert len(labels) == 12
    assert labels[0] == "step 0"
    assert labels[-1].startswith("epoch 12")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not page.locator(".printed-frames figure").count()


def test_a_dark_page_is_printed_in_light_colours(browser: Any, run: RunFolder, tmp_path: Path) -> None:
    ground = "() => [npnetPlayer.colours.panel, document.documentElement.dataset.theme ?? null]"
    with opened(browser, written(run, tmp_path / "page.html"), color_scheme="dark") as page:
        dark = page.evaluate(ground)
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate(ground) == ["#ffffff", "light"]
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.evaluate(ground) == dark


INK = """
() => {
  const { diagram, network, colours } = npnetPlayer, { edges } = diagram;
  const pixelsOf = (chosen) => {
    edges.draw(diagram.context, network.theta, chosen, colours);
    return edges.map.pixels.filter((pixel) => pixel !== colours.pixels.panel).length;
  };
  const all = pixelsOf(null);
  network.theta.fill(0);
  return [all, pixelsOf(null), edges.map.image.width];
}
"""


@pytest.mark.parametrize("ratio", [1, 1.5, 2])
def test_lines_of_weights_are_drawn_at_every_density(
    ratio: float, browser: Any, run: RunFolder, tmp_path: Path
) -> None:
    with opened(browser, written(run, tmp_path / "page.html"), device_scale_factor=ratio) as page:
        ink, thin, width = page.evaluate(INK)
        left, right = page.evaluate("[npnetPlayer.diagram.edges.left, npnetPlayer.diagram.places.at(-1)[0][0]]")
    assert ink > thin > 0
    assert width == pytest.approx((right - left) * ratio, abs=1)


def test_every_feature_is_in_the_page_or_shows_recorded_maps(page: Any) -> None:
    assert set(page.evaluate("Object.keys(networkModel.FEATURES)")) == KNOWN["features"] <= set(features)


def test_a_network_that_the_page_lacks_shows_recorded_maps(browser: Any, tmp_path: Path) -> None:
    config = "{dataset: wine, layers: [{linear: 160}, relu, {linear: 130}, relu, linear], epochs: 3, record: true}"
    run = trained(tmp_path, config)
    with opened(browser, written(run, tmp_path / "page.html")) as page:
        assert "more than 20,000 parameters" in page.text_content(".callout")
        page.get_by_label("Frame of the training").press("Home")
        assert page.text_content(".player output") == "step 0"
        page.get_by_label("Go to the best epoch").click()
        assert page.text_content(".player output").startswith("epoch ")
        drawn = "new Set(npnetPlayer.context.getImageData(50, 10, 300, 300).data).size"
        assert page.evaluate(drawn) > 10


def test_without_frames_and_data_the_best_weights_are_shown(browser: Any, run: RunFolder, tmp_path: Path) -> None:
    with opened(browser, written(run, tmp_path / "page.html", with_data=False)) as page:
        assert page.is_hidden(".training")
        page.locator(".units button").last.click()
        assert "Output" in page.text_content(".unit-panel h3")
