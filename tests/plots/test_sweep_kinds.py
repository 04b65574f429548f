"""What the pictures of a sweep show is what its trials came to."""

import numpy as np
import pytest

from npnet.plots import draw, plots, suits, usual
from npnet.plots.sweeps import AxisScale, brief, value_text
from tests.plots.materials import circles
from tests.plots.sweeps import SWEEPS, grid, halved, searched, sweep


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.long] * (name == "searched")) for name in SWEEPS]
)
def test_all_that_suits_a_sweep_is_drawn_with_its_numbers_beside_it(name, tmp_path):
    material = SWEEPS[name]()
    kinds = usual(material)
    paths = draw(material, kinds, tmp_path)
    assert [path.name for path in paths] == [f"{kind}.{end}" for kind in kinds for end in ("png", "csv")]
    assert bool(kinds) == (name != "all_failed")


@pytest.mark.parametrize(
    ("kind", "material", "reason"),
    [
        ("parallel", SWEEPS["all_failed"], "needs a trial that has a score"),
        ("seeds", searched, "needs points that were trained more than once; --seeds 3 does so"),
        ("rungs", grid, "needs rungs; --method halving has them"),
        ("roc", grid, "shows one training, and this is a sweep"),
        ("slices", circles, "shows a sweep, and this is none"),
        (
            "rungs",
            lambda: sweep({"a": ["1"]}, [0.5], rungs=((1, 1), (2, 1))),
            "needs validation_roc_auc in the histories of the trials",
        ),
    ],
)
def test_a_kind_that_does_not_suit_says_why(kind, material, reason):
    assert suits(kind, material()) == reason


def test_the_numbers_of_the_seeds_are_mean_and_deviation_of_each_point():
    material = grid()
    numbers = plots["seeds"](material).numbers
    best = material.values[material.point == numbers["point"][0]]
    assert numbers["validation.roc_auc"][0] == best.mean() == max(mean for _, mean, _ in material.means)
    assert numbers["deviation"][0] == best.std(ddof=1)
    assert set(numbers["trials"]) == {3}


def test_the_numbers_of_the_rungs_are_the_curves():
    numbers = plots["rungs"](halved()).numbers
    assert np.bincount(numbers["number"])[1:].tolist() == [1, 1, 1, 1, 1, 1, 3, 3, 9]
    assert numbers["validation.roc_auc"][-1] == halved().values[-1]


def test_the_overview_knows_the_best_until_each_trial():
    numbers = plots["overview"](sweep({"a": ["1", "2", "3"]}, [0.5, np.nan, 0.4], maximizes=False)).numbers
    assert numbers["best"].tolist() == [0.5, 0.5, 0.4]


def test_failed_trials_and_those_far_off_do_not_squeeze_the_others():
    material = searched()
    assert np.isnan(material.near).sum() == 3
    assert np.isnan(material.goodness).sum() == 3
    assert material.off == "failed or far off"
    assert np.nanmax(material.near) < 10


def test_dark_is_good_whichever_way_is_better():
    for maximizes in (True, False):
        good = sweep({"a": ["1", "2", "3"]}, [1, 2, 3], maximizes=maximizes).goodness
        assert good.argmax() == (2 if maximizes else 0)


@pytest.mark.parametrize(
    ("cells", "names", "log"),
    [
        (["0.1", "0.2"], (), False),
        (["0.001", "0.1", "1e-05"], (), True),
        (["0", "0.001", "1e-05"], ("0", "1e-5", "0.001"), False),
        (["sgd", "adam", "sgd"], ("adam", "sgd"), False),
        (["", "0.5"], ("none", "0.5"), False),
        (["true", "false"], ("false", "true"), False),
    ],
)
def test_values_are_numbers_or_names(cells, names, log):
    scale = AxisScale.of(cells)
    assert (scale.names, scale.log) == (names, log)
    shares = scale.share(scale.values)
    assert np.all((shares >= 0) & (shares <= 1 + 1e-12))


@pytest.mark.parametrize(
    ("cells", "ticks"),
    [
        (["0.001", "0.01", "0.1"], ["0.001", "0.01", "0.1"]),
        ([repr(0.001 * 1.1**step) for step in range(30)], ["0.001", "0.002", "0.005", "0.01"]),
        ([repr(10.0**-step) for step in range(12)], ["1e-11", "1e-9", "1e-7", "1e-5", "0.001", "0.1"]),
        (["8"], ["8"]),
    ],
)
def test_ticks_are_the_values_or_round_numbers(cells, ticks):
    assert [text for _, text in AxisScale.of(cells).ticks()] == ticks


def test_the_parameter_that_tells_most_of_the_score_comes_first():
    assert grid().influential(1)[0] == "learning_rate"
    assert searched().influential(1)[0] == "part.0.value"


def test_keys_are_as_short_as_they_still_differ():
    keys = ["layers.0.linear.units", "layers.2.linear.units", "learning_rate", "rate"]
    assert list(brief(keys).values()) == ["0.linear.units", "2.linear.units", "learning_rate", "rate"]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [("0.00002512345", "2.512e-5"), ("128", "128"), ("", "none"), ("sgd", "sgd"), ('{"a": [8, 8]}', "a: [8, 8]")],
)
def test_a_value_is_short(cell, shown):
    assert value_text(cell) == shown
