"""The playground in a real browser: it draws, trains and is used, and its config is trained by npnet."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from npnet.data.datasets import datasets
from npnet.nn.initializers import initializers
from npnet.report.network_data import network_data
from tests.browser.pages import opened, until
from tests.browser.playground import CHANGE, CSV, INPUTS, READY, config, drop, run_of
from tests.cli.conftest import call

pytestmark = pytest.mark.long


def test_it_trains_pauses_steps_and_goes_back(page: Any) -> None:
    train = page.get_by_role("button", name="Train")
    loss = "npnetPlay.session.scores()[0].loss"
    before = page.evaluate(loss)
    train.click()
    until(page, "npnetPlay.session.epochs > 5")
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate(loss) < before
    steps = page.evaluate("npnetPlay.session.training.steps")
    page.wait_for_timeout(100)
    page.get_by_role("button", name="One step").click()
    assert page.evaluate("npnetPlay.session.training.steps") == steps + 1
    page.get_by_role("button", name="To the end of the epoch").click()
    assert page.evaluate("npnetPlay.session.epochs % 1") == pytest.approx(0)
    assert f"epochs: {page.evaluate('npnetPlay.session.epochs')}" in config(page)
    page.get_by_role("button", name="Back to the initial weights").click()
    assert page.evaluate(loss) == before
    assert "Back to the initial" in page.text_content("[role=status]")


def test_the_same_seed_gives_the_same_training(page: Any) -> None:
    def after(seed: int) -> list[float]:
        page.evaluate(CHANGE, {"seed": seed})
        page.evaluate("npnetPlay.advance(30)")
        found: list[float] = page.evaluate("[...npnetPlay.session.network.theta]")
        return found

    assert after(1) == after(1) != after(2)


@pytest.mark.parametrize("name", ["circles", "moons", "spirals"])
def test_points_without_noise_are_those_of_npnet(name: str, page: Any) -> None:
    spec = datasets[name](samples=101, noise=0)  # type: ignore[call-arg]
    X, y = spec.draw(np.random.default_rng(0))  # type: ignore[attr-defined]
    draw = "([name, options]) => playDrawn.table(name, options, 0).columns.map((one) => [...one.values])"
    found = np.array(page.evaluate(draw, [name, spec.model_dump()])).T
    np.testing.assert_allclose(found, np.column_stack([X, y]), atol=1e-12)


def test_every_drawn_data_set_can_be_trained_by_npnet(page: Any, tmp_path: Path) -> None:
    names = page.evaluate("npnetPlay.catalog.datasets.map((one) => one.name)")
    for name in names:
        page.get_by_role("radio", name=name.replace("_", " ")).check(force=True)
        page.get_by_role("button", name="One step").click()
        assert page.is_hidden(".error")
        (tmp_path / f"{name}.yaml").write_text(config(page))
        result = call("config", "check", tmp_path / f"{name}.yaml")
        assert result.code == 0, result.err


def test_initial_weights_spread_as_those_of_npnet(page: Any) -> None:
    draw = """
    ([type, options]) => {
      const random = playDrawn.randomOf(3), normal = playDrawn.normalOf(random);
      const found = playNetwork.initializers[type](options, 60, 90, random, normal);
      return [found.reduce((sum, x) => sum + x, 0) / found.length, Math.sqrt(found.reduce((sum, x) => sum + x * x, 0) / found.length)];
    }
    """  # noqa: E501 - one script
    for name, kind in initializers.items():
        expected = kind().draw(np.random.default_rng(0), (60, 90))
        mean, size = page.evaluate(draw, [name, kind().model_dump()])
        assert size == pytest.approx(np.sqrt(np.mean(expected**2)), rel=0.05)
        assert mean == pytest.approx(expected.mean(), abs=0.05 * size + 1e-12)


def test_the_config_of_drawn_data_trains_the_same_network(page: Any, tmp_path: Path) -> None:
    layers = [{"type": "batch_norm", "options": {"momentum": 0.2, "epsilon": 1e-5}}, {"type": "relu", "options": {}}]
    page.get_by_role("radio", name="moons").check(force=True)
    for label in ("squares", "products", "sines"):
        page.get_by_label(label).check()
    page.get_by_label("Units of layer 1").fill("5")
    page.get_by_label("Units of layer 1").press("Enter")
    page.get_by_label("Activation of layer 2").select_option("leaky_relu")
    page.get_by_label("After layer 2").select_option("dropout")
    page.get_by_role("button", name="Add a layer").click()
    page.get_by_label("Loss", exact=True).select_option("hinge")
    page.get_by_label("Optimizer", exact=True).select_option("rmsprop")
    page.get_by_label("Learning rate").select_option("0.003")
    page.get_by_label("Batch size").select_option("all")
    page.get_by_label("Regularization").select_option("l1")
    page.get_by_label("Initial weights", exact=True).select_option("orthogonal")
    blocks = page.evaluate("npnetPlay.settings.blocks")
    page.evaluate(CHANGE, {"blocks": [*blocks, {"units": 3, "after": layers}]})
    page.get_by_role("button", name="One step").click()
    run = run_of(tmp_path, config(page))
    assert run.info["parameters"] == page.evaluate("npnetPlay.session.network.size")
    assert network_data(run)["layers"][0]["outputs"] == 5
    names = [one["name"] for one in network_data(run)["inputs"]]
    assert names == page.evaluate(f"{INPUTS}.map((input) => input.name)")
    resolved = run.file("resolved.yaml").read_text()
    for text in ("hinge", "rmsprop", "learning_rate: 0.003", "batch_size: all", "l1: 0.001", "orthogonal", "rate: 0.5"):
        assert text in resolved


def test_the_config_is_copied(browser: Any, file: Path) -> None:
    with opened(browser, file, READY) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name="Copy as config").click()
        page.wait_for_selector("button:text('Copied')")
        assert page.evaluate("navigator.clipboard.readText()") == config(page)


def test_it_is_used_by_keyboard(page: Any) -> None:
    page.get_by_role("radio", name="circles").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("npnetPlay.settings.data") == "moons"
    page.get_by_label("Noise").focus()
    page.keyboard.press("End")
    assert page.evaluate("npnetPlay.settings.options.noise") == 0.5
    page.get_by_role("button", name="Remove layer 2").press("Enter")
    assert page.evaluate("npnetPlay.settings.blocks.length") == 1
    page.locator(".diagram .unit[tabindex='0']").press("Enter")
    assert "Output 1" in page.text_content(".unit-panel h3")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_violates_the_rules_of_axe(width: int, scheme: str, browser: Any, file: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    size = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "bypass_csp": True}
    with opened(browser, file, READY, **size) as page:
        drop(page, "t.csv", CSV.encode())
        page.evaluate("npnetPlay.advance(3)")
        page.locator(".diagram .unit").last.click()
        found = Axe().run(page)
        assert not found.response["violations"], found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_field_that_is_moved_keeps_the_focus(page: Any) -> None:
    for label in ("Noise", "Test set", "Units of layer 1", "squares", "Strength", "Loss"):
        field = page.get_by_label(label, exact=label != "squares")
        if label == "Strength":
            page.get_by_label("Regularization", exact=True).select_option("l2")
        field.focus()
        page.keyboard.press("Space" if label == "squares" else "ArrowUp")
        page.keyboard.press("Tab" if label == "Units of layer 1" else "Shift")
        page.wait_for_timeout(20)
        active = "document.activeElement.labels?.[0]?.textContent ?? document.activeElement.ariaLabel"
        assert page.evaluate(active).startswith("Activation" if label == "Units of layer 1" else label)
    page.get_by_label("Noise").scroll_into_view_if_needed()
    page.wait_for_timeout(200)  # until the page has drawn what was changed
    box = page.get_by_label("Noise").bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + 10)
    page.mouse.down()
    for step in range(8):
        page.mouse.move(box["x"] + 4 + step * box["width"] / 8, box["y"] + 10)
        page.wait_for_timeout(20)
    page.mouse.up()
    page.wait_for_timeout(200)
    assert page.evaluate("npnetPlay.settings.options.noise") > 0.35


def test_settings_that_npnet_refuses_are_not_offered(browser: Any, tmp_path: Path) -> None:
    path = Path(__file__).parents[2] / "configs" / "circles.yaml"
    file = tmp_path / "circles.html"
    assert call("play", path, "-o", file).code == 0
    with opened(browser, file, READY) as page:
        assert page.locator("#play-lacking-list li").all_text_contents() == [
            "schedule: the page keeps the learning rate constant"
        ]
        page.get_by_label("After layer 1").select_option("batch_norm")
        page.get_by_label("Batch size").select_option("1")
        assert "batch_norm needs two rows in each batch" in page.text_content(".error")
        assert page.get_by_role("button", name="Train").is_disabled()
        page.get_by_label("Regularization", exact=True).select_option("l1")
        page.get_by_label("Batch size").select_option("32")
        page.get_by_role("radio", name="noisy sine").check(force=True)
        assert "poisson" not in page.get_by_label("Loss", exact=True).text_content()
        page.get_by_role("button", name="One step").click()
        (tmp_path / "sine.yaml").write_text(config(page))
    assert "roc_auc" not in (tmp_path / "sine.yaml").read_text()  # a metric of classes
    assert call("config", "check", tmp_path / "sine.yaml").code == 0


def test_with_reduced_motion_pictures_come_seldom(browser: Any, file: Path) -> None:
    with opened(browser, file, READY, reduced_motion="reduce") as page:
        count = "() => { window.drawn = 0; const draw = npnetPlay.session.draw; npnetPlay.session.draw = function (moving) { window.drawn++; return draw.call(this, moving); }; }"  # noqa: E501
        page.evaluate(count)
        page.get_by_role("button", name="Train").click()
        until(page, "npnetPlay.session.epochs > 10")
        page.wait_for_timeout(600)
        page.get_by_role("button", name="Pause").click()
        assert page.evaluate("window.drawn") < page.evaluate("npnetPlay.session.epochs") / 2
