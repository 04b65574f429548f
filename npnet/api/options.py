"""Keys of a config as keyword arguments, for editors and type checkers.

Written by `make docs` from the code; changes here are lost.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict


class ConfigKeys(TypedDict, total=False):
    """Keys of a config, as `npnet.train` takes them."""

    dataset: Any
    preset: str | None
    target: str | None
    split: Mapping[str, Any] | None
    scale: str | None
    prepare: Mapping[str, Any] | None
    target_transform: str | None
    layers: Sequence[Any] | None
    loss: Any
    optimizer: Any
    learning_rate: float | None
    schedule: Any
    epochs: int | None
    batch_size: int | str | None
    accumulate: int | None
    augment: Mapping[str, Any] | None
    early_stopping: Mapping[str, Any] | int | str | bool | None
    monitor: str | None
    metrics: Sequence[Any] | None
    evaluate_every: int | None
    cv: Any
    class_weight: str | Mapping[Any, Any] | None
    threshold: str | float | None
    temperature: bool | None
    ensemble: int | None
    own_validation: bool | None
    l1: float | None
    l2: float | None
    max_norm: float | None
    clip_norm: float | None
    clip_value: float | None
    checkpoint_every: float | None
    record: Mapping[str, Any] | int | str | bool | None
    diverge_factor: float | None
    seed: int | None
    model_seed: int | None
    dtype: str | None
    threads: int | str | None
    weights: str | None
    sweep: Mapping[str, Any] | None


class TrainOptions(TypedDict, total=False):
    """Keys of a config, as `Model.train` takes them."""

    scale: str | None
    prepare: Mapping[str, Any] | None
    target_transform: str | None
    loss: Any
    optimizer: Any
    schedule: Any
    batch_size: int | str | None
    accumulate: int | None
    augment: Mapping[str, Any] | None
    early_stopping: Mapping[str, Any] | int | str | bool | None
    monitor: str | None
    metrics: Sequence[Any] | None
    evaluate_every: int | None
    cv: Any
    class_weight: str | Mapping[Any, Any] | None
    temperature: bool | None
    ensemble: int | None
    own_validation: bool | None
    l1: float | None
    l2: float | None
    max_norm: float | None
    clip_norm: float | None
    clip_value: float | None
    diverge_factor: float | None
    seed: int | None
    model_seed: int | None
    dtype: str | None
    threads: int | str | None
