"""Options by keyword, checked by the functions that check a config: the same rules, the same words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError

from npnet.config import Experiment, Loaded
from npnet.config.issues import issues_of, must_be, non_finite
from npnet.config.loaded import of_tree
from npnet.config.nodes import Node, SourceLocation, config_error
from npnet.config.type_info import type_of
from npnet.data import Source
from npnet.errors import ConfigError, DataError, Diverged, UsageError
from npnet.nn.layer import Layer
from npnet.spec import Spec

S = TypeVar("S", bound=Spec)
CODE = SourceLocation("")  # where Python code writes its values: messages name no line of a file
ELSEWHERE = {
    "dataset": "X and Y are the data",
    "layers": "the layers are those of the model",
    "split": "validation=0.2 is the share of the rows by which the best epoch is kept",
    "preset": "a preset is a config with layers of its own",
    "sweep": "npnet sweep trains a config many times",
    "weights": "set_parameters() starts from given values",
    "checkpoint_every": "a model writes no checkpoints; npnet train does",
    "threshold": "predict() gives probabilities, which any threshold can decide",
}
"""Keys of a config that mean nothing to a model in Python, and what does instead."""
WRITTEN = (
    (r"write validation: 0\.2 under split", "write validation=0.2"),
    (r"split\.validation", "validation"),
    (r"\blinear: (\d+)", r"Linear(\1)"),
    (r"\blinear alone", "Linear()"),
    (r"\b(batch_size|clip_norm): (\d+)", r"\1=\2"),
    (r"\b(task|monitor|scale): (\w+)", r'\1="\2"'),
    (r"\bprepare: \{numbers: (\w+)\}", r'prepare={"numbers": "\1"}'),
    (r"\bprepare: \{\}", "prepare={}"),
)
"""What messages about a config say, and how Python code writes it."""


def validated(spec: type[S], options: Mapping[str, Any]) -> S:
    """The spec with some options; UsageError says what is wrong with them."""
    root = _tree(options)
    with arguments(spec.__name__):
        found = [*non_finite(root, spec)]
        try:
            made = spec.model_validate(root.plain())
        except ValidationError as error:
            missing = [str(one["loc"][0]) for one in error.errors() if one["type"] == "missing"]
            if missing:
                raise UsageError(f"{spec.__name__} needs {' and '.join(missing)}") from None
            raise config_error([*found, *issues_of(error, root, spec)]) from None
        if found:
            raise config_error(found)
        return made


def option(name: str, value: object) -> Any:
    """The value of a key of a config; UsageError where it cannot be."""
    kind, bare = type_of(Experiment.model_fields[name]), _bare(value)
    try:
        return TypeAdapter(kind).validate_python(bare, strict=True)
    except ValidationError:
        raise UsageError(must_be((name,), kind, bare)) from None


def loaded_of(source: Source, layers: Sequence[Layer], validation: float, options: Mapping[str, Any]) -> Loaded:
    """The config that some data, layers and options stand for; UsageError says what is wrong with these."""
    for name in options.keys() & ELSEWHERE.keys():
        raise UsageError(f"{name} is no option of train", ELSEWHERE[name])
    split = {"test": 0.0, "validation": validation}
    with arguments():
        return of_tree(_tree({**options, "dataset": source, "layers": list(layers), "split": split}), Path(), b"")


@contextmanager
def arguments(name: str = "") -> Iterator[None]:
    """Inside, what is wrong with a config is a UsageError, and hints say what to write in Python."""
    try:
        yield
    except ConfigError as error:
        first, *others = error.problems
        message = in_python("; ".join([first.message, *(other.message for other in others)]))
        raise UsageError(f"{name}: {message}" if name else message, first.hint and in_python(first.hint)) from None
    except (DataError, Diverged) as error:
        raise type(error)(error.message, error.hint and in_python(error.hint)) from None


def in_python(text: str) -> str:
    """A message about a config with its keys as Python code writes them."""
    for written, code in WRITTEN:
        text = re.sub(written, code, text)
    return text


def _tree(options: Mapping[str, Any]) -> Node:
    return Node.of(_bare(options), CODE)


def _bare(value: Any) -> Any:
    """A value with the numbers of NumPy in it as those of Python."""
    if isinstance(value, Mapping):
        return {key: _bare(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_bare(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value
