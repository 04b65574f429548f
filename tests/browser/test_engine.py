"""The engine of the page against NumPy: everything registered, forward, gradient and after 50 steps."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from npnet.nn.layer import layers
from npnet.nn.losses import losses
from npnet.nn.optimizers import optimizers
from npnet.report.page_engine import KNOWN
from tests.browser.cases import Case, cases, run
from tests.browser.chromium import STATIC, with_scripts

CASES = list(cases())
ONCE, AFTER = 1e-9, 1e-6  # largest deviations: of scores, loss and gradient; of parameters after 50 steps


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Any]:
    opened = with_scripts(browser, "engine")
    yield opened
    opened.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind} {case.name}")
def test_the_page_calculates_what_numpy_does(case: Case, page: Any) -> None:
    found = run(case, page)
    late = {"theta", "state"}
    assert max(value for name, value in found.items() if name not in late) < ONCE, found
    assert max(value for name, value in found.items() if name in late) < AFTER, found


@pytest.mark.parametrize(("kind", "registry"), [("layers", layers), ("losses", losses), ("optimizers", optimizers)])
def test_everything_registered_is_in_the_page_or_shows_recorded_maps(kind: str, registry: Any, page: Any) -> None:
    assert set(page.evaluate(f"Object.keys(engine.{kind})")) == KNOWN[kind], (
        "add it to engine.js, or take it from KNOWN"
    )
    assert set(registry) >= KNOWN[kind]
    compared = {case.name for case in CASES if case.kind == {"losses": "loss"}.get(kind, kind[:-1])}
    assert KNOWN[kind] <= compared


@pytest.mark.parametrize(("kind", "call"), [
    ("layer", "new engine.Network([{type: 'conv', options: {}}], 2)"),
    ("loss", "new engine.Pass(new engine.Network([], 2), 1, {type: 'conv', options: {}})"),
    ("optimizer", "new engine.Trainer(new engine.Network([], 2), {type: 'huber', options: {}}, {type: 'conv'}, {}, 1)"),
])  # fmt: skip
def test_the_page_names_what_it_lacks(kind: str, call: str, page: Any) -> None:
    said = page.evaluate(f"(() => {{ try {{ {call}; }} catch (error) {{ return error.message; }} }})()")
    assert said == f"the engine of this page has no {kind} conv"


def test_the_engine_is_small() -> None:
    assert (STATIC / "engine.js").stat().st_size <= 30_000
    assert "eval(" not in Path(STATIC / "engine.js").read_text("utf-8")
