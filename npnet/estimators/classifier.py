"""The classifier for scikit-learn."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from npnet.data import Dataset
from npnet.data.datasets.targets import in_order
from npnet.estimators.base import NPNetEstimator
from npnet.estimators.errors import InvalidData
from npnet.estimators.parameters import ClassifierParameters
from npnet.estimators.rows import Features, Floats, dataset_of, target_table

Array = NDArray[Any]
NEXT_TO_ONE = np.nextafter(1.0, 0.0)


class NPNetClassifier(ClassifierMixin, ClassifierParameters, NPNetEstimator):
    """A neural network that classifies."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on rows X and their classes y."""
        features, weight, rows = self._read(X, sample_weight)
        array, names = target_table(y, X, self)
        check_classification_targets(array)
        if type_of_target(array, input_name="y").startswith("multilabel"):
            dataset = self._of_labels(features, array[rows], names, weight)
        else:
            dataset = self._of_classes(features, column_or_1d(array, warn=True)[rows], names, weight)
        self._train(dataset, rows, len(array))
        return self

    def _of_classes(self, features: Features, y: Array, names: tuple[str, ...], weight: Floats | None) -> Dataset:
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise InvalidData(f"y has a single class, {self.classes_[0]!r}", "it needs rows of two classes or more")
        texts = [class_text(value) for value in self.classes_.tolist()]
        names_of_classes = in_order(texts)
        self._codes = np.array([names_of_classes.index(text) for text in texts])
        task = "multiclass" if len(texts) > 2 else "binary"
        return dataset_of(features, self._codes[codes], names[:1], task, (names_of_classes,), weight)

    def _of_labels(self, features: Features, y: Array, names: tuple[str, ...], weight: Floats | None) -> Dataset:
        labels = y.astype(np.int64)
        self.classes_, self._codes = np.arange(labels.shape[1]), np.arange(0)
        self._label_dtype = y.dtype
        return dataset_of(features, labels, names, "multilabel", (("0", "1"),) * labels.shape[1], weight)

    def predict(self, X: Any) -> Array:
        """Return the class of each row, or its labels."""
        decision = self.decision_function(X)
        if self._has_labels:
            return (decision > 0).astype(self._label_dtype)
        codes = (decision > 0).astype(np.int64) if decision.ndim == 1 else decision.argmax(axis=1)
        return np.asarray(self.classes_[codes])

    def predict_proba(self, X: Any) -> Floats:
        """Return the probability of each class, or of each label."""
        output = self._outputs(X)
        if self._has_labels:
            return np.ascontiguousarray(output.T)
        each = np.concatenate([1 - output, output]) if len(output) == 1 else output
        return np.ascontiguousarray(each[self._codes].T)

    def decision_function(self, X: Any) -> Floats:
        """Return log odds, of several classes log probabilities; above 0, or the largest, is predicted."""
        chance = np.clip(self.predict_proba(X), np.finfo(float).tiny, NEXT_TO_ONE)
        if self._has_labels:
            return log_odds(chance)
        if chance.shape[1] > 2:
            return np.log(chance)
        threshold = self._model().predictor.predictor.calibration.threshold
        return log_odds(chance[:, 1]) - log_odds(np.array(threshold))

    @property
    def _has_labels(self) -> bool:
        return self._model().predictor.data.task == "multilabel"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def log_odds(chance: Floats) -> Floats:
    """Return log p / (1 - p)."""
    return np.asarray(np.log(chance) - np.log1p(-chance))


def class_text(value: Any) -> str:
    """Return the text of a class as a file has it."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
