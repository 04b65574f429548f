"""Sweeps as runs: their pictures, their line, and the best trial that answers for them."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from npnet.api import load
from npnet.rundir.run import find
from tests.cli.conftest import SMALL, call

HALVING = ("--method", "halving", "epochs=9")


@pytest.fixture(scope="module")
def sweeps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of sweeps for reading only: plain, repeated, halving, all trials failed."""
    base = tmp_path_factory.mktemp("sweeps")
    (base / "small.yaml").write_text(SMALL)
    (base / "failed.yaml").write_text(SMALL.replace("tanh", "linear: 4"))
    rates = "learning_rate=[0.01,0.1]"
    for name, code, *rest in (
        ("grid", 0, rates, "layers.0.linear.units=[4,8]", "optimizer=[sgd,adam]"),
        ("repeated", 0, rates, "--seeds", 3),
        ("halving", 0, "learning_rate=[0.001,0.003,0.01,0.03,0.1,0.2]", *HALVING),
        ("failed", 8, "learning_rate=[1e5,1e6]", "optimizer=sgd", "loss=mean_squared_error", "epochs=20"),
    ):
        options = ("--metric", "validation.loss", "--runs-dir", base / "runs", "--name", name, "-q")
        result = call("sweep", base / ("failed.yaml" if code else "small.yaml"), *rest, *options)
        assert result.code == code, result.err
    return base / "runs"


def named(sweeps: Path, name: str) -> str:
    return next(path.name for path in sweeps.iterdir() if f"-{name}-" in path.name)


@pytest.fixture
def own(sweeps: Path, folder: Path) -> Path:
    """Return a copy of the folder that a test may change."""
    return shutil.copytree(sweeps, folder / "runs", symlinks=True)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("grid", ["overview", "parallel", "slices"]),
        ("repeated", ["overview", "parallel", "seeds", "slices"]),
        ("halving", ["overview", "parallel", "rungs", "slices"]),
    ],
)
def test_a_sweep_is_drawn_into_its_folder(name: str, kinds: list[str], own: Path) -> None:
    sweep = named(own, name)
    result = call("plot", sweep)
    assert result.code == 0, result.err
    assert sorted({Path(line).stem for line in result.out.splitlines()}) == kinds
    trials = rows(own / sweep / "trials.csv")
    drawn = rows(own / sweep / "plots" / "slices.csv")
    for column in ("number", "learning_rate", "validation.loss"):
        assert [row[column] for row in drawn] == [row[column] for row in trials]


def test_kinds_and_formats_are_chosen(own: Path) -> None:
    sweep = named(own, "grid")
    result = call("plot", sweep, "--kind", "slices,parallel", "--format", "svg")
    assert result.code == 0
    names = sorted(path.name for path in (own / sweep / "plots").iterdir())
    assert names == ["parallel.csv", "parallel.svg", "slices.csv", "slices.svg"]


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("grid", "rungs", "no rungs plot: it needs rungs; --method halving has them"),
        ("grid", "roc", "no roc plot: it shows one training, and this is a sweep"),
        ("failed", "overview", "no overview plot: it needs a trial that has a score"),
    ],
)
def test_a_kind_that_does_not_suit_is_refused_in_one_line(name: str, kind: str, reason: str, sweeps: Path) -> None:
    result = call("plot", named(sweeps, name), "--kind", kind, "--runs-dir", sweeps)
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[0] == f"npnet: error: {reason}"
    assert not (sweeps / named(sweeps, name) / "plots").exists()


def test_the_best_trial_of_a_sweep_is_a_run_to_plot(own: Path) -> None:
    result = call("plot", own / named(own, "grid") / "best", "--kind", "loss")
    assert result.code == 0, result.err
    assert "trials" in result.out


