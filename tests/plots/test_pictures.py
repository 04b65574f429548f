"""Every registered plot, on every material: it is drawn, the same way each time, with its numbers beside it."""

import csv
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from npnet.errors import MachineError, UnknownName, UsageError
from npnet.plots import draw, plots, suits, usual
from npnet.plots.encoding import render
from npnet.plots.style import styled
from tests.plots.materials import MATERIALS, STRANGE, circles, values_material
from tests.plots.sweeps import SWEEPS

SIGNATURES = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml", "pdf": b"%PDF-"}


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def suiting(kind):
    """Return the first material from which a kind can be drawn."""
    makers = (MATERIALS | SWEEPS).values()
    return next(material for make in makers if suits(kind, material := make()) is None)


@pytest.mark.long
@pytest.mark.parametrize("name", MATERIALS)
def test_all_that_suits_a_material_is_drawn_with_its_numbers_beside_it(name, tmp_path):
    material = MATERIALS[name]()
    kinds = [kind for kind in plots if suits(kind, material) is None]
    paths = draw(material, kinds, tmp_path / "plots")
    assert [path.name for path in paths] == [f"{kind}.{end}" for kind in kinds for end in ("png", "csv")]
    assert sorted((tmp_path / "plots").iterdir()) == sorted(paths)
    for kind in kinds:
        assert (tmp_path / "plots" / f"{kind}.png").read_bytes().startswith(SIGNATURES["png"])
        assert len(read(tmp_path / "plots" / f"{kind}.csv")) > 0 or name == "nothing"


@pytest.mark.long
@pytest.mark.parametrize("kind", plots)
def test_a_plot_gives_the_same_bytes_twice(kind):
    first, second = (plots[kind](suiting(kind)) for _ in range(2))
    assert render(first.figure, "png") == render(second.figure, "png")
    assert {len(column) for column in first.numbers.values()} == {len(next(iter(first.numbers.values())))}


@pytest.mark.parametrize("form", ["svg", "pdf"])
def test_vector_pictures_give_the_same_bytes_twice(form):
    first, second = (render(plots["boundary"](circles(samples=60)).figure, form) for _ in range(2))
    assert first == second
    assert first.startswith(SIGNATURES[form])


@pytest.mark.parametrize("kind", plots)
def test_a_plot_says_in_one_line_what_it_shows(kind):
    line = plots[kind].__doc__.splitlines()[0]
    assert 10 < len(line) <= 90
    assert line.endswith(".")


@pytest.mark.parametrize(
    ("kind", "name", "reason"),
    [
        ("boundary", "digits", "needs two features; there are 64"),
        ("boundary", "five_targets", "needs one target; there are 5"),
        ("roc", "curve", "needs classes; this target has values"),
        ("roc", "nothing", "needs predictions of a set with more than one class"),
        ("confusion", "surface", "needs classes; this target has values"),
        ("confusion", "nothing", "needs predictions of the test or validation set"),
        ("residuals", "circles", "needs values as target; this one has classes"),
        ("loss", "nothing", "needs at least one epoch of training"),
        ("metrics", "nothing", "needs a metric computed while training"),
        ("learning_rate", "nothing", "needs at least one epoch of training"),
        ("animation", "circles", "needs recorded frames; write record: true in the config, and train it again"),
        ("feature_maps", "circles", "needs a network with conv1d or conv2d"),
        ("gates", "attention", "needs a network with rnn, gru or lstm"),
        ("attention", "images", "needs a network with attention"),
    ],
)
def test_a_plot_that_does_not_suit_says_why_and_nothing_is_written(kind, name, reason, tmp_path):
    material = MATERIALS[name]()
    assert suits(kind, material) == reason
    with pytest.raises(UsageError, match=f"no {kind} plot: it {reason}"):
        draw(material, ["summary", kind], tmp_path / "plots")
    assert not (tmp_path / "plots").exists()


