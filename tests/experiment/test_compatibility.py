"""Misfits of data, loss and settings are reported at their lines, all at once."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from npnet.config import Loaded
from npnet.data import prepare
from npnet.errors import ConfigError
from npnet.experiment.compatibility import misfits
from npnet.experiment.resolved import DataInfo, resolve, sized
from npnet.nn.layer import Inputs
from npnet.nn.linear import Linear
from npnet.nn.losses import losses

Load = Callable[..., Loaded]

ROWS = {"train": 600, "validation": 200, "test": 200}
BINARY = DataInfo("binary", 2, 1, 2, ROWS, Inputs(2))
THREE = DataInfo("multiclass", 2, 1, 3, ROWS, Inputs(2))
REGRESSION = DataInfo("regression", 2, 1, 0, ROWS, Inputs(2))
TWO_TARGETS = DataInfo("regression", 2, 2, 0, ROWS, Inputs(2))
CODES = DataInfo("binary", 4, 1, 2, ROWS, Inputs(2, (5, 40)))
BELOW_0 = DataInfo("regression", 2, 1, 0, ROWS, Inputs(2), lowest=-1.5)
ONLY_TRAIN = DataInfo("binary", 2, 1, 2, {"train": 600}, Inputs(2))


def check(loaded: Loaded, data: DataInfo) -> None:
    loaded.raise_for(misfits(resolve(loaded.experiment, data)))


def text(layers: str, more: str = "") -> str:
    lines = "\n".join(f"- {layer.replace(';', ',')}" for layer in layers.split(", "))
    return f"dataset: xor\nlayers:\n{lines}\n{more}\n"


FAULTS = [
    (
        BINARY,
        "linear: 4, relu, linear: 2",
        "",
        "5:11",
        "layers[2] gives 2 outputs, binary_cross_entropy of 2 classes needs 1",
    ),
    (THREE, "linear: 4, relu, linear: 2", "", "5:11", "layers[2] gives 2 outputs, the target has 3 classes"),
    (THREE, "linear: 1, softmax", "", "3:11", "layers[0] gives 1 output, the target has 3 classes"),
    (TWO_TARGETS, "linear: 3, relu", "", "3:11", "layers[0] gives 3 outputs, the data have 2 targets"),
    (BINARY, "relu", "", "3:3", "layers[0] gives 2 outputs, binary_cross_entropy of 2 classes needs 1"),
    (BINARY, "linear: 3", "loss: cross_entropy", "3:11", "layers[0] gives 3 outputs, the target has 2 classes"),
    (BINARY, "linear, relu, linear", "", "3:3", "only the last layer may be linear without units"),
    (BINARY, "residual: [linear: 3], linear", "", "3:3", "residual takes 2 values and its layers give 3"),
    (REGRESSION, "linear", "loss: cross_entropy", "4:7", "cross_entropy does not fit the task, a regression"),
    (THREE, "linear", "loss: binary_cross_entropy", "4:7", "binary_cross_entropy does not fit the task, several"),
    (BINARY, "linear", "loss: poisson", "4:7", "poisson does not fit the task, two classes"),
    (BINARY, "linear, softmax", "", "4:3", "binary_cross_entropy expects sigmoid or no activation"),
    (THREE, "linear, sigmoid", "", "4:3", "cross_entropy expects softmax or no activation"),
    (REGRESSION, "linear, sigmoid", "", "4:3", "sigmoid keeps the outputs between 0 and 1"),
    (BINARY, "linear, softmax", "loss: mean_squared_error", "4:3", "softmax of one output is always 1"),
    (BINARY, "batch_norm, linear", "batch_size: 599", "3:3", "batches of 599 leave 1 for the last"),
    (BINARY, "batch_norm, linear", "batch_size: 1", "3:3", "batches of 1 leave 1 for the last"),
    (BINARY, "residual: [batch_norm], linear", "batch_size: 599", "3:3", "batch_norm needs 2 rows in every batch"),
    (
        BINARY,
        "embedding: {codes: [2; 3; 4]}, linear",
        "scale: none",
        "3:22",
        "codes: 3 numbers are too many for 2 inputs",
    ),
    (
        BINARY,
        "embedding: {codes: [2]}, linear",
        "",
        "3:22",
        "codes is for codes of categories; those inputs are scaled",
    ),
    (BINARY, "linear: 3, embedding, linear", "", "4:3", "an embedding sees the codes of categories only as the first"),
    (CODES, "linear", "", "3:3", "2 columns of categories became codes, which no layer learns from"),
    (CODES, "embedding, embedding, linear", "", "4:3", "an embedding sees the codes of categories only as the first"),
    (CODES, "embedding: {codes: [5]}, linear", "", "3:22", "codes is [5], the data have [5, 40]"),
    (CODES, "embedding: {codes: [5; 39]}, linear", "", "3:22", "codes is [5, 39], the data have [5, 40]"),
    (BINARY, "periodic: {numbers: 3}, linear", "", "3:23", "periodic.numbers: 3 numbers are too many for 2 inputs"),
    (
        BINARY,
        "residual: [{periodic: {numbers: 3}}], linear",
        "",
        "3:35",
        "numbers: 3 numbers are too many for 2 inputs",
    ),
    (BELOW_0, "linear", "loss: poisson", "4:7", "poisson needs targets of 0 and more, the smallest is -1.5"),
    (BINARY, "linear", "metrics: [roc_auc, r2]", "4:20", "r2 does not fit the task, two classes"),
    (THREE, "linear", "threshold: 0.4", "4:12", "a threshold is for two classes, the task is several classes"),
    (ONLY_TRAIN, "linear", "threshold: f1", "4:12", "there is no validation set to choose the threshold on"),
    (REGRESSION, "linear", "temperature: true", "4:14", "a temperature is for classes, the task is a regression"),
    (ONLY_TRAIN, "linear", "temperature: true", "4:14", "there is no validation set to fit the temperature on"),
    (BINARY, "linear", "augment: {noise: 0.1}", "4:10", "augment is for images and sequences, and the inputs of this"),
    (
        BINARY,
        "positions: 2, flatten, linear",
        "scale: none\naugment: {flip: both, noise: 1}",
        "7:17",
        "flip is for images, and the positions are a sequence",
    ),
    (
        BINARY,
        "positions: 2, flatten, linear",
        "scale: none\naugment: {shift: 2}",
        "7:18",
        "shift: 2 moves everything out of 2 positions",
    ),
    (BINARY, "positions: 2, flatten, linear", "augment: {cutout: 3}", "6:19", "cutout: 3 is larger than 2 positions"),
    (
        BINARY,
        "positions: 2, flatten, linear",
        "augment: {shift: 1}",
        "6:18",
        "shift moves values from one column to another, and each column has a scaling of its own",
    ),
    (BINARY, "linear", "loss: contrastive", "4:7", "contrastive compares pairs, and the network does not"),
    (BINARY, "positions: 2, similarity", "loss: {contrastive: 2}", "5:7", "the margin of contrastive is 2, and"),
    (
        BINARY,
        "linear: 3, similarity",
        "",
        "4:3",
        "similarity compares two positions and gets 3 values without positions",
    ),
    (REGRESSION, "linear", "monitor: validation_f1", "4:10", "f1 does not fit the task, a regression"),
]


@pytest.mark.parametrize(("data", "layers", "more", "where", "message"), FAULTS, ids=[f"{r[1]} {r[2]}" for r in FAULTS])
def test_a_misfit_is_reported_at_its_line(
    load_text: Load, data: DataInfo, layers: str, more: str, where: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        check(load_text(text(layers, more)), data)
    (problem,) = caught.value.problems
    assert problem.where == f"c.yaml:{where}"
    assert message in problem.message


@pytest.mark.parametrize(
    ("data", "layers", "more"),
    [
        (BINARY, "linear: 4, relu, linear", ""),
        (BINARY, "linear: 4, relu, linear, sigmoid", ""),
        (BINARY, "linear, sigmoid", "loss: mean_squared_error"),
        (BINARY, "linear, softmax", "loss: cross_entropy"),
        (BINARY, "linear", "loss: hinge"),
        (BINARY, "positions: 2, linear: 3, similarity", "loss: contrastive"),
        (BINARY, "positions: 2, similarity: 3", "loss: {contrastive: 3}"),
        (BINARY, "positions: 2, similarity", ""),
        (THREE, "linear: 3, softmax", ""),
        (THREE, "linear, softmax", "metrics: [accuracy]\nmonitor: train_accuracy"),
        (TWO_TARGETS, "linear", "loss: huber"),
        (BINARY, "linear", "threshold: f1\ntemperature: true"),
        (ONLY_TRAIN, "linear", "threshold: 0.3"),
        (BINARY, "linear: 1, residual: [tanh]", ""),
        (BINARY, "batch_norm, linear", "batch_size: all"),
        (BINARY, "batch_norm, linear", "batch_size: 1000000000"),
    ],
)
def test_an_experiment_that_fits_passes(load_text: Load, data: DataInfo, layers: str, more: str) -> None:
    check(load_text(text(layers, more)), data)


def test_a_missing_set_cannot_be_monitored(load_text: Load) -> None:
    with pytest.raises(ConfigError, match="there is no validation set to measure validation_loss on"):
        check(load_text(text("linear", "monitor: validation_loss")), ONLY_TRAIN)
    check(load_text(text("linear")), ONLY_TRAIN)


def test_all_misfits_are_reported_at_once(load_text: Load) -> None:
    loaded = load_text(text("batch_norm, linear: 2, sigmoid", "batch_size: 599\nmetrics: [r2]\nmonitor: train_mae"))
    with pytest.raises(ConfigError) as caught:
        check(loaded, THREE)
    assert [problem.where for problem in caught.value.problems] == [
        f"c.yaml:{place}" for place in ("3:3", "4:11", "5:3", "7:11", "8:10")
    ]


def test_the_batch_size_of_the_hint_leaves_no_batch_of_one_row(load_text: Load) -> None:
    for size in (1, 599, 299):
        loaded = load_text(text("batch_norm, linear", f"batch_size: {size}"))
        try:
            check(loaded, BINARY)
        except ConfigError as error:
            better = (error.hint or "").split()[2].rstrip(",")
            check(load_text(text("batch_norm, linear", f"batch_size: {better}")), BINARY)


def test_the_pairs_of_widths_and_targets_pass_only_where_they_agree(load_text: Load) -> None:
    for units in range(1, 6):
        for classes in range(3, 6):
            data = DataInfo("multiclass", 7, 1, classes, ROWS, Inputs(7))
            loaded = load_text(text(f"linear: {units}"))
            if units == classes:
                check(loaded, data)
                continue
            with pytest.raises(ConfigError, match=rf"gives {units} outputs?, the target has {classes} classes"):
                check(loaded, data)


@pytest.mark.parametrize(
    ("data", "loss", "units"),
    [(BINARY, "binary_cross_entropy", 1), (THREE, "cross_entropy", 3), (TWO_TARGETS, "mean_squared_error", 2)],
)
def test_missing_settings_are_filled_in_from_the_data(load_text: Load, data: DataInfo, loss: str, units: int) -> None:
    experiment = resolve(load_text(text("linear: 4, relu, linear")).experiment, data).config
    assert experiment.loss is not None
    assert losses.name_of(experiment.loss) == loss
    assert experiment.layers[-1] == Linear(units=units)
    assert experiment.learning_rate == experiment.optimizer.usual_rate
    assert experiment.monitor == "validation_loss"
    assert resolve(experiment, data).config == experiment


def test_only_the_last_linear_layer_takes_its_size_from_the_target() -> None:
    assert sized((Linear(), Linear()), 3) == (Linear(), Linear(units=3))
    assert sized((Linear(units=5),), 3) == (Linear(units=5),)


def test_sizes_are_taken_from_prepared_data(load_text: Load) -> None:
    experiment = load_text("dataset: iris\nlayers: [linear]\n").experiment
    prepared = prepare(experiment.dataset.load(Path(), 0), experiment.split, "standard", 0)
    data = DataInfo.of(prepared)
    assert (data.task, data.features, data.targets, data.classes) == ("multiclass", 4, 1, 3)
    assert data.rows == {"train": 90, "validation": 30, "test": 30}
    assert np.shape(prepared.parts["train"].X) == (90, 4)


def test_a_misfit_of_an_override_is_reported_at_the_override(load_text: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        check(load_text(text("linear: 4, linear: 3"), "layers.1.linear.units=2"), THREE)
    assert caught.value.problems[0].where == "command line: layers.1.linear.units"
