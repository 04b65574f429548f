"""A run folder is read as it is: whole files of its own, or an error that names the one that is off."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from npnet.errors import RunError
from npnet.rundir.run import RunFolder


def change(run: RunFolder, **fields: object) -> None:
    path = run.path / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def test_what_a_training_wrote_is_read_back(make_run):
    run = make_run()
    assert run.status == "done"
    assert run.read("config.yaml") == b"loss:  huber\n"
    assert run.resolved_path.read_bytes() == run.read("resolved.yaml") == b"loss: huber\n"
    history = run.history()
    assert list(history) == ["epoch", "train_loss", "validation_loss"]
    np.testing.assert_array_equal(history["train_loss"], [1, 0.5])
    assert np.isnan(history["validation_loss"]).all()
    assert run.predictions("test")["prediction"].tolist() == [0.25, 1 / 3]
    assert run.metrics()["test"]["roc_auc"] == 0.5
    assert np.isnan(run.metrics()["test"]["f1"])
    assert (run.path / "metrics.json").read_text().splitlines()[-3].strip() == '"f1": null'
    for read in (run.weights, run.checkpoint):
        tensors, metadata = read()
        assert tensors["layers.0.weight"].shape == (1, 2)
        assert metadata == {"epoch": "2", "batch": "0"}


def test_a_run_of_no_epochs_has_an_empty_history(make_run):
    run = make_run()
    (run.path / "history.csv").unlink()
    assert run.history() == {}


def test_every_prefix_of_a_history_reads_as_the_epochs_that_are_whole(make_run):
    run = make_run()
    path = run.path / "history.csv"
    data = path.read_bytes()
    for length in range(len(data) + 1):
        path.write_bytes(data[:length])
        epochs = list(run.history().get("epoch", []))
        assert epochs == [1, 2][: max(data[:length].count(b"\n") - 1, 0)]


@pytest.mark.parametrize(
    "read",
    [
        RunFolder.weights,
        RunFolder.checkpoint,
        RunFolder.metrics,
        lambda run: run.predictions("train"),
        lambda run: run.read("config.yaml"),
    ],
)
def test_a_file_that_is_not_there_yet_is_named(make_run, read):
    run = make_run()
    for path in run.path.iterdir():
        if path.name.startswith(("weights", "checkpoint", "metrics", "config")):
            path.unlink()
    with pytest.raises(RunError, match=r" is missing") as caught:
        read(run)
    assert caught.value.code == 5


def test_a_folder_without_run_json_is_no_run(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(RunError, match=f"{path} is no run folder"):
            RunFolder(path)


@pytest.mark.parametrize(
    "fields",
    [
        {"format": 0},
        {"format": "1"},
        {"format": None},
        {"status": "asleep"},
        {"status": ["done"]},
        {"name": 7},
        {"tags": "a"},
        {"tags": [1]},
        {"argv": [None]},
        {"versions": []},
        {"machine": None},
        {"seconds": "1"},
        {"best_epoch": 1.5},
        {"monitored": {"name": "validation_loss"}},
        {"monitored": 7},
        {"decisions": {"positive_class": "1", "threshold": "0.5", "chosen_for": None}},
    ],
)
def test_a_run_json_of_another_kind_is_refused(make_run, fields):
    run = make_run()
    change(run, **fields)
    with pytest.raises(RunError, match=r"run\.json cannot be used"):
        _ = run.info


def test_a_run_of_a_newer_format_asks_for_a_newer_npnet(make_run):
    run = make_run()
    change(run, format=3)
    with pytest.raises(RunError, match=r"run\.json cannot be used: it has format 3 and needs a newer npnet"):
        _ = run.info


def test_a_run_of_the_first_format_is_refused_with_a_sentence(make_run):
    run = make_run()
    change(run, format=1)
    with pytest.raises(RunError, match=r"it has format 1, and this npnet reads format 2: train the run again") as found:
        _ = run.info
    assert found.value.code == 5


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("run.json", b""),
        ("run.json", b"[]"),
        ("run.json", b'{"format": NaN}'),
        ("run.json", b"\xff"),
        ("run.json", b"[" * 100_000),
        ("run.json", b" " * (2**20 + 1)),
        ("metrics.json", b"[1]"),
        ("metrics.json", b'{"test": 1}'),
        ("metrics.json", b'{"test": {"roc_auc": "1"}}'),
        ("metrics.json", b'{"test": {"roc_auc": 1, "roc_auc": 2}}'),
        ("history.csv", b"a,a\n1,2\n"),
        ("history.csv", b"a,b\n1,2,3\n"),
        ("history.csv", b"a,b\n1,x\n"),
        ("history.csv", b"a\n\xff\n"),
        ("predictions/test.csv", b'row\n"1'),
        ("predictions/test.csv", b"row,row\n1,2\n"),
        ("predictions/test.csv", b"row,target\n1\n"),
        ("predictions/test.csv", b"row\nx\n"),
        ("predictions/test.csv", b"row\n" + b"9" * 30 + b"\n"),
        ("predictions/test.csv", b"row\n" + b"9" * 200_000 + b"\n"),
        ("weights.safetensors", b"\x80\x04pickle"),
    ],
)
def test_a_damaged_file_is_named(make_run, name, data):
    run = make_run()
    (run.path / name).write_bytes(data)
    reads = {
        "run.json": lambda: run.info,
        "metrics.json": run.metrics,
        "history.csv": run.history,
        "predictions/test.csv": lambda: run.predictions("test"),
        "weights.safetensors": run.weights,
    }
    with pytest.raises(RunError, match=str(run.path / name)):
        reads[name]()


READS = {
    "run.json": lambda run: run.info,
    "config.yaml": lambda run: run.read("config.yaml"),
    "resolved.yaml": lambda run: run.read("resolved.yaml"),
    "history.csv": RunFolder.history,
    "metrics.json": RunFolder.metrics,
    "weights.safetensors": RunFolder.weights,
    "predictions/test.csv": lambda run: run.predictions("test"),
}


def put_link(path: Path) -> None:
    path.rename(path.parent.parent / "elsewhere")
    path.symlink_to(path.parent.parent / "elsewhere")


def put_hard_link(path: Path) -> None:
    path.with_name("twin").hardlink_to(path)


def put_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def put_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def put_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("put", [put_link, put_hard_link, put_pipe, put_device, put_folder])
@pytest.mark.parametrize("name", READS)
def test_links_pipes_devices_and_folders_inside_a_run_are_not_read(make_run, name, put):
    run = make_run()
    put(run.path / name)
    with pytest.raises(RunError, match=name):
        READS[name](run)


def test_nothing_is_read_or_written_through_a_folder_that_is_a_link(make_run, tmp_path):
    run = make_run()
    (run.path / "predictions").rename(tmp_path / "elsewhere")
    (tmp_path / "target").mkdir()
    for name, target in {"predictions": "elsewhere", "plots": "target"}.items():
        (run.path / name).symlink_to(tmp_path / target)
    with pytest.raises(RunError, match="symbolic link"):
        run.predictions("test")
    with pytest.raises(RunError, match="symbolic link"):
        _ = run.plots
    assert not list((tmp_path / "target").iterdir())


@pytest.mark.parametrize("part", ["", "../../etc/passwd", "/etc/passwd", "-rf", ".x", "a/b", "\0", "x" * 300])
def test_a_part_is_never_a_path(make_run, part):
    with pytest.raises(RunError, match="no part of the data"):
        make_run().predictions(part)
