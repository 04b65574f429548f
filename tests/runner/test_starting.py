"""Weights of another run are taken where inputs, targets and classes mean the same, by their names."""

from pathlib import Path

import numpy as np
import pytest

from npnet.data.columns import Column, Frame
from npnet.data.preprocessing import Preparation, PrepareSpec
from npnet.rundir.run import RunFolder
from npnet.runner.prepared_run import meanings
from tests.cli.conftest import Result, call

CONFIG = "dataset: {table: {path: t.csv, target: z}}\nlayers: [linear]\nepochs: 2\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the config of a table of three columns into the current folder."""
    (tmp_path / "c.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def train(header: str, *options: str) -> Result:
    """Train on columns of that header, which hold numbers, or classes where the target is a text."""
    names, lines = header.split(","), []
    for row in range(40):
        cells = {name: str(row * (place + 3) % 17 / 4) for place, name in enumerate(names)}
        cells |= {"kind": "abc"[row % 3]}
        lines.append(",".join(cells[name] for name in names))
    Path("t.csv").write_text("\n".join([header, *lines]) + "\n")
    return call("train", "c.yaml", *options, "--no-plots", "-q")


def refused(result: Result) -> str:
    assert (result.code, result.out) == (5, "")
    error, hint = result.err.splitlines()
    assert hint == "hint: columns, and classes, must be those of that run in the same order"
    return error.removeprefix("npnet: error: ")


@pytest.mark.parametrize("header", ["z,x,y", "u,v,z"])
def test_inputs_in_their_places_or_of_other_names_are_taken(folder: Path, header: str) -> None:
    first = RunFolder(Path(train("x,y,z").out.strip()))
    second = train(header, "weights=latest", "epochs=0")
    assert second.code == 0, second.err
    for name, values in RunFolder(Path(second.out.strip())).weights()[0].items():
        assert np.array_equal(values, first.weights()[0][name])


@pytest.mark.parametrize(("header", "name", "place"), [("y,x,z", "x", 2), ("y,u,z", "y", 1)])
def test_inputs_in_other_places_are_refused_and_leave_nothing(folder: Path, header: str, name: str, place: int) -> None:
    first = train("x,y,z").out.strip()
    run, before = RunFolder(Path(first)).id, sorted(path.name for path in Path("runs").iterdir())
    was = "xy".index(name) + 1
    message = f'the input "{name}" is number {place} here, and number {was} for the weights of {run}'
    assert refused(train(header, "weights=latest")) == message
    assert sorted(path.name for path in Path("runs").iterdir()) == before


def test_targets_in_other_places_are_refused(folder: Path) -> None:
    assert train("x,y,p,q", "dataset.table.target=[p, q]").code == 0
    result = train("x,y,p,q", "dataset.table.target=[q, p]", "weights=latest")
    assert refused(result).startswith('the target "p" is number 2 here, and number 1 for')


def test_classes_in_other_places_are_refused(folder: Path) -> None:
    options = ("dataset.table.target=kind", "dataset.table.na_values=[a]", "dataset.table.drop_rows=true")
    assert train("x,y,kind", *options, "dataset.table.positive_class=b").code == 0
    result = train("x,y,kind", *options, "dataset.table.positive_class=c", "weights=latest")
    assert refused(result).startswith('the class "c" is number 2 here, and number 1 for')


def test_codes_of_an_embedding_mean_their_texts(folder: Path) -> None:
    levels = tuple(f"t{number}" for number in range(4))
    frame = Frame(
        {
            "town": Column("town", "category", np.arange(40, dtype=np.int32) % 4, levels),
            "x": Column("x", "number", np.arange(40.0)),
        },
        np.arange(1, 41),
    )
    preparation = Preparation.fit(frame, frame, PrepareSpec(embed_above=2))
    assert meanings(preparation) == ["x", "town", "town = t0", "town = t1", "town = t2", "town = t3"]
