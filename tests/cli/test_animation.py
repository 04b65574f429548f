"""npnet plot --kind animation: the boundary and the losses of a training, frame by frame."""

import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageSequence

from npnet.rundir.frames import read_frames
from npnet.rundir.run import RunFolder
from tests.cli.conftest import call
from tests.cli.test_terminal_text import on_terminal

CONFIG = "dataset: {moons: {samples: 60}}\nlayers: [{linear: 4}, tanh, linear]\nepochs: 2\nbatch_size: 12\nrecord: 8\n"
FORMATS = {"gif": "GIF", "png": "PNG"}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run with frames."""
    folder = tmp_path_factory.mktemp("animation")
    (folder / "c.yaml").write_text(CONFIG)
    assert call("train", folder / "c.yaml", "--run-dir", folder / "run", "--no-plots", "-q").code == 0
    return folder / "run"


@pytest.fixture
def run(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of it in the current folder."""
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(trained, tmp_path / "run")


def test_a_run_is_animated_frame_by_frame_in_both_formats(run: Path) -> None:
    result = call("plot", "run", "--kind", "animation", "--format", "gif,png", "--runs-dir", ".")
    assert result.code == 0, result.err
    assert result.out.split() == [str(run / "plots" / f"animation.{end}") for end in ("gif", "png", "csv")]
    frames = read_frames(RunFolder(run))
    for end, form in FORMATS.items():
        with Image.open(run / "plots" / f"animation.{end}") as picture:
            assert picture.format == form
            assert picture.info["loop"] == 0
            shown = [one.info["duration"] for one in ImageSequence.Iterator(picture)]
            assert len(shown) == len(frames)
            assert shown[-1] == 2500
    rows = (run / "plots" / "animation.csv").read_text().splitlines()
    assert rows[0] == "frame,step,epoch,train_loss,validation_loss"
    assert [row.split(",")[1] for row in rows[1:]] == [str(step) for step in frames.steps]


def test_the_display_counts_the_pictures(run: Path) -> None:
    code, shown = on_terminal("plot", run, "--kind", "animation", "--format", "gif")
    count = len(read_frames(RunFolder(run)))
    assert code == 0
    assert "1 of" in shown
    assert f"{count} of {count} pictures" in shown


@pytest.mark.long
@pytest.mark.parametrize(
    "settings",
    [
        ["dataset={spirals: {classes: 3}}"],
        ["dataset={playground: {shape: bumps}}"],
        ["dataset=noisy_sine"],
        ["ensemble=2"],
        ["cv=2"],
    ],
)
def test_every_task_and_the_first_of_several_networks_are_animated(settings: list[str], run: Path) -> None:
    config = run.parent / "c.yaml"
    config.write_text(CONFIG)
    assert call("train", config, *settings, "--run-dir", "other", "--no-plots", "-q").code == 0
    assert call("plot", "other", "--kind", "animation", "--format", "gif", "-q", "--runs-dir", ".").code == 0


@pytest.mark.long
def test_an_animation_is_drawn_where_it_is_named_alone(run: Path) -> None:
    assert call("plot", "run", "--kind", "all", "--format", "svg", "--runs-dir", ".").code == 0
    assert not list((run / "plots").glob("animation.*"))


@pytest.mark.parametrize(
    ("kind", "form", "message", "hint"),
    [
        ("animation", "svg", "no animation plot as svg", "write --format gif,png"),
        ("loss", "gif", "no loss plot as gif", "write --format png,svg,pdf"),
        ("animation", "mp4", "there is no format 'mp4'", "gif"),
    ],
)
def test_a_format_that_does_not_suit_is_refused(kind: str, form: str, message: str, hint: str, run: Path) -> None:
    result = call("plot", "run", "--kind", kind, "--format", form, "--runs-dir", ".")
    assert result.code == 2
    assert message in result.err
    assert hint in result.err
    assert not (run / "plots").exists()


def test_a_run_without_frames_is_refused_with_the_line_to_write(run: Path) -> None:
    (run / "frames.safetensors").unlink()
    result = call("plot", "run", "--kind", "animation", "--runs-dir", ".")
    assert result.code == 2
    assert "no animation plot: it needs recorded frames; write record: true in the config" in result.err


@pytest.mark.long
def test_frames_of_another_network_and_damaged_ones_are_refused(run: Path) -> None:
    config = run.parent / "c.yaml"
    config.write_text(CONFIG)
    assert call("train", config, "layers.0.linear.units=5", "--run-dir", "other", "--no-plots", "-q").code == 0
    shutil.copy(run.parent / "other" / "frames.safetensors", run)
    for reason in ("the weights are of another network", "it has been damaged or changed"):
        result = call("plot", "run", "--kind", "animation", "--runs-dir", ".")
        assert result.code == 5
        assert f"frames.safetensors cannot be used: {reason}" in result.err
        assert "without this file the rest is shown" in result.err
        assert not list(run.glob("plots/animation.*"))
        reported = call("report", "run", "--runs-dir", ".")
        assert (reported.code, reported.err) == (5, result.err)
        data = (run / "frames.safetensors").read_bytes()
        (run / "frames.safetensors").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
