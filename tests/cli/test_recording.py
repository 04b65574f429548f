"""record: the weights of many steps are kept, and nothing else of a training changes."""

from pathlib import Path

import numpy as np
import pytest

from npnet.errors import RunError
from npnet.report.network_data import network_data
from npnet.report.page_engine import array
from npnet.rundir.frames import read_frames, unpacked
from npnet.rundir.run import RunFolder
from npnet.storage.tensor_file import read_tensors
from tests.cli.conftest import call

CONFIG = """\
dataset: {circles: {samples: 200}}
layers: [{linear: 4}, batch_norm, relu, linear]
epochs: 6
batch_size: 16
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a config in the current folder."""
    (tmp_path / "c.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "c.yaml"


def train(config: Path, folder: str, *settings: str) -> RunFolder:
    """Return the run of a training."""
    result = call("train", config, *settings, "--run-dir", folder, "--no-plots", "-q")
    assert result.code == 0, result.err
    return RunFolder(config.parent / folder)


def test_the_slots_of_the_best_epoch_are_those_of_a_training_that_ends_there(config: Path) -> None:
    falling = ("learning_rate=0.3", "early_stopping=3", "epochs=40")  # overfits soon
    run = train(config, "all", "record=true", *falling)
    best = run.info["best_epoch"]
    assert 0 < best < len(run.history()["epoch"])
    ended, _ = train(config, "ended", *falling, f"epochs={best}").checkpoint("checkpoint.safetensors")
    kept, _ = run.checkpoint("checkpoint.safetensors")
    slots = {name: values for name, values in kept.items() if name.startswith("best.slots.")}
    assert slots.keys() == {"best.slots.mean", "best.slots.squares"}
    for name, values in slots.items():
        np.testing.assert_array_equal(values, ended[name.removeprefix("best.")])
    assert not any(name.startswith("best.slots.") for name in ended)
    data = network_data(run)
    assert data["last"] is None
    assert data["best"]["slots"]["mean"] == array(slots["best.slots.mean"].ravel())


def test_frames_are_the_weights_of_their_steps_and_recording_changes_none(config: Path) -> None:
    plain, run, shorter = (
        train(config, *each) for each in (["plain"], ["all", "record=true"], ["a", "record=true", "epochs=3"])
    )
    for name in ("weights.safetensors", "history.csv", "checkpoint.safetensors", "predictions/test.csv"):
        if name != "checkpoint.safetensors":  # it carries the config along
            assert run.read(name) == plain.read(name)
    frames, history = read_frames(run), run.history()
    assert [frames.label(index) for index in range(len(frames))] == [
        *(f"step {step}" for step in (0, 1, 2, 4)),
        *(f"epoch {epoch}" for epoch in range(1, 7)),
    ]
    assert frames.steps.tolist() == [0, 1, 2, 4, 8, 16, 24, 32, 40, 48]
    best, _ = run.weights()
    assert frames.epochs[frames.best] == run.info["best_epoch"]
    for name, values in frames.at(frames.best).items():
        np.testing.assert_allclose(values, best[name], rtol=1e-3, atol=1e-4)
    assert frames.weights.keys() == best.keys() > {"layers.1.running_mean"}
    np.testing.assert_array_equal(frames.history["validation_loss"][4:], history["validation_loss"])
    assert np.isnan(frames.history["validation_loss"][:4]).all()
    assert frames.history["train_loss"][0] > history["train_loss"][-1]
    early = read_frames(shorter)
    for name, values in early.weights.items():
        np.testing.assert_array_equal(values, frames.weights[name][: len(early)])


@pytest.mark.parametrize("settings", [["ensemble=3"], ["cv=3"], ["early_stopping=1", "learning_rate=0.5"]])
def test_of_several_networks_the_first_is_recorded(config: Path, settings: list[str]) -> None:
    run = train(config, "run", "record=8", *settings)
    frames, (weights, _) = read_frames(run), run.weights()
    first = {name: values[0] if "early_stopping=1" not in settings else values for name, values in weights.items()}
    assert len(frames) <= 8
    assert frames.best is not None
    for name, values in frames.at(frames.best).items():
        np.testing.assert_allclose(values, first[name], rtol=1e-3, atol=1e-4)


def test_a_run_is_read_while_it_trains_and_without_frames_it_is_refused(config: Path) -> None:
    plain, run = train(config, "plain"), train(config, "run", "record=true")
    with pytest.raises(RunError, match="plain has no recorded frames") as refusal:
        read_frames(plain)
    assert "record=true" in str(refusal.value.hint)
    whole = read_frames(run)
    (run.path / "frames.bin").write_bytes(unpacked(run) + b"half a frame")
    (run.path / "frames.safetensors").rename("packed")
    growing = read_frames(run)
    assert growing.best is None
    for name, values in growing.weights.items():
        np.testing.assert_array_equal(values, whole.weights[name])
    (run.path / "frames.bin").write_bytes(b"")
    with pytest.raises(RunError, match="run has no recorded frames"):
        read_frames(run)
    Path("packed").rename(run.path / "frames.safetensors")
    assert len(read_frames(run)) == len(whole)
    assert call("resume", "run", "epochs=6", "-q").code == 0
    assert call("resume", "run", "epochs=7", "-q").code == 0
    longer = read_frames(run)
    assert longer.epochs[-1] == 7
    assert set(whole.steps.tolist()) <= set(longer.steps.tolist())


def test_weights_that_float16_cannot_hold_are_kept_as_float32_and_fewer(config: Path) -> None:
    tiny = "layers=[{linear: {units: 50, init: {normal: 1e-7}}}, {linear: {init: {normal: 1e6}}}]"
    settings = [tiny, "learning_rate=1e-12", "epochs=40", "record={max_bytes: 6000}"]
    usual = read_frames(train(config, "usual", "layers=[{linear: 50}, linear]", *settings[2:]))
    run = train(config, "run", *settings)
    frames, (tensors, _) = read_frames(run), read_tensors(run.file("frames.safetensors"))
    weights, _ = run.weights()
    assert {tensors[name].dtype for name in frames.weights} >= {np.dtype(np.float32)}
    for name, values in frames.at(frames.best).items():
        np.testing.assert_allclose(values, weights[name], rtol=1e-3)
    assert len(frames) < len(usual) <= 6000 // (2 * 201)
    assert sum(tensors[name].nbytes for name in frames.weights) <= 6000


@pytest.mark.parametrize(
    ("setting", "message", "hint"),
    [
        ("record=3", "record.frames must be a whole number from 8 to 10000", ""),
        ("record=maybe", "record must be true, a number of frames", ""),
        ("record={frame: 9}", 'unknown key "frame"', 'did you mean "frames"?'),
        ("record={max_bytes: 10}", "record.max_bytes must be a whole number from 1000", ""),
        ("record={max_bytes: 1000, frames: 8}", "one of this network takes", "record={max_bytes: "),
    ],
)
def test_what_cannot_be_recorded_is_refused(config: Path, setting: str, message: str, hint: str) -> None:
    result = call("train", config, "layers.0.linear.units=200", setting, "--run-dir", "run", "--no-plots")
    assert result.code == 3
    assert message in result.err
    assert hint in result.err
    assert not (config.parent / "run").exists()


@pytest.mark.parametrize("cut", [1, 9, 200, -1])
def test_damaged_frames_are_refused(config: Path, cut: int) -> None:
    run = train(config, "run", "record=true", "epochs=2")
    path = run.file("frames.safetensors")
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(RunError, match=r"frames\.safetensors"):
        read_frames(run)
    result = call("resume", "run", "epochs=3", "-q")
    assert result.code == 5
    assert "remove frames.safetensors to go on" in result.err
    path.unlink()
    assert call("resume", "run", "epochs=3", "-q").code == 0
    assert read_frames(run).epochs.tolist() == [3]
