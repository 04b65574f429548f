"""From positions to a single one: the last, or the mean of all."""

import numpy as np

from npnet.nn.layer import Activations, Array, Layer, Memory, Scratch, layers, require_positions
from npnet.nn.shape import Shape, by_position


class _Weighted(Layer):
    """A sum over the positions, by weights that depend on which positions exist.

    y = Σ_p w_p x_p,  dx_p = w_p dy.
    """

    reads_output = False

    def shape(self, inputs: Shape) -> Shape:
        """Return the features without positions."""
        require_positions(self, inputs)
        return Shape(inputs.features)

    def looks_ahead(self, inputs: Shape) -> bool:
        """Return True: all positions are read."""
        return True

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return, of ragged positions, the weights and the weighted values."""
        if not inputs.ragged:
            return {}
        batch = columns // inputs.count
        return {
            "weights": ((1, inputs.count, batch), None),
            "total": ((1, 1, batch), None),
            "parts": ((inputs.features, inputs.count, batch), None),
        }

    def weigh(self, mask: Array, m: Memory) -> None:
        """Write the weights of positions (1, positions, batch); `mask` is 1 where a position exists, else 0."""
        raise TypeError(f"{type(self).__name__} has no weigh")

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = Σ_p w_p x_p."""
        if x.mask is None:
            self.forward_all(_along(x.values, y.values), y.values, m)
            return
        self.weigh(_along(x.mask, y.values), m)
        np.multiply(_along(x.values, y.values), m.weights, out=m.parts)
        np.add.reduce(m.parts, axis=-2, out=y.values)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx_p = w_p dy."""
        if x.mask is None:
            self.grad_all(dy, _along(dx, dy), m)
        else:
            np.multiply(dy[..., np.newaxis, :], m.weights, out=_along(dx, dy))

    def forward_all(self, x: Array, y: Array, m: Memory) -> None:
        """Write y where all positions exist; x is (features, positions, batch)."""
        raise TypeError(f"{type(self).__name__} has no forward_all")

    def grad_all(self, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx where all positions exist."""
        raise TypeError(f"{type(self).__name__} has no grad_all")


def _along(values: Array, like: Array) -> Array:
    """View columns as (features, positions, batch), with the batch of another array."""
    return by_position(values, (values.shape[-1] // like.shape[-1],))


@layers.add("last")
class Last(_Weighted):
    """Takes the last position of each sequence: of ragged ones, the last that exists.

    y = x at the last position,  dx = dy there, else 0.
    PyTorch: x[:, -1]. Keras: return_sequences=False.
    """

    axes = 1

    def weigh(self, mask: Array, m: Memory) -> None:
        """Write 1 for a position that exists and is followed by none that does, else 0."""
        np.copyto(m.weights, mask)
        np.subtract(m.weights[..., :-1, :], mask[..., 1:, :], out=m.weights[..., :-1, :])

    def forward_all(self, x: Array, y: Array, m: Memory) -> None:
        """Write y = x at the last position."""
        np.copyto(y, x[..., -1, :])

    def grad_all(self, dy: Array, dx: Array, m: Memory) -> None:
        """Write dy into the last position, and 0 into the others."""
        dx[..., :-1, :] = 0.0
        np.copyto(dx[..., -1, :], dy)


@layers.add("global_average_pool")
class GlobalAveragePool(_Weighted):
    """Takes the mean of each feature over all positions that exist.

    y = mean_p x_p,  dx_p = dy / positions.  Lin, Chen and Yan (2013), Network in network.
    PyTorch: the same as AdaptiveAvgPool2d(1) and Flatten.
    """

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return the gradient of a position, and what ragged positions need."""
        share: Scratch = {"share": ((inputs.features, columns // inputs.count), None)}
        return super().scratch(inputs, columns) if inputs.ragged else share

    def weigh(self, mask: Array, m: Memory) -> None:
        """Write 1/n for each of the n positions that exist."""
        np.add.reduce(mask, axis=-2, keepdims=True, out=m.total)
        np.divide(mask, m.total, out=m.weights)

    def forward_all(self, x: Array, y: Array, m: Memory) -> None:
        """Write y = Σ x / positions."""
        np.add.reduce(x, axis=-2, out=y)
        np.multiply(y, 1.0 / x.shape[-2], out=y)

    def grad_all(self, dy: Array, dx: Array, m: Memory) -> None:
        """Write dy / positions into each."""
        np.multiply(dy, 1.0 / dx.shape[-2], out=m.share)
        np.copyto(dx, m.share[..., np.newaxis, :])
