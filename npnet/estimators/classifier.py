"""The classifier for scikit-learn."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from npnet.data import Dataset
from npnet.data.datasets.targets import in_order
from npnet.estimators.base import NPNetEstimator, documented
from npnet.estimators.errors import InvalidData
from npnet.estimators.fitted import Fitted
from npnet.estimators.parameters import ClassifierParameters
from npnet.estimators.reading import classes_of_texts
from npnet.estimators.rows import Features, Floats, dataset_of
from npnet.text import listed

Array = NDArray[Any]
NEXT_TO_ONE = np.nextafter(1.0, 0.0)


@documented
class NPNetClassifier(ClassifierMixin, ClassifierParameters, NPNetEstimator):
    """A neural network that classifies rows: two classes, several, or several labels.

    Every parameter is a key of a config of npnet; None leaves the key out. Without `layers` and `preset` the network is
    a small one, trained on whole batches; `preset="tabular"` is a recipe that scores well on tables.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes; of several labels their numbers.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, where X has names.
    n_iter_ : int
        Epochs of the training.
    best_epoch_ : int
        The epoch whose weights are kept.
    history_ : DataFrame
        Losses and metrics, a row for each epoch.
    run_ : Run
        The run folder, after `to_run` or `from_run`.

    See Also
    --------
    NPNetRegressor : The same for numbers.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import cross_val_score
    >>> from npnet import NPNetClassifier
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> bool(cross_val_score(NPNetClassifier(epochs=50), X, y).mean() > 0.9)
    True

    A table as it is, with texts and gaps, and one value of a nested parameter:

    >>> import pandas as pd
    >>> X = pd.DataFrame({"size": [1.0, 2.5, None, 4.0] * 10, "colour": ["red", "blue", "red", None] * 10})
    >>> y = ["yes", "no", "yes", "no"] * 10
    >>> classifier = NPNetClassifier(layers=[{"linear": 16}, "relu", "linear"])
    >>> classifier.set_params(layers__0__units=8, learning_rate=0.05).fit(X, y).predict(X[:3]).tolist()
    ['yes', 'no', 'yes']
    """

    classes_: Array
    _codes: NDArray[np.intp]
    _texts: tuple[str, ...]
    _label_dtype: np.dtype[Any]

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train on some more rows: one pass over them, with the optimizer where it was.

        The rows of the first call, or of `fit`, decide the columns and their scales.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            The rows.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Their classes or labels.
        classes : array-like of shape (n_classes,), default=None
            All classes, which the first call needs.
        sample_weight : array-like of shape (n_samples,), default=None
            How much each row counts.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        first = not hasattr(self, "_fitted")
        if first and classes is None:
            raise InvalidData("classes must be passed on the first call to partial_fit", "classes=numpy.unique(y)")
        if classes is not None:
            given = np.unique(classes)
            if not first and not np.array_equal(given, self.classes_):
                raise InvalidData(f"classes are {given.tolist()}, and were {self.classes_.tolist()} before")
            if first:
                self._keep_classes(given)
        return self._partial_fit(X, y, sample_weight, first)

    def predict(self, X: Any) -> Array:
        """Return the class of each row, or its labels.

        Of two classes the second one is predicted where its probability is above `threshold`.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
            The classes, or 1 for each label that a row has.
        """
        decision = self.decision_function(X)
        if self._has_labels:
            return (decision > 0).astype(self._label_dtype)
        codes = (decision > 0).astype(np.int64) if decision.ndim == 1 else decision.argmax(axis=1)
        return np.asarray(self.classes_[codes])

    def predict_proba(self, X: Any) -> Floats:
        """Return the probability of each class, or of each label.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        p : ndarray of shape (n_samples, n_classes) or (n_samples, n_labels)
            The probabilities, in the order of `classes_`.
        """
        output = self._outputs(X)
        if self._has_labels:
            return np.ascontiguousarray(output.T)
        each = np.concatenate([1 - output, output]) if len(output) == 1 else output
        return np.ascontiguousarray(each[self._codes].T)

    def decision_function(self, X: Any) -> Floats:
        """Return how much speaks for each class: the largest is predicted, of two classes the second one above 0.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        d : ndarray of shape (n_samples,), (n_samples, n_classes) or (n_samples, n_labels)
            Log odds of the second class less those of the threshold, log probabilities of several classes, log odds of
            each label.
        """
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

    def _dataset(
        self, features: Features, y: Array, names: tuple[str, ...], weight: Floats | None, known: bool
    ) -> Dataset:
        check_classification_targets(y)
        if type_of_target(y, input_name="y").startswith("multilabel"):
            return self._of_labels(features, y, names, weight, known)
        y = column_or_1d(y, warn=True)
        if not known:
            self._keep_classes(np.unique(y))
        if other := set(y.tolist()) - set(self.classes_.tolist()):
            what = f"y has {sorted(other)[0]!r}, which is no class"
            raise InvalidData(what, f"the classes are: {listed(map(repr, self.classes_.tolist()))}")
        codes, texts = self._codes[np.searchsorted(self.classes_, y)], self._texts
        task = "multiclass" if len(texts) > 2 else "binary"
        return dataset_of(features, codes, names[:1], task, (texts,), weight)

    def _of_labels(
        self, features: Features, y: Array, names: tuple[str, ...], weight: Floats | None, known: bool
    ) -> Dataset:
        labels = y.astype(np.int64)
        if known and labels.shape[1] != len(self.classes_):
            raise InvalidData(f"y has {labels.shape[1]} labels, not {len(self.classes_)}")
        self.classes_, self._label_dtype = np.arange(labels.shape[1]), y.dtype
        return dataset_of(features, labels, names, "multilabel", (("0", "1"),) * labels.shape[1], weight)

    def _keep_classes(self, classes: Array) -> None:
        """Set the classes; the network has them in the order of npnet, as texts."""
        if len(classes) < 2:
            raise InvalidData(f"y has a single class, {classes.tolist()[0]!r}", "it needs rows of two classes or more")
        texts = [class_text(value) for value in classes.tolist()]
        self.classes_, self._texts = classes, in_order(texts)
        self._codes = np.array([self._texts.index(text) for text in texts])

    def _describe_targets(self, fitted: Fitted) -> None:
        data = fitted.predictor.data
        if data.task == "multilabel":
            self.classes_, self._label_dtype = np.arange(len(data.targets)), np.dtype(np.int64)
        else:
            self._keep_classes(np.sort(classes_of_texts(data.classes)))
            self._texts = data.classes
            texts = [class_text(value) for value in self.classes_.tolist()]
            self._codes = np.array([data.classes.index(text) for text in texts])

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
