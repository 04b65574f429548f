"""A folder of runs is listed from an index as if every run had been read, whatever became of index or runs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from npnet.errors import MachineError
from npnet.rundir import index
from npnet.rundir.index import listing
from npnet.rundir.names import CONFIG, RESOLVED
from npnet.rundir.new_run import claim


@pytest.fixture
def indexed(make_run, runs_dir, monkeypatch):
    """Four runs that were listed once, with an index from then on."""
    monkeypatch.setattr(index, "WORTH_WRITING", 1)
    runs = sorted((make_run(f"run{number}", roc_auc=number / 8) for number in range(4)), key=lambda run: run.id)
    listing(runs_dir)
    return runs


@pytest.fixture
def reads(monkeypatch):
    """Return the list of the folders that are read from now on."""
    found = []
    read = index._read
    monkeypatch.setattr(index, "_read", lambda folder: found.append(Path(folder).name) or read(folder))
    return found


def test_the_list_is_the_oldest_first_without_what_is_half_made_or_damaged(make_run, runs_dir):
    assert listing(runs_dir) == []
    runs = [make_run(name) for name in ("a", "b", "c")]
    (runs[1].path / "run.json").write_text("{")
    (runs_dir / "empty").mkdir()
    (runs_dir / ".half-made").mkdir()
    (runs_dir / "file").write_text("")
    half_made = claim(runs_dir, "d")
    assert [run.id for run in listing(runs_dir)] == sorted([runs[0].id, runs[2].id])
    half_made.discard()


def test_an_entry_has_what_the_two_files_say(make_run, runs_dir):
    run = make_run("circles", roc_auc=0.1 + 0.2)
    (entry,) = listing(runs_dir)
    info = run.info
    for name in ("id", "name", "status", "tags", "started", "seconds", "git", "best_epoch"):
        assert getattr(entry, name) == info[name]
    assert entry.headline == ("roc_auc", 0.1 + 0.2)


def test_a_run_of_the_longest_command_line_is_read_and_listed(make_run, runs_dir):
    run = make_run("long", argv=["npnet", *["\n" * 2**17] * 16])  # Linux hands over 2 MiB
    assert [entry.id for entry in listing(runs_dir)] == [run.id]
    assert len(run.info["argv"]) == 17


def test_few_runs_leave_no_index(make_run, runs_dir):
    make_run()
    listing(runs_dir)
    assert not (runs_dir / ".index").exists()


def test_what_has_not_changed_is_not_read_again(indexed, runs_dir, reads):
    before = listing(runs_dir)
    assert [entry.id for entry in before] == [run.id for run in indexed]
    assert reads == []


def test_changed_new_and_vanished_runs_are_noticed(indexed, make_run, runs_dir, reads):
    info = indexed[0].info | {"tags": ["new"]}
    (indexed[0].path / "run.json").write_text(json.dumps(info))
    (indexed[1].path / "metrics.json").unlink()
    indexed[2].path.rename(runs_dir.parent / "elsewhere")
    new = make_run()
    found = {entry.id: entry for entry in listing(runs_dir)}
    assert set(found) == {indexed[0].id, indexed[1].id, indexed[3].id, new.id}
    assert set(reads) == {indexed[0].id, indexed[1].id, new.id}
    assert found[indexed[0].id].tags == ["new"]
    assert found[indexed[1].id].headline is None
    assert found[indexed[3].id].headline is not None


def test_damaged_scores_are_no_scores_and_a_damaged_run_json_no_run(indexed, runs_dir):
    (indexed[0].path / "metrics.json").write_text('{"test": {"roc_auc": "high"}}')
    (indexed[1].path / "run.json").write_text("[]")
    found = {entry.id: entry for entry in listing(runs_dir)}
    assert found[indexed[0].id].names == ()
    assert indexed[1].id not in found


def test_a_run_that_is_a_link_or_shares_its_files_is_none(indexed, runs_dir, tmp_path):
    (runs_dir / "link").symlink_to(indexed[0].path)
    (indexed[1].path / "run.json").unlink()
    (indexed[1].path / "run.json").hardlink_to(indexed[0].path / "run.json")
    (indexed[2].path / "run.json").rename(tmp_path / "run.json")
    (indexed[2].path / "run.json").symlink_to(tmp_path / "run.json")
    assert [entry.id for entry in listing(runs_dir)] == [indexed[3].id]


@pytest.fixture
def writer(indexed, runs_dir, tmp_path):
    with claim(runs_dir, "x") as new:
        return new.publish({CONFIG: b"", RESOLVED: b""}, tmp_path)


def test_whether_a_run_goes_on_is_asked_of_its_lock_each_time(writer, runs_dir):
    for _ in range(2):
        assert status_of(runs_dir, writer.run.id) == "running"
    writer.close()
    assert status_of(runs_dir, writer.run.id) == "interrupted"


def test_a_run_that_ends_between_two_looks_is_done(writer, runs_dir):
    assert status_of(runs_dir, writer.run.id) == "running"
    writer.finish("done", best_epoch=1)
    assert status_of(runs_dir, writer.run.id) == "done"


def status_of(runs_dir, one):
    return {entry.id: entry.status for entry in listing(runs_dir)}[one]


def mangled(path, change):
    value = json.loads(path.read_text())
    change(value)
    return json.dumps(value).encode()


DAMAGES = {
    "empty": lambda path: b"",
    "cut": lambda path: path.read_bytes()[:-20],
    "no JSON": lambda path: b"\xff\xfe",
    "a list": lambda path: b"[]",
    "a newer format": lambda path: mangled(path, lambda index: index.update(format=3)),
    "no columns": lambda path: mangled(path, lambda index: index.pop("columns")),
    "a column less": lambda path: mangled(path, lambda index: index["columns"].pop("seconds")),
    "a shorter column": lambda path: mangled(path, lambda index: index["columns"]["name"].pop()),
    "a column that is none": lambda path: mangled(path, lambda index: index["columns"].update(name=3)),
    "a tag that is no text": lambda path: mangled(path, lambda index: index["columns"]["tags"][0].append(1)),
    "tags that are a text": lambda path: mangled(path, lambda index: index["columns"]["tags"].__setitem__(0, "a")),
    "no such status": lambda path: mangled(path, lambda index: index["columns"]["status"].__setitem__(0, "fine")),
    "no such names": lambda path: mangled(path, lambda index: index["columns"]["names"].__setitem__(0, 9)),
    "names before the first": lambda path: mangled(path, lambda index: index["columns"]["names"].__setitem__(0, -9)),
    "nested": lambda path: b"[" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_made_anew(indexed, runs_dir, reads, damage):
    before, path = listing(runs_dir), runs_dir / ".index"
    whole = path.read_bytes()
    path.write_bytes(DAMAGES[damage](path))
    assert listing(runs_dir) == before
    assert len(reads) == 4
    assert path.read_bytes() == whole


def test_scores_that_are_no_numbers_in_an_index_are_undefined(indexed, runs_dir):
    path = runs_dir / ".index"
    path.write_bytes(mangled(path, lambda index: index["columns"].update(numbers=["x", "", "1e999,1", ","])))
    assert [str(entry.headline[1]) for entry in listing(runs_dir)] == ["nan", "nan", "inf", "nan"]


@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
def test_something_else_in_the_place_of_the_index_is_left_alone_or_replaced(indexed, runs_dir, tmp_path, kind):
    path = runs_dir / ".index"
    path.unlink()
    (tmp_path / "precious").write_text("precious")
    match kind:
        case "folder":
            path.mkdir()
        case "link":
            path.symlink_to(tmp_path / "precious")
        case "pipe":
            os.mkfifo(path)
    assert len(listing(runs_dir)) == 4
    assert (tmp_path / "precious").read_text() == "precious"
    assert not list(runs_dir.glob(".*tmp*"))


def test_a_folder_that_cannot_be_written_is_listed_without_an_index(indexed, runs_dir, monkeypatch):
    (runs_dir / ".index").unlink()
    monkeypatch.setattr(index.disk, "write_atomic", refuse)  # type: ignore[attr-defined]
    assert len(listing(runs_dir)) == 4
    assert not (runs_dir / ".index").exists()


def refuse(path, data):
    raise MachineError(f"no permission to write {path}")


def test_several_processes_at_once_see_the_same(indexed, runs_dir):
    code = (
        "import sys; from pathlib import Path; from npnet.rundir import index\n"
        "index.WORTH_WRITING = 1\n"
        "for _ in range(30):\n"
        "    Path(sys.argv[1], '.index').unlink(missing_ok=True)\n"
        "    print(len(index.listing(Path(sys.argv[1]))))\n"
    )
    command = [sys.executable, "-c", code, str(runs_dir)]
    started = [subprocess.Popen(command, text=True, stdout=subprocess.PIPE) for _ in range(3)]
    for process in started:
        out, _ = process.communicate()
        assert (process.returncode, set(out.split())) == (0, {"4"})
    assert not list(runs_dir.glob(".*tmp*"))


def test_runs_are_listed_without_numpy_and_the_config():
    code = "import sys; from npnet.rundir.index import listing; print({'numpy', 'pydantic', 'yaml'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True)
    assert done.stdout == "set()\n"
