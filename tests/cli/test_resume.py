"""npnet resume: what was cut short ends with the bytes of what ran through, or the reason is reported."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from npnet.rundir.run import RunFolder
from tests.cli.conftest import call

CONFIG = """\
dataset: {table: {path: t.csv, target: y}}
layers: [{linear: 8}, batch_norm, relu, {dropout: 0.2}, linear]
optimizer: adam
schedule: cosine
epochs: 8
batch_size: 16
checkpoint_every: 0
metrics: [roc_auc]
"""
OTHERWISE = {"timing.csv", "log.txt", "run.json"}
KILL = """
import os, signal, sys
from npnet.cli import main
calls = int(sys.argv.pop(1))
sync = os.fsync
def counted(descriptor):
    global calls
    calls -= 1
    if calls == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    sync(descriptor)
os.fsync = counted
sys.exit(main(sys.argv[1:]))
"""
KINDS = {
    "alone": ["record=true"],
    "folds": ["cv=3", "record=true"],
    "ensemble": ["ensemble=3", "early_stopping=2", "record=8"],
    "accumulated": ["batch_size=7", "accumulate=3", "record=true"],
    "lbfgs": ["layers=[{linear: 8}, tanh, linear]", "optimizer=lbfgs", "batch_size=all", "ensemble=2", "record=true"],
    "sequences": [
        "dataset={sequences: {task: parity, length: 6, samples: 100, steps: true, shortest: 2}}",
        "layers=[{gru: 3}, {dropout: 0.2}, linear]",
        "ensemble=2",
    ],
    "reproduced": ["target=inputs", "metrics=[r2]", "cv=2", "record=true"],
    "float64": ["dtype=float64", "schedule={reduce_on_plateau: {patience: 1}}", "optimizer=momentum"],
}

POSITIONS = """layers=[{linear: 24}, {positions: [4, 3]}, {conv2d: {filters: 4, padding: same}}, batch_norm, max_pool, \
flatten, {positions: 4}, positional, {attention: {heads: 1}}, {lstm: {units: 3, bidirectional: true}}, {gru: 3}, last, \
{dropout: 0.2}, linear]"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a config and its table, in the current folder."""
    rows = [f"{n * 37 % 101 / 10},{n * 53 % 89 / 9},{'ab'[n * n % 7 > 3]}" for n in range(150)]
    (tmp_path / "t.csv").write_text("\n".join(["u,v,y", *rows]) + "\n")
    (tmp_path / "c.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "c.yaml"


def train(config: Path, folder: str, *settings: str) -> Path:
    """Return a training that is not killed."""
    result = call("train", config, *settings, "--run-dir", folder, "--no-plots", "-q")
    assert result.code == 0, result.err
    return config.parent / folder


def killed(config: Path, folder: str, *settings: str, syncs: int = 40) -> Path:
    """Return a training that is killed at one of its waits for the disk."""
    command = ["train", str(config), *settings, "--run-dir", folder, "--no-plots", "-q"]
    done = subprocess.run([sys.executable, "-c", KILL, str(syncs), *command], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL
    return config.parent / folder


def contents(folder: Path) -> dict[str, bytes]:
    """All files that are the same in every repeat."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in OTHERWISE]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    "kind", ["alone", *(pytest.param(kind, marks=pytest.mark.long) for kind in (*list(KINDS)[1:], "positions"))]
)
def test_a_killed_training_ends_with_the_bytes_of_one_that_ran_through(kind: str, config: Path) -> None:
    settings = KINDS.get(kind, [POSITIONS])
    whole, half = train(config, "whole", *settings), killed(config, "half", *settings)
    assert RunFolder(half).status == "interrupted"
    result = call("resume", "half")
    assert (result.code, result.out) == (0, f"{half}\n")
    assert contents(half) == contents(whole)
    assert "continues after epoch" in result.err
    assert len((half / "timing.csv").read_bytes().splitlines()) == len((half / "history.csv").read_bytes().splitlines())


@pytest.mark.long
def test_a_training_that_was_killed_before_its_first_checkpoint_begins_anew(config: Path) -> None:
    whole, half = train(config, "whole"), killed(config, "half", syncs=9)
    assert RunFolder(half).checkpoints == []
    assert call("resume", "half").code == 0
    assert contents(half) == contents(whole)


def test_the_last_three_checkpoints_stay_while_it_trains_and_the_last_one_after(config: Path) -> None:
    half = killed(config, "half")
    assert len(RunFolder(half).checkpoints) == 3
    epochs = [int(RunFolder(half).checkpoint(name)[1]["epoch"]) for name in RunFolder(half).checkpoints]
    assert epochs == sorted(epochs, reverse=True)
    assert RunFolder(half).weights()[0]
    call("resume", "half")
    assert RunFolder(half).checkpoints == ["checkpoint.safetensors"]


def test_of_damaged_checkpoints_the_newest_good_one_is_taken_with_a_word(config: Path) -> None:
    whole, half = train(config, "whole"), killed(config, "half")
    newest, *older = [half / name for name in RunFolder(half).checkpoints]
    newest.write_bytes(newest.read_bytes()[:-5])
    result = call("resume", "half")
    assert result.code == 0
    assert "checkpoint.safetensors cannot be used: it is cut off" in result.err
    assert "an older checkpoint is taken" in result.err
    assert contents(half) == contents(whole)
    assert len(older) == 2


@pytest.mark.long
def test_where_no_checkpoint_is_good_nothing_is_changed(config: Path) -> None:
    half = killed(config, "half")
    for name in RunFolder(half).checkpoints:
        (half / name).write_bytes(b"none")
    before = {path: path.read_bytes() for path in half.rglob("*") if path.is_file() and path.name != "LOCK"}
    result = call("resume", "half")
    assert result.code == 5
    assert "no checkpoint of half can be used" in result.err
    assert "hint: " in result.err
    assert {path: path.read_bytes() for path in half.rglob("*") if path.is_file()} == before


def test_a_finished_run_is_named_and_trains_on_when_asked(config: Path) -> None:
    whole = train(config, "whole", "schedule=constant")
    more = train(config, "more", "schedule=constant", "epochs=12")
    before = contents(whole)
    assert call("resume", "whole", "-q").out == f"{whole}\n"
    assert json.loads(call("resume", "whole", "--json").out) == {"run": str(whole), "status": "done"}
    assert contents(whole) == before
    assert call("resume", "whole", "epochs=12", "-q").code == 0
    assert (whole / "history.csv").read_bytes() == (more / "history.csv").read_bytes()
    assert (whole / "weights.safetensors").read_bytes() == (more / "weights.safetensors").read_bytes()
    assert "epochs: 12" in (whole / "resolved.yaml").read_text()
    assert call("resume", "whole", "epochs=12", "-q").code == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["epochs=2"], "2 epochs are fewer than the 8 done"),
        (["learning_rate=1"], "'learning_rate' cannot change in a run that goes on, only epochs can"),
        (["epochs=x"], "epochs"),
        (["epochs=-1"], "epochs"),
        (["layers.0.linear=3"], "'layers.0.linear' cannot change"),
    ],
)
def test_settings_that_cannot_change_are_refused(settings: list[str], message: str, config: Path) -> None:
    whole = train(config, "whole")
    before = contents(whole)
    result = call("resume", "whole", *settings)
    assert result.code == 3
    assert message in result.err
    assert contents(whole) == before


@pytest.mark.parametrize("file", ["config.yaml", pytest.param("resolved.yaml", marks=pytest.mark.long)])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("batch_size: 16", "batch_size: 17"),
        pytest.param("epochs: 8", "epochs: 8\nseed: 5", marks=pytest.mark.long),
        pytest.param("adam", "sgd", marks=pytest.mark.long),
    ],
)
def test_a_config_that_was_edited_is_refused_with_the_difference(file: str, old: str, new: str, config: Path) -> None:
    half = killed(config, "half")
    text = (half / file).read_text()
    (half / file).write_text(text.replace("\nseed: 0", "").replace(old, new))
    result = call("resume", "half")
    assert result.code == 3
    assert f"{half / file} was changed since the training began: " in result.err
    assert "->" in result.err
    (half / file).write_text(text)
    assert call("resume", "half").code == 0


@pytest.mark.parametrize("file", ["config.yaml", pytest.param("resolved.yaml", marks=pytest.mark.long)])
def test_epochs_and_comments_may_be_edited(file: str, config: Path) -> None:
    half = killed(config, "half")
    text = (half / file).read_text()
    (half / file).write_text("# longer\n" + text.replace("epochs: 8", "epochs: 9"))
    assert call("resume", "half").code == 0
    assert RunFolder(half).history()["epoch"][-1] == 9


def test_other_data_are_refused_unless_they_are_accepted(config: Path) -> None:
    half = killed(config, "half")
    with Path("t.csv").open("a") as table:
        table.write("1,2,a\n" * 40)
    result = call("resume", "half")
    assert result.code == 4
    assert "the data of half have changed since its training began" in result.err
    assert "--accept-new-data" in result.err
    result = call("resume", "half", "--accept-new-data")
    assert result.code == 0
    assert "the data are not those that the training began with" in result.err
    assert RunFolder(half).info["bitwise"] is False


@pytest.mark.long
def test_on_another_machine_it_says_so_and_strictly_it_refuses(config: Path) -> None:
    half = killed(config, "half")
    info = half / "run.json"
    info.write_text(info.read_text().replace('"cpu": "', '"cpu": "another '))
    result = call("resume", "half", "--strict-repro")
    assert result.code == 5
    assert "processor another " in result.err
    result = call("resume", "half")
    assert result.code == 0
    assert "its last bits may differ: processor another " in result.err
    assert RunFolder(half).info["bitwise"] is False


@pytest.mark.long
def test_a_checkpoint_of_another_network_is_refused(config: Path) -> None:
    half, other = killed(config, "half"), killed(config, "other", "layers.0.linear=9")
    for name in RunFolder(half).checkpoints:
        shutil.copy(other / name, half / name)
    result = call("resume", "half")
    assert result.code == 5
    assert "it is of another training: 'theta' is float32 (1, " in result.err


@pytest.mark.long
def test_a_history_that_is_shorter_than_its_checkpoint_is_refused(config: Path) -> None:
    half = killed(config, "half")
    (half / "history.csv").write_text("")
    result = call("resume", "half")
    assert result.code == 5
    assert "history.csv is not the one of" in result.err


@pytest.mark.parametrize("command", ["resume whole epochs=9", "predict whole t.csv", "evaluate whole", "plot whole"])
def test_a_run_of_the_first_format_is_refused_in_one_sentence(command: str, config: Path) -> None:
    info = train(config, "whole") / "run.json"
    info.write_text(info.read_text().replace('"format": 2', '"format": 1'))
    result = call(*command.split())
    assert (result.code, result.out) == (5, "")
    assert "it has format 1, and this npnet reads format 2: train the run again" in result.err


def test_a_run_in_use_is_left_alone(config: Path) -> None:
    code = "import sys; from npnet.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "train", str(config), "epochs=100000", "--run-dir", "busy", "-q"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        while not Path("busy/history.csv").exists():
            assert process.poll() is None
            time.sleep(0.02)
        result = call("resume", "busy")
        process.send_signal(signal.SIGINT)
        message = process.communicate(timeout=60)[1].decode()
    assert result.code == 9
    assert "is in use by process" in result.err
    assert process.returncode == 130
    assert "npnet resume busy continues it" in message
    assert RunFolder(Path("busy")).status == "interrupted"


def test_a_diverged_run_would_diverge_again(config: Path) -> None:
    settings = ["learning_rate=1e6", "optimizer=sgd", "layers=[{linear: 8}, relu, linear]", "loss=mean_squared_error"]
    Path("t.csv").write_text("u,v,y\n" + "".join(f"{n},{n * n},{n**3}\n" for n in range(60)))
    assert call("train", config, *settings, "metrics=[]", "--run-dir", "gone", "--no-plots", "-q").code == 7
    result = call("resume", "gone")
    assert result.code == 5
    assert "gone has diverged, and would again" in result.err


def test_a_folder_that_is_no_run_is_refused(config: Path) -> None:
    assert call("resume", "nothing").code == 5


def test_a_folder_that_is_removed_while_it_trains_is_rescued_elsewhere(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rescue").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "rescue"))
    monkeypatch.setattr("npnet.runner.checkpoints.Checkpoints.due", property(_remove_first))
    result = call("train", config, "--run-dir", "lost", "--no-plots", "-q")
    assert result.code == 6
    assert f"{tmp_path / 'lost'} was removed or renamed while it was being written" in result.err
    assert not Path("lost").exists()
    [saved] = (tmp_path / "rescue").iterdir()
    assert {path.name for path in saved.iterdir()} == {"checkpoint.safetensors", "weights.safetensors", "resolved.yaml"}


def _remove_first(checkpoints: object) -> bool:
    shutil.rmtree("lost", ignore_errors=True)
    return True


def test_a_disk_that_fills_up_ends_the_training_which_then_goes_on(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, sync, left = train(config, "whole"), os.fsync, 40

    def full(descriptor: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, "no space left on device")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    result = call("train", config, "--run-dir", "half", "--no-plots", "-q")
    assert result.code == 6
    assert result.err.startswith("npnet: error: disk full: ")
    assert "npnet resume half goes on" in result.err
    monkeypatch.setattr(os, "fsync", sync)
    assert call("resume", "half").code == 0
    assert contents(Path("half")) == contents(whole)
