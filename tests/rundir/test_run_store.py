"""A run is found by its id, the start of it, `latest` or its folder, and by nothing else."""

import pytest

from npnet.errors import InUse, RunError
from npnet.rundir.index import listing
from npnet.rundir.names import CONFIG, RESOLVED
from npnet.rundir.new_run import claim
from npnet.rundir.run import find, remove, set_tags


def test_a_run_is_found_by_id_prefix_latest_and_folder(make_run, runs_dir, monkeypatch):
    run, other = make_run("circles"), make_run("moons")
    unique = next(run.id[:end] for end in range(1, 99) if not other.id.startswith(run.id[:end]))
    monkeypatch.chdir(runs_dir)
    for text in (run.id, unique, str(run.path), f"{run.path}/", f"./{run.id}"):
        assert find(runs_dir, text).path == run.path
    for text in ("latest", str(runs_dir / "latest")):
        assert find(runs_dir, text).id == other.id


def test_a_folder_outside_of_the_runs_is_found_by_its_name(make_run, tmp_path, monkeypatch):
    make_run().path.rename(tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    assert find(tmp_path / "empty", "mine").path == tmp_path / "mine"


def test_a_prefix_of_several_runs_names_them(make_run, runs_dir):
    ids = sorted(make_run().id for _ in range(4))
    with pytest.raises(RunError, match=r"'20' begins the ids of 4 runs: .*, \.\.\.") as caught:
        find(runs_dir, "20")
    assert all(one in caught.value.message for one in ids[-3:])
    assert caught.value.code == 5


def test_what_is_not_found_is_answered_with_what_comes_near(make_run, runs_dir):
    with pytest.raises(RunError, match="there is no run 'circles' in") as caught:
        find(runs_dir, "circles")
    assert caught.value.hint == "`npnet train CONFIG` makes the first one"
    run = make_run("circles")
    for text in ("circles", run.id[1:], run.id.replace("circles", "cirlces")):
        with pytest.raises(RunError) as caught:
            find(runs_dir, text)
        assert caught.value.hint == f"did you mean {run.id}?"
    with pytest.raises(RunError) as caught:
        find(runs_dir, "zebra")
    assert caught.value.hint == "`npnet runs` lists the runs"


STRANGE = [
    "",
    ".",
    "..",
    "/",
    "../..",
    "../../etc/passwd",
    "/etc/passwd",
    "/etc",
    "/dev/zero",
    "..%2f..%2fetc",
    "%2e%2e",
    "..\\..\\etc",
    "C:\\Windows",
    "a\0b",
    "\0",
    "-rf",
    "--help",
    "-",
    "~",
    "~root",
    "$HOME",
    "${env:HOME}",
    "$(id)",
    "`id`",
    "*",
    "?",
    "[a]",
    "{a,b}",
    "a b",
    "a\nb",
    "\x1b[31m",
    "\x1b]0;x\x07",
    "[/red]",
    "x" * 300,
    "x/" * 3000,
    "é",
    "\u202e",
    "\ud800",
    "runs/../..",
    ".hidden",
    "....//",
    "file:///etc/passwd",
    "http://localhost/",
    "//server/share",
    "CON",
    "nul",
    "latest/..",
    "latest/run.json",
    "latest",
    "link",
    "LOCK",
    ";ls",
    "|ls",
    "&",
    "'",
    '"',
    "\t",
    "\r\n",
    "None",
    "%s%n",
    "{0}",
]


@pytest.mark.parametrize("text", STRANGE, ids=ascii)
def test_strange_names_stand_for_no_run_and_are_shown_escaped(runs_dir, tmp_path, monkeypatch, text):
    runs_dir.mkdir()
    (runs_dir / "link").symlink_to("/etc")
    (runs_dir / "latest").symlink_to("/etc")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError) as caught:
        find(runs_dir, text)
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 500


def test_tags_are_replaced(make_run):
    run = make_run(tags=["old"])
    before = run.info
    set_tags(run, ["new", "ü"])
    assert run.info == before | {"tags": ["new", "ü"]}
    assert not (run.path / "LOCK").exists()


def test_a_removed_run_is_gone_and_latest_names_another(make_run, runs_dir):
    runs = [make_run(name) for name in ("a", "b")]
    remove(find(runs_dir, "latest"))
    assert [run.id for run in listing(runs_dir)] == [runs[0].id]
    assert find(runs_dir, "latest").id == runs[0].id
    remove(runs[0])
    assert not list(runs_dir.iterdir())


def test_removing_another_run_leaves_latest_alone(make_run, runs_dir):
    runs = [make_run(name) for name in ("a", "b")]
    remove(runs[0])
    assert find(runs_dir, "latest").id == runs[1].id


def test_a_run_in_use_is_neither_removed_nor_tagged(runs_dir, tmp_path):
    with claim(runs_dir, "x") as new, new.publish({CONFIG: b"", RESOLVED: b""}, tmp_path) as writer:
        for change in (remove, lambda run: set_tags(run, [])):
            with pytest.raises(InUse):
                change(writer.run)
        assert writer.run.status == "running"


def test_the_run_json_of_another_program_protects_its_folder(make_run, tmp_path):
    run = make_run()
    (run.path / "run.json").write_text("{}")
    with pytest.raises(RunError):
        remove(run)
    assert (run.path / "config.yaml").exists()
