"""The machine around a training: clock, zone, user, packages, files that vanish, limits."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from npnet.rundir.run import RunFolder
from tests.faults.shell import NPNET, ROOT, digest, shell

TRAIN = f"{NPNET} train small.yaml -q --no-plots --run-dir run"
NOBODY = "unshare --user --map-user=12345"
"""What makes a user without a name in passwd."""


def can(command: str) -> bool:
    return subprocess.run(["bash", "-c", command], capture_output=True).returncode == 0


@pytest.mark.long
@pytest.mark.parametrize(
    "surroundings",
    [
        {"TZ": "Asia/Kolkata", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "1"},
        {"TZ": "America/St_Johns", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "2"},
        {"TZ": "nonsense", "LC_ALL": "C", "PYTHONHASHSEED": "3", "PYTHONUNBUFFERED": "1", "PYTHONOPTIMIZE": "1"},
    ],
    ids=lambda given: given["TZ"],
)
def test_zone_locale_and_hash_seed_change_no_byte(surroundings: dict[str, str], place: Path, expected: str) -> None:
    given = " ".join(f"{name}={value}" for name, value in surroundings.items())
    done = shell(f"env {given} {TRAIN}", place)
    assert (done.returncode, done.stderr) == (0, "")
    assert digest(place / "run") == expected
    assert RunFolder(place / "run").info["started"].endswith("+00:00")


@pytest.mark.long
def test_a_clock_that_jumps_back_to_1970_changes_nothing_but_the_stamps(place: Path, expected: str) -> None:
    (place / "clock.py").write_text(
        "import sys, time\n"
        "from datetime import datetime\n"
        "from npnet.cli import main\n"
        "from npnet.rundir import new_run, writer\n"
        "class Clock(datetime):\n"
        "    left = [4e9]\n"
        "    @classmethod\n"
        "    def now(cls, zone=None):\n"
        "        return datetime.fromtimestamp(cls.left.pop() if cls.left else 0, zone)\n"
        "form = time.strftime\n"
        "new_run.datetime = writer.datetime = Clock\n"
        "time.time = lambda: 0.0\n"
        "time.strftime = lambda text, *_: form(text, time.gmtime(0))\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    done = shell(f"{sys.executable} clock.py train small.yaml -q --no-plots", place)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("runs/19700101-000000-small-")
    run = RunFolder(place / "runs" / "latest")
    assert digest(run.path) == expected
    assert run.info["started"] > "2096"
    assert run.info["finished"].startswith("1970")
    assert 0 < run.info["seconds"] < 100
    later = shell(f"{NPNET} train small.yaml -q --no-plots", place).stdout.strip()
    shell(f"{sys.executable} clock.py train small.yaml -q --no-plots", place)
    assert (place / "runs" / "latest").resolve() != (place / later).resolve()  # the last one made, whatever its date


@pytest.mark.long
@pytest.mark.skipif(not can(f"{NOBODY} true"), reason="this machine makes no other users")
@pytest.mark.parametrize("home", ["", "HOME=/nonexistent MPLCONFIGDIR=/proc/none "])
def test_neither_a_home_nor_a_name_is_needed(home: str, place: Path) -> None:
    line = f"env -i {home}PYTHONPATH={ROOT} {NOBODY} {NPNET} train small.yaml -q --run-dir run"
    done = shell(line, place)
    assert (done.returncode, done.stdout, done.stderr) == (0, "run\n", "")
    assert (place / "run" / "plots" / "loss.png").exists()


@pytest.mark.skipif(not can(f"{NOBODY} true"), reason="this machine makes no other users")
def test_a_path_at_home_without_a_home_is_an_error_of_the_data(place: Path) -> None:
    (place / "t.yaml").write_text("dataset: {table: {path: ~/t.csv, target: y}}\nlayers: [linear]\n")
    done = shell(f"env -i PYTHONPATH={ROOT} {NOBODY} {NPNET} train t.yaml", place)
    assert done.returncode == 4
    where = "t.yaml:1:10: ~/t.csv has no meaning: this user has no home folder"
    assert done.stderr == f"npnet: error: {where}\nhint: write the whole path\n"
    assert not (place / "runs").exists()


@pytest.mark.parametrize(
    "breaks", ["raise ImportError('gone')", *(pytest.param(one, marks=pytest.mark.long) for one in ("1 / 0", ""))]
)
def test_a_broken_matplotlib_costs_the_plots_and_nothing_else(breaks: str, place: Path, expected: str) -> None:
    (place / "broken" / "matplotlib").mkdir(parents=True)
    (place / "broken" / "matplotlib" / "__init__.py").write_text(breaks)
    path = f"{place / 'broken'}:{ROOT}"
    done = shell(f"{NPNET} train small.yaml -q --run-dir run", place, PYTHONPATH=path)
    assert (done.returncode, done.stdout) == (0, "run\n")
    assert done.stderr.startswith("npnet: warning: the plots are missing: matplotlib cannot be loaded: ")
    assert done.stderr.count("\n") == 1
    assert digest(place / "run") == expected
    again = shell(f"{NPNET} plot run --runs-dir .", place, PYTHONPATH=path)
    assert again.returncode == 6
    assert again.stderr.startswith("npnet: error: matplotlib cannot be loaded: ")
    assert again.stderr.splitlines()[1] == "hint: pip install --force-reinstall matplotlib"


def test_a_current_folder_that_is_gone_is_named(place: Path) -> None:
    done = shell(f"mkdir gone && cd gone && rmdir ../gone && {NPNET} train {place}/small.yaml", place)
    assert (done.returncode, done.stdout) == (6, "")
    expected = "npnet: error: the current folder has been removed\nhint: change to an existing folder: cd\n"
    assert done.stderr == expected


STRACE = "strace -f -qq -o /dev/null"


@pytest.mark.skipif(not shutil.which("strace") or not can(f"{STRACE} true"), reason="strace may not trace here")
@pytest.mark.parametrize(
    ("file", "command", "code"),
    [
        ("t.csv", "train t.yaml --no-plots", 4),
        ("t.csv", "data check t.yaml", 4),
        ("t.yaml", "train t.yaml --no-plots", 6),
        ("runs/run/weights.safetensors", "evaluate run", 6),
        ("runs/run/run.json", "evaluate run", 6),
    ],
)
def test_a_disk_that_cannot_read_a_file_is_reported_with_the_file(
    file: str, command: str, code: int, trained: Path, place: Path
) -> None:
    shutil.copytree(trained / "runs", place / "runs")
    (place / "t.csv").write_text("x,y\n" + "".join(f"{row},{row % 2}\n" for row in range(40)))
    (place / "t.yaml").write_text("dataset: {table: {path: t.csv, target: y}}\nlayers: [linear]\nepochs: 1\n")
    inject = f"{STRACE} -P {place / file} -e trace=read -e inject=read:error=EIO"
    done = shell(f"{inject} {NPNET} {command}", place)
    assert (done.returncode, done.stdout) == (code, "")
    first = done.stderr.splitlines()[0]
    assert first.startswith("npnet: error: ")
    assert Path(file).name in first
    assert "Input/output error" in first
    assert [path.name for path in (place / "runs").iterdir()] == ["run"]


@pytest.mark.parametrize(("file", "code"), [("t.csv", 4), ("runs/run/weights.safetensors", 5), ("t.yaml", 2)])
def test_a_file_that_has_vanished_is_named(file: str, code: int, trained: Path, place: Path) -> None:
    shutil.copytree(trained / "runs", place / "runs")
    (place / "t.csv").write_text("x,y\n1,0\n2,1\n")
    (place / "t.yaml").write_text("dataset: {table: {path: t.csv, target: y}}\nlayers: [linear]\n")
    (place / file).unlink()
    done = shell(f"{NPNET} {'evaluate run' if code == 5 else 'train t.yaml'}", place)
    assert (done.returncode, done.stdout) == (code, "")
    assert Path(file).name in done.stderr.splitlines()[0]


@pytest.mark.long
def test_a_table_at_home_is_found_again_by_the_run(place: Path) -> None:
    (place / "t.csv").write_text("x,y\n" + "".join(f"{row * 7 % 40}.5,{row % 2}\n" for row in range(60)))
    (place / "t.yaml").write_text("dataset: {table: {path: ~/t.csv, target: y}}\nlayers: [linear]\nepochs: 1\n")
    home = str(place)
    done = shell(f"{NPNET} train t.yaml -q --no-plots && {NPNET} evaluate latest", place, HOME=home)
    assert (done.returncode, done.stderr) == (0, "")
    assert "path: ~/t.csv" in (place / "runs" / "latest" / "resolved.yaml").read_text()


@pytest.mark.parametrize("files", [32, 9])
def test_few_open_files_are_enough_or_end_with_6(files: int, place: Path, expected: str) -> None:
    done = shell(f"ulimit -n {files} && {TRAIN}", place)
    assert "Traceback" not in done.stderr
    if files == 32 or done.returncode == 0:
        assert (done.returncode, digest(place / "run")) == (0, expected)
    else:
        assert done.returncode == 6
        assert done.stderr.splitlines()[1] == "hint: see `ulimit -n`"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount")
@pytest.mark.skipif(not can("unshare --mount true"), reason="this machine mounts nothing")
def test_a_read_only_disk_is_refused_before_the_data_are_read(place: Path) -> None:
    (place / "disk").mkdir()
    mount = "mount -t tmpfs -o ro,size=64k none disk"
    line = f"{mount} && {NPNET} train small.yaml --runs-dir disk"
    (place / "small.yaml").write_text("dataset: {table: {path: none.csv, target: y}}\nlayers: [linear]\n")
    done = shell(f"unshare --mount bash -c '{line}'", place)
    assert (done.returncode, done.stdout) == (6, "")
    assert "is on a read-only disk\nhint: --runs-dir FOLDER chooses a folder that can be written" in done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount")
@pytest.mark.skipif(not can("unshare --mount true"), reason="this machine mounts nothing")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_result_that_a_full_disk_cuts_short_ends_with_6(unbuffered: str, trained: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "rows.csv").write_text("x1,x2\n" + "0.25,0.5\n" * 30_000)
    line = f"{NPNET} predict run rows.csv --runs-dir {trained}/runs >disk/out.csv"
    mount = "mount -t tmpfs -o size=64k none disk"
    done = shell(f"unshare --mount bash -c '{mount} && {line}'", tmp_path, PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 6
    assert done.stderr == "npnet: error: cannot write to standard output: No space left on device\n"


def test_names_that_are_no_text_are_written_as_question_marks(place: Path, expected: str) -> None:
    (place / "small.yaml").rename(place / os.fsdecode(b"caf\xe9.yaml"))
    done = shell(f"{NPNET} train caf$'\\xe9'.yaml -q --no-plots --tag a$'\\xff'", place)
    assert (done.returncode, done.stderr) == (0, "")
    run = RunFolder(place / "runs" / "latest")
    assert digest(run.path) == expected
    assert run.info["tags"] == ["a?"]
    assert "caf?.yaml" in run.info["argv"]