def test_the_best_trial_is_named_after_any_name_of_its_sweep(own: Path) -> None:
    sweep = named(own, "grid")
    best = (own / sweep / "best").resolve()
    assert find(own, f"{sweep}/best").path == find(own, f"{sweep[:-1]}/best").path == best
    result = call("plot", f"{sweep}/best", "--kind", "loss", "--runs-dir", own)
    assert (result.code, result.out.splitlines()[0]) == (0, str(best / "plots" / "loss.png"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("failed", "has no best trial"),
        ("nothing", "there is no run 'nothing' in"),
        ("grid/best", "is no sweep, and has no best trial"),
    ],
)
def test_a_missing_best_trial_is_reported_in_one_line(name: str, reason: str, own: Path) -> None:
    text = name.replace("grid", named(own, "grid")).replace("failed", named(own, "failed"))
    result = call("plot", f"{text}/best", "--runs-dir", own)
    assert (result.code, result.out) == (5, "")
    assert reason in result.err.splitlines()[0]


def test_a_sweep_without_a_table_cannot_be_drawn(own: Path) -> None:
    sweep = named(own, "grid")
    (own / sweep / "trials.csv").unlink()
    result = call("plot", sweep)
    assert result.code == 5
    assert f"the sweep {sweep} has no table yet" in result.err
    assert "hint: npnet resume" in result.err


@pytest.mark.parametrize("text", ["", "number,point\n1\n", "number,number\n1,1\n", "number\nx\n", "\0\n"])
def test_a_table_that_is_none_is_a_damaged_run(text: str, own: Path) -> None:
    sweep = named(own, "grid")
    (own / sweep / "trials.csv").write_text(text)
    for command in ("plot", "compare"):
        result = call(command, sweep)
        assert result.code == 5, result.err
        assert len(result.err.splitlines()) <= 2


@pytest.mark.parametrize(
    ("options", "drawn"), [((), True), (("--no-plots",), False), (("-q",), False), (("--json",), False)]
)
def test_a_sweep_draws_its_overview_where_somebody_watches(options: tuple[str, ...], drawn: bool, folder: Path) -> None:
    result = call("sweep", "small.yaml", "learning_rate=[0.01,0.1]", "epochs=1", "--run-dir", "here", *options)
    assert result.code == 0, result.err
    assert (folder / "here" / "plots" / "overview.png").exists() == drawn


