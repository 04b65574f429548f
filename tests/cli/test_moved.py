"""A run that was copied elsewhere: what cannot find its table says where it looked, why there, and what helps."""

import json
import shutil
from pathlib import Path

import pytest

from npnet.errors import DataError
from npnet.rundir.restore import reopen
from npnet.rundir.run import RunFolder
from tests.cli.conftest import Result, call

CONFIG = "dataset: {table: {path: data/t.csv, target: y}}\nlayers: [{linear: 4}, relu, linear]\nepochs: 2\n"
ROWS = "a,b,y\n" + "".join(f"{n % 7},{n % 5},{'no' if n % 3 else 'yes'}\n" for n in range(60))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a table and a run."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "data").mkdir()
    (folder / "data" / "t.csv").write_text(ROWS)
    (folder / "c.yaml").write_text(CONFIG)
    quiet = ("-q", "--no-plots")
    assert call("train", folder / "c.yaml", "--run-dir", folder / "run", *quiet).code == 0
    return folder


@pytest.fixture(scope="module")
def swept(home: Path) -> Path:
    """Return a sweep in that folder that misses a trial."""
    options = ("learning_rate=[0.1,0.2]", "--run-dir", home / "sweep", "-q", "--no-plots")
    assert call("sweep", home / "c.yaml", *options).code == 0
    info = home / "sweep" / "run.json"
    info.write_text(json.dumps(json.loads(info.read_text()) | {"status": "running"}))
    shutil.rmtree(home / "sweep" / "trials" / "0002")
    return home / "sweep"


@pytest.fixture
def away(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the run elsewhere, in the current folder."""
    shutil.copytree(home / "run", tmp_path / "away" / "run")
    monkeypatch.chdir(tmp_path / "away")
    return tmp_path / "away"


@pytest.fixture
def swept_away(swept: Path, away: Path) -> Path:
    """Return a copy of the sweep beside it."""
    shutil.copytree(swept, away / "sweep", symlinks=True)
    return away


COMMANDS = {
    "evaluate": ("evaluate", "run"),
    "plot": ("plot", "run", "--kind", "boundary"),
    "resume": ("resume", "run", "epochs=4"),
    "resume with new data": ("resume", "run", "epochs=4", "--accept-new-data"),
    "resume a sweep": ("resume", "sweep"),
    "evaluate a trial": ("evaluate", "sweep/trials/0001"),
}
OF_RUN, OF_SWEEP = list(COMMANDS)[:4], list(COMMANDS)[4:]


def asked(name: str) -> Result:
    return call(*COMMANDS[name], "--runs-dir", ".", "-q")


def require_message(name: str, away: Path) -> None:
    run = away / COMMANDS[name][1]
    ups = "../" * (len(Path(COMMANDS[name][1]).parts))
    before = {path: path.read_bytes() for path in away.rglob("*") if path.is_file() and path.name != "LOCK"}
    result = asked(name)
    assert (result.code, result.out) == (4, "")
    first, second = result.err.splitlines()
    assert first == (
        f"npnet: error: the data of {run.name} are gone: there is no file {away}/data/t.csv; "
        f"{run}/resolved.yaml has the path {ups}data/t.csv, relative to its own folder"
    )
    assert f"ln -s FILE {away}/data/t.csv; " in second
    assert f"npnet evaluate {run} --data FILE" in second
    assert {path: path.read_bytes() for path in before} == before


def follow_the_hint(name: str, away: Path, home: Path) -> None:
    (away / "data").mkdir()
    (away / "data" / "t.csv").symlink_to(home / "data" / "t.csv")
    assert asked(name).code == 0


@pytest.mark.parametrize("name", OF_RUN)
def test_the_message_has_the_path_the_place_and_what_helps(name: str, away: Path) -> None:
    require_message(name, away)


@pytest.mark.long
@pytest.mark.parametrize("name", OF_SWEEP)
def test_so_has_that_of_a_sweep(name: str, swept_away: Path) -> None:
    require_message(name, swept_away)


@pytest.mark.long
@pytest.mark.parametrize("name", OF_RUN)
def test_what_the_hint_says_helps(name: str, away: Path, home: Path) -> None:
    follow_the_hint(name, away, home)


@pytest.mark.long
@pytest.mark.parametrize("name", OF_SWEEP)
def test_it_helps_a_sweep_too(name: str, swept_away: Path, home: Path) -> None:
    follow_the_hint(name, swept_away, home)


def test_the_rows_of_a_file_are_scored_without_the_table_of_the_run(away: Path, home: Path) -> None:
    result = call("evaluate", "run", "--data", home / "data" / "t.csv", "--runs-dir", ".")
    assert (result.code, result.err) == (0, "")


@pytest.mark.long
@pytest.mark.parametrize("name", ["evaluate", "plot", "resume", "resume a sweep"])
def test_another_table_in_its_place_is_named(name: str, swept_away: Path) -> None:
    away = swept_away
    (away / "data").mkdir()
    (away / "data" / "t.csv").write_text(ROWS + "1,1,no\n")
    result = asked(name)
    assert (result.code, result.out) == (4, "")
    run = away / COMMANDS[name][1]
    assert result.err.startswith(
        f"npnet: error: the data of {run.name} have changed since its training began: {away}/data/t.csv\nhint: "
    )


def test_a_table_that_is_damaged_keeps_its_own_message(away: Path) -> None:
    (away / "data").mkdir()
    (away / "data" / "t.csv").write_text("a,b,y\n1,2\n")
    assert "line 2" in asked("evaluate").err


def test_python_says_the_same(away: Path) -> None:
    with pytest.raises(DataError, match="are gone: there is no file"):
        reopen(RunFolder(away / "run"))


def test_an_absolute_path_is_named_as_it_is(home: Path, tmp_path: Path) -> None:
    table = shutil.copy(home / "data" / "t.csv", tmp_path / "t.csv")
    options = (f"dataset.table.path={table}", "--run-dir", tmp_path / "run", "-q", "--no-plots")
    assert call("train", home / "c.yaml", *options).code == 0
    table.unlink()
    result = call("evaluate", tmp_path / "run")
    assert result.code == 4
    assert f"there is no file {table}; {tmp_path}/run/resolved.yaml names it" in result.err


@pytest.mark.parametrize("command", [("predict", "run", "new.csv"), ("evaluate", "run", "--data", "new.csv")])
def test_a_file_that_was_named_on_the_command_line_starts_where_the_user_is(
    command: tuple[str, ...], away: Path
) -> None:
    result = call(*command, "--runs-dir", ".")
    assert (result.code, result.err) == (
        4,
        f"npnet: error: there is no file new.csv\nhint: this path starts at {away}\n",
    )
