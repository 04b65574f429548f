"""Pages of hostile tables, sweeps, several runs, data alone, and of trainings that go on."""

import json
import os
import re
import shutil
import signal
import time
from pathlib import Path

import pytest

from npnet.storage.lock import Lock
from tests.cli.conftest import Result, call, start

SCRIPT = "</script><script>alert(1)</script>"
NAMES = ("<img src=x onerror=alert(1)>", "שם", "nul\x00name")
CONFIG = """\
dataset: {table: {path: table.jsonl, target: y}}
layers: [{linear: 3}, tanh, linear]
epochs: 2
"""
SWEEP = """\
dataset: {xor: {samples: 100}}
layers: [{linear: 3}, tanh, linear]
epochs: 2
sweep: {method: grid, metric: validation.roc_auc, parameters: {learning_rate: [0.01, 0.1], batch_size: [10, 20]}}
"""


def page_at(result: Result) -> str:
    assert result.code == 0, result.err
    return Path(result.out.splitlines()[0]).read_text(encoding="utf-8")


def assert_harmless(page: str) -> None:
    assert page.count("<script") == page.count("</script>")
    assert "alert(1)</script>" not in page
    assert "<script>alert" not in page
    assert "<img" not in page
    assert not set("\x00\u202e\u2028") & set(page)
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "שם" in page


def test_text_of_a_table_stays_text(folder: Path) -> None:
    classes = (SCRIPT, "evil\u202e\x00\u2028one")
    rows = [{**{name: i % (7 - at) for at, name in enumerate(NAMES)}, "y": classes[i % 2]} for i in range(60)]
    (folder / "table.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    (folder / "hostile.yaml").write_text(CONFIG)
    assert_harmless(page_at(call("data", "report", "hostile.yaml")))
    result = call("train", "hostile.yaml", "--no-plots", "-q", "--report")
    assert result.code == 0, result.err
    assert_harmless((Path(result.out.strip()) / "report.html").read_text(encoding="utf-8"))


def test_the_data_alone_are_reported_before_a_training(folder: Path) -> None:
    page = page_at(call("data", "report", "small.yaml", "split.test=0.3"))
    assert [f'id="{name}"' in page for name in ("data", "distributions", "drift", "curves")] == [
        True,
        True,
        True,
        False,
    ]
    assert not (folder / "runs").exists()
    (folder / "small-data.html").write_text("mine")
    result = call("data", "report", "small.yaml")
    assert (result.code, (folder / "small-data.html").read_text()) == (2, "mine")
    assert "small-data.html exists already" in result.err
    result = call("data", "report", "small.yaml", "-o", "small.yaml", "-f")
    assert result.code == 2
    assert "input of this command" in result.err


def test_a_sweep_leads_to_its_trials(folder: Path) -> None:
    (folder / "sweep.yaml").write_text(SWEEP)
    assert call("sweep", "sweep.yaml", "--no-plots", "-q").code == 0
    page = page_at(call("report", "latest"))
    assert 'id="parallel"' in page
    assert 'href="trials/0001/"' in page
    (sweep,) = (path for path in (folder / "runs").glob("*-sweep-*"))
    assert f'href="runs/{sweep.name}/trials/0001/"' in page_at(call("report", "latest", "-o", "sweep.html"))
    (sweep / "trials.csv").unlink()  # as while it trains
    assert 'id="parallel"' in page_at(call("report", "latest"))
    shutil.rmtree(sweep / "trials")
    result = call("report", "latest")
    assert result.code == 5
    assert "no trial of the sweep" in result.err
    info = json.loads((sweep / "run.json").read_text())
    (sweep / "run.json").write_text(json.dumps(info | {"status": "interrupted"}))
    assert "none of its trials has ended yet" in page_at(call("report", "latest"))


def test_several_runs_are_compared(runs: Path, folder: Path) -> None:
    one, two = sorted(path.name for path in runs.glob("*-*"))
    page = page_at(call("report", one, two, "--runs-dir", runs))
    assert 'id="overlay-loss"' in page
    assert "learning_rate" in page
    assert f"{one}/" in page
    assert "different data" not in page
    other = folder / "other"
    shutil.copytree(runs / two, other)
    info = json.loads((other / "run.json").read_text())
    (other / "run.json").write_text(json.dumps(info | {"data": "0" * 64}))
    assert "The runs have different data" in page_at(call("report", runs / one, other, "-o", "differ.html"))
    (folder / "iris.yaml").write_text("dataset: iris\nlayers: [linear]\nepochs: 1\n")
    assert call("train", "iris.yaml", "--no-plots", "-q").code == 0
    result = call("report", one, "runs/latest", "-o", "both.html", "--runs-dir", runs)
    assert result.code == 2
    assert "binary" in result.err
    assert "multiclass" in result.err
    assert not (folder / "both.html").exists()


def test_the_rungs_of_a_halving_are_drawn(folder: Path) -> None:
    plan = "{method: {halving: {min_epochs: 1, reduction: 2}}, trials: 4, metric: validation.roc_auc, "
    values = "parameters: {learning_rate: {min: 0.001, max: 0.1, distribution: log_uniform}}}"
    (folder / "sweep.yaml").write_text(SWEEP.partition("sweep:")[0] + f"metrics: [roc_auc]\nsweep: {plan}{values}\n")
    assert call("sweep", "sweep.yaml", "--no-plots", "-q").code == 0
    page = page_at(call("report", "latest"))
    assert 'id="rungs"' in page
    assert "4 trials to epoch 1; 2 trials to epoch 2." in page


def test_each_of_several_targets_has_its_charts(folder: Path) -> None:
    rows = "".join(f"{i},{i % 5},{2 * i},{i % 3}\n" for i in range(60))
    (folder / "t.csv").write_text(f"x,z,tall,heavy\n{rows}")
    (folder / "t.yaml").write_text("dataset: {table: {path: t.csv, target: [tall, heavy]}}\nlayers: [linear]\n")
    page = page_at(call("data", "report", "t.yaml"))
    assert all(f'id="{name}"' in page for name in ("target", "target-1", "column-0", "column-1-0", "column-1-1"))
    assert page.count('<details class="target"') == 2
    assert page.count("explains 100 % of tall") == 2


LONG = "n" * 5000


def test_long_names_are_cut_and_are_whole_in_a_title(folder: Path) -> None:
    rows = "".join(f"{i % 7},{i % 5},{'no' if i % 2 else LONG}\n" for i in range(60))
    (folder / "t.csv").write_text(f"{LONG},x,{LONG}y\n{rows}")
    (folder / "t.yaml").write_text(
        f"dataset: {{table: {{path: t.csv, target: {LONG}y}}}}\nlayers: [linear]\nepochs: 1\n"
    )
    result = call("train", "t.yaml", "--no-plots", "-q", "--report")
    assert result.code == 0, result.err
    page = (Path(result.out.strip()) / "report.html").read_text(encoding="utf-8")
    shown = re.sub(r"<script.*?</script>|<style>.*?</style>|<pre[^>]*>.*?</pre>|<[^>]*>", " ", page, flags=re.DOTALL)
    assert max(map(len, shown.split())) <= 200
    assert f'title="{LONG}"' in page


@pytest.mark.long
def test_of_a_cross_validation_the_sets_are_those_of_its_first_fold(folder: Path) -> None:
    page = page_at(call("data", "report", "small.yaml", "cv=4"))
    assert "The first of 4 folds." in page
    assert call("train", "small.yaml", "cv=4", "epochs=2", "record=8", "--no-plots", "-q", "--report").code == 0
    page = page_at(call("report", "latest"))
    assert "Shown is the first network, of the first of 4 folds." in page
    assert call("train", "small.yaml", "ensemble=3", "epochs=1", "--no-plots", "-q").code == 0
    assert "Shown is network 1 of 3, which predict together." in page_at(call("report", "latest"))


@pytest.mark.parametrize("command", [("report", "-o", "page.html"), ("compare",), ("plot", "--kind", "loss")])
def test_a_run_that_is_named_twice_is_taken_once(command: tuple[str, ...], runs: Path, folder: Path) -> None:
    one, two = sorted(path.name for path in runs.glob("*-*"))
    if command[0] == "plot":
        shutil.copytree(runs, runs := folder / "runs")
    result = call(command[0], one, two, runs / one, one, *command[1:], "--runs-dir", runs)
    assert result.code == 0, result.err
    assert f"it is the same run as '{one}'" in result.err
    assert f"left out '{one}': it is named twice" in result.err
    assert len(result.out.split(one)) - 1 == {"report": 0, "compare": 1, "plot": 2}[command[0]]
    if command[0] == "report":
        assert "<h1><bdi>2 runs</bdi></h1>" in page_at(result)


@pytest.fixture
def going(runs: Path, tmp_path: Path) -> Path:
    """Return a run that goes on as long as its lock is held."""
    run = tmp_path / "runs" / "going"
    shutil.copytree(next(runs.glob("*-one-*")), run)
    for name in ("weights.safetensors", "metrics.json", "checkpoint.safetensors"):
        (run / name).unlink()
    info = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(info | {"status": "running", "best_epoch": None, "finished": None}))
    return run


