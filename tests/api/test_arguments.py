"""Python gets every check that a config gets, in one error of npnet, and the warnings that `npnet train` prints."""

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from npnet import BatchNorm, Dropout, LeakyReLU, Linear, Model, ReLU, Residual, Sigmoid, Softmax
from npnet.api.arguments import NOT_OPTIONS
from npnet.config import Experiment
from npnet.data.readers.reading import CellError
from npnet.errors import DataError, Diverged, NpnetError, NpnetWarning, UsageError

X = np.random.default_rng(0).standard_normal((60, 2))
Y = (X.sum(axis=1) > 0).astype(int)
GAP, INFINITE = X.copy(), X.copy()
GAP[3, 1], INFINITE[4, 0] = np.nan, np.inf


def logistic() -> Model:
    return Model(Linear(2, 1), Sigmoid(1))


def train(x: object = X, y: object = Y, *layers: object, **options: object) -> Callable[[], Model]:
    return lambda: (Model(*layers) if layers else logistic()).train(x, y, **{"epochs": 2, **options})


Case = tuple[Callable[[], object], type[NpnetError], str, str | None]
WRONG: dict[str, Case] = {
    "one output for cross_entropy": (
        train(loss="cross_entropy"),
        UsageError,
        "layers[0] gives 1 output, the target has 2 classes; cross_entropy expects softmax",
        "write Linear(2), or Linear(), which takes its size from the target",
    ),
    "softmax of one output": (train(X, Y, Linear(2, 1), Softmax()), UsageError, "expects sigmoid", None),
    "a loss of another task": (
        train(y=np.arange(60) % 3, loss="hinge"),
        UsageError,
        "hinge does not fit the task",
        None,
    ),
    "an unknown loss": (train(loss="cross"), UsageError, 'unknown loss "cross"', None),
    "an unknown optimizer": (train(optimizer="adamm"), UsageError, 'unknown optimizer "adamm"', 'did you mean "adam"?'),
    "an option out of its range": (train(optimizer={"adam": {"beta1": 2}}), UsageError, "adam.beta1 must be", None),
    "an unknown keyword": (train(epoch=3), UsageError, 'unknown key "epoch"', 'did you mean "epochs"?'),
    "a negative learning rate": (train(learning_rate=-1), UsageError, "learning_rate must be a number greater", None),
    "a learning rate of text": (train(learning_rate="fast"), UsageError, 'not the text "fast"', None),
    "a learning rate that is none": (train(learning_rate=float("nan")), UsageError, "learning_rate must be", None),
    "negative epochs": (train(epochs=-1), UsageError, "epochs must be a whole number from 0 to 10**7", None),
    "half an epoch": (train(epochs=1.5), UsageError, "epochs must be a whole number", None),
    "epochs of text": (train(epochs="3"), UsageError, "epochs must be a whole number", None),
    "an empty batch": (train(batch_size=0), UsageError, "batch_size must be", None),
    "a last batch of one row": (
        train(X, Y, Linear(2, 4), BatchNorm(), Linear(1), batch_size=59),
        UsageError,
        "batch_norm needs 2 rows in every batch",
        "write batch_size=60, which leaves none so small",
    ),
    "a share above 1": (train(validation=2), UsageError, "validation must be a number of at least 0", None),
    "no rows to monitor": (
        train(monitor="validation_loss"),
        UsageError,
        "there is no validation set to measure validation_loss on",
        "write validation=0.2",
    ),
    "a metric of another task": (train(metrics=["r2"]), UsageError, "r2 does not fit the task, two classes", None),
    "a monitored metric that is undefined": (
        train(X[:6], [0, 0, 0, 0, 0, 1], validation=0.2, monitor="validation_roc_auc"),
        DataError,
        "validation_roc_auc is undefined: it needs rows of two classes",
        'monitor="validation_loss" is always defined; or give that set other rows',
    ),
    "a seed of text": (lambda: Model(seed="a"), UsageError, "seed must be a whole number", None),
    "a task that is none": (train(task="guess"), UsageError, "there is no task 'guess'", None),
    "more memory than there is": (train(X, Y, *[Linear(10**7)] * 3, Linear(1)), UsageError, "the training needs", None),
    "a layer of text": (lambda: Model("relu"), UsageError, "'relu' is no layer", None),
    "a class for a layer": (lambda: Model(ReLU), UsageError, "ReLU is the class of a layer", "write ReLU()"),
    "dropout above 1": (lambda: Dropout(1.5), UsageError, "Dropout: rate must be a number of at least 0", None),
    "an unknown option": (lambda: Linear(3, unit=4), UsageError, 'unknown key "unit"', 'did you mean "units"?'),
    "no units": (lambda: Linear(0), UsageError, "Linear: units must be a whole number from 1", None),
    "half a unit": (lambda: Linear(2, 2.5), UsageError, "a size is a whole number from 1 on, not 2.5", None),
    "a block of nothing": (lambda: Residual(), UsageError, "Residual needs layers", None),
    "a gap in X": (train(GAP), DataError, 'row 4: nan in column "x2" is not finite', None),
    "infinity in X": (train(INFINITE), DataError, 'row 5: inf in column "x1" is not finite', None),
    "a masked value in X": (train(np.ma.masked_greater(X, 1)), DataError, "nan in column", None),
    "complex numbers in X": (train(X + 1j), DataError, "X holds something that is not a number", None),
    "rows of unequal length in X": (train([[1], [1, 2]] * 30), DataError, "X holds something that is not", None),
    "one dimension in X": (train(X[:, 0]), DataError, "X has the shape (60,)", None),
    "a gap in Y": (train(y=np.where(Y, 1.0, np.nan)), DataError, "Y is missing in", "leave these rows out of X and Y"),
    "None in Y": (train(y=[0, None, *Y[2:]]), DataError, "Y is missing in 1 of 60 rows, first in row 2", None),
    "NA in Y": (train(y=pd.Series(Y).astype("Int64").where(Y > 0)), DataError, "Y is missing in", None),
    "infinity in Y": (train(y=INFINITE[:, 0], loss="huber"), CellError, '"inf" is not finite in column "y"', None),
    "one row": (train(X[:1], Y[:1]), DataError, "there is one row with a target", None),
    "no row": (train(X[:0], Y[:0]), DataError, "has no rows", None),
    "fewer targets": (train(y=Y[:-1]), DataError, "X has 60 rows, Y has 59", None),
    "one class": (train(y=Y * 0), DataError, "a single class", None),
    "text for a regression": (train(y=np.array(["a", "b"])[Y], loss="huber"), DataError, "is text, not numbers", None),
    "decimals for classes": (
        train(y=X[:, 0], loss="binary_cross_entropy"),
        DataError,
        "has numbers such as",
        'write task="regression"; numbers with decimals are no classes',
    ),
    "dates for classes": (train(y=pd.date_range("2024", periods=60)), DataError, "dates, which are no classes", None),
    "negative counts": (train(y=-Y * 3, task="counts"), DataError, "which is no count", None),
    "three classes for two": (train(y=np.arange(60) % 3, task="binary"), DataError, "has 3 classes", None),
    "three dimensions in Y": (train(y=np.ones((60, 1, 1))), DataError, "Y has the shape (60, 1, 1)", None),
    "no Y": (train(y=None), DataError, "Y has the shape ()", None),
    "rows of unequal length in Y": (train(y=[[1], [2, 3]] * 30), DataError, "Y has rows of unequal length", None),
    "a weight for no class": (train(class_weight={"7": 2.0}), DataError, '"7" is no class', None),
    "a rate that diverges": (
        train(X, X[:, 0], Linear(8), Linear(1), learning_rate=1e5, loss="mean_squared_error", epochs=50),
        Diverged,
        "the training diverged",
        "try a smaller learning_rate than 100000, or clip_norm=1",
    ),
    "parameters of text": (
        lambda: Model(Linear(2, 1)).set_parameters({"layers.0.weight": [["a", "b"]]}),
        UsageError,
        "holds something that is not a number",
        None,
    ),
    "other inputs the second time": (
        lambda: Model(Linear(1)).train(X, Y, epochs=2).train(np.hstack([X, X]), Y, epochs=2),
        DataError,
        "X has 4 inputs, the network takes 2",
        None,
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_one_error_of_npnet(case: str) -> None:
    call, error, message, hint = WRONG[case]
    with pytest.raises(NpnetError) as caught:
        call()
    assert type(caught.value) is error
    assert message in caught.value.message
    assert hint is None or caught.value.hint == hint


@pytest.mark.parametrize("name", NOT_OPTIONS)
def test_a_key_that_means_nothing_here_is_refused_with_what_does(name: str) -> None:
    assert name in Experiment.model_fields
    with pytest.raises(UsageError, match=f"^{name} is no option of train") as caught:
        logistic().train(X, Y, **{name: None})
    assert caught.value.hint == NOT_OPTIONS[name]


def test_a_learning_rate_that_is_far_too_large_is_warned_of_where_train_was_called() -> None:
    with pytest.warns(NpnetWarning, match=r"in epoch 1 train_loss is .*clip_norm=1, may help") as warned:
        logistic().train(X, Y, learning_rate=1e6, epochs=10)
    assert [one.filename for one in warned] == [__file__]


def test_a_batch_of_more_than_all_rows_is_warned_of() -> None:
    with pytest.warns(NpnetWarning, match="batch_size 1000 is more than the 60 rows to train on"):
        logistic().train(X, Y, epochs=2, batch_size=1000)


def test_more_inputs_than_rows_are_warned_of() -> None:
    with pytest.warns(NpnetWarning, match="40 inputs but only 20 training rows"):
        Model(Linear(1)).train(np.random.default_rng(0).standard_normal((20, 40)), Y[:20], epochs=1)


def test_a_usual_training_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        logistic().train(X, Y, learning_rate=np.float32(0.1), epochs=np.int64(5), validation=0.2)


def test_no_epochs_leave_the_initial_values() -> None:
    model = logistic().train(X, Y, epochs=0)
    assert model.loss == []
    before = Model(Linear(2, 1)).predict(X)
    assert model.predict(X) == pytest.approx(1 / (1 + np.exp(-before)))


def test_options_of_data_and_of_stacks_count() -> None:
    plain = logistic().train(X, Y, epochs=5).parameters()["layers.0.weight"]
    weighted = logistic().train(X, Y, epochs=5, class_weight={"1": 5.0}).parameters()["layers.0.weight"]
    assert not np.array_equal(plain, weighted)
    three = logistic().train(X, Y, epochs=5, ensemble=3)
    assert three.parameters()["layers.0.weight"].shape == (3, 1, 2)
    assert np.array_equal(three.parameters()["layers.0.weight"][0], plain)
    assert logistic().train(X, Y, epochs=2, cv=3).predict(X).shape == (60, 1)
    assert logistic().train(X, Y, epochs=2, dtype="float64").parameters()["layers.0.weight"].dtype == np.float64


def test_prepare_stands_for_the_usual_scale_and_not_beside_one_that_is_given() -> None:
    assert logistic().train(X, Y, epochs=2, prepare={"numbers": "robust"}).predict(X).shape == (60, 1)
    with pytest.raises(UsageError, match='so scale="none" has no effect') as caught:
        logistic().train(X, Y, epochs=2, prepare={"numbers": "robust"}, scale="none")
    assert caught.value.hint == 'take scale out, or write prepare={"numbers": "none"}'


def test_a_value_alone_that_is_no_size_is_the_main_option() -> None:
    assert Dropout(0.3).layer == Dropout(rate=0.3).layer
    assert LeakyReLU(0.2).layer == LeakyReLU(slope=0.2).layer
    block = Residual([Linear(4), ReLU()])
    assert block.layer == Residual(layers=[Linear(4), ReLU()]).layer
    assert Model(Linear(2, 4), block, Linear()).train(X, Y, epochs=2).predict(X).shape == (60, 1)
