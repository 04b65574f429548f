"""A folder is claimed by one living process, and shown when its first files are whole."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from npnet.errors import InUse, MachineError, UsageError
from npnet.rundir import names
from npnet.rundir.names import CONFIG, RESOLVED
from npnet.rundir.new_run import claim, claim_folder

FIRST = {CONFIG: b"# mine\r\nloss: huber\n", RESOLVED: b"loss: huber\n"}


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_run_appears_whole_under_its_id_and_as_latest(runs_dir, tmp_path):
    with claim(runs_dir, "circles") as new:
        (hidden,) = files(runs_dir)
        assert hidden.startswith(".")
        writer = new.publish(FIRST, tmp_path, parameters=5)
    assert files(runs_dir) == [writer.run.id, "latest"]
    assert re.fullmatch(r"\d{8}-\d{6}-circles-[0-9a-f]{4}", writer.run.id)
    assert (runs_dir / "latest").resolve() == writer.run.path
    assert files(writer.run.path) == ["LOCK", "config.yaml", "resolved.yaml", "run.json"]
    assert writer.run.read("config.yaml") == FIRST[CONFIG]
    assert writer.run.info["parameters"] == 5
    writer.close()
    assert files(writer.run.path) == ["config.yaml", "resolved.yaml", "run.json"]


def test_a_claim_that_is_not_published_leaves_nothing_behind(tmp_path):
    with pytest.raises(ZeroDivisionError), claim(tmp_path / "a" / "runs", "circles"):
        raise ZeroDivisionError
    assert files(tmp_path) == []


def test_a_discarded_claim_leaves_the_runs_of_others(make_run, runs_dir):
    run = make_run()
    claim(runs_dir, "other").discard()
    assert files(runs_dir) == [run.id, "latest"]


def test_an_id_that_is_taken_is_not_shared(runs_dir, tmp_path, monkeypatch):
    monkeypatch.setattr(time, "strftime", lambda form: "20261122-141502")
    tokens = iter(["aaaa", "aaaa", "bbbb", "aaaa", "bbbb", "cccc"])
    monkeypatch.setattr(os, "urandom", lambda count: bytes.fromhex(next(tokens)) if count == 2 else bytes(count))
    first = claim(runs_dir, "x")  # hidden still
    second = claim(runs_dir, "x")
    second.publish(FIRST, tmp_path).close()
    third = claim(runs_dir, "x")
    assert [new.folder.name[-4:] for new in (first, second, third)] == ["aaaa", "bbbb", "cccc"]


def test_after_many_taken_ids_the_claim_gives_up(runs_dir, monkeypatch):
    monkeypatch.setattr(names, "new_id", lambda name: "taken")
    monkeypatch.setattr("npnet.rundir.new_run.TRIES", 3)
    with claim_folder(runs_dir / "taken", "x"), pytest.raises(MachineError, match="no free name"):
        claim(runs_dir, "x")


BURST = """
import sys
from pathlib import Path
from npnet.rundir.new_run import claim
sys.stdin.readline()
for _ in range(16):
    print(claim(Path(sys.argv[1]), "burst").folder.name)