def test_an_unknown_plot_is_answered_with_the_nearest_name(tmp_path):
    with pytest.raises(UnknownName, match='did you mean "boundary"'):
        draw(circles(), ["boundry"], tmp_path)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("circles", ["loss", "boundary", "roc", "summary"]),
        ("three_classes", ["loss", "boundary", "roc", "confusion", "summary"]),
        ("digits", ["loss", "roc", "confusion", "summary"]),
        ("curve", ["loss", "boundary", "predicted_against_true", "summary"]),
        ("five_targets", ["loss", "predicted_against_true", "summary"]),
        ("nothing", ["boundary", "summary"]),
        ("sequences", ["loss", "boundary", "roc", "gates", "summary"]),
    ],
)
def test_a_training_gets_the_plots_of_its_task(name, kinds):
    assert usual(MATERIALS[name]()) == kinds


def test_the_field_of_a_boundary_is_evaluated_in_one_call():
    material, calls = circles(), []

    def predict(X):
        calls.append(X.shape)
        return material.predict(X)

    plots["boundary"](replace(material, predict=predict))
    assert calls == [(201 * 201, 2)]


def test_strange_names_are_written_to_the_csv_as_they_are(tmp_path):
    draw(MATERIALS["strange"](), ["confusion"], tmp_path)
    names = {row["true"] for row in read(tmp_path / "confusion.csv")}
    assert names == {name if name != "\ud800" else "\\ud800" for name in STRANGE}


def test_values_that_were_not_computed_are_empty_fields(tmp_path):
    draw(MATERIALS["gaps"](), ["metrics"], tmp_path)
    rows = read(tmp_path / "metrics.csv")
    assert [row["epoch"] for row in rows if row["train_accuracy"]] == [f"{epoch:.1f}" for epoch in range(5, 61, 5)]


def test_the_settings_of_matplotlib_are_left_as_they_were():
    with matplotlib.rc_context({"lines.linewidth": 9.5, "text.usetex": True}):
        mine = dict(matplotlib.rcParams)
        plots["loss"](circles())
        assert dict(matplotlib.rcParams) == mine
        with styled():
            assert matplotlib.rcParams["text.usetex"] is False


DRAW_LOSS = """
import sys
from pathlib import Path
import npnet.plots
assert "matplotlib" not in sys.modules
from tests.plots.materials import circles
npnet.plots.draw(circles(), ["loss"], Path(sys.argv[1]))
assert "matplotlib.pyplot" not in sys.modules
"""


def in_new_process(script, *arguments, **environment):
    found = {"PYTHONPATH": str(Path(__file__).parent), "PATH": os.environ["PATH"]} | environment
    command = [sys.executable, "-W", "error", "-c", script, *map(str, arguments)]
    return subprocess.run(command, env=found, capture_output=True, text=True, check=False)


@pytest.mark.long
def test_without_a_home_a_new_process_draws_the_same_bytes_without_a_message(tmp_path):
    draw(circles(), ["loss"], tmp_path / "here")
    done = in_new_process(DRAW_LOSS, tmp_path / "there", HOME="/dev/null", TMPDIR=str(tmp_path), PYTHONHASHSEED="7")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for name in ("loss.png", "loss.csv"):
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "there"]


def test_a_broken_matplotlib_is_an_error_of_the_machine(tmp_path):
    (tmp_path / "matplotlib").mkdir()
    (tmp_path / "matplotlib" / "__init__.py").write_text("raise ImportError('libfreetype.so.6: not found')")
    here = Path(__file__).parent
    script = f"import sys; sys.path.insert(0, {str(here)!r})\n{DRAW_LOSS}"
    done = in_new_process(script, tmp_path / "plots", PYTHONPATH=str(tmp_path))
    assert f"{MachineError.__module__}.MachineError: matplotlib cannot be loaded: libfreetype" in done.stderr


def test_many_rows_are_thinned_evenly(tmp_path):
    draw(values_material(samples=30_000), ["residuals"], tmp_path)
    rows = [int(row["row"]) for row in read(tmp_path / "residuals.csv")]
    assert (len(rows), rows[0], rows[-1]) == (4000, 1, 6000)
    assert np.all(np.diff(rows) > 0)
