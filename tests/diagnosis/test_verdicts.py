"""Every verdict is provoked by a config, and not raised for one that lacks the fault."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from npnet.cli.app import npnet as program
from npnet.diagnosis.diagnose import judged
from npnet.diagnosis.verdict import VerdictKind, verdicts
from npnet.rundir.run import RunFolder
from tests.cli.conftest import call, plain_environment
from tests.diagnosis.cases import CASES, DEAD, RELU, SWEPT, Case, write_tables

__all__ = ["plain_environment"]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the tables of the configs."""
    folder = tmp_path_factory.mktemp("diagnosis")
    write_tables(folder)
    return folder


@pytest.fixture
def folder(tables: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return that folder as the current one."""
    monkeypatch.chdir(tables)
    return tables


DIAGNOSED: dict[tuple[str, tuple[str, ...]], dict[str, Any]] = {}
"""The diagnoses so far by config and settings: many cases share a training that is well."""


def diagnosed(folder: Path, case: Case, settings: tuple[str, ...]) -> dict[str, Any]:
    """Train a config with settings, and return its diagnosis."""
    if (case.config, settings) in DIAGNOSED:
        return DIAGNOSED[case.config, settings]
    (folder / "c.yaml").write_text(case.config)
    trained = call("train", "c.yaml", *settings, "--no-plots", "-q")
    assert trained.code in (0, 7), trained.err
    result = call("diagnose", "latest", "--json")
    assert (result.code, result.err) == (0, "")
    DIAGNOSED[case.config, settings] = found = json.loads(result.out)
    return dict(found)


def cases() -> list[Any]:
    """Return the cases, some of them for the long tests."""
    marks = {True: [pytest.mark.long], False: []}
    return [pytest.param(case, marks=marks[case.long], id=case.verdict) for case in CASES]


@pytest.mark.parametrize("case", cases())
def test_a_config_provokes_the_verdict(case: Case, folder: Path) -> None:
    found = diagnosed(folder, case, case.ill)["verdicts"]
    verdict = next(verdict for verdict in found if verdict["name"] == case.verdict)
    assert case.says in verdict["message"]
    assert (verdict["number"] is None) == verdicts[case.verdict].number.startswith("none")
    for one in found:
        if one["command"]:
            assert_parses(one["command"])


@pytest.mark.parametrize("case", cases())
def test_a_config_without_the_fault_does_not(case: Case, folder: Path) -> None:
    found = diagnosed(folder, case, case.well)
    assert case.verdict in found["passed"], found["verdicts"]


LONG_STEPS = ("optimizer=sgd", "learning_rate=30")


@pytest.mark.parametrize(
    ("settings", "evidence", "since", "cure"),
    [
        ((DEAD, "epochs=12"), "probe", "already before the first step", "layers.1=leaky_relu"),
        ((RELU, "epochs=1", *LONG_STEPS, "record=true"), "frames", "since epoch 1:", "learning_rate=3"),
    ],
    ids=["from the start", "by a step"],
)
def test_units_are_dead_from_the_start_or_since_a_recorded_step(
    settings: tuple[str, ...], evidence: str, since: str, cure: str, folder: Path
) -> None:
    case = next(case for case in CASES if case.verdict == "dead_units")
    found = diagnosed(folder, case, settings)["verdicts"]
    (verdict,) = [verdict for verdict in found if verdict["name"] == "dead_units"]
    assert (verdict["evidence"], verdict["epoch"]) == (evidence, int(evidence == "frames"))
    assert f"on every training row {since}" in verdict["message"]
    assert verdict["command"].endswith(cure)
    assert_parses(verdict["command"])


def test_a_loss_that_stands_still_and_a_class_as_frequent_as_others_get_no_wrong_advice(folder: Path) -> None:
    case = next(case for case in CASES if case.verdict == "dead_units")
    found = diagnosed(folder, case, (DEAD, "epochs=12"))
    assert "learning_rate_high" in found["passed"]
    (ignored,) = [one for one in found["verdicts"] if one["name"] == "class_ignored"]
    assert ignored["command"] is None


def test_a_class_of_few_rows_that_is_never_predicted_is_not_judged(folder: Path) -> None:
    case = next(case for case in CASES if case.verdict == "class_ignored")
    found = diagnosed(folder, case, ("split.validation=0.05",))
    (need,) = [one for one in found["unjudged"] if one["name"] == "class_ignored"]
    assert need["needs"].startswith('at least 10 rows of "yes" in the validation set, which is never predicted; there')


def test_diagnosing_changes_nothing_and_needs_no_data(folder: Path) -> None:
    diagnosed(folder, CASES[0], ("epochs=12", "split.test=0"))
    run = RunFolder(Path("runs/latest").resolve())
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in run.path.rglob("*") if path.is_file()}
    judged_by_all = json.loads(call("diagnose", "latest", "--json").out)
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in before} == before
    assert {path for path in run.path.rglob("*") if path.is_file()} == set(before)
    alone = json.loads(call("diagnose", "latest", "--json", "--no-probe").out)
    assert set(alone["passed"]) < set(judged_by_all["passed"])
    assert {verdict["evidence"] for verdict in alone["verdicts"]} <= {"record"}
    assert {need["needs"] for need in alone["unjudged"]} >= {"a probe; leave out --no-probe"}


def test_a_run_whose_data_are_gone_is_judged_by_its_record(folder: Path, tmp_path: Path) -> None:
    case = next(case for case in CASES if case.verdict == "class_ignored")
    (tmp_path / "rare.csv").write_bytes((folder / "rare.csv").read_bytes())
    (tmp_path / "c.yaml").write_text(case.config)
    assert call("train", tmp_path / "c.yaml", "--run-dir", tmp_path / "run", "--no-plots", "-q").code == 0
    (tmp_path / "rare.csv").unlink()
    found = json.loads(call("diagnose", tmp_path / "run", "--json").out)
    assert found["note"].startswith("no probes: the data of run are gone: there is no file")
    assert [verdict["name"] for verdict in found["verdicts"]] == ["class_ignored"]
    assert "the data of the run and its weights" in {need["needs"] for need in found["unjudged"]}
    text = call("diagnose", tmp_path / "run").out.replace("\n", " ")
    assert "no probes: the data of run are gone" in text


def test_a_run_that_diverged_is_judged_too(folder: Path) -> None:
    case = next(case for case in CASES if case.verdict == "learning_rate_high")
    found = diagnosed(folder, case, ("optimizer=sgd", "learning_rate=1e5", "diverge_factor=2", "epochs=3"))["verdicts"]
    verdict = next(verdict for verdict in found if verdict["name"] == "learning_rate_high")
    assert (verdict["severity"], verdict["message"]) == ("problem", "the training diverged")
    assert_parses(verdict["command"])


def test_training_ends_with_the_worst_verdict_in_a_line(folder: Path) -> None:
    (folder / "c.yaml").write_text(CASES[3].config)
    last = call("train", "c.yaml", "--no-plots").err.splitlines()[-1]
    assert last.startswith("problem: no better than a prediction that ignores the inputs: on the validation rows")
    run = Path("runs/latest").readlink()
    assert last.endswith(f"; npnet diagnose {run} judges all")


SWEEPS = {
    "seed_spread": ("learning_rate=[0.03,0.03001,0.03002]", "learning_rate=[1e-6,0.03,100]"),
    "range_edge": ("learning_rate=[1e-6,1e-5,0.1]", "learning_rate=[1e-6,0.03,100]"),
}
"""Sweeps that provoke a verdict, and that must not."""


@pytest.mark.long
@pytest.mark.parametrize("name", SWEEPS)
def test_a_sweep_provokes_the_verdict_and_another_does_not(name: str, folder: Path) -> None:
    (folder / "s.yaml").write_text(SWEPT)
    for values, expected in zip(SWEEPS[name], (True, False), strict=True):
        assert call("sweep", "s.yaml", values, "--seeds", "3", "--no-plots", "-q").code == 0
        result = json.loads(call("diagnose", "latest", "--json").out)
        found = {verdict["name"]: verdict for verdict in result["verdicts"]}
        assert (name in found) == expected, result
        for verdict in found.values():
            assert verdict["evidence"] == "sweep"
            assert call(*shlex.split(verdict["command"])[1:], "--dry-run").code == 0


def test_a_sweep_of_one_seed_says_that_its_spread_needs_several(folder: Path) -> None:
    (folder / "s.yaml").write_text(SWEPT)
    assert call("sweep", "s.yaml", "learning_rate=[0.01,0.1]", "--no-plots", "-q").code == 0
    (need,) = json.loads(call("diagnose", "latest", "--json").out)["unjudged"]
    assert (need["name"], need["needs"]) == ("seed_spread", "several seeds for each point")
    assert call(*shlex.split(need["command"])[1:], "--dry-run").code == 0
    best = json.loads(call("diagnose", "latest/best", "--json").out)
    assert {need["name"] for need in best["unjudged"]} >= {"seed_spread", "range_edge", "class_ignored"}


def assert_parses(line: str) -> None:
    """Assert that a command can be run as it is written: its options exist, and its settings can be read."""
    from npnet.cli.common.options import load_config

    name, *arguments = shlex.split(line)
    assert name == "npnet"
    context = program.make_context("npnet", list(arguments), obj=None)
    command = program.get_command(context, arguments[0])
    inner = command.make_context(arguments[0], arguments[1:], parent=context)
    if arguments[0] == "sweep":
        assert call(*arguments, "--dry-run").code == 0
    elif config := inner.params.get("config"):
        load_config(config, inner.params["overrides"])


@pytest.mark.parametrize("kind", verdicts.values(), ids=list(verdicts))
def test_a_verdict_is_documented(kind: type[VerdictKind]) -> None:
    assert all((kind.number, kind.threshold, kind.why, kind.source, kind.__doc__))


def test_every_verdict_has_a_case() -> None:
    assert set(verdicts) == {*(case.verdict for case in CASES), *SWEEPS}


def test_nothing_is_judged_without_evidence() -> None:
    found = judged({})
    assert (found.verdicts, found.passed, found.unjudged) == ((), (), ())


def test_what_cannot_be_judged_says_what_it_needs_and_how_to_get_it(folder: Path) -> None:
    found = diagnosed(folder, CASES[0], ("epochs=2", "split.validation=0", "split.test=0"))
    needs = {need["name"]: need for need in found["unjudged"]}
    assert needs["overfitting"]["needs"] == "a validation set"
    assert needs["stopped_early"]["needs"] == "at least 10 evaluations of train_loss; there are 2"
    for need in needs.values():
        assert_parses(need["command"])
    text = call("diagnose", "latest").out
    assert "overfitting needs a validation set: npnet train" in text.replace("\n", " ")


def test_a_run_that_is_not_there_cannot_be_diagnosed(folder: Path) -> None:
    before = set(folder.rglob("*"))
    result = call("diagnose", "2020")
    assert (result.code, result.out) == (5, "")
    assert result.err.startswith("npnet: error: there is no run '2020' in runs\nhint: ")
    assert set(folder.rglob("*")) == before
