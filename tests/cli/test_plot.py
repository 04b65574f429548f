"""npnet plot where the data of a run are gone: what its folder holds is drawn, the rest says what is missing."""

import json
import shutil
from pathlib import Path

import pytest

from npnet.rundir.run import RunFolder
from tests.cli.conftest import call

CONFIG = "dataset: {table: {path: t.csv, target: y}}\nlayers: [{linear: 4}, relu, linear]\nepochs: 2\n"
GONE = "the data of run are gone: there is no file"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a finished run on two features, whose table is there."""
    folder = tmp_path_factory.mktemp("plot")
    rows = "".join(f"{n % 7},{n % 5},{'no' if n % 3 else 'yes'}\n" for n in range(90))
    (folder / "t.csv").write_text(f"a,b,y\n{rows}")
    (folder / "c.yaml").write_text(CONFIG)
    assert call("train", folder / "c.yaml", "--run-dir", folder / "run", "--no-plots", "-q").code == 0
    return folder / "run"


@pytest.fixture
def lonely(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of it without the table, in the current folder."""
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(trained, tmp_path / "run")


def names(run: Path) -> set[str]:
    return {path.stem for path in (run / "plots").glob("*")} if (run / "plots").exists() else set()


@pytest.mark.parametrize(
    "kind", ["loss", *(pytest.param(kind, marks=pytest.mark.long) for kind in ("learning_rate", "roc", "threshold"))]
)
def test_what_the_folder_holds_is_drawn_without_a_word(kind: str, lonely: Path) -> None:
    result = call("plot", "run", "--kind", kind, "--format", "svg", "--runs-dir", ".")
    assert (result.code, result.err) == (0, "")
    assert names(lonely) == {kind}


@pytest.mark.long
def test_what_needs_the_data_is_left_out_with_a_note(lonely: Path) -> None:
    result = call("plot", "run", "--format", "svg", "--runs-dir", ".")
    assert result.code == 0
    assert result.err.startswith(f"left out boundary: {GONE} {lonely.parent}/t.csv; ")
    assert names(lonely) == {"loss", "roc", "summary"}


@pytest.mark.parametrize("kind", ["boundary", "loss,importance"])
def test_what_needs_the_data_is_an_error_where_it_is_asked_for(kind: str, lonely: Path) -> None:
    result = call("plot", "run", "--kind", kind, "--runs-dir", ".")
    assert (result.code, result.out, names(lonely)) == (4, "", set())
    assert result.err.startswith(f"npnet: error: {GONE} {lonely.parent}/t.csv; ")


def test_a_plot_that_does_not_suit_is_a_usage_error_with_or_without_data(lonely: Path) -> None:
    result = call("plot", "run", "--kind", "residuals", "--runs-dir", ".")
    assert (result.code, names(lonely)) == (2, set())
    assert "no residuals plot: it needs values as target; this one has classes" in result.err


@pytest.mark.long
@pytest.mark.parametrize("lost", ["predictions metrics.json", "predictions metrics.json weights.safetensors"])
def test_a_run_that_has_no_scores_yet_draws_its_curves(lost: str, lonely: Path) -> None:
    for name in lost.split():
        path = lonely / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    result = call("plot", "run", "--kind", "loss", "--format", "svg", "--runs-dir", ".")
    assert (result.code, result.err) == (0, "")
    result = call("plot", "run", "--kind", "all", "--format", "svg", "--runs-dir", ".")
    assert result.code == 0
    assert "roc" in result.err
    assert GONE in result.err
    assert names(lonely) == {"loss", "learning_rate", "summary"}
    assert call("plot", "run", "--kind", "roc", "--runs-dir", ".").code == 4


@pytest.mark.long
def test_numbers_of_a_stranger_take_no_memory(lonely: Path) -> None:
    (lonely / "weights.safetensors").unlink()
    info = json.loads((lonely / "run.json").read_text())
    info["dataset"] |= {"columns": 10**15, "class_count": 10**15}
    (lonely / "run.json").write_text(json.dumps(info))
    for command in (("plot", "run", "--kind", "loss", "--format", "svg"), ("runs", "show", "run")):
        assert call(*command, "--runs-dir", ".").code == 0


@pytest.mark.long
def test_a_run_without_predictions_is_drawn_from_its_data(trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained.parent, tmp_path / "all")
    shutil.rmtree(tmp_path / "all" / "run" / "predictions")
    result = call("plot", tmp_path / "all" / "run", "--kind", "roc", "--format", "svg")
    assert (result.code, result.err) == (0, "")


@pytest.mark.long
@pytest.mark.parametrize(
    ("old", "new"), [("target", "aim"), ("probability_no", "probability_of"), ("no,", "never,")], ids=str
)
def test_predictions_that_are_not_of_the_run_are_refused(old: str, new: str, lonely: Path) -> None:
    file = lonely / "predictions" / "test.csv"
    file.write_text(file.read_text().replace(old, new))
    result = call("plot", "run", "--kind", "roc", "--runs-dir", ".")
    assert (result.code, result.out) == (5, "")
    assert "test.csv cannot be used" in result.err
    assert RunFolder(lonely).predicted == ["validation", "test"]


def test_a_terminal_gets_curves_and_the_boundary_and_the_folder_no_file(
    trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(trained.rglob("*"))
    result = call("plot", trained, "--terminal")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0].startswith("loss   ⠂⠂ train ")
    assert any(line.startswith("decision boundary") for line in lines)
    assert "yes" in result.out
    assert "→ a\n" in result.out
    assert max(map(len, lines)) <= 80
    pictures = json.loads(call("plot", trained, "--terminal", "--json").out)["runs"][0]["pictures"]
    assert pictures["loss"] + ["", *pictures["boundary"]] == lines
    assert sorted(trained.rglob("*")) == before


def test_without_its_data_a_terminal_gets_the_curves_and_a_note(lonely: Path) -> None:
    result = call("plot", "run", "--terminal")
    assert result.code == 0
    assert result.err.startswith(f"left out boundary: {GONE}")
    assert result.out.startswith("loss ")
    assert "decision" not in result.out
    assert call("plot", "run", "--terminal", "--kind", "boundary").code == 4


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        (("--kind", "roc"), "there is no roc plot on a terminal", "write --kind loss,boundary"),
        (("--kind", "lose"), 'unknown plot "lose"', 'did you mean "loss"?'),
        (("--format", "png"), "--terminal and --format do not go together", "leave out --terminal, or --format"),
    ],
)
def test_what_a_terminal_cannot_show_is_refused(
    options: tuple[str, ...], message: str, hint: str, lonely: Path
) -> None:
    result = call("plot", "run", "--terminal", *options)
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines() == [f"npnet: error: {message}", f"hint: {hint}"]
