"""Convolutions: the same weights at every position of a sequence or an image."""

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from npnet.errors import OptionError
from npnet.nn.convolution.windows import Padding, Sizes, Windows, windows
from npnet.nn.initializers import HeUniform, InitializerSpec, Zeros
from npnet.nn.layer import Activations, Array, Layer, Memory, Parameter, Piece, Scratch, layers, require_positions
from npnet.nn.shape import Shape, by_position

Groups = Annotated[int, Field(ge=1, le=10**5)] | Literal["depthwise"]


class Convolution(Layer):
    """One product of the weights and the windows, which are copied side by side (im2col).

    `patches` has a row for each feature and value of a window, and a last one of ones for the bias; its columns are
    those of the output. On the way back it holds the gradients of the windows, which are added where they overlap.
    """

    axes: ClassVar[int | None]
    reads_output = False
    keeps_features = False
    takes_ragged = False

    filters: int = Field(ge=1, le=10**5, description="Number of output features.")
    kernel: Sizes = Field(3, description="Positions that a filter sees, along each axis.")
    stride: Sizes = Field(1, description="Steps between the windows.")
    padding: Padding = Field(
        0, description="Zeros around the input; `same` keeps the positions, `causal` too, all zeros before the first."
    )
    dilation: Sizes = Field(1, description="Distance of the positions in a window.")
    groups: Groups = Field(
        1, description="Parts of the features that are convolved apart; `depthwise`: every feature by itself."
    )
    init: InitializerSpec = Field(HeUniform(), description="Initial values of the weights.")
    bias_init: InitializerSpec = Field(Zeros(), description="Initial values of the biases.")

    def shape(self, inputs: Shape) -> Shape:
        """Return `filters` features at the positions of the windows; raise AdvisedError where they do not fit."""
        require_positions(self, inputs)
        groups, features = self._groups(inputs), inputs.features
        for number, what in ((features, "input features"), (self.filters, "filters")):
            if number % groups:
                fits = next(n for n in range(groups, 0, -1) if features % n == 0 and self.filters % n == 0)
                hint = f"write groups: {fits}, or other numbers"
                raise OptionError("groups", f"{number} {what} do not divide into {groups} groups", hint)
        return Shape(self.filters, self._windows(inputs).counts)

    def looks_ahead(self, inputs: Shape) -> bool:
        """Return whether a window reads a position after its own."""
        return self._windows(inputs).reads_later

    def parameters(self, inputs: Shape) -> dict[str, Parameter]:
        """Return W (filters, values of a window + 1): the weights, and in the last column the biases."""
        along, each = self._windows(inputs), inputs.features // self._groups(inputs)
        kernels = tuple(axis.kernel for axis in along.axes)
        weight = Piece("weight", np.s_[..., :-1], self.init, decays=True, shape=(self.filters, each, *kernels))
        bias = Piece("bias", np.s_[..., -1], self.bias_init)
        return {"W": Parameter((self.filters, each * along.size + 1), (weight, bias))}

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return the windows side by side, and a row of ones."""
        along = self._windows(inputs)
        batch = columns // inputs.count
        return {"patches": ((inputs.features * along.size + 1, Shape(1, along.counts).count * batch), None)}

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return the windows, the number of groups, and a column for sums over the columns."""
        along, groups = self._windows(inputs), self._groups(inputs)
        count = Shape(1, along.counts).count * (columns // inputs.count)
        return {"windows": along, "groups": groups, **({"ones": np.ones((count, 1))} if groups > 1 else {})}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write the windows, and y = W windows + b."""
        patches = _by_value(m.patches[..., :-1, :], y.positions, m.windows.size)
        for k, window in enumerate(m.windows):
            np.copyto(patches[..., k, *window.outputs, :], x.by_position[..., *window.inputs, :])
            for strip in window.missing:
                patches[..., k, *strip, :] = 0.0
        m.patches[..., -1, :] = 1.0
        if m.groups == 1:
            np.matmul(m.W, m.patches, out=y.values)
            return
        weights, parts = _grouped(m.W[..., :-1], m.groups), _grouped(m.patches[..., :-1, :], m.groups)
        np.matmul(weights, parts, out=_grouped(y.values, m.groups))
        np.add(y.values, m.W[..., -1:], out=y.values)

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write dW = dy windowsᵀ, whose last column is db."""
        if m.groups == 1:
            np.matmul(dy, m.patches.mT, out=m.dW)
            return
        parts = _grouped(m.patches[..., :-1, :], m.groups)
        np.matmul(_grouped(dy, m.groups), parts.mT, out=_grouped(m.dW[..., :-1], m.groups))
        np.matmul(dy, m.ones, out=m.dW[..., -1:])

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx, the sum of the gradients of all windows, Wᵀ dy."""
        weights, parts = _grouped(m.W[..., :-1], m.groups), _grouped(m.patches[..., :-1, :], m.groups)
        np.matmul(weights.mT, _grouped(dy, m.groups), out=parts)
        patches, target = _by_value(m.patches[..., :-1, :], y.positions, m.windows.size), by_position(dx, x.positions)
        dx[...] = 0.0
        for k, window in enumerate(m.windows):
            part = target[..., *window.inputs, :]
            np.add(part, patches[..., k, *window.outputs, :], out=part)

    def _windows(self, inputs: Shape) -> Windows:
        return windows(inputs.positions, self.kernel, self.stride, self.padding, self.dilation)

    def _groups(self, inputs: Shape) -> int:
        return inputs.features if self.groups == "depthwise" else self.groups


def _by_value(rows: Array, positions: tuple[int, ...], size: int) -> Array:
    """View the rows of patches as (features, values of a window, *positions, batch)."""
    each = by_position(rows, positions)
    return each.reshape(*rows.shape[:-2], rows.shape[-2] // size, size, *each.shape[rows.ndim - 1 :], copy=False)


def _grouped(rows: Array, groups: int) -> Array:
    """View the rows of each group on an axis of their own; of one group, as they are."""
    if groups == 1:
        return rows
    return rows.reshape(*rows.shape[:-2], groups, rows.shape[-2] // groups, rows.shape[-1], copy=False)


@layers.add("conv1d")
class Conv1d(Convolution):
    """Convolution over the steps of a sequence.

    y_o at t = b_o + Σ_c Σ_k w_ock x_c at t · stride + k · dilation - padding, 0 outside;
    weight (filters, features / groups, kernel), bias (filters,).
    LeCun et al. (1989), Backpropagation applied to handwritten zip code recognition.
    PyTorch: the same as Conv1d; weights start in U(±1/√inputs), here he_uniform, and biases 0.
    """

    axes = 1


@layers.add("conv2d")
class Conv2d(Convolution):
    """Convolution over the pixels of an image.

    y_o at (i, j) = b_o + Σ_c Σ_kl w_ockl x_c at (i, j) · stride + (k, l) · dilation - padding, 0 outside;
    weight (filters, features / groups, kernel, kernel), bias (filters,).
    LeCun et al. (1989), Backpropagation applied to handwritten zip code recognition.
    PyTorch: the same as Conv2d; weights start in U(±1/√inputs), here he_uniform, and biases 0.
    """

    axes = 2
