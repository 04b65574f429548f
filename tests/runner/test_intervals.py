"""Bootstrap: intervals over samples drawn with replacement."""

import numpy as np
import pytest

from npnet.metrics import for_task
from npnet.model.outputs import Calibration
from npnet.runner.scoring import intervals


def rows(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    y = random.integers(0, 2, count)
    return y, np.clip(0.3 + 0.3 * y + 0.25 * random.standard_normal(count), 0.01, 0.99)[None]


def test_the_interval_of_a_share_is_that_of_the_binomial() -> None:
    y, output = rows(400)
    share = np.mean((output[0] > 0.5) == y)
    low, high = intervals(y, output, "binary", Calibration(), ["accuracy"], 2000, 0)["accuracy"]
    deviation = np.sqrt(share * (1 - share) / 400)
    assert (low, high) == pytest.approx((share - 1.96 * deviation, share + 1.96 * deviation), abs=0.006)


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel", "regression"])
def test_every_metric_of_every_task_has_an_interval(task: str) -> None:
    random = np.random.default_rng(1)
    shapes = {"binary": (1, 80), "multiclass": (3, 80), "multilabel": (2, 80), "regression": (2, 80)}
    output = random.dirichlet(np.ones(3), 80).T if task == "multiclass" else random.random(shapes[task])
    y = {
        "binary": random.integers(0, 2, 80),
        "multiclass": random.integers(0, 3, 80),
        "multilabel": random.integers(0, 2, (80, 2)),
        "regression": random.random((80, 2)),
    }[task]
    found = intervals(y, output, task, Calibration(), for_task(task), 40, 0)  # type: ignore[arg-type]
    assert list(found) == for_task(task)
    assert all(low < high for low, high in found.values())


def test_decisions_are_taken_at_the_threshold() -> None:
    y, output = rows(60)
    low, high = intervals(y, output, "binary", Calibration(threshold=0.001), ["recall"], 50, 0)["recall"]
    assert (low, high) == (1, 1)


def test_what_is_undefined_has_no_interval() -> None:
    y, output = rows(60)
    found = intervals(np.zeros_like(y), output, "binary", Calibration(), ["roc_auc", "accuracy"], 20, 0)
    assert np.isnan(found["roc_auc"]).all()
    assert np.isfinite(found["accuracy"]).all()


def test_a_seed_gives_the_same_interval_again() -> None:
    y, output = rows(60)
    one, same, other = (intervals(y, output, "binary", Calibration(), ["f1"], 20, seed) for seed in (3, 3, 4))
    assert one == same != other
