"""Baselines: the scores of scikit-learn's models, with their defaults, on the same rows as the network."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data import Part, Prepared
from npnet.data.columns import Column, Frame
from npnet.data.columns.at_positions import endings_at
from npnet.data.datasets import VALUES
from npnet.data.datasets.targets import Target
from npnet.data.preprocessing.scaling import unit_of
from npnet.model.outputs import Calibration, score_outputs

Floats = NDArray[np.float64]
Scores = dict[str, dict[str, float]]
Make = Callable[[Prepared, int], Any]  # from prepared data and a seed to a model of scikit-learn

MOST_CATEGORIES = 255  # that gradient boosting accepts


def baselines(folds: Sequence[Prepared], seed: int) -> dict[str, Scores]:
    """Return the scores of each baseline on every split, the mean over the folds.

    Inputs are those of the network. Codes that it would embed are one-hot in the linear model, and categories in the
    trees. Each of several targets has a model of its own; targets at positions have the constant alone. Windows whose
    features include the target have its last value too, which predicts that nothing changes.
    """
    constant, linear = ("mean", "linear_regression") if folds[0].task in VALUES else ("majority", "logistic_regression")
    makers = {constant: _constant, linear: _linear, "hist_gradient_boosting": _trees}
    if folds[0].steps or folds[0].reproduces:  # a linear model reproduces its inputs
        makers = {constant: _constant}
    found = {name: _mean([_scores(make, fold, seed) for fold in folds]) for name, make in makers.items()}
    if (column := _own_past(folds[0])) is not None:
        found["last_value"] = _mean([_last_values(fold, column) for fold in folds])
    return found


def _own_past(data: Prepared) -> str | None:
    """Return the column with the target's own value at the last position; None where no feature is the target."""
    positions = data.preparation.positions
    if not positions or data.steps:
        return None
    name = f"{data.targets[0]}{endings_at(positions)[-1]}"
    return name if name in data.features else None


def _last_values(data: Prepared, name: str) -> Scores:
    """Return the scores of the last value on every split; a missing one is the median, or the first class."""
    score, y = partial(score_outputs, task=data.task, calibration=Calibration()), data.parts["train"].y
    with np.errstate(all="ignore"):
        each = {split: _as_outputs(part.frame.columns[name], data, y) for split, part in data.parts.items()}
        return {split: score(data.parts[split].y, output) for split, output in each.items()}


def _as_outputs(column: Column, data: Prepared, y: NDArray[Any]) -> Floats:
    """Return the values of a column as outputs like those of a network, (outputs, samples)."""
    if data.task in VALUES:
        return np.where(column.missing, np.median(y), column.values)[np.newaxis]
    known, codes = np.flatnonzero(~column.missing), np.zeros(len(column), np.int64)
    target = Target(task=data.task, names=data.targets, classes=(data.classes,))
    codes[known] = target.encode(Frame({data.targets[0]: column.take(known)}, known))
    return np.eye(len(data.classes))[codes].T[-1:] if data.task == "binary" else np.eye(len(data.classes))[codes].T


def _scores(make: Make, data: Prepared, seed: int) -> Scores:
    """Return the scores on every split; NaN where the model cannot be fitted, or gives infinite outputs."""
    train, parts = data.parts["train"].each_target, {name: part.each_target for name, part in data.parts.items()}
    unit = unit_of(train.y) if data.task == "regression" else np.ones(1)
    targets = train.y / unit if data.task == "regression" else train.y
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a model that has not converged is a baseline too
        try:
            columns = [targets] if targets.ndim == 1 else list(targets.T)
            models = [_fitted(make(data, seed), train, y) for y in columns]
            outputs = {name: _outputs(models, part.X, data) * unit[:, np.newaxis] for name, part in parts.items()}
        except (ValueError, ArithmeticError, np.linalg.LinAlgError):  # numbers that are too large for it
            count = data.class_count if data.task == "multiclass" else len(data.targets)
            outputs = {name: np.full((count, len(part.y)), np.nan) for name, part in parts.items()}
    score = partial(score_outputs, task=data.task, calibration=Calibration())
    return {name: score(parts[name].y, output) for name, output in outputs.items()}


def _fitted(model: Any, train: Part, y: NDArray[Any]) -> Any:
    if (y == y[0]).all():
        from sklearn.dummy import DummyClassifier, DummyRegressor

        model = DummyClassifier() if y.dtype.kind == "i" else DummyRegressor()
    step = {"model__sample_weight": train.weight} if hasattr(model, "steps") else {"sample_weight": train.weight}
    return model.fit(train.X, y, **step)


def _outputs(models: Sequence[Any], X: NDArray[Any], data: Prepared) -> Floats:
    """Return outputs like those of a network, (outputs, samples)."""
    if data.task in VALUES:
        return np.stack([model.predict(X) for model in models])
    chances = [_of_every_class(model, X, data.class_count) for model in models]
    return chances[0] if data.task == "multiclass" else np.stack([chance[1] for chance in chances])


def _of_every_class(model: Any, X: NDArray[Any], classes: int) -> Floats:
    """Return probabilities (classes, samples); 0 for a class that the training set lacks."""
    chances = np.zeros((classes, len(X)))
    chances[model.classes_] = model.predict_proba(X).T
    return chances


def _constant(data: Prepared, _: int) -> Any:
    from sklearn.dummy import DummyClassifier, DummyRegressor

    return DummyRegressor() if data.task in VALUES else DummyClassifier()


def _linear(data: Prepared, _: int) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder

    values = {"regression": LinearRegression, "counts": PoissonRegressor}
    model = values[data.task]() if data.task in VALUES else LogisticRegression(max_iter=1000)
    codes = _codes(data)
    if not codes:
        return model
    one_hot = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), codes), remainder="passthrough")
    return Pipeline([("inputs", one_hot), ("model", model)])


def _trees(data: Prepared, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    sizes = data.preparation.embedded
    few = [place for place, size in zip(_codes(data), sizes, strict=True) if size <= MOST_CATEGORIES]
    options: Mapping[str, Any] = {"categorical_features": few or None, "random_state": seed % 2**32}
    if data.task in VALUES:
        loss = "poisson" if data.task == "counts" else "squared_error"
        return HistGradientBoostingRegressor(loss=loss, **options)
    return HistGradientBoostingClassifier(**options)


def _codes(data: Prepared) -> list[int]:
    """Return the inputs that are codes of categories: the last ones."""
    return list(range(data.inputs - len(data.preparation.embedded), data.inputs))


def _mean(each: Sequence[Scores]) -> Scores:
    return {
        part: {name: float(np.mean([one[part][name] for one in each])) for name in scores}
        for part, scores in each[0].items()
    }
