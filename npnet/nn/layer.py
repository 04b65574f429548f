"""What a layer is: its options, the arrays that it asks for, and pure functions that write into them.

Glossary of `nn/`. Every array has the model axis in front, which no layer names; the rest is

    x, y       input and output of a layer: `.values` (features, batch), `.with_ones` (features + 1, batch)
    dx, dy     gradients of the loss by x and y, plain arrays (features, batch)
    m          the layer's memory: its parameters, their gradients (`dW` of `W`), running statistics,
               scratch and constants, by the names that the layer gave them
    theta      all parameters of all models (models, size); grad is like it
    z, t, w    raw scores (outputs, batch), encoded targets (outputs, batch), sample weights (1, batch)
"""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from npnet.nn.initializers import Initializer
from npnet.registry import Registry
from npnet.spec import Named, Spec

Array = NDArray[Any]
Shape = tuple[int, int]


@dataclass(frozen=True)
class Piece:
    """A part of a parameter under the name that a PyTorch state_dict gives it."""

    name: str
    at: Any
    init: Initializer
    decays: bool = False

    def of(self, values: Array) -> Array:
        """The view of this piece in an array shaped like the parameter, model axis in front."""
        return values[(slice(None), *self.at)]


@dataclass(frozen=True)
class Parameter:
    """What a layer learns: an array of this shape, made of named pieces."""

    shape: Shape
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Statistic:
    """A running statistic of a layer: a column (features, 1) and its first value."""

    name: str
    size: int
    start: float


@dataclass(frozen=True)
class Inputs:
    """What the inputs of a network are: the first `numbers` scaled numbers, the last codes, the others 0 or 1."""

    numbers: int
    codes: tuple[int, ...] = ()


class Activations:
    """The values that flow between two layers; `values` is `with_ones` without its last row, of ones."""

    __slots__ = ("values", "with_ones")

    values: Array
    with_ones: Array

    def __init__(self, with_ones: Array) -> None:
        self.bind(with_ones, with_ones[..., :-1, :])

    def bind(self, with_ones: Array, values: Array) -> None:
        """Point at other arrays: how a pass takes its next batch."""
        self.with_ones, self.values = with_ones, values


class Memory(SimpleNamespace):
    """The arrays of one layer in one pass, by name."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


class Layer(Spec):
    """A layer: frozen options and pure mathematics; all arrays are handed to it.

    Subclasses write `forward`, `grad_input` and, with parameters, `grad_parameters`.
    Each writes into the arrays it is given with NumPy functions and `out=`, and keeps nothing: a pass runs a
    method once, to note its calls (see `tape.py`). `draws` is true of a layer with random numbers, `reads_output` where
    its gradient needs y. One that `overwrites` may be given y in the place of x and dx in that of dy. A layer that
    `keeps_positions` gives a feature out in the row in which it came. A unit of one that `can_die` is 0, and learns
    nothing, on rows that do not lift it above 0; such a layer is never negative and reads its output.
    """

    draws: ClassVar[bool] = False
    reads_output: ClassVar[bool] = True
    overwrites: ClassVar[bool] = False
    needs_rows: ClassVar[int] = 1
    keeps_positions: ClassVar[bool] = True
    can_die: ClassVar[bool] = False

    def width(self, inputs: int) -> int:
        """Number of output features for a number of input features."""
        return inputs

    def fitted(self, inputs: Inputs) -> "Layer":
        """The layer as it is for data with such inputs."""
        return self

    @property
    def lag(self) -> float:
        """Batches after which `infer` no longer knows what came before them; 0 where it never did."""
        return 0.0

    def parameters(self, inputs: int) -> dict[str, Parameter]:
        """The parameters to learn, by their names in `m`; `m.dNAME` is the gradient."""
        return {}

    def state(self, inputs: int) -> tuple[Statistic, ...]:
        """The running statistics, by their names in `m`."""
        return ()

    def scratch(self, inputs: int, batch: int) -> dict[str, tuple[Shape, type | None]]:
        """Arrays to work in: shape, and dtype or None for the network's own."""
        return {}

    def constants(self, inputs: int, batch: int) -> dict[str, Any]:
        """Numbers made of the options, computed in float64 and cast once to the network's dtype."""
        return {}

    def draw(self, m: Memory) -> None:
        """Draw the random numbers of one step into `m`; only where `draws` is true."""

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y.values."""
        raise TypeError(f"{type(self).__name__} has no forward")

    def infer(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y.values as at prediction time: the same as `forward` unless a layer says otherwise."""
        self.forward(x, y, m)

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write the gradients of the parameters."""

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx; called after `grad_parameters`."""
        raise TypeError(f"{type(self).__name__} has no grad_input")


layers: Registry[type[Layer]] = Registry("layer", "layers")
LayerSpec = Annotated[Layer, Named(layers)]
Layers = tuple[Layer, ...]


def fitted(chain: Layers, inputs: Inputs) -> Layers:
    """Layers that were told what the inputs are, as far as these keep their places."""
    end = next((place for place, layer in enumerate(chain) if not layer.keeps_positions), len(chain)) + 1
    return (*(layer.fitted(inputs) for layer in chain[:end]), *chain[end:])


def mean_column(size: int) -> NDArray[np.float64]:
    """A column of 1/size: `matmul` with it is the mean, several times faster than `np.mean`."""
    return np.full((size, 1), 1.0 / size)
