"""A finished run: its checkpoint holds nothing that its weights hold, and it can be trained on with both."""

import os
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from npnet.engine.loop import Progress
from npnet.rundir.run import RunFolder
from npnet.runner.training import Training
from tests.cli.conftest import call
from tests.cli.test_resume import config, contents, train

__all__ = ["config"]


def test_the_checkpoint_of_a_finished_run_does_not_repeat_its_weights(config: Path) -> None:
    state, metadata = RunFolder(train(config, "run")).checkpoint()
    weights = RunFolder(config.parent / "run").weights_digest()
    assert metadata["weights"] == weights
    assert {name.partition(".")[0] for name in state} >= {"theta", "slots", "rates", "best"}
    assert not {"best.theta", "best.state"} & state.keys()
    assert (config.parent / "run" / "weights.safetensors").read_bytes().count(weights.encode()) == 1


@pytest.mark.long
def test_a_network_that_has_had_enough_leaves_its_weights_alone(config: Path) -> None:
    run = RunFolder(train(config, "run", "ensemble=3", "early_stopping=1", "epochs=60"))
    state, _ = run.checkpoint()
    assert state["done"].all()
    assert {values.size for name, values in state.items() if name.startswith(("theta", "state", "slots"))} == {0}
    assert call("resume", "run", "epochs=70", "-q").code == 0
    assert run.status == "done"


@pytest.mark.long
@pytest.mark.parametrize("settings", [[], ["ensemble=3", "early_stopping=4", "schedule=constant"], ["cv=2"]], ids=str)
def test_epochs_that_are_added_are_those_of_a_longer_training(settings: list[str], config: Path) -> None:
    settings = ["schedule=constant", *settings]
    whole, more = train(config, "whole", *settings, "epochs=12"), train(config, "more", *settings)
    assert call("resume", "more", "epochs=12", "-q").code == 0
    assert contents(more) == contents(whole)


@pytest.mark.long
@pytest.mark.parametrize("settings", [[], ["ensemble=3"]], ids=str)
def test_pictures_of_a_training_that_goes_on_show_nothing_of_its_earlier_end(settings: list[str], config: Path) -> None:
    settings = ["schedule=constant", *settings]
    for parent, epochs in (("whole", 12), ("more", 2)):
        result = call("train", config, *settings, f"epochs={epochs}", "--run-dir", f"{parent}/run", "-q")
        assert result.code == 0, result.err
    assert call("resume", "more/run", "epochs=12", "-q").code == 0
    whole, more = (
        {path.name: path.read_bytes() for path in Path(parent, "run/plots").iterdir()} for parent in ("whole", "more")
    )
    assert "loss.png" in whole
    assert more == whole


@pytest.mark.long
def test_a_training_that_is_interrupted_at_its_last_epoch_ends_with_the_same_bytes(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, record = train(config, "whole"), Training.record

    def interrupted(self: Training, progress: Progress) -> None:
        if progress.epoch == 8:
            self.stop.number = signal.SIGINT
        record(self, progress)

    monkeypatch.setattr(Training, "record", interrupted)
    assert call("train", config, "--run-dir", "half", "--no-plots", "-q").code == 130
    half = config.parent / "half"
    monkeypatch.undo()
    monkeypatch.chdir(config.parent)
    assert RunFolder(half).status == "interrupted"
    assert call("resume", "half", "-q").code == 0
    assert contents(half) == contents(whole)


@pytest.mark.long
@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("other", "goes with other weights than those of the run"),
        ("damaged", "weights.safetensors cannot be used"),
        ("missing", "weights.safetensors is missing"),
    ],
)
def test_without_its_weights_a_finished_run_cannot_be_trained_on(harm: str, words: str, config: Path) -> None:
    run, other = train(config, "run"), train(config, "other", "seed=7")
    file = run / "weights.safetensors"
    data = bytearray(file.read_bytes())
    data[-3] ^= 1
    file.unlink()
    if harm == "other":
        shutil.copy(other / file.name, file)
    elif harm == "damaged":
        file.write_bytes(data)
    before = contents(run)
    result = call("resume", "run", "epochs=12", "-q")
    assert (result.code, result.out) == (5, "")
    assert words in result.err
    assert "hint: " in result.err
    assert contents(run) == before


@pytest.mark.long
def test_a_trial_with_its_whole_state_can_be_trained_on(config: Path) -> None:
    assert call("sweep", config, "learning_rate=[0.01,0.1]", "--keep", "all", "--run-dir", "sweep", "-q").code == 0
    trial = RunFolder(config.parent / "sweep" / "trials" / "0001")
    assert trial.checkpoint()[1]["weights"] == trial.weights_digest()
    before = trial.history()["train_loss"]
    assert call("resume", trial.path, "epochs=10", "-q").code == 0
    assert np.array_equal(trial.history()["train_loss"][: len(before)], before)


@pytest.mark.long
def test_a_signal_that_a_library_wraps_while_pictures_are_drawn_leaves_them_to_resume(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn(run: RunFolder, _: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(20)
        except KeyboardInterrupt as stopped:
            raise RuntimeError("the text cannot be set") from stopped

    with monkeypatch.context() as patched:
        patched.setattr("npnet.cli.train.draw", drawn)
        result = call("train", config, "epochs=2", "--run-dir", "run", "-q")
    assert (result.code, "plots are missing" in result.err) == (143, False), result.err
    assert RunFolder(config.parent / "run").status == "interrupted"
    assert call("resume", "run", "-q").code == 0
    assert (config.parent / "run" / "plots" / "loss.png").exists()


@pytest.mark.long
def test_a_signal_that_a_library_wraps_while_baselines_are_trained_is_no_bug(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trained(*_: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(20)
        except KeyboardInterrupt as stopped:
            raise ValueError("the module cannot be built") from stopped

    with monkeypatch.context() as patched:
        patched.setattr("npnet.runner.training.baselines", trained)
        result = call("train", config, "epochs=2", "--baselines", "--run-dir", "run", "--no-plots")
    assert result.code == 143, result.err
    assert "npnet resume run goes on" in result.err
    assert not (config.parent / "run" / "crash.txt").exists()
    assert RunFolder(config.parent / "run").status == "interrupted"
    assert call("resume", "run", "-q").code == 0
    assert (config.parent / "run" / "baselines.json").exists()
