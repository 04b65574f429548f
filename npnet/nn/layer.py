"""The contract of a layer: options, named arrays, and functions that write into them.

Glossary of `nn/`. Every array has the model axis in front, which no layer names; the rest is

    columns    positions · batch, the positions in order: the batch of a network without positions
    x, y       input and output of a layer: `.values` (features, columns), `.with_ones` (features + 1, columns)
    dx, dy     gradients of the loss by x and y, plain arrays (features, columns)
    m          the layer's memory: its parameters, their gradients (`dW` of `W`), running statistics,
               scratch arrays and constants, by the names that the layer gave them
    theta      all parameters of all models (models, size); grad has the same shape
    z, t, w    raw scores (outputs, columns), encoded targets (outputs, columns), sample weights (1, columns)
"""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from npnet.errors import AdvisedError
from npnet.nn.initializers import Initializer
from npnet.nn.shape import Shape, by_position
from npnet.registry import Registry
from npnet.spec import Named, Spec

Array = NDArray[Any]
Scratch = dict[str, tuple[tuple[int, ...], type | None]]
"""Of each array its shape, and its dtype or None for the network's."""


@dataclass(frozen=True)
class Piece:
    """A part of a parameter: its name in a PyTorch state_dict, its index, its initial values.

    `at` starts with an ellipsis, such as `np.s_[..., :-1]`, which stands for the model axis too. `shape` is the shape
    that it has outside, where that is another than inside, (outputs, inputs).
    """

    name: str
    at: Any
    init: Initializer
    decays: bool = False
    shape: tuple[int, ...] | None = None

    def view(self, values: Array) -> Array:
        """View the piece of a parameter (models, rows, columns) as it is named outside."""
        found: Array = values[self.at]
        return found if self.shape is None else found.reshape(len(values), *self.shape, copy=False)


@dataclass(frozen=True)
class Parameter:
    """An array that a layer learns, made of named pieces."""

    shape: tuple[int, int]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Statistic:
    """A running statistic of a layer: a column (size, 1) and its initial value."""

    name: str
    size: int
    start: float


@dataclass(frozen=True)
class Inputs:
    """The inputs of a network: first scaled numbers, then columns of 0 and 1, then codes."""

    numbers: int
    codes: tuple[int, ...] = ()


class Activations:
    """The values between two layers; `values` is `with_ones` without its last row of ones.

    `by_position` views the values as (features, *positions, batch). Of ragged positions, `mask` (1, columns) is 1
    where a position exists, else 0.
    """

    __slots__ = ("mask", "positions", "values", "with_ones")

    def __init__(self, with_ones: Array, positions: tuple[int, ...] = (), mask: Array | None = None) -> None:
        self.with_ones: Array = with_ones
        self.values: Array = with_ones[..., :-1, :]
        self.positions, self.mask = positions, mask

    @property
    def by_position(self) -> Array:
        """The values with an axis for each axis of positions."""
        return by_position(self.values, self.positions)


