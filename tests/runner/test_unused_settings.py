"""Every setting that a training does not use is reported in a line, and no other one."""

from pathlib import Path

import pytest

from npnet.config import load
from npnet.model.trainer import Trainer
from npnet.runner import prepare_run
from npnet.runner.notes import unused

CONFIG = "dataset: {table: {path: t.csv, target: y, drop: [g]}}\nlayers: [linear]\nepochs: 20\n"
ROWS = [f"{n * 37 % 61 / 8},g{n % 6},{'yes' if n % 4 in (0, 3) else 'no'}" for n in range(60)]
MEMBERS = ("ensemble=3", "own_validation=true")


def lines(folder: Path, *overrides: str) -> list[str]:
    (folder / "t.csv").write_text("\n".join(["a,g,y", *ROWS]) + "\n")
    (folder / "c.yaml").write_text(CONFIG)
    ready = prepare_run(load(folder / "c.yaml", overrides))
    return list(unused(Trainer(ready.experiment, ready.folds)))


@pytest.mark.parametrize(
    "overrides",
    [
        (),
        ("cv=2",),
        ("split.test=0.1",),
        MEMBERS,
        ("early_stopping=19", "schedule={step: 19}"),
        ("schedule={cosine: {warm_up: 19}}",),
        ("schedule={reduce_on_plateau: 19}",),
        ("schedule={reduce_on_plateau: 6}", "evaluate_every=3"),
        ("epochs=0", "early_stopping=3"),
    ],
)
def test_no_line_is_about_a_setting_that_is_used(tmp_path: Path, overrides: tuple[str, ...]) -> None:
    assert lines(tmp_path, *overrides) == []


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        (("cv=2", "split.test=0.1"), "split is not used: cv divides all rows"),
        (
            ("sweep={parameters: {learning_rate: [0.1, 0.2]}}",),
            "the key sweep is not used: npnet sweep trains what it lists",
        ),
        (("split.validation=0",), "there is no validation set: train_loss chooses the best epoch"),
        (
            ("split.validation=0", "early_stopping=5"),
            "there is no validation set: train_loss chooses the best epoch and stops early",
        ),
        (("early_stopping=20",), "early_stopping never stops: its patience is 20, epochs is 20"),
        (("schedule=step",), "the schedule never drops the learning rate: every is 30, epochs is 20"),
        (
            ("schedule={reduce_on_plateau: 20}",),
            "the schedule never drops the learning rate: its patience is 20, epochs is 20",
        ),
        (
            ("schedule={reduce_on_plateau: 7}", "evaluate_every=3"),
            "the schedule never drops the learning rate: its patience is 7, epochs is 20, evaluated 7 times",
        ),
        (("schedule={cosine: {warm_up: 20}}",), "the schedule never gets past its warm_up of 20 epochs: epochs is 20"),
        (
            ("dataset={table: {path: t.csv, target: y, group: g}}", *MEMBERS),
            "own_validation is not used: group, time or files give the sets",
        ),
        (("evaluate_every=21",), "only the last epoch is evaluated: evaluate_every is 21, epochs is 20"),
        (
            ("prepare={numbers: none, clip: true}",),
            "clip is not used: numbers: none has no scale on which outliers show",
        ),
        (
            ("dataset={table: {path: t.csv, target: y, drop: [g], na_values: {g: [x]}}}",),
            'na_values is not used for "g": drop or id leaves the column out',
        ),
    ],
)
def test_a_setting_without_effect_is_reported_with_a_reason(
    tmp_path: Path, overrides: tuple[str, ...], line: str
) -> None:
    assert lines(tmp_path, *overrides) == [line]
