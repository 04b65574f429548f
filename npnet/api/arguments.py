"""Arguments of Python code, layers and options, checked like the keys of a config."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import Parameter, Signature
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import numpy as np
from pydantic import TypeAdapter, ValidationError

from npnet.api.plain import AdaptedLayer, PlainLayer
from npnet.config import Experiment, Loaded
from npnet.config.issues import issues_of, must_be, non_finite
from npnet.config.loaded import of_tree
from npnet.config.nodes import Node, SourceLocation, config_error
from npnet.config.type_info import branches, type_of
from npnet.config.writer import changed_options
from npnet.data import Source
from npnet.errors import ConfigError, DataError, Diverged, UsageError
from npnet.nn.layer import Layer, layers
from npnet.nn.linear import Linear
from npnet.nn.shape import Shape
from npnet.spec import Named, Spec

NO_FILE = SourceLocation("")  # of values in Python code: messages name no line of a file
NOT_OPTIONS = {
    "dataset": "X and Y are the data",
    "target": "train(X, X) reproduces the inputs",
    "layers": "the layers are those of the model",
    "split": "validation=0.2 is the share of the rows by which the best epoch is kept",
    "preset": "a preset is a config with layers of its own",
    "sweep": "npnet sweep trains a config many times",
    "weights": "set_parameters() starts from given values",
    "checkpoint_every": "a model writes no checkpoints; npnet train does",
    "record": "a model keeps no frames; npnet train does",
    "threshold": "predict() gives probabilities, which any threshold can decide",
}
"""Keys of a config that a model in Python does not accept, and what replaces them."""
IN_PYTHON = (
    (r"write validation: 0\.2 under split", "write validation=0.2"),
    (r"split\.validation", "validation"),
    (r"\blinear: (\d+)", r"Linear(\1)"),
    (r"\blinear alone", "Linear()"),
    (r"\b(batch_size|clip_norm): (\d+)", r"\1=\2"),
    (r"\b(task|monitor|scale): (\w+)", r'\1="\2"'),
    (r"\bprepare: \{numbers: (\w+)\}", r'prepare={"numbers": "\1"}'),
    (r"\bprepare: \{\}", "prepare={}"),
)
"""Parts of messages about a config, and how Python code writes them."""


@dataclass(frozen=True)
class SizedLayer:
    """A layer and the sizes written for it, which are checked when the network is built."""

    layer: Layer
    inputs: int | None = None
    outputs: int | None = None

    def __repr__(self) -> str:
        """Return the layer as Python code writes it: `Linear(2, 5)`."""
        return layer_text(self.layer, self.inputs, self.outputs)


def layer_text(layer: Layer, inputs: int | None = None, outputs: int | None = None) -> str:
    """Return a layer as Python code writes it, with the options that differ from their defaults.

    >>> layer_text(Linear(units=5), 2)
    'Linear(2, 5)'
    """
    if isinstance(layer, AdaptedLayer):
        return repr(layer.plain)
    spec, options = type(layer), {}
    for name, field in spec.model_fields.items():
        value = getattr(layer, name)
        if value != field.default:
            options[name] = value
    if spec is Linear:
        outputs = options.pop("units", outputs)
    sizes = [str(size) for size in (inputs, outputs) if size is not None]
    written = [f"{name}={_option_text(value)}" for name, value in options.items()]
    if list(options) == [spec.main_option()] and not sizes:
        written = [_option_text(value) for value in options.values()]
    return f"{spec.__name__}({', '.join([*sizes, *written])})"


def _option_text(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_option_text, value))}]"
    if isinstance(value, Layer):
        return layer_text(value)
    return repr(changed_options(value) if isinstance(value, Spec) else value)


def constructor(spec: type[Layer]) -> Callable[..., SizedLayer]:
    """Return the constructor of a layer: `Linear(2, 5)`, `Linear(5)`, `ReLU(5)`, `Dropout(0.2)`.

    Two whole numbers are the sizes of input and output, one is the size of the output. Another single argument is the
    main option; options go by keyword too.
    """

    def make(*sizes: Any, **options: Any) -> SizedLayer:
        if len(sizes) > 2:
            raise UsageError(f"{spec.__name__} takes at most two sizes, inputs and outputs", f"{sizes} were given")
        main = spec.main_option()
        if options and not spec.model_fields:
            raise UsageError(f"{spec.__name__} has no options", f"leave out {next(iter(options))}: {spec.__name__}()")
        if len(sizes) == 1 and main is not None and not _is_size(sizes[0]):
            options, sizes = {main: sizes[0], **options}, ()
        for size in sizes:
            if not _is_size(size):
                raise UsageError(f"{spec.__name__}: a size is a whole number from 1 on, not {size!r}")
        inputs, outputs = (None, *sizes)[-2:] if sizes else (None, None)
        if spec is Linear and outputs is not None:
            options = {"units": outputs, **options}
        elif main is not None and outputs is not None and spec.model_fields[main].is_required():
            options, outputs = {main: outputs, **options}, None  # such as the units of a recurrent layer
        return SizedLayer(_checked(spec, {name: _unsized(value) for name, value in options.items()}), inputs, outputs)

    make.__name__ = make.__qualname__ = spec.__name__
    make.__module__, make.__doc__ = "npnet", spec.__doc__
    sizes = Parameter("sizes", Parameter.VAR_POSITIONAL, annotation="int")
    make.__signature__ = Signature([sizes, *parameters_of(spec)], return_annotation="SizedLayer")  # type: ignore[attr-defined]
    return make


def parameters_of(spec: type[Layer]) -> list[Parameter]:
    """Return the options of a layer as parameters of its constructor, annotated by the names of their types."""
    found = []
    for name, field in spec.model_fields.items():
        default = Parameter.empty if field.is_required() else field.default
        default = changed_options(default) if isinstance(default, Spec) else default
        found.append(
            Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=_type_text(type_of(field), default))
        )
    return found


def _type_text(kind: Any, default: object) -> str:
    """Return the type of an option: int, float, bool, str, literals, `_Named` specs, or sequences of these."""
    words = ["None"] if default is None else []
    for bare, notes in branches(kind):
        if any(isinstance(note, Named) for note in notes):
            words.append("_Named")
        elif get_origin(bare) is Literal:
            words.append(f"Literal[{', '.join(map(repr, get_args(bare)))}]")
        elif get_origin(bare) is tuple:
            words.append("Sequence[Any]")
        else:
            words.append(getattr(bare, "__name__", "Any"))
    return " | ".join(sorted(dict.fromkeys(words), key=lambda word: word == "None"))


LAYERS: dict[str, Callable[..., SizedLayer]] = {spec.__name__: constructor(spec) for spec in layers.values()}
"""Every registered layer as `from npnet import NAME` returns it."""


def sized_layer(layer: object) -> SizedLayer:
    """Return a layer of a model with its sizes; raise UsageError for another object."""
    if isinstance(layer, SizedLayer | Layer):
        return layer if isinstance(layer, SizedLayer) else SizedLayer(layer)
    if isinstance(layer, PlainLayer):
        return SizedLayer(AdaptedLayer(plain=layer))
    name = getattr(layer, "__name__", None)
    if name in LAYERS:
        raise UsageError(f"{name} is the class of a layer, not a layer", f"write {name}()")
    if isinstance(layer, type) and issubclass(layer, Layer | PlainLayer):
        raise UsageError(f"{name} is the class of a layer, not a layer", f"write {name}()")
    hint = "write one as ReLU() or Linear(5), of `from npnet import ...`"
    if isinstance(layer, str) and layer in layers:
        hint = f"write {layers[layer].__name__}()"
    elif isinstance(layer, list | tuple):
        hint = "write Model(*layers), which unpacks a list"
    raise UsageError(f"{layer!r} is no layer", hint)


def check_sizes(chain: Sequence[SizedLayer], inputs: int, names: Sequence[str] = ()) -> None:
    """Raise UsageError where a written size is not that of the network; `names` are its inputs'."""
    shape = Shape(inputs)
    for number, sized in enumerate(chain):
        if sized.inputs not in (None, shape.features):
            hint = f"the inputs are: {', '.join(names)}" if names and not number else None
            raise UsageError(f"layers[{number}] is written for {sized.inputs} inputs and gets {shape.features}", hint)
        if isinstance(sized.layer, Linear) and sized.layer.units is None:
            return  # takes its size from the target
        shape = sized.layer.shape(shape)
        if sized.outputs not in (None, shape.features):
            raise UsageError(f"layers[{number}] is written for {sized.outputs} outputs and gives {shape.features}")


