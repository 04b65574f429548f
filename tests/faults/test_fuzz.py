"""Odd configs and tables end as documented: a short form of `make fuzz`, its corpus, and what it would notice."""

import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.conftest import Result
from tests.faults import fuzz, guided
from tests.faults.case import Case, Outcome, TooSlowError, alarm, held, told_wrong, watched
from tests.faults.configs import COMMANDS, config_case, config_text
from tests.faults.tables import table_case, table_commands, table_files

CORPUS = sorted(folder for folder in (Path(__file__).parent / "corpus").iterdir() if folder.is_dir())
PATIENCE = 120  # for what hangs; how fast a case is, `make fuzz` measures
SHORT = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def ended(name: str, files: dict[str, bytes], words: tuple[str, ...]) -> Outcome:
    with TemporaryDirectory() as folder:
        return held(Case(name, files, words), Path(folder) / "case", PATIENCE)


@pytest.mark.long
@SHORT
@given(st.randoms(use_true_random=False), st.sampled_from(COMMANDS))
def test_any_config_ends_as_documented(random: Random, words: tuple[str, ...]) -> None:
    assert ended("config", {"case.yaml": config_text(random)}, words).broken == ""


@pytest.mark.long
@settings(SHORT, max_examples=30)  # some are parsed in a process of their own
@given(st.randoms(use_true_random=False), st.sampled_from(range(3)))
def test_any_table_ends_as_documented(random: Random, command: int) -> None:
    files = table_files(random)
    assert ended("table", files, table_commands(files)[command]).broken == ""


@pytest.mark.parametrize("folder", CORPUS, ids=lambda folder: folder.name)
def test_what_was_hard_once_ends_as_documented(folder: Path, tmp_path: Path) -> None:
    for words in fuzz.commands_for(folder):
        assert held(Case.read(folder, words), tmp_path / "case", PATIENCE).broken == ""


@pytest.mark.parametrize("make", [config_case, table_case])
def test_a_case_of_a_seed_is_always_the_same(make) -> None:
    assert make(3, 14) == make(3, 14)
    assert make(3, 14).files != make(4, 14).files != make(3, 15).files


# What the promise would notice


@pytest.mark.parametrize(
    ("result", "broken"),
    [
        (Result(1, "", "npnet: error: a bug in npnet: KeyError\n"), "exit code 1"),
        (Result(17, "", "npnet: error: x\n"), "exit code 17"),
        (Result(4, "", "Traceback (most recent call last):\n"), "a traceback"),
        (Result(4, "", "oh\nnpnet: error: x\n"), "exit code 4 beside"),
        (Result(0, "", "npnet: error: x\n"), "exit code 0 beside"),
        (Result(3, "", ""), "exit code 3 beside"),
    ],
)
def test_a_wrong_code_or_word_is_noticed(result: Result, broken: str) -> None:
    assert told_wrong(result).startswith(broken)


def test_warnings_may_come_before_the_error_line() -> None:
    assert told_wrong(Result(4, "", "npnet: warning: w\nnpnet: error: x\n")) == ""


def test_a_file_outside_the_runs_folder_is_noticed(tmp_path: Path) -> None:
    outcome = held(Case("init", {}, ("init", "circles", "-o", "made.yaml")), tmp_path / "case", PATIENCE)
    assert outcome.code == 0
    assert outcome.broken == "made ['made.yaml']"


def test_a_write_elsewhere_is_noticed_and_one_in_the_runs_folder_is_not(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    with watched(tmp_path / "runs") as touched:
        (tmp_path / "runs" / "inside").write_text("")
        (tmp_path / "outside").write_text("")
        (tmp_path / "outside").rename(tmp_path / "runs" / "moved")
    assert [one.rpartition("/")[2] for one in touched] == ["outside", "outside"]


def test_a_case_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(TooSlowError), alarm(0.01):
        time.sleep(5)


def test_a_failed_case_is_saved_with_the_command_that_replays_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    fuzz.tell(config_case(0, 1), Outcome(1, "exit code 1", 0.1, 0))
    assert "--replay fuzz-failures/config-0-1" in capsys.readouterr().out
    assert Case.read(tmp_path / "fuzz-failures" / "config-0-1", COMMANDS[1]).files == config_case(0, 1).files
    assert fuzz.main(["--seconds", str(PATIENCE), "--replay", "fuzz-failures/config-0-1"]) == 0
    monkeypatch.setattr("tests.faults.case.CODES", {1})
    assert fuzz.main(["--seconds", str(PATIENCE), "--replay", "fuzz-failures/config-0-1"]) == 1


@pytest.mark.long
def test_a_few_cases_of_each_kind_are_run_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz.main(["--configs", "4", "--tables", "2", "--jobs", "1", "--seconds", str(PATIENCE)]) == 0
    assert capsys.readouterr().out.count("0 failed; exit codes") == 2


@pytest.mark.parametrize("arguments", [[], ["pictures"]])
def test_a_long_run_of_no_kind_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert guided.main(arguments) == 2
    assert "KIND is `configs` or `tables`" in capsys.readouterr().err


@pytest.mark.parametrize("kind", guided.KINDS)
def test_a_long_run_begins_with_what_its_kind_takes(kind: str, tmp_path: Path) -> None:
    guided.sow(kind, tmp_path)
    data = (tmp_path / "0").read_bytes()
    assert len(data) > 100
    guided.target_of(kind)(data)
