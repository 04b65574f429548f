"""Compact states: what weights hold is left out, and comes back from them."""

import numpy as np

from npnet.model.train_state import Tensors, compact, expand, is_compact


def state(done: list[int]) -> Tensors:
    random, models = np.random.default_rng(0), len(done)
    arrays = {name: random.normal(size=(models, 5)) for name in ("theta", "slots.mean", "best.theta")}
    arrays |= {"state": random.normal(size=(models, 2)), "best.state": random.normal(size=(models, 2))}
    arrays |= {"rates.drop": random.normal(size=models), "best.value": random.normal(size=models)}
    return {**arrays, "done": np.array(done, np.uint8), "measured": np.arange(models)}


def test_of_models_that_go_on_everything_comes_back() -> None:
    full = state([0, 0, 0])
    small = compact(full)
    assert (is_compact(full), is_compact(small)) == (False, True)
    again = expand(small, full["best.theta"], full["best.state"])
    assert again.keys() == full.keys()
    assert all(again[name].tobytes() == full[name].tobytes() for name in full)


def test_of_models_that_have_had_enough_the_best_comes_back_and_the_rest_is_nothing() -> None:
    full = state([1, 0, 1])
    small = compact(full)
    assert {name: len(values) for name, values in small.items()} == {
        "theta": 1,
        "slots.mean": 1,
        "state": 1,
        "rates.drop": 1,
        "best.value": 3,
        "done": 3,
        "measured": 3,
        "away_from_best": 3,
    }
    again = expand(small, full["best.theta"], full["best.state"])
    assert again.keys() == full.keys()
    assert np.array_equal(again["theta"][1], full["theta"][1])
    assert np.array_equal(again["best.theta"], full["best.theta"])


def test_a_model_that_is_where_it_was_best_is_held_by_the_weights_alone() -> None:
    full = state([0, 0, 0])
    for name in ("theta", "state"):
        full[name][1] = full[f"best.{name}"][1]
    full["theta"][2] = full["best.theta"][2] = 0.0
    full["theta"][2, 1] = -0.0  # which is another number to the bit
    small = compact(full)
    assert (len(small["theta"]), len(small["state"]), len(small["slots.mean"])) == (2, 2, 3)
    again = expand(small, full["best.theta"], full["best.state"])
    assert all(again[name].tobytes() == full[name].tobytes() for name in full)


def test_what_npnet_has_not_written_keeps_its_shape_and_is_refused_where_shapes_are_looked_at() -> None:
    best = np.zeros((3, 5)), np.zeros((3, 2))
    changes = ({"theta": np.zeros((2, 5))}, {"away_from_best": np.zeros((3, 1), np.uint8)}, {"theta": np.zeros(())})
    for change in (*changes, {"theta": np.zeros((1, 4))}):
        odd = compact(state([1, 0, 1])) | change
        assert expand(odd, *best)["theta"].shape == odd["theta"].shape
    assert "theta" not in expand({}, *best)
