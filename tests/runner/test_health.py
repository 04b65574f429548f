"""Problems of a training in progress are reported once; no warning comes where it is untrue."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from npnet.config import load
from npnet.diagnosis.health import DEAD_EVALUATIONS, PLATEAU_EVALUATIONS, Health
from npnet.errors import Diverged
from npnet.model.trainer import Trainer
from npnet.nn.schedules import schedules
from npnet.runner import prepare_run

SLOW = "schedule={cosine: {warm_up: 10000000}}"  # the rate of epoch 30 is 3e-6 of the largest
CONFIG = "dataset: {xor: {samples: 100}}\nlayers: [{linear: 20}, relu, linear]\noptimizer: sgd\nepochs: 20\n"


def fitting_of(folder: Path, *overrides: str) -> Trainer:
    (folder / "c.yaml").write_text(CONFIG)
    ready = prepare_run(load(folder / "c.yaml", overrides))
    return Trainer(ready.experiment, ready.folds)


def reported(trainer: Trainer, epochs: int | None = None) -> list[tuple[int, str]]:
    """Each warning with the epoch after which it came, of some epochs or all."""
    health = Health(trainer)
    return [(one.epoch, str(text)) for one in islice(trainer.fit(), epochs) for text in health.check(one)]


def silenced(trainer: Trainer, units: int) -> Trainer:
    """Push some units of the first layer far below 0 on every row."""
    weights = {name: values.copy() for name, values in trainer.weights().items()}
    weights["layers.0.bias"][..., :units] = -100.0
    trainer.set_weights(weights)
    return trainer


def test_a_training_that_goes_well_has_no_warnings(tmp_path: Path) -> None:
    assert reported(fitting_of(tmp_path, "learning_rate=0.1")) == []


def test_dead_units_are_reported_once_after_three_evaluations(tmp_path: Path) -> None:
    [(epoch, text)] = reported(silenced(fitting_of(tmp_path, "evaluate_every=2"), 19))
    assert epoch == 2 * DEAD_EVALUATIONS
    assert text.startswith(
        "95% of the units of layers.1 are 0 on every training row, and over 90% have been since epoch 2"
    )


def test_nine_in_ten_dead_units_are_not_yet_reported(tmp_path: Path) -> None:
    trainer = silenced(fitting_of(tmp_path), 18)
    assert reported(trainer) == []
    assert trainer.dead_units == {"layers.1": [0.9]}


def test_dead_units_of_one_network_of_an_ensemble_are_reported(tmp_path: Path) -> None:
    trainer = fitting_of(tmp_path, "ensemble=3")
    weights = {name: values.copy() for name, values in trainer.weights().items()}
    weights["layers.0.bias"][1] = -100.0
    trainer.set_weights(weights)
    assert [epoch for epoch, text in reported(trainer) if "100% of the units" in text] == [DEAD_EVALUATIONS]


def test_units_that_are_silent_during_a_warm_up_are_not_reported(tmp_path: Path) -> None:
    trainer = silenced(fitting_of(tmp_path, SLOW, "epochs=10000000"), 19)
    assert reported(trainer, 30) == []
    assert trainer.dead_units["layers.1"] > 0.9


def test_units_that_only_running_statistics_silence_are_not_reported(tmp_path: Path) -> None:
    lines = "".join(f"{1990 + row % 30},{row % 30 + row % 7}\n" for row in range(100))
    (tmp_path / "years.csv").write_text(f"year,y\n{lines}")
    normed = "layers=[{linear: 4}, {batch_norm: 0.1}, relu, linear]"
    trainer = fitting_of(tmp_path, "dataset={table: {path: years.csv, target: y}}", "scale=none", normed, "epochs=40")
    weights = {name: values.copy() for name, values in trainer.weights().items()}
    weights["layers.0.weight"][...] = -0.5
    trainer.set_weights(weights)
    health, silent = Health(trainer), []
    for progress in trainer.fit():
        assert not [text for text in health.check(progress) if "of the units" in text.message]
        silent.append(trainer.dead_units["layers.2"].item())
    assert silent[:DEAD_EVALUATIONS] == [1.0] * DEAD_EVALUATIONS
    assert silent[-1] < 0.5


def test_units_behind_running_statistics_that_stay_dead_are_reported(tmp_path: Path) -> None:
    trainer = fitting_of(tmp_path, "layers=[{linear: 20}, {batch_norm: 0.5}, relu, linear]")
    weights = {name: values.copy() for name, values in trainer.weights().items()}
    weights["layers.1.bias"][...] = -100.0
    trainer.set_weights(weights)
    [(epoch, text)] = reported(trainer)
    assert "100% of the units of layers.2" in text
    assert epoch == 8  # 14 batches of 2 an epoch behind the first


def test_dead_units_of_one_network_do_not_count_for_another(tmp_path: Path) -> None:
    trainer = fitting_of(tmp_path, "ensemble=2", "learning_rate=0.1")
    health = Health(trainer)
    for progress in islice(trainer.fit(), 8):
        trainer.stack_trainer.dead_units["layers.1"] = np.roll([1.0, 0.0], progress.epoch)
        assert list(health.check(progress)) == []


def test_dead_units_of_a_network_that_has_stopped_are_not_counted_again(tmp_path: Path) -> None:
    trainer = fitting_of(tmp_path, "ensemble=2", "learning_rate=0.1")
    health, texts = Health(trainer), []
    for progress in islice(trainer.fit(), DEAD_EVALUATIONS):
        trainer.stack_trainer.dead_units["layers.1"] = np.array([1.0, 0.95])
        texts += map(str, health.check(progress))
        trainer.stack_trainer.state.done[0] = True
    assert [text[:20] for text in texts] == ["95% of the units of "]


def test_a_loss_that_grows_a_thousandfold_is_reported_and_does_not_end_the_training(tmp_path: Path) -> None:
    options = ("learning_rate=1000", "epochs=1", "diverge_factor=null", "schedule={exponential: 0.01}")
    trainer = fitting_of(tmp_path, *options)
    [(epoch, text)] = reported(trainer)
    assert epoch == 1
    loss = trainer.stack_trainer.state.measured[0, 1]
    first = trainer.stack_trainer.state.initial_loss[0]
    assert loss > 1000 * first
    assert text.startswith(f"in epoch 1 train_loss is {loss:.3g}, and was {first:.3g} before training; a smaller")
    assert "than 1000, or clip_norm" in text


def test_a_loss_that_explodes_ends_the_training_and_the_best_is_kept(tmp_path: Path) -> None:
    trainer = fitting_of(tmp_path, "learning_rate=1e4")
    with pytest.raises(Diverged, match=r"diverged in epoch 1: train_loss is .*, and was 1\.29 before training; the"):
        reported(trainer)
    assert trainer.best_epoch == 0
    assert all(np.isfinite(values).all() for values in trainer.weights().values())


def test_how_far_a_loss_may_grow_can_be_chosen(tmp_path: Path) -> None:
    large = ("learning_rate=100", "epochs=1")
    reported(fitting_of(tmp_path, *large, "diverge_factor=null"))
    with pytest.raises(Diverged):
        reported(fitting_of(tmp_path, *large, "diverge_factor=1.5"))


def test_a_loss_that_was_nearly_zero_may_become_ordinary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = fitting_of(tmp_path, "diverge_factor=1.5", "epochs=1", "learning_rate=0.1")
    begin = trainer.stack_trainer.begin

    def begin_near_zero() -> None:
        begin()
        trainer.stack_trainer.state.initial_loss[...] = 1e-9

    monkeypatch.setattr(trainer.stack_trainer, "begin", begin_near_zero)
    assert reported(trainer) == []


def test_a_rate_that_is_zero_is_reported_and_then_not_the_loss_at_rest(tmp_path: Path) -> None:
    [(epoch, text)] = reported(fitting_of(tmp_path, "learning_rate=1e-60"))
    assert (epoch, text) == (1, "from epoch 1 on learning_rate is too small for float32: nothing is learned any more")


def test_a_rate_that_becomes_zero_is_reported_from_where_on_nothing_moves(tmp_path: Path) -> None:
    trainer = fitting_of(tmp_path, "schedule={exponential: 0.001}", "learning_rate=0.1", "epochs=25")
    health, theta, found = Health(trainer), [trainer.stack_trainer.network.theta.copy()], []
    for progress in trainer.fit():
        found += [progress.epoch for text in health.check(progress) if "learning_rate is too small" in text.message]
        theta.append(trainer.stack_trainer.network.theta.copy())
    assert found == [16]  # 0.1 * 0.001 ** 15 is 1e-46, and the smallest float32 1.4e-45
    assert all((one == theta[-1]).all() for one in theta[16:])


@pytest.mark.parametrize("schedule", list(schedules))
def test_a_schedule_is_not_reported_of_where_the_rate_is_zero_for_a_while(schedule: str, tmp_path: Path) -> None:
    options = {"cosine": "{cosine: {warm_up: 3, restarts: 2}}"}
    trainer = fitting_of(tmp_path, f"schedule={options.get(schedule, schedule)}", "learning_rate=0.1", "batch_size=all")
    assert reported(trainer) == []


def test_a_loss_that_never_moved_is_reported_once(tmp_path: Path) -> None:
    [(epoch, text)] = reported(fitting_of(tmp_path, "learning_rate=1e-30", "epochs=30"))
    assert epoch == PLATEAU_EVALUATIONS + 1
    assert "to the last digit since epoch 1, as before training: nothing is learned" in text


def test_a_loss_that_has_converged_is_not_said_to_teach_nothing(tmp_path: Path) -> None:
    options = ("layers=[linear]", "learning_rate=1", "batch_size=all", "l2=0.1", "epochs=500")
    trainer = fitting_of(tmp_path, *options)
    [(epoch, text)] = reported(trainer)
    assert epoch > PLATEAU_EVALUATIONS + 1
    assert text.endswith("the training has converged, or its learning_rate has become too small")


def test_a_loss_that_rests_during_a_warm_up_is_not_reported(tmp_path: Path) -> None:
    trainer = fitting_of(tmp_path, SLOW, "learning_rate=0.001", "epochs=10000000")
    assert reported(trainer, 30) == []
    assert trainer.stack_trainer.state.measured[0, 1] == trainer.state.initial_loss[0]


def test_epochs_without_evaluation_say_nothing(tmp_path: Path) -> None:
    [(epoch, text)] = reported(fitting_of(tmp_path, "learning_rate=1e-30", "epochs=60", "evaluate_every=5"))
    assert epoch == 5 * (PLATEAU_EVALUATIONS + 1)
    assert "since epoch 5" in text
