"""From the columns of a table to positions, and from positions back to features."""

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from npnet.errors import OptionError
from npnet.nn.layer import Activations, Array, Layer, Memory, Scratch, layers, require_positions
from npnet.nn.shape import Shape, by_position

Size = Annotated[int, Field(ge=1, le=10**6)]
Sizes = Annotated[tuple[Size, ...], Field(strict=False, min_length=1, max_length=2)]


@layers.add("positions")
class Positions(Layer):
    """Takes the inputs of a row as positions: steps of a sequence, or pixels of an image.

    y_c at position p = x_(p · features + c): all values of the first position, then all of the next; the rows of an
    image one after the other.
    Ragged: the last positions of a row do not exist where all of their values are missing (NaN); other gaps are 0.
    PyTorch: x.reshape(batch, positions, features), with the features in front.
    """

    reads_output = False
    keeps_features = False

    size: Size | Sizes = Field(description="How many positions, as 24, or along two axes, as [8, 8].")
    ragged: bool = Field(False, description="Whether the last positions of a row may be missing.")

    def shape(self, inputs: Shape) -> Shape:
        """Return the positions; OptionError where the inputs do not divide into them."""
        sizes = self.size if isinstance(self.size, tuple) else (self.size,)
        made = Shape(0, sizes, self.ragged)
        each, rest = divmod(inputs.values, made.count)
        if rest or not each:
            what = f"{inputs.text()} values do not divide into {'x'.join(map(str, sizes))} positions"
            raise OptionError("size", what, f"write positions: {_fitting(inputs.values, sizes)}")
        if inputs.positions:
            raise OptionError("size", f"{inputs.text()} has positions already", "write flatten before it")
        return made.with_features(each)

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return, of ragged positions, which values and positions exist, and the negative values."""
        if not self.ragged:
            return {}
        made = self.shape(inputs)
        each = (made.count, made.features, columns)
        return {"known": (each, bool), "exists": ((made.count, columns), bool), "negative": (each, None)}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y, and the mask of ragged positions."""
        source, target = _each_position(x.values, y.values)
        if y.mask is None:
            np.copyto(target, source)
            return
        np.equal(source, source, out=m.known)  # a missing value, NaN, differs from itself
        np.logical_or.reduce(m.known, axis=-2, out=m.exists)
        for p in reversed(range(m.exists.shape[-2] - 1)):
            np.logical_or(m.exists[..., p, :], m.exists[..., p + 1, :], out=m.exists[..., p, :])
        m.exists[..., 0, :] = True
        np.copyto(by_position(y.mask, (m.exists.shape[-2],))[..., 0, :, :], m.exists)
        np.fmax(source, 0.0, out=target)  # 0 for NaN
        np.fmin(source, 0.0, out=m.negative)
        np.add(target, m.negative, out=target)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = dy in the order of x."""
        source, target = _each_position(dx, dy)
        np.copyto(source, target)


def _fitting(values: int, sizes: Sizes) -> str:
    """Return what to write: as many sizes, none larger than those of `sizes`, into which the values divide."""
    made: list[int] = []
    for size in sizes:
        rest = values // math.prod(made)
        made.append(next(n for n in range(min(rest, size), 0, -1) if rest % n == 0))
    return f"{made[0]}, or another divisor of {values}" if len(made) == 1 else f"{made}, or others that divide {values}"


def _each_position(inputs: Array, outputs: Array) -> tuple[Array, Array]:
    """View inputs and outputs as (positions, features, batch)."""
    *front, values, batch = inputs.shape
    features = outputs.shape[-2]
    source = inputs.reshape(*front, values // features, features, batch, copy=False)
    return source, by_position(outputs, (values // features,)).swapaxes(-3, -2)


@layers.add("flatten")
class Flatten(Layer):
    """Takes the values of all positions as features, which linear layers mix.

    y_(c · positions + p) = x_c at position p: all positions of the first feature, then all of the next.
    PyTorch: the same as Flatten of (batch, features, positions).
    Keras: Flatten keeps the features of a position together.
    """

    reads_output = False
    keeps_features = False
    takes_ragged = False

    def shape(self, inputs: Shape) -> Shape:
        """Return all values as features."""
        require_positions(self, inputs)
        return Shape(inputs.values)

    def looks_ahead(self, inputs: Shape) -> bool:
        """Return True: an output may be read with any of the positions."""
        return True

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = x; in memory, only the row of ones makes a difference."""
        np.copyto(_rows(y.values, x.values), x.values)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = dy."""
        np.copyto(dx, _rows(dy, dx))


def _rows(flat: Array, like: Array) -> Array:
    """View flattened values with the features and columns that they had."""
    return flat.reshape(*flat.shape[:-2], *like.shape[-2:], copy=False)
