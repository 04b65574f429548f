"""What looks wrong with a training is told once, while it goes on."""

from pathlib import Path

import numpy as np
import pytest

from npnet.config import load
from npnet.errors import Diverged
from npnet.fitting import Fitting
from npnet.running import make_ready
from npnet.running.health import DEAD_EPOCHS, STILL_EPOCHS, Health

CONFIG = "dataset: {xor: {samples: 100}}\nlayers: [{linear: 20}, relu, linear]\noptimizer: sgd\nepochs: 20\n"


def fitting_of(folder: Path, *overrides: str) -> Fitting:
    (folder / "c.yaml").write_text(CONFIG)
    ready = make_ready(load(folder / "c.yaml", overrides))
    return Fitting(ready.experiment, ready.folds)


def told(fitting: Fitting) -> list[tuple[int, str]]:
    """Each warning with the epoch after which it came."""
    health = Health(fitting)
    return [(progress.epoch, text) for progress in fitting.fit() for text in health.look(progress)]


def silenced(fitting: Fitting, units: int) -> Fitting:
    """The same, where so many units of the first layer are far below 0 on every row."""
    weights = {name: values.copy() for name, values in fitting.weights().items()}
    weights["layers.0.bias"][..., :units] = -100.0
    fitting.set_weights(weights)
    return fitting


def test_nothing_is_said_of_a_training_that_goes_well(tmp_path: Path) -> None:
    assert told(fitting_of(tmp_path, "learning_rate=0.1")) == []


def test_dead_units_are_told_once_after_three_epochs(tmp_path: Path) -> None:
    [(epoch, text)] = told(silenced(fitting_of(tmp_path), 19))
    assert epoch == DEAD_EPOCHS
    assert text.startswith("95% of the units of layers.1 have been 0 on every row for 3 epochs and learn nothing; ")


def test_nine_in_ten_dead_units_are_not_yet_told(tmp_path: Path) -> None:
    fitting = silenced(fitting_of(tmp_path), 18)
    assert told(fitting) == []
    assert fitting.silent == {"layers.1": 0.9}


def test_dead_units_of_one_network_of_an_ensemble_are_told(tmp_path: Path) -> None:
    fitting = fitting_of(tmp_path, "ensemble=3")
    weights = {name: values.copy() for name, values in fitting.weights().items()}
    weights["layers.0.bias"][1] = -100.0
    fitting.set_weights(weights)
    assert [epoch for epoch, text in told(fitting) if "100% of the units" in text] == [DEAD_EPOCHS]


def test_a_loss_that_grows_a_thousandfold_is_told_and_does_not_end_the_training(tmp_path: Path) -> None:
    fitting = fitting_of(tmp_path, "learning_rate=1000", "epochs=1", "diverge_factor=null")
    [(epoch, text)] = told(fitting)
    assert epoch == 1
    assert "times what it was before training; a smaller learning_rate than 1e+03" in text


def test_a_loss_that_explodes_ends_the_training_and_the_best_is_kept(tmp_path: Path) -> None:
    fitting = fitting_of(tmp_path, "learning_rate=1e4")
    with pytest.raises(Diverged, match=r"diverged in epoch 1: train_loss is .* times what it was before training; the"):
        told(fitting)
    assert fitting.best_epoch == 0
    assert all(np.isfinite(values).all() for values in fitting.weights().values())


def test_how_far_a_loss_may_grow_can_be_chosen(tmp_path: Path) -> None:
    large = ("learning_rate=100", "epochs=1")
    told(fitting_of(tmp_path, *large, "diverge_factor=null"))
    with pytest.raises(Diverged):
        told(fitting_of(tmp_path, *large, "diverge_factor=1.5"))


def test_a_loss_that_was_nearly_zero_may_become_ordinary(tmp_path: Path) -> None:
    fitting = fitting_of(tmp_path, "diverge_factor=1.5", "epochs=1", "learning_rate=0.1")
    fitting.cohort.growth.begin = lambda groups: None  # type: ignore[method-assign]
    fitting.cohort.growth.first[...] = 1e-9
    assert told(fitting) == []


def test_a_rate_that_has_become_zero_is_told_and_then_not_the_loss_at_rest(tmp_path: Path) -> None:
    [(epoch, text)] = told(fitting_of(tmp_path, "learning_rate=1e-60"))
    assert (epoch, text) == (1, "from epoch 1 on learning_rate is too small for float32: nothing is learned any more")


def test_a_loss_at_rest_is_told_once(tmp_path: Path) -> None:
    [(epoch, text)] = told(fitting_of(tmp_path, "learning_rate=1e-30", "epochs=30"))
    assert epoch == STILL_EPOCHS + 1
    assert "to the last digit since epoch 1: nothing is learned" in text


def test_epochs_without_evaluation_say_nothing(tmp_path: Path) -> None:
    [(epoch, text)] = told(fitting_of(tmp_path, "learning_rate=1e-30", "epochs=60", "evaluate_every=5"))
    assert epoch == 5 * (STILL_EPOCHS + 1)
    assert "since epoch 5" in text
