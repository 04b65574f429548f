"""The metadata of weights: all that training writes can be read, and contradictions cannot."""

from dataclasses import replace
from pathlib import Path

import pytest

from npnet.config import load
from npnet.data import Split, Task, datasets, prepare
from npnet.model.outputs import Calibration
from npnet.rundir.restore import DataMetadata
from npnet.runner import prepare_run

CONFIG = """\
dataset: {table: {path: t.csv, target: [rock, jazz, pop]}}
layers: [linear]
"""


@pytest.fixture
def labels(tmp_path: Path) -> DataMetadata:
    """Return the metadata of three labels, two of which have classes of the same names."""
    rows = [f"{n / 7},{n % 2},{n % 3 % 2},{'off' if n % 5 else 'on'}" for n in range(40)]
    (tmp_path / "t.csv").write_text("\n".join(["x,rock,jazz,pop", *rows]) + "\n")
    (tmp_path / "c.yaml").write_text(CONFIG)
    ready = prepare_run(load(tmp_path / "c.yaml"))
    return DataMetadata.of([ready.data], Calibration())


def test_several_labels_may_call_their_classes_the_same(labels: DataMetadata) -> None:
    assert labels.task == "multilabel"
    assert (labels.negatives, labels.classes) == (("0", "0", "off"), ("1", "1", "on"))
    assert labels.target.classes == (("0", "1"), ("0", "1"), ("off", "on"))
    assert DataMetadata.parse(labels.text()).text() == labels.text()


@pytest.mark.parametrize(
    ("task", "targets", "classes", "fits"),
    [
        ("binary", ("rock",), ("no", "yes"), True),
        ("binary", ("rock",), ("yes", "yes"), False),
        ("binary", ("rock",), ("no", "perhaps", "yes"), False),
        ("binary", ("rock", "jazz"), ("no", "yes"), False),
        ("multiclass", ("rock",), ("a", "b", "c"), True),
        ("multiclass", ("rock",), ("a", "b"), False),
        ("multiclass", ("rock",), ("a", "b", "b"), False),
        ("multilabel", ("rock",), ("1",), True),
        ("multilabel", ("rock", "jazz"), ("1", "1"), True),
        ("multilabel", ("rock", "jazz"), ("1",), False),
        ("regression", ("rock", "jazz"), (), True),
        ("counts", ("rock",), (), True),
        ("regression", ("rock",), ("a", "b"), False),
    ],
)
def test_each_task_has_classes_of_its_own_kind(
    labels: DataMetadata, task: Task, targets: tuple[str, ...], classes: tuple[str, ...], fits: bool
) -> None:
    negatives = ("0",) * len(targets) if task == "multilabel" else ()
    other = replace(labels, task=task, targets=targets, classes=classes, negatives=negatives)
    assert other.contradiction == (None if fits else "its classes do not fit")


@pytest.mark.parametrize(("positions", "fits"), [((2,), True), ((3,), False), ((10**6, 10**6), False)])
def test_positions_have_the_columns_of_the_data(positions: tuple[int, ...], fits: bool) -> None:
    dataset = datasets["sequences"](task="parity", length=2, samples=20, steps=True).load(Path(), 0)
    known = DataMetadata.of([prepare(dataset, Split(), "standard", 0)], Calibration())
    preparation = known.preparations[0].model_copy(update={"positions": positions})
    other = replace(known, preparations=(preparation,))
    assert other.contradiction == (None if fits else "its columns do not fit")
    assert known.target_columns == ("odd 1", "odd 2")
    assert DataMetadata.parse(known.text()).text() == known.text()
