"""Pooling: the largest value, or the mean, of each window."""

from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from npnet.nn.convolution.windows import Margins, Sizes, Windows, windows
from npnet.nn.layer import Activations, Array, Layer, Memory, Scratch, layers, require_positions
from npnet.nn.shape import Shape, by_position


class _Pool(Layer):
    """One value for each window, feature by feature."""

    keeps_features = True
    takes_ragged = False
    needs_positions: ClassVar[bool] = True

    size: Sizes = Field(2, description="Positions in a window, along each axis.")
    stride: Sizes | Literal["size"] = Field("size", description="Steps between the windows; `size`: side by side.")
    padding: Margins = Field(0, description="Positions around the input.")

    def shape(self, inputs: Shape) -> Shape:
        """Return the features at the positions of the windows."""
        require_positions(self, inputs)
        return Shape(inputs.features, self._windows(inputs).counts)

    def looks_ahead(self, inputs: Shape) -> bool:
        """Return whether a window reads a position after its own."""
        return self._windows(inputs).reads_later

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return the windows."""
        return {"windows": self._windows(inputs)}

    def _windows(self, inputs: Shape) -> Windows:
        stride = self.size if self.stride == "size" else self.stride
        return windows(inputs.positions, self.size, stride, self.padding, option="size")

    def _outputs(self, inputs: Shape, columns: int) -> tuple[int, int]:
        """Return the features and columns of the output."""
        made = self.shape(inputs)
        return made.features, made.count * (columns // inputs.count)


@layers.add("max_pool")
class MaxPool(_Pool):
    """Takes the largest value of each window.

    y = max x over the window;  dx = dy at the first largest value, summed where windows overlap.
    Riesenhuber and Poggio (1999), Hierarchical models of object recognition in cortex.
    PyTorch: the same as MaxPool1d and MaxPool2d.
    """

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return which windows still have their gradient, which give it to a value, and that gradient."""
        full = self._outputs(inputs, columns)
        return {"free": (full, bool), "here": (full, bool), "part": (full, None)}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = max x."""
        y.values[...] = -np.inf
        for window in m.windows:
            part = y.by_position[..., *window.outputs, :]
            np.maximum(part, x.by_position[..., *window.inputs, :], out=part)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dy where x is the first that equals y."""
        target, slopes = by_position(dx, x.positions), by_position(dy, y.positions)
        free, here, part = (by_position(one, y.positions) for one in (m.free, m.here, m.part))
        m.free[...] = True
        if not m.windows.apart:
            dx[...] = 0.0
        for window in m.windows:
            out, source = (..., *window.outputs, slice(None)), (..., *window.inputs, slice(None))
            np.equal(x.by_position[source], y.by_position[out], out=here[out])
            np.logical_and(here[out], free[out], out=here[out])
            np.greater(free[out], here[out], out=free[out])
            if m.windows.apart:
                np.multiply(slopes[out], here[out], out=target[source])
            else:
                np.multiply(slopes[out], here[out], out=part[out])
                np.add(target[source], part[out], out=target[source])


@layers.add("average_pool")
class AveragePool(_Pool):
    """Takes the mean of each window, values outside the input counted as 0.

    y = Σ x / n over the n values of the window;  dx = Σ dy / n over the windows of a value.
    PyTorch: the same as AvgPool1d and AvgPool2d.  Keras: values outside are left out of the mean.
    """

    reads_output = False

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return the gradient of each value."""
        return {"share": (self._outputs(inputs, columns), None)}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = Σ x / n."""
        y.values[...] = 0.0
        for window in m.windows:
            part = y.by_position[..., *window.outputs, :]
            np.add(part, x.by_position[..., *window.inputs, :], out=part)
        np.multiply(y.values, 1.0 / m.windows.size, out=y.values)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = Σ dy / n."""
        target, share = by_position(dx, x.positions), by_position(m.share, y.positions)
        np.multiply(dy, 1.0 / m.windows.size, out=m.share)
        dx[...] = 0.0
        for window in m.windows:
            part = target[..., *window.inputs, :]
            np.add(part, share[..., *window.outputs, :], out=part)
