"""The trace of a step: the NumPy calls of layers, recorded once as a flat list.

A layer's method is run once, on `TracedArray` arrays: nothing is computed, but each NumPy call is recorded with its
arrays. Views are then made once, numbers are arrays already, and a single model needs no model axis. A step of a small
network takes half the time; the mathematics stays as it is written in the layers.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from npnet.nn.layer import Activations, Array, Memory

Call = tuple[Callable[..., object], tuple[Any, ...]]
Record = tuple[Callable[..., object], Sequence[Any], Any, dict[str, Any]]  # function, inputs, output, options
SMALL = 4096
"""Values up to which BLAS is faster at an outer product than a multiplication that broadcasts."""
KEYWORD_OUT = (np.maximum, np.minimum)
"""Functions whose third positional argument NumPy no longer accepts as the output."""


class CallTrace:
    """A flat list of bound calls, which `play` makes.

    `sections` lists the label of each method with the number of its first call, and of the first call after it.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.sections: list[tuple[str, int, int]] = []
        self._views: dict[tuple[Any, ...], Array] = {}

    def play(self) -> None:
        """Make all calls, in order."""
        for call, arrays in self.calls:
            call(*arrays)

    def play_sections(self) -> Iterator[tuple[str, list[Call]]]:
        """Make the calls one method after the other; yield the label and calls of each method just played."""
        for label, first, stop in self.sections:
            for call, arrays in self.calls[first:stop]:
                call(*arrays)
            yield label, self.calls[first:stop]

    def trace(self, method: Callable[..., object], *arguments: Any, label: str = "") -> None:
        """Record the calls that a method makes on its arrays, without making them."""
        first, records = len(self.calls), list[Record]()
        method(*(_traced(argument, records) for argument in arguments))
        self.calls += [self._bound(*record) for record in records]
        # Calls hold views of traced arrays, and these hold `records`: a full list would be a cycle that never dies.
        records.clear()
        self.sections.append((label or method.__name__.strip("_"), first, len(self.calls)))

    def _bound(self, function: Callable[..., object], inputs: Sequence[Any], out: Any, options: dict[str, Any]) -> Call:
        """Return the fastest call that computes the same."""
        inputs, out = [_operand(value, inputs, out) for value in inputs], out.view(np.ndarray)
        if function is np.matmul and not options:
            function, inputs, out = _product(inputs[0], inputs[1], out)
        elif isinstance(function, np.ufunc) and function.signature is None and not options:
            arrays = [*(one for one in inputs if one.ndim), out]
            # A flat loop over arrays that are contiguous and of one shape is faster.
            if all(one.shape == out.shape and one.flags.c_contiguous for one in arrays):
                inputs = [one.reshape(-1, copy=False) if one.ndim else one for one in inputs]
                out = out.reshape(-1, copy=False)
        views = []
        for view in (*inputs, out):
            # One object for all equal views: NumPy then sees at once that an output is an input.
            key = (view.__array_interface__["data"][0], view.shape, view.strides, view.dtype)
            views.append(self._views.setdefault(key, view))
        if options or function in KEYWORD_OUT:
            return partial(function, *views[:-1], out=views[-1], **options), ()
        return function, tuple(views[-1:] + views[:-1] if function is np.copyto else views)


class TracedArray(np.ndarray[Any, Any]):
    """An array that records NumPy calls instead of making them; they must write into `out`."""

    records: list[Record]

    def __array_finalize__(self, source: object) -> None:
        if isinstance(source, TracedArray):
            self.records = source.records

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """Record a ufunc, or its `reduce`; raise TypeError where it would allocate its result."""
        out = options.pop("out", (None,))[0]
        if not isinstance(out, np.ndarray):
            raise TypeError(f"{ufunc.__name__} in a layer needs out=: a step allocates nothing")
        self.records.append((ufunc if method == "__call__" else getattr(ufunc, method), inputs, out, options))
        return out

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        """Record `copyto`, the only function that is not a ufunc; raise TypeError for others."""
        if function is not np.copyto or options:
            raise TypeError(f"{function.__name__} cannot stand in a layer's step; use ufuncs with out=")
        self.records.append((np.copyto, arguments[1:], arguments[0], {}))
        return None

    def __setitem__(self, index: Any, value: Any) -> None:
        self.records.append((np.copyto, (value,), self[index], {}))


def record(function: Callable[..., object], inputs: Sequence[Any], out: Array) -> None:
    """Record a call of any function of arrays, which gets the inputs and then `out` to write into."""
    if isinstance(out, TracedArray):
        out.records.append((function, inputs, out, {}))
    else:
        function(*inputs, out)


def _traced(argument: Any, records: list[Record]) -> Any:
    """Return the argument with traced arrays in place of its arrays."""
    if isinstance(argument, np.ndarray):
        traced = argument.view(TracedArray)
        traced.records = records
        return traced
    if isinstance(argument, Memory):
        return Memory(**{name: _traced(value, records) for name, value in vars(argument).items()})
    if isinstance(argument, Activations):
        return Activations(_traced(argument.with_ones, records), argument.positions, _traced(argument.mask, records))
    return argument


def _operand(value: Any, inputs: Sequence[Any], out: Array) -> Array:
    """Turn a number into an array without axes, which a ufunc reads in half the time."""
    if isinstance(value, np.ndarray):
        return value.view(np.ndarray)
    like = next((one.dtype for one in inputs if isinstance(one, np.ndarray) and one.dtype != bool), out.dtype)
    return np.array(value, like)


def _product(a: Array, b: Array, out: Array) -> tuple[Callable[..., object], list[Any], Array]:
    """Return the fastest call for a matrix product; all give the same numbers, bit for bit.

    One model's matrices go to `dot`. A product over a single term is an outer product, slow in BLAS if large.
    """
    outer = a.shape[-1] == 1
    if a.ndim == b.ndim == out.ndim == 3 and len(a) == len(b) == 1 and not (outer and out.size > SMALL):
        a, b, out = a[0], b[0], out[0]
        if all(m.flags.c_contiguous or m.flags.f_contiguous for m in (a, b)) and out.flags.c_contiguous:
            return np.dot, [a, b], out
    return np.multiply if outer else np.matmul, [a, b], out
