"""Windows that slide over positions: where each stands, and which of its values exist."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Annotated, Literal

from pydantic import Field

from npnet.errors import OptionError

Size = Annotated[int, Field(ge=1, le=10**4)]
Sizes = Size | Annotated[tuple[Size, ...], Field(strict=False, min_length=1, max_length=2)]
Margin = Annotated[int, Field(ge=0, le=10**4)]
Margins = Margin | Annotated[tuple[Margin, ...], Field(strict=False, min_length=1, max_length=2)]
Padding = Margins | Literal["same", "causal"]
Slices = tuple[slice, ...]


@dataclass(frozen=True)
class WindowAxis:
    """The windows along one axis: output o reads the inputs o · stride + k · dilation - low for k < kernel."""

    size: int
    kernel: int
    stride: int
    low: int
    high: int
    dilation: int

    @property
    def count(self) -> int:
        """The number of windows that fit, 0 or less where none does."""
        return (self.size + self.low + self.high - (self.kernel - 1) * self.dilation - 1) // self.stride + 1

    def reach(self, k: int) -> tuple[slice, slice]:
        """Return the outputs whose input k exists, and these inputs."""
        shift = k * self.dilation - self.low
        first = max(0, -(shift // self.stride))
        last = min(self.count - 1, (self.size - 1 - shift) // self.stride)
        start = first * self.stride + shift
        if last < first:
            return slice(0, 0), slice(0, 0)
        return slice(first, last + 1), slice(start, last * self.stride + shift + 1, self.stride)


@dataclass(frozen=True)
class Window:
    """One value of every window: the outputs where it exists, its inputs, and the outputs where it does not."""

    outputs: Slices
    inputs: Slices
    missing: tuple[Slices, ...]


@dataclass(frozen=True)
class Windows:
    """The windows along all axes of positions."""

    axes: tuple[WindowAxis, ...]

    @property
    def counts(self) -> tuple[int, ...]:
        """The positions of the output."""
        return tuple(axis.count for axis in self.axes)

    @property
    def size(self) -> int:
        """The number of values in a window."""
        return prod(axis.kernel for axis in self.axes)

    @property
    def reads_later(self) -> bool:
        """Whether a window reads a position after its own."""
        return any(axis.stride > 1 or (axis.kernel - 1) * axis.dilation > axis.low for axis in self.axes)

    @property
    def apart(self) -> bool:
        """Whether no two windows share an input, and every input is in one."""
        return all(
            axis.kernel == axis.stride
            and axis.count * axis.stride == axis.size
            and axis.low == 0
            and axis.dilation == 1
            for axis in self.axes
        )

    def __iter__(self) -> Iterator[Window]:
        """Iterate over the values of a window, row by row."""
        for offsets in product(*(range(axis.kernel) for axis in self.axes)):
            reached = [axis.reach(k) for axis, k in zip(self.axes, offsets, strict=True)]
            outputs, missing = tuple(out for out, _ in reached), list[Slices]()
            for number, (axis, out) in enumerate(zip(self.axes, outputs, strict=True)):
                for strip in (slice(0, out.start), slice(out.stop, axis.count)):
                    if strip.start < strip.stop:
                        missing.append((*[slice(None)] * number, strip, *[slice(None)] * (len(outputs) - number - 1)))
            yield Window(outputs, tuple(source for _, source in reached), tuple(missing))


def windows(
    positions: tuple[int, ...],
    kernel: Sizes,
    stride: Sizes,
    padding: Padding,
    dilation: Sizes = 1,
    *,
    option: str = "kernel",
) -> Windows:
    """Return the windows over positions; OptionError, at `option` or another, where sizes do not fit them."""
    kernels, strides, dilations = (
        _each(positions, sizes, name) for sizes, name in ((kernel, option), (stride, "stride"), (dilation, "dilation"))
    )
    if padding in ("same", "causal") and any(step != 1 for step in strides):
        what = f"{padding} padding keeps the positions, a stride of {_text(strides)} does not"
        raise OptionError("padding", what, "write padding: 1, or another number, or stride: 1")
    margins = _margins(positions, padding, [(one - 1) * step for one, step in zip(kernels, dilations, strict=True)])
    axes = tuple(
        WindowAxis(size, one, step, low, high, wide)
        for size, one, step, (low, high), wide in zip(positions, kernels, strides, margins, dilations, strict=True)
    )
    for axis, (low, _) in zip(axes, margins, strict=True):
        if axis.count < 1:
            what = f"a window of {_text(kernels)} values does not fit into {_text(positions)} positions"
            raise OptionError(option, what, "write a smaller one, or padding: same")
        if low >= axis.kernel * axis.dilation:
            what = f"{low} positions around the input are more than a window of {_text(kernels)} needs"
            raise OptionError("padding", what, f"write padding: {(axis.kernel - 1) * axis.dilation}, or less")
    return Windows(axes)


def _margins(positions: tuple[int, ...], padding: Padding, totals: list[int]) -> list[tuple[int, int]]:
    """Return the positions before and after the input along each axis; `totals` keep the positions."""
    if padding == "same":
        return [(total // 2, total - total // 2) for total in totals]
    if padding != "causal":
        return [(margin, margin) for margin in _each(positions, padding, "padding")]
    if len(positions) > 1:
        what = f"causal padding is for sequences, and {_text(positions)} positions are an image"
        raise OptionError("padding", what, "write padding: same")
    return [(total, 0) for total in totals]


def _each(positions: tuple[int, ...], sizes: int | tuple[int, ...], option: str) -> tuple[int, ...]:
    """Return a size for each axis of positions."""
    if isinstance(sizes, int):
        return (sizes,) * len(positions)
    if len(sizes) != len(positions):
        what = f"{len(sizes)} sizes do not fit {_text(positions)} positions: one for each axis"
        raise OptionError(option, what, f"write {option}: {sizes[0]}, the same along each axis")
    return sizes


def _text(sizes: tuple[int, ...]) -> str:
    return " x ".join(map(str, sizes))
