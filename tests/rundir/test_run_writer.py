"""A folder is claimed by one process, shown when its first files are whole, and holds what the training wrote."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from npnet.errors import Diverged, InUse, MachineError
from npnet.rundir import names
from npnet.rundir.names import CONFIG, RESOLVED
from npnet.rundir.new_run import claim
from npnet.rundir.run import RunFolder
from npnet.storage.lock import Lock, is_locked

FIRST = {CONFIG: b"# mine\r\nloss: huber\n", RESOLVED: b"loss: huber\n"}


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_run_json_says_who_ran_what_where_and_how_it_ended(make_run):
    run = make_run(tags=["a"], data="f00d")
    info = json.loads((run.path / "run.json").read_bytes())
    assert info == run.info
    assert {key: info[key] for key in ("format", "status", "id", "name", "tags", "data", "best_epoch", "error")} == {
        "format": 2,
        "status": "done",
        "id": run.id,
        "name": "circles",
        "tags": ["a"],
        "data": "f00d",
        "best_epoch": 2,
        "error": None,
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", info["started"])
    assert info["started"] <= info["finished"]
    assert info["seconds"] >= 0
    assert info["versions"]["numpy"] == np.__version__
    assert info["machine"]["blas"]["threads"] >= 1
    assert info["git"] is None
    assert info["argv"] == sys.argv


def test_the_git_commit_of_the_configs_folder_is_kept(runs_dir, tmp_path):
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@x"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    (tmp_path / "configs").mkdir()
    with claim(runs_dir, "x") as new, new.publish(FIRST, tmp_path / "configs") as writer:
        assert writer.run.info["git"] == head


def test_history_grows_by_exact_numbers_and_times_are_apart(runs_dir, tmp_path):
    with claim(runs_dir, "x") as new, new.publish(FIRST, tmp_path) as writer:
        row = {"epoch": 1, "train_loss": np.float64(0.1), "validation_loss": np.nan, "learning_rate": np.float32(0.5)}
        writer.append_history(row, 1.23456789)
        assert (writer.run.path / "history.csv").read_bytes() == (
            b"epoch,train_loss,validation_loss,learning_rate\n1,0.1,,0.5\n"
        )
        writer.append_history(row | {"epoch": np.int64(2), "train_loss": np.inf}, 1)
        assert (writer.run.path / "history.csv").read_bytes().endswith(b"\n2,inf,,0.5\n")
        assert (writer.run.path / "timing.csv").read_bytes() == b"epoch,seconds\n1,1.234568\n2,1\n"
        with pytest.raises(ValueError, match=r"history.csv has the columns"):
            writer.append_history({"epoch": 3}, 1)


def test_logs_and_tracebacks_are_kept_whatever_they_hold(runs_dir, tmp_path):
    with claim(runs_dir, "x") as new, new.publish(FIRST, tmp_path) as writer:
        writer.log("one")
        writer.log("zwei ü \ud800")
        writer.crash("Traceback")
    assert (writer.run.path / "log.txt").read_text("utf-8") == "one\nzwei ü \\ud800\n"
    assert (writer.run.path / "crash.txt").read_text() == "Traceback"


def test_weights_that_are_not_finite_do_not_replace_good_ones(runs_dir, tmp_path):
    with claim(runs_dir, "x") as new, new.publish(FIRST, tmp_path) as writer:
        writer.write_weights({"w": np.ones(2)}, {})
        with pytest.raises(Diverged):
            writer.write_weights({"w": np.array([np.nan])}, {})
        assert writer.run.weights()[0]["w"].tolist() == [1, 1]


def test_a_folder_is_held_until_the_run_is_finished(runs_dir, tmp_path):
    with claim(runs_dir, "x") as new:
        writer = new.publish(FIRST, tmp_path)
    assert writer.run.status == "running"
    with pytest.raises(InUse):
        Lock(writer.run.path / "LOCK")
    writer.finish("failed", error="no luck")
    assert not is_locked(writer.run.path / "LOCK")
    assert (writer.run.status, writer.run.info["error"]) == ("failed", "no luck")


def test_a_run_that_is_left_without_an_ending_reads_as_interrupted(runs_dir, tmp_path):
    with claim(runs_dir, "x") as new, new.publish(FIRST, tmp_path) as writer:
        pass
    assert writer.run.info["status"] == "running"
    assert writer.run.status == "interrupted"


KILLED = """
import os, signal, sys
from pathlib import Path
from npnet.rundir.names import CONFIG, RESOLVED
from npnet.rundir.new_run import claim
with claim(Path(sys.argv[1]), "x") as new:
    writer = new.publish({CONFIG: b"", RESOLVED: b""}, Path())
writer.append_history({"epoch": 1}, 0.1)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_run_reads_as_interrupted_and_keeps_what_it_had_logged(runs_dir):
    assert subprocess.run([sys.executable, "-c", KILLED, runs_dir], check=False, timeout=60).returncode == -9
    run = RunFolder(runs_dir / "latest")
    assert run.status == "interrupted"
    assert run.history()["epoch"].tolist() == [1]


def test_a_run_folder_that_vanishes_is_not_made_again(runs_dir, tmp_path):
    with claim(runs_dir, "x") as new:
        writer = new.publish(FIRST, tmp_path)
    writer.run.path.rename(runs_dir / "elsewhere")
    with pytest.raises(MachineError):
        writer.log("hello")
    with pytest.raises(MachineError):
        writer.write_predictions("test", [{"row": [1]}])
    with pytest.raises(MachineError):
        writer.finish("done")
    writer.close()
    assert not writer.run.path.exists()


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("circles", "circles"),
        ("my config (1)", "my-config-1"),
        ("../../etc/passwd", "etc-passwd"),
        ("-rf", "rf"),
        (".hidden", "hidden"),
        ("ünï\x1b[31m\0", "n-31m"),
        ("", "run"),
        ("...", "run"),
        ("x" * 300, "x" * 100),
    ],
)
def test_any_name_of_a_config_makes_a_safe_id(name, part):
    made = names.new_id(name)
    assert names.is_safe(made)
    assert made[16:-5] == part
