"""From the parameters of an estimator to a config, and to the values of nested parameters."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from npnet.api.arguments import NO_FILE, SizedLayer
from npnet.config import Experiment, Loaded
from npnet.config.files import with_preset
from npnet.config.loaded import of_tree
from npnet.config.nodes import Node
from npnet.config.overrides import put
from npnet.config.type_info import accepted, below, spell_out, type_of
from npnet.data import Dataset
from npnet.estimators.errors import InvalidSetting
from npnet.estimators.rows import HeldRows

NOT_PARAMETERS = {
    "dataset": "X and y are the data",
    "target": "fit(X, X) reproduces the inputs",
    "sweep": "GridSearchCV and RandomizedSearchCV of scikit-learn search",
    "checkpoint_every": "fit writes no files",
    "record": "fit writes no files",
}
"""Keys of a config that are no parameters of an estimator, and why."""
OF_CLASSES = ("class_weight", "threshold", "temperature")
"""Keys that only a classifier has."""
OF_VALUES = ("target_transform",)
"""Keys that only a regressor has."""
OWN = ("random_state", "warm_start")
"""Parameters of an estimator that are no keys of a config."""
SPLIT = {"test": 0.0, "validation": 0.2}
"""The split of a config that names none: the caller holds the test set."""
SMALL: dict[str, Any] = {
    "layers": [{"linear": 32}, "mish", {"linear": 32}, "mish", {"linear": {"init": "lecun_normal"}}],
    "optimizer": {"adamw": {"weight_decay": 1.0}},
    "learning_rate": 0.01,
    "epochs": 200,
    "batch_size": "all",
    "split": {"test": 0.0, "validation": 0.0},
    "dtype": "float64",
}
"""The training of an estimator without `layers` and `preset`: a small network, whole batches, no rows left out."""
MANY = 2000  # rows
OF_MANY: dict[str, Any] = {
    "optimizer": {"adamw": {"weight_decay": 0.1}},
    "learning_rate": 0.005,
    "schedule": "cosine",
    "epochs": 30,
    "batch_size": 128,
    "dtype": "float32",
}
"""How it trains on more than MANY rows."""


def config_keys(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that are given and keys of a config, layers as specs."""
    return {name: _plain(value) for name, value in params.items() if value is not None and name not in OWN}


def root_of(params: Mapping[str, Any], rows: int = 0) -> Node:
    """Return the config of an estimator's parameters for a number of rows as a tree, without its data."""
    given = config_keys(params)
    seed = params.get("random_state")
    if seed is not None:
        given["seed"] = seed
    if "layers" not in given and "preset" not in given:
        given = {**SMALL, **(OF_MANY if rows > MANY else {}), **given}
    split = given.get("split", {})
    given["split"] = {**SPLIT, **split} if isinstance(split, Mapping) else split
    return with_preset(Node.of(given, NO_FILE), Experiment)


def config_of(params: Mapping[str, Any], dataset: Dataset) -> Loaded:
    """Return the config of an estimator's parameters and its data; raise ConfigError where it is not valid."""
    root = root_of(params, len(dataset))
    return of_tree(root.with_child("dataset", Node.of(HeldRows(dataset=dataset), NO_FILE)), Path(), b"")


def with_nested(params: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that nested keys such as `layers__0__units` change, with their new values.

    A key below one that is not given changes what is there without it: the layers of the preset, or the default ones.
    """
    root = root_of(params)
    changed = set()
    for key, value in values.items():
        name, *path = key.split("__")
        node, kind = root.child(name), type_of(Experiment.model_fields[name])
        try:
            new = _put(node, kind, tuple(path), Node.of(_plain(value), NO_FILE), (name,))
        except LookupError as error:
            message, hint = (*error.args, None)[:2]
            raise InvalidSetting(f"{key}: {message}", hint) from None
        root = root.with_child(name, new)
        changed.add(name)
    if params.get("layers") is None and params.get("preset") is None and "layers" in changed:
        changed |= {name for name in SMALL if params.get(name) is None}  # of the default network, which it stays
    return {name: root.items[name].plain() for name in changed}


def _put(node: Node | None, kind: Any, path: tuple[str, ...], new: Node, above: tuple[str | int, ...]) -> Node:
    """Put a value below a node, as `put` does; the name of a layer or an optimizer may be left out."""
    if not path or node is None:
        return put(node, kind, path, new, above)
    full = spell_out(node, kind)
    registry = accepted(kind).registry
    if registry is not None and len(full.items) == 1:
        (name,) = full.items
        key = name if path[0] in getattr(registry.get(name), "model_fields", ()) else path[0]
        rest = path if key != path[0] else path[1:]
        if key == name:
            return full.with_child(name, _put(full.items[name], below(kind, name), rest, new, (*above, name)))
    if isinstance(full.value, list) and path[0].isdecimal() and int(path[0]) < len(full.value):
        place = int(path[0])
        return full.with_child(place, _put(full.child(place), below(kind, place), path[1:], new, (*above, place)))
    if isinstance(full.value, dict) and path[0] in full.items and registry is None:
        return full.with_child(
            path[0], _put(full.child(path[0]), below(kind, path[0]), path[1:], new, (*above, path[0]))
        )
    return put(node, kind, path, new, above)


def _plain(value: Any) -> Any:
    """Return a value with the layers of Python code, which have sizes, as layers of a config."""
    if isinstance(value, SizedLayer):
        return value.layer
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