@pytest.mark.long
def test_watch_rewrites_the_page_until_it_is_stopped(going: Path, tmp_path: Path) -> None:
    lock, page = Lock(going / "LOCK"), tmp_path / "live.html"
    try:
        watching = start("watch", going, "--every", 0.2, "-o", page, stdout=-1, stderr=-1)
        while not page.exists():
            assert watching.poll() is None, watching.communicate()
            time.sleep(0.05)
        first = page.stat().st_ino
        while page.stat().st_ino == first:
            time.sleep(0.05)
        assert '{"live":{"seconds":0.2}}' in page.read_text(encoding="utf-8")
        os.kill(watching.pid, signal.SIGINT)
        out, err = watching.communicate(timeout=20)
        assert (watching.returncode, out.strip()) == (130, str(page)), err
    finally:
        lock.release()


def test_watch_ends_with_the_run(going: Path, tmp_path: Path) -> None:
    result = call("watch", going, "-o", tmp_path / "page.html")
    assert result.code == 0, result.err
    assert "interrupted" in result.err  # no process holds its lock
    assert '"live"' not in (tmp_path / "page.html").read_text(encoding="utf-8")
    result = call("watch", going, "-o", "-")
    assert result.code == 2
    assert "npnet report -o -" in result.err


def test_an_interrupted_run_keeps_no_best_epoch_yet(going: Path, runs: Path, tmp_path: Path) -> None:
    shutil.copy(next(runs.glob("*-one-*")) / "weights.safetensors", going)  # as each checkpoint leaves them
    page = page_at(call("report", going, "-o", tmp_path / "page.html"))
    assert 'id="curves"' in page
    assert "keeps its weights of epoch" not in page


def test_a_run_whose_data_are_gone_shows_what_its_folder_has(run: Path) -> None:
    result = call("report", run, "-o", "-")
    assert result.code == 0, result.err
    assert "Figures that need the data are left out" in result.out
    assert [f'id="{name}"' in result.out for name in ("scores", "roc", "threshold", "data")] == [
        True,
        True,
        True,
        False,
    ]
