"""Runs and sweeps in Python: predictions and scores of other rows, figures, reports, resumes, tables of trials."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import npnet
from npnet.errors import DataError, NpnetError, NpnetWarning, RunError, UsageError
from tests.api.test_training import MOONS, weights
from tests.cli.conftest import call
from tests.cli.tables import csv_of, people, trained


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> npnet.Run:
    """Return a run on a table of people."""
    return npnet.Run(trained(tmp_path_factory.mktemp("people")))


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> npnet.Sweep:
    folder = tmp_path_factory.mktemp("sweeps")
    return npnet.sweep(MOONS, {"layers.0.linear.units": [2, 4]}, learning_rate=[0.01, 0.1], runs_dir=folder, seeds=2)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table() -> pd.DataFrame:
    return pd.read_csv(io.StringIO(csv_of(people())))


def test_a_run_predicts_tables_and_files_as_the_command_does(run: npnet.Run) -> None:
    table().to_csv("new.csv", index=False)
    expected = pd.read_csv(io.StringIO(call("predict", run.path, "new.csv", "--proba").out), dtype={"prediction": str})
    for rows in (table(), "new.csv"):
        found = run.predict(rows)
        assert list(found.columns) == list(expected.columns[1:])
        assert np.allclose(found.filter(like="probability"), expected.filter(like="probability"), rtol=1e-6)
        assert (found["prediction"] == expected["prediction"]).all()
    assert run.predict(table().set_index(pd.Index(range(5, 5 + len(table()))))).index[0] == 5


def test_a_run_scores_its_own_rows_and_others(run: npnet.Run) -> None:
    assert np.allclose(run.evaluate(), run.metrics, equal_nan=True)
    other = run.evaluate(table())
    assert list(other.columns) == ["data"]
    assert 0 < other["data"]["roc_auc"] <= 1
    assert list(run.evaluate(split="test", bootstrap=20).columns) == ["test", "test_low", "test_high"]


@pytest.mark.long  # scikit-learn trains the baselines
def test_baselines_stand_beside_the_network() -> None:
    run = npnet.train(MOONS, baselines=True, epochs=1)
    assert list(run.baselines.columns[:2]) == ["network", "majority"]
    assert run.baselines.loc["roc_auc", "network"] == run.metrics.loc["roc_auc", "test"]


def test_a_plot_is_a_figure_that_shows_itself(run: npnet.Run) -> None:
    import sys

    figure: Any = run.plot("loss")
    figure.savefig("loss.png")
    assert figure._repr_png_()[:8] == Path("loss.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert "matplotlib.pyplot" not in sys.modules


@pytest.mark.long
def test_a_report_goes_into_the_folder_or_to_a_file(sweep: npnet.Sweep) -> None:
    run = sweep.best
    assert run.report() == run.path / "report.html"
    assert sweep.report("here.html").read_bytes()[:15] == b"<!doctype html>"
    Path("mine.html").write_text("mine")
    with pytest.raises(UsageError, match=r"mine\.html exists already and is no report"):
        run.report("mine.html")
    assert Path("mine.html").read_text() == "mine"


def test_a_resume_gives_the_bits_of_a_longer_training() -> None:
    whole, short = npnet.train(MOONS, epochs=6), npnet.train(MOONS)
    assert weights(short.resume(6)) == weights(whole)
    assert short.resume().id == short.id


def test_a_sweep_is_a_table_and_its_best_is_a_run(sweep: npnet.Sweep) -> None:
    results = sweep.results
    assert list(results.columns[:5]) == ["point", "status", "epochs", "layers.0.linear.units", "learning_rate"]
    assert results["learning_rate"].to_list() == [0.01, 0.01, 0.1, 0.1] * 2
    assert results["layers.0.linear.units"].dtype == np.int64
    points = results.groupby("point")["validation.loss"].mean()
    assert (
        sweep.best.config["learning_rate"] == results.loc[results["point"] == points.idxmin(), "learning_rate"].iloc[0]
    )
    assert sweep.best.model.predict([[0.0, 1.0]]).shape == sweep.model.predict([[0.0, 1.0]]).shape == (1, 1)
    assert repr(sweep) == f'<Sweep "{sweep.id}": done, 8 trials>'
    assert sweep.resume().id == npnet.Sweep(sweep.path).id == sweep.id
    assert sweep.plot().axes


def test_a_sweep_from_python_is_that_of_the_command(sweep: npnet.Sweep) -> None:
    Path("moons.yaml").write_bytes((sweep.path / "config.yaml").read_bytes())
    units, rates = "layers.0.linear.units=[2,4]", "learning_rate=[0.01,0.1]"
    assert call("sweep", "moons.yaml", units, rates, "--seeds", "2", "--no-plots", "-q").code == 0
    assert (npnet.Sweep("latest").path / "trials.csv").read_bytes() == (sweep.path / "trials.csv").read_bytes()


def test_trials_that_fail_are_warned_of() -> None:
    with pytest.warns(NpnetWarning, match="1 of 2 trials failed: diverged in epoch 1"):
        sweep = npnet.sweep({**MOONS, "loss": "mean_squared_error", "optimizer": "sgd"}, learning_rate=[0.01, 1e6])
    assert sweep.results["status"].str.startswith("failed(7)").sum() == 1


WRONG = [
    (lambda run, sweep: npnet.Run(sweep.path), UsageError, r'npnet.Sweep\(".*"\) opens it'),
    (lambda run, sweep: npnet.Sweep(run.path), UsageError, r'npnet.Run\(".*"\) opens it'),
    (lambda run, sweep: run.plot("losses"), UsageError, 'did you mean "loss"'),
    (lambda run, sweep: run.plot("predicted_against_true"), UsageError, "no predicted_against_true plot: it needs"),
    (lambda run, sweep: run.plot("animation"), UsageError, "--kind animation --format gif"),
    (lambda run, sweep: run.plot("overview"), UsageError, "shows a sweep, and this is none"),
    (lambda run, sweep: run.predict(table()[["age"]]), DataError, "X has no column"),
    (lambda run, sweep: run.predict("nothing.csv"), DataError, "there is no file nothing.csv"),
    (lambda run, sweep: run.evaluate(split="all"), UsageError, "the run has no part all"),
    (lambda run, sweep: npnet.sweep(MOONS, keep="some"), UsageError, "keep is one of"),
    (lambda run, sweep: npnet.sweep(MOONS), NpnetError, "config has no key sweep"),
    (lambda run, sweep: npnet.sweep(MOONS, epochs=[1, "x"]), NpnetError, "^epochs: epochs must be a whole number"),
    (lambda run, sweep: npnet.Run("latest"), RunError, "there is no run"),
]


@pytest.mark.parametrize(("call", "error", "words"), WRONG, ids=range(len(WRONG)))
def test_wrong_arguments_are_refused_with_the_reason(call, error, words, run: npnet.Run, sweep: npnet.Sweep) -> None:
    import re

    with pytest.raises(error) as raised:
        call(run, sweep)
    assert re.search(words, " | ".join([str(raised.value), *getattr(raised.value, "__notes__", [])]))
    assert not list(Path().iterdir())
