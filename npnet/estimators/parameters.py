"""The parameters of the estimators: the keys of a config.

Written by `make docs` from the code; changes here are lost.
"""

from collections.abc import Mapping, Sequence
from typing import Any


class Parameters:
    """Keeps the arguments of `__init__` as attributes, as scikit-learn wants them."""

    def _keep(self, arguments: Mapping[str, Any]) -> None:
        vars(self).update({name: value for name, value in arguments.items() if name != "self"})


class ClassifierParameters(Parameters):
    """Keys of a config.

    Parameters
    ----------
    preset : text, default=None
        A recipe for every key that the config does not set.
    split : options (test, validation), default=None
        Share of the rows for the validation set, {'validation': 0.2}, by which the best epoch is chosen; without
        `layers` and `preset` no rows are left out.
    scale : "standard" or "none", default=None
        Whether to scale features to mean 0 and standard deviation 1 on the training set.
    prepare : options (numbers, clip, missing, constant, rare, embed_above, features), default=None
        How columns become inputs; default: numbers as in `scale`, categories one-hot.
    layers : a list, each item a layer, default=None
        The layers of the network in order; the number of inputs is inferred. Without `layers` and `preset` there
        are two hidden layers of 32 units.
    loss : a loss, default=None
        The loss to minimize; default: the usual loss of the task.
    optimizer : an optimizer, default=None
        The rule that updates the parameters from the gradient.
    learning_rate : a number greater than 0 and at most 1e6, default=None
        The initial learning rate; default: the optimizer's usual learning rate.
    schedule : a schedule, default=None
        How the learning rate changes during training.
    epochs : a whole number from 0 to 10**7, default=None
        Passes over the training set; 0 keeps the initial weights.
    batch_size : a whole number greater than 0 and at most 10**9 or "all", default=None
        Rows per gradient step; `all` for full-batch gradient descent.
    accumulate : a whole number from 1 to 10**6, default=None
        Batches whose mean gradient makes one step: a larger batch in the memory of a small one.
    augment : options (flip, shift, rotate, noise, cutout), default=None
        Random changes of training images or sequences: flip, shift, rotate, noise, cutout.
    early_stopping : a number of epochs, "off" or options (patience, min_delta), default=None
        When to stop before the last epoch, or `off`.
    monitor : text, default=None
        The score whose best epoch is restored; default: validation_loss, or train_loss without a validation set.
    metrics : a list, each item text, default=None
        Metrics of each evaluation besides the monitored score.
    evaluate_every : a whole number from 1 to 10**7, default=None
        Evaluate every this many epochs.
    cv : a number of folds or options (folds, repeats, validation), default=None
        Cross-validation: a number of folds, options, a splitter such as KFold(5), or a list of (train, test)
        positions; the prediction is the mean of the networks of all folds.
    class_weight : "balanced" or a mapping, each value a number from 0 to 1e9, default=None
        Weights of classes: `balanced` for the same total weight each, or a mapping.
    threshold : text or a number greater than 0 and less than 1, default=None
        Decision threshold for two classes: a probability, or a metric to maximize on the validation set.
    temperature : true or false, default=None
        Calibrate probabilities by temperature scaling, fitted on the validation set.
    ensemble : a whole number from 1 to 10000, default=None
        Number of networks whose predictions are averaged.
    own_validation : true or false, default=None
        Whether each network of an ensemble draws a validation set of its own.
    l1 : a number from 0 to 1e6, default=None
        Penalty on the absolute values of the weights; biases excluded.
    l2 : a number from 0 to 1e6, default=None
        Penalty on half the squared weights; biases excluded.
    max_norm : a number greater than 0 and at most 1e30, default=None
        Upper limit of the norm of each unit's weights.
    clip_norm : a number greater than 0 and at most 1e30, default=None
        Scale the gradient down to at most this norm.
    clip_value : a number greater than 0 and at most 1e30, default=None
        Clip each component of the gradient to this absolute value.
    diverge_factor : a number greater than 1 and at most 1e30, default=None
        Stop as diverged when train_loss exceeds this many times max(1, initial train_loss).
    seed : a whole number from 0 to 2**63 - 1, default=None
        Seed of all random numbers: split, weights, batches. `random_state` replaces it.
    model_seed : a whole number from 0 to 2**63 - 1, default=None
        Seed of the initial weights and dropout alone; default: `seed`.
    dtype : "float32" or "float64", default=None
        Floating-point type of the computation.
    threads : a whole number greater than 0 and at most 1024 or "auto", default=None
        BLAS threads; they affect the last bits of results. `auto`: all cores for large matrix products, else 1.
    weights : text, default=None
        A run to take the initial weights from: its folder, or its id under runs.
    random_state : a whole number, RandomState instance or None, default=None
        Another name of `seed`, as in scikit-learn; an instance is asked for a seed at each fit.
    warm_start : true or false, default=False
        Whether `fit` continues from the weights of the fit before it, where the inputs are the same.
    """

    def __init__(
        self,
        *,
        preset: str | None = None,
        split: Mapping[str, Any] | None = None,
        scale: str | None = None,
        prepare: Mapping[str, Any] | None = None,
        layers: Sequence[Any] | None = None,
        loss: Any = None,
        optimizer: Any = None,
        learning_rate: float | None = None,
        schedule: Any = None,
        epochs: int | None = None,
        batch_size: int | str | None = None,
        accumulate: int | None = None,
        augment: Mapping[str, Any] | None = None,
        early_stopping: Mapping[str, Any] | int | str | bool | None = None,
        monitor: str | None = None,
        metrics: Sequence[Any] | None = None,
        evaluate_every: int | None = None,
        cv: Any = None,
        class_weight: str | Mapping[Any, Any] | None = None,
        threshold: str | float | None = None,
        temperature: bool | None = None,
        ensemble: int | None = None,
        own_validation: bool | None = None,
        l1: float | None = None,
        l2: float | None = None,
        max_norm: float | None = None,
        clip_norm: float | None = None,
        clip_value: float | None = None,
        diverge_factor: float | None = None,
        seed: int | None = None,
        model_seed: int | None = None,
        dtype: str | None = None,
        threads: int | str | None = None,
        weights: str | None = None,
        random_state: Any = None,
        warm_start: bool = False,
    ) -> None:
        self._keep(locals())


