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

SWEPT = "dataset: {moons: {samples: 200, noise: 0.1}}\nlayers: [{linear: 8}, tanh, linear]\nepochs: 6\n"


@dataclass(frozen=True)
class Case:
    """A config, the settings that provoke a verdict, and those of a training that must not get it."""

    verdict: str
    config: str
    ill: tuple[str, ...] = ()
    well: tuple[str, ...] = ()
    says: str = ""
    long: bool = field(default=False, kw_only=True)


HIDDEN = "layers=[{linear: 16}, tanh, linear]"
RELU = "layers=[{linear: 8}, relu, linear]"
DEEP = f"layers=[{8 * '{linear: 12}, sigmoid, '}linear]"
LARGE = "layers=[{linear: {units: 16, init: {normal: 30}}}, tanh, {linear: {init: {normal: 30}}}]"
LARGEST = "layers=[{linear: {init: {normal: 100}}}]"
DEAD = "layers=[{linear: {units: 16, bias_init: {uniform: {low: -50, high: -49}}}}, relu, linear]"
WIDE = "dataset: {table: {path: wide.csv, target: y}}\nlayers: [{linear: 4}, tanh, linear]\nepochs: 2\n"
COPY = "dataset: {table: {path: copy.csv, target: y}}\nlayers: [linear]\nepochs: 2\n"
SETS = "dataset: {table: {path: a.csv, validation: b.csv, test: b.csv, target: y}}\nlayers: [linear]\nepochs: 2\n"
BIG = ("dataset.table.test=big.csv", "dataset.table.target=b", "dataset.table.drop=[y]", "scale=none", LARGEST)

CASES = [
    Case("overfitting", NOISY, ("epochs=120",), ("epochs=12", "learning_rate=0.003"), "overfits from epoch", long=True),
    Case("stopped_early", MOONS, ("epochs=12", "learning_rate=0.001"), (), "still improving"),
    Case("plateau", MOONS, ("epochs=12", "learning_rate=1e-12"), (), "to the last digit since epoch 1", long=True),
    Case("constant_baseline", XOR, (), (HIDDEN,), "ignores the inputs"),
    Case("class_ignored", RARE, (), ("class_weight=balanced",), 'never predicts "yes", the class of 15'),
    Case("validation_test_gap", DRIFT, (), ("dataset.table.time=null",), "validation and test disagree", long=True),
    Case("uncalibrated_weights", RARE, ("class_weight=balanced",), (), "probabilities are not calibrated", long=True),
    Case(
        "underfitting",
        XOR,
        ("--baselines",),
        (HIDDEN, "--baselines"),
        "underfits: hist",
        long=True,
    ),
    Case("learning_rate_high", MOONS, ("epochs=12", "learning_rate=5"), (), "train_loss"),
    Case("learning_rate_low", XOR, (HIDDEN, "learning_rate=1e-4"), (HIDDEN,), "100 steps with a learning rate of"),
    Case("update_ratio", MOONS, ("epochs=1", "learning_rate=5"), (), "a step changes the weights by"),
    Case("initial_loss", MOONS, (LARGE, "epochs=1"), (), "the loss at the start is"),
    Case("one_batch", MOONS, (DEAD, "epochs=1"), ("epochs=1", RELU), "cannot fit a few rows"),
    Case("dead_units", MOONS, (DEAD, "epochs=1"), (RELU,), "100% of the units of layers.1 are 0"),
    Case("saturated_units", MOONS, (LARGE, "epochs=1"), (), "of the units of layers.1 are saturated", long=True),
    Case("vanishing_gradients", MOONS, (DEEP, "epochs=1"), (), "gradients vanish", long=True),
    Case("unscaled_inputs", WIDE, ("scale=none",), (), '1 of 2 inputs are larger than 10, "b" the most', long=True),
    Case("leakage", COPY, (), ("dataset.table.drop=[b]",), '"b" may be the target "y" again: alone it has'),
    Case("odd_columns", COPY, ("dataset.table.path=odd.csv",), (), 'column "same" is left out', long=True),
    Case(
        "shared_test_set",
        SETS,
        (),
        ("dataset.table.test=c.csv",),
        "validation and test are both ../../b.csv",
        long=True,
    ),
    Case("few_rows", SETS, ("dataset.table.test=few.csv",), (), "the test set has one row", long=True),
    Case("bounded_outputs", MOONS, ("layers=[{linear: 1}, relu]", "epochs=1"), (), "relu as the last layer", long=True),
    Case("infinite_outputs", SETS, BIG, (), "the scores of test are null", long=True),
    Case("undefined_score", SETS, ("dataset.table.test=few.csv",), (), "roc_auc of test is null", long=True),
]


def write_tables(folder: Path) -> None:
    """Write the tables of the configs."""
    random = np.random.default_rng(0)
    x, noise = random.normal(size=(2, 400))
    rare = np.where(x + 2 * noise > 2.2, "yes", "no")
    write(folder / "rare.csv", a=x, y=rare)
    write(folder / "wide.csv", a=x, b=1000 + 300 * noise, y=x + noise)
    write(folder / "copy.csv", a=x, b=np.where(noise > 0, 7.5, 1.5) + 0.1 * x, y=np.where(noise > 0, "yes", "no"))
    write(folder / "odd.csv", a=x, b=noise, same=0 * x, y=np.where(noise + x > 0, "yes", "no"))
    for name, rows in (("a", slice(200)), ("b", slice(200, 300)), ("c", slice(300, 400)), ("few", slice(1))):
        write(folder / f"{name}.csv", a=x[rows], b=noise[rows], y=rare[rows])
    write(folder / "big.csv", a=np.sign(x[:40]) * 3e38, b=noise[:40], y=rare[:40])
    t = np.arange(400)
    write(folder / "drift.csv", a=x, t=t, y=x + 0.3 * noise + np.where(t >= 320, 2 * x, 0))


def write(path: Path, **columns: np.ndarray) -> None:
    """Write columns as CSV."""
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    path.write_text("\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]) + "\n")
