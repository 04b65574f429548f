"""Callbacks of scikit-learn 1.9 and newer: called before and after each epoch of a fit."""

from collections.abc import Callable
from typing import Any, TypeVar

from npnet.engine.loop import Progress
from npnet.estimators.fitted import Fitted
from npnet.model.trainer import Trainer

try:
    from sklearn import callback as callbacks
except ImportError:  # scikit-learn before 1.9
    callbacks = None

Method = TypeVar("Method", bound=Callable[..., Any])


class NoCallbacks:
    """Stands for the class of scikit-learn that keeps callbacks."""


CallbackSupport: Any = NoCallbacks if callbacks is None else callbacks.CallbackSupportMixin
"""The class that gives an estimator `set_callbacks`, where scikit-learn has it."""


def with_callbacks(method: Method) -> Method:
    """Return a method of fit that ends the callbacks however it ends, where scikit-learn has them."""
    decorated: Method = method if callbacks is None else callbacks.with_callbacks(method)
    return decorated


class EpochCallbacks:
    """The callbacks of an estimator around a fit and its epochs; without any, nothing is done.

    `metadata` are the arguments of fit beside X and y.
    """

    def __init__(self, estimator: Any, X: Any, y: Any, metadata: dict[str, Any] | None) -> None:
        self.estimator, self.epochs = estimator, 0
        self.arguments = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
        self._fit: Any = None
        self._epoch: Any = None

    def begin(self, epochs: int) -> None:
        """Call the callbacks at the beginning of a fit and of its first epoch."""
        if hasattr(self.estimator, "_init_callback_context"):
            self.epochs = epochs
            self._fit = self.estimator._init_callback_context(max_subtasks=epochs)
            self._fit.call_on_fit_task_begin(**self.arguments)
            self._begin_epoch(1)

    def after(self, trainer: Trainer, progress: Progress, fitted: Callable[[], Fitted]) -> bool:
        """Call the callbacks after an epoch; return whether one of them stops the fit.

        `fitted` returns what the estimator would have, had it stopped there.
        """
        if self._epoch is None:
            return False
        made = lambda: {"_fitted": fitted(), "n_iter_": progress.epoch}  # noqa: E731
        stops: bool = self._epoch.call_on_fit_task_end(**self.arguments, reconstruction_attributes=made)
        self._epoch = None
        if not (stops or trainer.finished):
            self._begin_epoch(progress.epoch + 1)
        return stops

    def end(self) -> None:
        """Call the callbacks at the end of a fit."""
        if self._fit is not None:
            self._fit.call_on_fit_task_end(**self.arguments, reconstruction_attributes={})

    def _begin_epoch(self, number: int) -> None:
        if number <= self.epochs and getattr(self.estimator, "_skl_callbacks", None):
            self._epoch = self._fit.subcontext(task_name="epoch").call_on_fit_task_begin(**self.arguments)
