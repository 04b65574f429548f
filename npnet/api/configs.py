"""Configs of Python code: a file, a YAML text or a dict, with overrides by key."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from npnet.api.arguments import LAYERS, SizedLayer, sized_layer
from npnet.api.plain import PlainLayer
from npnet.config import Loaded, load, load_text, load_tree
from npnet.config.nodes import ConfigIssue, Node, SourceLocation
from npnet.config.overrides import split_sweep_values
from npnet.config.writer import changed_options, flow, write_plain
from npnet.data.readers.in_memory import is_table
from npnet.errors import UsageError
from npnet.rundir.names import RUNS_DIR
from npnet.spec import Spec

Config: TypeAlias = "str | os.PathLike[str] | Mapping[str, Any]"
"""A path to a config, its YAML text, or a dict of its keys."""
Folder: TypeAlias = "str | os.PathLike[str] | None"

NAMELESS = Path("config")  # stands for the file of a config that is a text or a dict
ENVIRONMENT = "NPNET_RUNS_DIR"


def runs_folder(runs_dir: Folder) -> Path:
    """Return the folder of the runs: the given one, NPNET_RUNS_DIR, or runs."""
    return Path(runs_dir or os.environ.get(ENVIRONMENT) or RUNS_DIR)


def load_config(config: Config, overrides: Mapping[str, Any], sweep: bool = False) -> Loaded:
    """Load a config with overrides; for a sweep, lists and ranges of overrides are values to try.

    Raise ConfigError with every issue, and UsageError for an object that is no config.
    """
    texts = [f"{key}={flow(plain_value(value, key))}" for key, value in overrides.items()]
    values, others = split_sweep_values(texts) if sweep else ({}, texts)
    if isinstance(config, Mapping):
        tree = plain_value(config, "the config")
        root = Node.of(tree, SourceLocation(str(NAMELESS)))
        return load_tree(root, list[ConfigIssue](), NAMELESS, write_plain(tree).encode(), others, values)
    if isinstance(config, str) and is_text(config):
        return load_text(NAMELESS, config.encode(), others, values)
    if not isinstance(config, str | os.PathLike):
        hint = 'npnet.train("circles.yaml"), or npnet.train({"dataset": "circles", ...})'
        raise UsageError(f"a config is a path, a YAML text or a dict, not {type(config).__name__}", hint)
    return load(Path(config), others, values)


def is_text(config: str) -> bool:
    """Return whether a string is a config itself, not the path of a file: it has several lines or `key: value`."""
    return "\n" in config or (": " in config and not Path(config).exists())


def plain_value(value: Any, key: str) -> Any:
    """Return a value of Python code as YAML has it: layers and specs by name, arrays as lists, paths as text.

    Raise UsageError for any other object.
    """
    if isinstance(value, SizedLayer) or getattr(value, "__name__", None) in LAYERS:
        value = sized_layer(value).layer
    if isinstance(value, Spec):
        return changed_options(value)
    if is_table(value) and not isinstance(value, Mapping | list | tuple):
        hint = "write it to a file (X.to_csv) and name that, or train a Model on it"
        raise UsageError(f"{key} holds a table, and a config names files", hint)
    if isinstance(value, Mapping):
        return {str(name): plain_value(item, f"{key}.{name}") for name, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain_value(item, f"{key}.{index}") for index, item in enumerate(value)]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, PlainLayer):
        what = f"{key} holds {value!r}, a layer in Python code, which a config cannot have"
        raise UsageError(what, "npnet.Model(...).train(X, y) trains it")
    if value is not None and not isinstance(value, bool | int | float | str):
        raise UsageError(f"{key} holds a {type(value).__name__}, which a config cannot have")
    return value