"""


def test_processes_that_start_in_the_same_second_get_folders_of_their_own(runs_dir):
    command = [sys.executable, "-c", BURST, str(runs_dir)]
    starters = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.write("go\n")
        starter.stdin.flush()
    ids = [line for starter in starters for line in starter.communicate(timeout=60)[0].split()]
    assert len(set(ids)) == 64
    assert sorted(f".{one}" for one in ids) == files(runs_dir)


def test_a_folder_that_cannot_be_written_is_refused_with_the_option_that_helps(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match=str(tmp_path / "file")):
        claim(tmp_path / "file" / "runs", "x")
    if os.geteuid():  # root may write anywhere
        (tmp_path / "closed").mkdir(mode=0o555)
        with pytest.raises(MachineError, match="no permission") as caught:
            claim(tmp_path / "closed" / "runs", "x")
        assert "--runs-dir" in (caught.value.hint or "")


@pytest.mark.parametrize("there", [False, True])
def test_a_certain_folder_can_be_claimed_when_new_or_empty(tmp_path, there):
    folder = tmp_path / "a" / "my run"
    if there:
        folder.mkdir(parents=True)
    with claim_folder(folder, "x") as new:
        writer = new.publish(FIRST, tmp_path)
    writer.finish("done")
    assert files(folder) == ["config.yaml", "resolved.yaml", "run.json"]
    assert files(folder.parent) == ["my run"]


def test_a_certain_folder_with_something_in_it_is_refused(tmp_path, monkeypatch):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for folder in (tmp_path / "full", tmp_path / "full" / "thesis.tex", Path()):
        with pytest.raises(UsageError, match="not a new or empty folder"):
            claim_folder(folder, "x")
    assert files(tmp_path / "full") == ["thesis.tex"]


def test_a_certain_folder_is_claimed_by_one_process_only(tmp_path):
    with claim_folder(tmp_path / "run", "x"), pytest.raises(InUse, match=f"is in use by process {os.getpid()} on "):
        claim_folder(tmp_path / "run", "x")
    assert files(tmp_path) == []


CLAIM = """
import sys, time
from pathlib import Path
from npnet.rundir.new_run import claim_folder
new = claim_folder(Path(sys.argv[1]), "x")
(Path(sys.argv[1]).with_name(".run") / "config.yaml").write_bytes(b"half")
(Path(sys.argv[1]).with_name(".run") / ".resolved.yaml.tmp.0123abcd").touch()
print("claimed", flush=True)
time.sleep(60)
"""


def test_the_claim_of_a_dead_process_is_free_and_that_of_a_stopped_one_is_not(tmp_path):
    command = [sys.executable, "-c", CLAIM, tmp_path / "run"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "claimed\n"
        holder.send_signal(signal.SIGSTOP)
        with pytest.raises(InUse, match=f"is in use by process {holder.pid} on "):
            claim_folder(tmp_path / "run", "x")
        assert files(tmp_path / ".run") == [".resolved.yaml.tmp.0123abcd", "LOCK", "config.yaml"]
        holder.kill()
    with claim_folder(tmp_path / "run", "x") as new:
        assert files(tmp_path / ".run") == ["LOCK"]
        new.publish(FIRST, tmp_path).close()
    assert files(tmp_path) == ["run"]
    assert files(tmp_path / "run") == ["config.yaml", "resolved.yaml", "run.json"]


def test_a_claim_that_died_before_it_was_locked_is_free(tmp_path):
    (tmp_path / ".run").mkdir()
    with claim_folder(tmp_path / "run", "x") as new:
        new.publish(FIRST, tmp_path).close()
    assert files(tmp_path) == ["run"]


def test_a_hidden_folder_of_somebody_else_is_never_taken_for_a_claim(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main")
    (tmp_path / "precious").mkdir()
    (tmp_path / ".link").symlink_to(tmp_path / "precious")
    for name, why in (("git", "it holds 'HEAD'"), ("link", "it is a link")):
        with pytest.raises(UsageError, match=rf"\.{name} is in the way: {why}"):
            claim_folder(tmp_path / name, "x")
    assert files(tmp_path / ".git") == ["HEAD"]
    assert files(tmp_path / "precious") == []


def test_what_a_process_that_died_while_it_gave_up_left_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr("npnet.rundir.new_run.AGE", 0.0)
    (tmp_path / "..run.tmp.0123abcd").mkdir()
    claim_folder(tmp_path / "run", "x").discard()
    assert files(tmp_path) == []


RACE = """
import sys, time
from pathlib import Path
from npnet.errors import InUse, UsageError
from npnet.rundir.new_run import claim_folder
sys.stdin.readline()
for number in range(12):
    try:
        new = claim_folder(Path(sys.argv[1]) / str(number), "x")
        print(number, flush=True)
        time.sleep(0.002)
        new.publish({"config.yaml": b"", "resolved.yaml": b""}, Path()).close()
    except (InUse, UsageError):
        pass
"""


@pytest.mark.long
def test_of_processes_that_want_the_same_folder_one_gets_it(tmp_path):
    for number in range(0, 12, 2):  # of every second one a dead process has a claim
        (tmp_path / f".{number}").mkdir()
        (tmp_path / f".{number}" / "LOCK").write_text("process 999999999 on here\n")
    command = [sys.executable, "-c", RACE, str(tmp_path)]
    racers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    won = [int(line) for racer in racers for line in racer.communicate(timeout=60)[0].split()]
    assert sorted(won) == list(range(12))
    assert files(tmp_path) == sorted(map(str, range(12)))
    assert all(racer.returncode == 0 for racer in racers)