def test_an_overview_that_cannot_be_drawn_is_a_warning(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise MachineError("matplotlib cannot be loaded")

    from npnet.errors import MachineError
    from npnet.plots import style

    monkeypatch.setattr(style, "_load_matplotlib", broken)
    result = call("sweep", "small.yaml", "learning_rate=[0.01,0.1]", "epochs=1", "--run-dir", "here")
    assert (result.code, result.out) == (0, "here\n")
    assert "the overview is missing: matplotlib cannot be loaded; npnet plot here tries again" in result.err


def test_the_best_trial_answers_for_a_sweep(sweeps: Path) -> None:
    sweep = named(sweeps, "grid")
    best = sweeps / sweep / "best"
    of_sweep, of_trial = (call("evaluate", one, "--json", "--runs-dir", sweeps) for one in (sweep, best))
    assert of_sweep.code == 0, of_sweep.err
    assert of_sweep.out == of_trial.out
    table = best.parent.parent / "new.csv"
    table.write_text("x1,x2\n0.5,-0.5\n0.5,0.5\n")
    results = [call("predict", one, table, "--runs-dir", sweeps) for one in (sweep, best)]
    assert results[0].code == 0, results[0].err
    assert results[0].out == results[1].out
    model, trial = load(sweep, sweeps), load(best)
    assert (model.predict([[0.5, -0.5]]) == trial.predict([[0.5, -0.5]])).all()


def test_a_training_starts_from_the_best_trial_of_a_sweep(sweeps: Path, folder: Path) -> None:
    sweep = named(sweeps, "repeated")
    options = (f"weights={sweep}", "epochs=0", "--runs-dir", sweeps, "--run-dir", "here", "-q", "--no-plots")
    result = call("train", "small.yaml", *options)
    assert result.code == 0, result.err
    scores = json.loads(call("evaluate", "here", "--json").out)
    assert scores == json.loads(call("evaluate", sweep, "--json", "--runs-dir", sweeps).out)


def test_a_sweep_without_a_best_trial_answers_nothing(sweeps: Path) -> None:
    sweep = named(sweeps, "failed")
    for arguments in (("evaluate", sweep), ("predict", sweep, "any.csv"), ("compare", sweep, sweep)):
        result = call(*arguments, "--runs-dir", sweeps)
        assert (result.code, result.out) == (5, "")
        assert f"npnet: error: the sweep {sweep} has no best trial" in result.err
        assert "hint: none of its trials has a score" in result.err


@pytest.mark.parametrize("target", ["/etc", "../../..", "trials/../..", "trials", "plots/0001", "trials/.x"])
def test_a_link_that_leads_elsewhere_is_refused(target: str, own: Path) -> None:
    sweep = named(own, "grid")
    (own / sweep / "best").unlink()
    (own / sweep / "best").symlink_to(target)
    result = call("evaluate", sweep)
    assert result.code == 5
    assert "leads elsewhere than to a trial of its sweep" in result.err


def test_a_best_trial_that_is_gone_or_has_no_weights_is_reported(own: Path) -> None:
    sweep = named(own, "grid")
    best = (own / sweep / "best").resolve()
    (best / "weights.safetensors").unlink()
    assert "weights.safetensors is missing" in call("evaluate", sweep).err
    shutil.rmtree(best)
    result = call("evaluate", sweep)
    assert (result.code, result.out) == (5, "")


def test_the_line_of_a_sweep_has_its_trials_and_the_best_score(sweeps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    sweep = named(sweeps, "grid")
    line = next(line for line in call("runs", "--runs-dir", sweeps).out.splitlines() if sweep in line)
    score = json.loads(call("evaluate", sweep, "--json", "--runs-dir", sweeps).out)["test"]["roc_auc"]
    assert line.split()[1:4] == ["done", "8", "trials"]
    assert f"roc_auc {score:.4f}" in line


def test_a_sweep_is_shown_with_its_trials_and_its_best_one(sweeps: Path) -> None:
    shown = json.loads(call("runs", "show", named(sweeps, "grid"), "--json", "--runs-dir", sweeps).out)
    best = (sweeps / named(sweeps, "grid") / "best").readlink()
    assert (shown["trials"], shown["failed"], shown["best"]) == (8, 0, str(best))
    assert shown["metrics"]["test"]
    failed = find(sweeps, named(sweeps, "failed")).info
    assert (failed["trials"], failed["failed"], failed["best"]) == (2, 2, None)


def test_sweeps_stand_beside_runs_with_their_best_trials(sweeps: Path) -> None:
    one, other = named(sweeps, "grid"), named(sweeps, "repeated")
    found = json.loads(call("compare", one, other, sweeps / one / "best", "--json", "--runs-dir", sweeps).out)
    assert found["runs"] == [f"{one}/best", f"{other}/best"]
    assert len(found["metrics"]["test.loss"]) == 2


def test_a_sweep_alone_is_compared_by_its_best_points(sweeps: Path) -> None:
    sweep = named(sweeps, "repeated")
    found = json.loads(call("compare", sweep, "--json", "--runs-dir", sweeps).out)
    points = rows(sweeps / sweep / "points.csv")
    points.sort(key=lambda row: float(row["validation.loss"]))
    assert found["points"] == [f"point {row['point']}" for row in points]
    assert found["metrics"]["validation.loss"] == pytest.approx([float(row["validation.loss"]) for row in points])
    spread = found["metrics"]["deviation of validation.loss"]
    assert spread == pytest.approx([float(row["deviation"]) for row in points])
    assert found["settings"] == {"learning_rate": [row["learning_rate"] for row in points]}
    assert "learning_rate" in call("compare", sweep, "--runs-dir", sweeps).out


def test_collected_trials_are_a_sweep_that_is_done(folder: Path) -> None:
    emitted = call("sweep", "small.yaml", "learning_rate=[0.01,0.1]", "epochs=1", "--run-dir", "s", "--emit-commands")
    lines = emitted.out.splitlines()
    assert call("sweep", "--collect", "s").code == 5
    for number, line in enumerate(lines, 1):
        assert call(*line.split()[1:]).code == 0
        result = call("sweep", "--collect", "s")
        assert result.code == (0 if number == len(lines) else 8)
        assert find(folder, "s").status == ("done" if number == len(lines) else "interrupted")
    assert find(folder, "s").info["trials"] == 2
    assert call("plot", "s", "--kind", "overview").code == 0
