"""Layers as Python code writes them, with the sizes that are checked when a network is built."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from npnet.api.options import validated
from npnet.errors import UsageError
from npnet.nn.layer import Layer, layers
from npnet.nn.linear import Linear


@dataclass(frozen=True)
class Sized:
    """A layer and the sizes that were written for it, which are checked when the network is built."""

    layer: Layer
    inputs: int | None = None
    outputs: int | None = None


def sized(spec: type[Layer]) -> Callable[..., Sized]:
    """The constructor of a layer as Python code writes it: `Linear(2, 5)`, `Linear(5)`, `ReLU(5)`, `Dropout(0.2)`.

    Two whole numbers are sizes, inputs and outputs; one is the size of the output. Anything else alone is the main
    option; options go by keyword too.
    """

    def make(*sizes: Any, **options: Any) -> Sized:
        if len(sizes) > 2:
            raise UsageError(f"{spec.__name__} takes at most two sizes, inputs and outputs", f"{sizes} were given")
        main = spec.main_option()
        if len(sizes) == 1 and main is not None and not _is_size(sizes[0]):
            options, sizes = {main: sizes[0], **options}, ()
        for size in sizes:
            if not _is_size(size):
                raise UsageError(f"{spec.__name__}: a size is a whole number from 1 on, not {size!r}")
        inputs, outputs = (None, *sizes)[-2:] if sizes else (None, None)
        if spec is Linear and outputs is not None:
            options = {"units": outputs, **options}
        return Sized(validated(spec, {name: _unsized(value) for name, value in options.items()}), inputs, outputs)

    make.__name__ = make.__qualname__ = spec.__name__
    make.__doc__ = spec.__doc__
    return make


PUBLIC: dict[str, Callable[..., Sized]] = {spec.__name__: sized(spec) for spec in layers.values()}
"""Every registered layer as `from npnet import NAME` gives it."""


def as_sized(layer: object) -> Sized:
    """A layer of a model, whichever way it is written; UsageError for anything else."""
    if isinstance(layer, Sized | Layer):
        return layer if isinstance(layer, Sized) else Sized(layer)
    name = getattr(layer, "__name__", None)
    if name in PUBLIC:
        raise UsageError(f"{name} is the class of a layer, not a layer", f"write {name}()")
    raise UsageError(f"{layer!r} is no layer", "write one as ReLU() or Linear(5), of `from npnet import ...`")


def require_layers(chain: Sequence[Sized]) -> None:
    """UsageError for a model without layers."""
    if not chain:
        raise UsageError("the model has no layers", "model.add(Linear(2, 5))")


def check_sizes(chain: Sequence[Sized], inputs: int, names: Sequence[str] = ()) -> None:
    """UsageError where a size that was written is not the one that the network has; `names` are those of its inputs."""
    require_layers(chain)
    width = inputs
    for number, one in enumerate(chain):
        if one.inputs not in (None, width):
            hint = f"the inputs are: {', '.join(names)}" if names and not number else None
            raise UsageError(f"layers[{number}] is written for {one.inputs} inputs and gets {width}", hint)
        if isinstance(one.layer, Linear) and one.layer.units is None:
            return  # takes its size from the target
        width = one.layer.width(width)
        if one.outputs not in (None, width):
            raise UsageError(f"layers[{number}] is written for {one.outputs} outputs and gives {width}")


def _is_size(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(value > 0)


def _unsized(value: object) -> object:
    """An option without the sizes of the layers in it: those of a residual block."""
    if isinstance(value, list | tuple):
        return [_unsized(item) for item in value]
    return value.layer if isinstance(value, Sized) else value