class RegressorParameters(Parameters):
    """Keys of a config.

    Parameters
    ----------
    preset : text, default=None
        A recipe for every key that the config does not set.
    split : options (test, validation), default=None
        Share of the rows for the validation set, {'validation': 0.2}, by which the best epoch is chosen; without
        `layers` and `preset` no rows are left out.
    scale : "standard" or "none", default=None
        Whether to scale features to mean 0 and standard deviation 1 on the training set.
    prepare : options (numbers, clip, missing, constant, rare, embed_above, features), default=None
        How columns become inputs; default: numbers as in `scale`, categories one-hot.
    target_transform : "log" or "square_root", default=None
        Train on the logarithm or the square root of a positive target; predictions and scores are in its own units.
    layers : a list, each item a layer, default=None
        The layers of the network in order; the number of inputs is inferred. Without `layers` and `preset` there
        are two hidden layers of 32 units.
    loss : a loss, default=None
        The loss to minimize; default: the usual loss of the task.
    optimizer : an optimizer, default=None
        The rule that updates the parameters from the gradient.
    learning_rate : a number greater than 0 and at most 1e6, default=None
        The initial learning rate; default: the optimizer's usual learning rate.
    schedule : a schedule, default=None
        How the learning rate changes during training.
    epochs : a whole number from 0 to 10**7, default=None
        Passes over the training set; 0 keeps the initial weights.
    batch_size : a whole number greater than 0 and at most 10**9 or "all", default=None
        Rows per gradient step; `all` for full-batch gradient descent.
    accumulate : a whole number from 1 to 10**6, default=None
        Batches whose mean gradient makes one step: a larger batch in the memory of a small one.
    augment : options (flip, shift, rotate, noise, cutout), default=None
        Random changes of training images or sequences: flip, shift, rotate, noise, cutout.
    early_stopping : a number of epochs, "off" or options (patience, min_delta), default=None
        When to stop before the last epoch, or `off`.
    monitor : text, default=None
        The score whose best epoch is restored; default: validation_loss, or train_loss without a validation set.
    metrics : a list, each item text, default=None
        Metrics of each evaluation besides the monitored score.
    evaluate_every : a whole number from 1 to 10**7, default=None
        Evaluate every this many epochs.
    cv : a number of folds or options (folds, repeats, validation), default=None
        Cross-validation: a number of folds, options, a splitter such as KFold(5), or a list of (train, test)
        positions; the prediction is the mean of the networks of all folds.
    ensemble : a whole number from 1 to 10000, default=None
        Number of networks whose predictions are averaged.
    own_validation : true or false, default=None
        Whether each network of an ensemble draws a validation set of its own.
    l1 : a number from 0 to 1e6, default=None
        Penalty on the absolute values of the weights; biases excluded.
    l2 : a number from 0 to 1e6, default=None
        Penalty on half the squared weights; biases excluded.
    max_norm : a number greater than 0 and at most 1e30, default=None
        Upper limit of the norm of each unit's weights.
    clip_norm : a number greater than 0 and at most 1e30, default=None
        Scale the gradient down to at most this norm.
    clip_value : a number greater than 0 and at most 1e30, default=None
        Clip each component of the gradient to this absolute value.
    diverge_factor : a number greater than 1 and at most 1e30, default=None
        Stop as diverged when train_loss exceeds this many times max(1, initial train_loss).
    seed : a whole number from 0 to 2**63 - 1, default=None
        Seed of all random numbers: split, weights, batches. `random_state` replaces it.
    model_seed : a whole number from 0 to 2**63 - 1, default=None
        Seed of the initial weights and dropout alone; default: `seed`.
    dtype : "float32" or "float64", default=None
        Floating-point type of the computation.
    threads : a whole number greater than 0 and at most 1024 or "auto", default=None
        BLAS threads; they affect the last bits of results. `auto`: all cores for large matrix products, else 1.
    weights : text, default=None
        A run to take the initial weights from: its folder, or its id under runs.
    random_state : a whole number, RandomState instance or None, default=None
        Another name of `seed`, as in scikit-learn; an instance is asked for a seed at each fit.
    warm_start : true or false, default=False
        Whether `fit` continues from the weights of the fit before it, where the inputs are the same.
    """

    def __init__(
        self,
        *,
        preset: str | None = None,
        split: Mapping[str, Any] | None = None,
        scale: str | None = None,
        prepare: Mapping[str, Any] | None = None,
        target_transform: str | None = None,
        layers: Sequence[Any] | None = None,
        loss: Any = None,
        optimizer: Any = None,
        learning_rate: float | None = None,
        schedule: Any = None,
        epochs: int | None = None,
        batch_size: int | str | None = None,
        accumulate: int | None = None,
        augment: Mapping[str, Any] | None = None,
        early_stopping: Mapping[str, Any] | int | str | bool | None = None,
        monitor: str | None = None,
        metrics: Sequence[Any] | None = None,
        evaluate_every: int | None = None,
        cv: Any = None,
        ensemble: int | None = None,
        own_validation: bool | None = None,
        l1: float | None = None,
        l2: float | None = None,
        max_norm: float | None = None,
        clip_norm: float | None = None,
        clip_value: float | None = None,
        diverge_factor: float | None = None,
        seed: int | None = None,
        model_seed: int | None = None,
        dtype: str | None = None,
        threads: int | str | None = None,
        weights: str | None = None,
        random_state: Any = None,
        warm_start: bool = False,
    ) -> None:
        self._keep(locals())
