"""Configs that provoke a verdict, and configs that must not."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

MOONS = "dataset: {moons: {samples: 200, noise: 0.1}}\nlayers: [{linear: 16}, tanh, linear]\nepochs: 30\n"
MOONS += "learning_rate: 0.02\nbatch_size: 16\n"
NOISY = "dataset: {moons: {samples: 150, noise: 0.5}}\nlayers: [{linear: 64}, relu, {linear: 64}, relu, linear]\n"
NOISY += "epochs: 40\nlearning_rate: 0.01\nbatch_size: all\n"
XOR = "dataset: {xor: {samples: 300}}\nlayers: [linear]\nepochs: 12\nlearning_rate: 0.1\n"
RARE = "dataset: {table: {path: rare.csv, target: y}}\nlayers: [linear]\nepochs: 12\nlearning_rate: 0.05\n"
DRIFT = "dataset: {table: {path: drift.csv, target: y, time: t}}\nlayers: [linear]\nepochs: 12\n"


@dataclass(frozen=True)
class Case:
    """A config, the settings that provoke a verdict, and those of a training that must not get it."""

    verdict: str
    config: str
    ill: tuple[str, ...] = ()
    well: tuple[str, ...] = ()
    says: str = ""
    long: bool = field(default=False, kw_only=True)


CASES = [
    Case("overfitting", NOISY, ("epochs=120",), ("epochs=12", "learning_rate=0.003"), "overfits from epoch"),
    Case("stopped_early", MOONS, ("epochs=12", "learning_rate=0.001"), (), "still improving"),
    Case("constant_baseline", XOR, (), ("layers=[{linear: 8}, tanh, linear]",), "ignores the inputs"),
    Case(
        "class_ignored",
        RARE,
        (),
        ("class_weight=balanced",),
        'never predicts "yes", the class of 15 of 80 validation rows',
    ),
    Case("validation_test_gap", DRIFT, (), ("dataset.table.time=null",), "validation and test disagree"),
]


def write_tables(folder: Path) -> None:
    """Write the tables of the configs."""
    random = np.random.default_rng(0)
    x, noise = random.normal(size=(2, 400))
    rare = np.where(x + 2 * noise > 2.2, "yes", "no")
    write(folder / "rare.csv", a=x, y=rare)
    t = np.arange(400)
    write(folder / "drift.csv", a=x, t=t, y=x + 0.3 * noise + np.where(t >= 320, 2 * x, 0))


def write(path: Path, **columns: np.ndarray) -> None:
    """Write columns as CSV."""
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    path.write_text("\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]) + "\n")