def option(name: str, value: object) -> Any:
    """Return the value of a key of a config; raise UsageError where it is not valid."""
    kind, plain = type_of(Experiment.model_fields[name]), Node.of(value, NO_FILE).plain()
    try:
        return TypeAdapter(kind).validate_python(plain, strict=True)
    except ValidationError:
        raise UsageError(must_be((name,), kind, plain)) from None


def config_of(source: Source, layers: Sequence[Layer], validation: float, options: Mapping[str, Any]) -> Loaded:
    """Return the config of data, layers and options; raise UsageError for an invalid option."""
    for name in options.keys() & NOT_OPTIONS.keys():
        raise UsageError(f"{name} is no option of train", NOT_OPTIONS[name])
    fixed = {"dataset": source, "layers": list(layers), "split": {"test": 0.0, "validation": validation}}
    with usage_errors():
        return of_tree(Node.of({**options, **fixed}, NO_FILE), Path(), b"")


@contextmanager
def usage_errors(name: str = "") -> Iterator[None]:
    """Turn a ConfigError into a UsageError, with hints written as Python code."""
    try:
        yield
    except ConfigError as error:
        first, *others = error.problems
        message = in_python("; ".join([first.message, *(other.message for other in others)]))
        raise UsageError(f"{name}: {message}" if name else message, first.hint and in_python(first.hint)) from None
    except (DataError, Diverged) as error:
        raise type(error)(error.message, error.hint and in_python(error.hint)) from None


def in_python(text: str) -> str:
    """Return a message about a config with its keys as Python code writes them."""
    for in_config, code in IN_PYTHON:
        text = re.sub(in_config, code, text)
    return text


def _checked(spec: type[Layer], options: Mapping[str, Any]) -> Layer:
    root = Node.of(options, NO_FILE)
    with usage_errors(spec.__name__):
        found = [*non_finite(root, spec)]
        try:
            made = spec.model_validate(root.plain())
        except ValidationError as error:
            missing = [str(problem["loc"][0]) for problem in error.errors() if problem["type"] == "missing"]
            if missing:
                raise UsageError(f"{spec.__name__} needs {' and '.join(missing)}") from None
            raise config_error([*found, *issues_of(error, root, spec)]) from None
        if found:
            raise config_error(found)
        return made


def _is_size(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(value > 0)


def _unsized(value: object) -> object:
    """Return an option without the sizes of the layers in it: those of a residual block."""
    if isinstance(value, list | tuple):
        return [_unsized(item) for item in value]
    return value.layer if isinstance(value, SizedLayer) else value