class Memory(SimpleNamespace):
    """The arrays of one layer in one pass, by name."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


class Layer(Spec):
    """A layer: frozen options and pure mathematics; all arrays are handed to it.

    Subclasses write `forward`, `grad_input` and, with parameters, `grad_parameters`. Each writes into the arrays that
    it is given, by NumPy functions with `out=`, and holds no state: a pass runs a method once, on arrays that record
    the calls (see `engine/trace.py`). A layer with random numbers writes `draw`.

    `buffers` and `masks` name arrays of the size of the inputs, of numbers and of booleans, to calculate in.
    `reads_output` is False where the gradient does not need y; such a layer may be followed by one that `overwrites`
    its input: y may then be the same array as x, and dx the same as dy. `keeps_features` is False where output j is
    not input j. `axes` is the number of axes of positions that a layer needs, None for any; `needs_positions` is True
    where it needs one axis at least; `takes_ragged` is False
    where all of these positions must exist. `tied` names the kind of layer, the last one before it, whose parameter W
    it uses too: as `m.tied`, with its part of the gradient in `m.dtied`.
    """

    buffers: ClassVar[tuple[str, ...]] = ()
    masks: ClassVar[tuple[str, ...]] = ()
    reads_output: ClassVar[bool] = True
    overwrites: ClassVar[bool] = False
    keeps_features: ClassVar[bool] = True
    axes: ClassVar[int | None] = None
    needs_positions: ClassVar[bool] = False
    takes_ragged: ClassVar[bool] = True
    tied: ClassVar[str | None] = None

    def shape(self, inputs: Shape) -> Shape:
        """Return the shape of the output for a shape of the input; raise AdvisedError where they do not fit."""
        require_positions(self, inputs)
        return inputs

    def width(self, inputs: int) -> int:
        """Return the number of output features for a number of inputs without positions."""
        return self.shape(Shape(inputs)).features

    def require_tied(self, inputs: Shape, owner: "Layer | None") -> None:
        """Raise AdvisedError where the layer that owns the tied weights is missing or of other sizes."""

    def looks_ahead(self, inputs: Shape) -> bool:
        """Return whether the output at a position depends on the input at later positions, or has no positions left.

        A network that predicts the next input at each position must not: it would see what it is to predict.
        """
        return False

    def fitted(self, inputs: Inputs) -> "Layer":
        """Return the layer with the options that depend on the inputs filled in."""
        return self

    def parameters(self, inputs: Shape) -> dict[str, Parameter]:
        """Return the parameters to learn, by their names in `m`; `m.dNAME` is the gradient."""
        return {}

    def state(self, inputs: Shape) -> tuple[Statistic, ...]:
        """Return the running statistics, by their names in `m`."""
        return ()

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return the arrays to calculate in, for a number of columns of the input."""
        full = (inputs.features, columns)
        return {**dict.fromkeys(self.buffers, (full, None)), **dict.fromkeys(self.masks, (full, bool))}

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return numbers computed from the options in float64; `m` has the decimal options anyway."""
        return {}

    def draw(self, m: Memory) -> None:
        """Draw the random numbers of one step into `m`."""

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y.values."""
        raise TypeError(f"{type(self).__name__} has no forward")

    def infer(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y.values at prediction time: the same as `forward` unless overridden."""
        self.forward(x, y, m)

    def inner_values(self, x: Activations, m: Memory) -> dict[str, Array]:
        """Return what the last forward pass computed on the way, for people to see: (models, batch, ...) by name."""
        return {}

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write the gradients of the parameters."""

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx; called after `grad_parameters`."""
        raise TypeError(f"{type(self).__name__} has no grad_input")


layers: Registry[type[Layer]] = Registry("layer", "layers")
LayerSpec = Annotated[Layer, Named(layers)]
Layers = tuple[Layer, ...]


def require_positions(layer: Layer, inputs: Shape) -> None:
    """Raise AdvisedError where a shape lacks the positions that a layer needs."""
    needed, found = layer.axes, len(inputs.positions)
    if needed not in (None, found) or (layer.needs_positions and not found):
        axes = "positions"
        if needed:
            axes += f" along {'one axis' if needed == 1 else f'{needed} axes'}"
        got = f"{inputs.text()}, along {found}" if found else f"{inputs.text()} values without positions"
        sizes = "[8, 8]" if needed == 2 else str(inputs.count) if found else "24"
        message = f"{layers.name_of(layer)} needs {axes} and gets {got}"
        raise AdvisedError(message, f"write positions: {sizes}, or other sizes, before it")
    if inputs.ragged and not layer.takes_ragged:
        message = f"{layers.name_of(layer)} needs every position, and ragged ones may not exist"
        raise AdvisedError(message, "write last, or global_average_pool, before it, or take ragged out of positions")


def draws(layer: Layer) -> bool:
    """Return whether a layer draws random numbers in each step."""
    return type(layer).draw is not Layer.draw


def fitted(chain: Layers, inputs: Inputs) -> Layers:
    """Fit the layers to the inputs, up to the first layer that does not keep them in order."""
    end = next((index for index, layer in enumerate(chain) if not layer.keeps_features), len(chain)) + 1
    return (*(layer.fitted(inputs) for layer in chain[:end]), *chain[end:])


def decimals(spec: Spec) -> dict[str, Any]:
    """Return the decimal options of a spec by name: floats, or the columns of a stack."""
    options = {name: getattr(spec, name) for name in type(spec).model_fields}
    return {name: value for name, value in options.items() if isinstance(value, float | np.ndarray)}


def mean_column(size: int) -> NDArray[np.float64]:
    """Return a column of 1/size: `matmul` with it is a mean, much faster than `np.mean`."""
    return np.full((size, 1), 1.0 / size)
