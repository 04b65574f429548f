"""The tape: what layers do, traced once into a flat list of NumPy calls on arrays that stay.

A layer's method is run a single time, on `TracedArray` arrays: nothing is computed, but each NumPy call is noted
with its arrays. Views are then made once, numbers are arrays already, and one model needs no model axis. A step of
a small network takes half the time so; the mathematics stays as it is written in the layers.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple
from weakref import proxy

import numpy as np

from npnet.nn.layer import Array, Memory

Call = tuple[Callable[..., object], tuple[Any, ...]]
SMALL = 4096
"""Values up to which BLAS is quicker at an outer product than a multiplication that broadcasts."""
KEYWORD_OUT = (np.maximum, np.minimum)
"""Functions whose third positional argument NumPy no longer takes as the output."""


class Section(NamedTuple):
    """The calls of one method in a trace, under a label: those from number `first` up to `stop`."""

    label: str
    first: int
    stop: int


class CallTrace:
    """A flat list of bound calls; `play` makes them, `sections` has the method of each."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.sections: list[Section] = []
        self._views: dict[tuple[Any, ...], Array] = {}

    def play(self) -> None:
        """Make all calls, in order."""
        for call, arrays in self.calls:
            call(*arrays)

    def trace(self, method: Callable[..., object], *arguments: Any, label: str = "") -> None:
        """Note the calls that a method would make; its arrays, also those in memories, are traced."""
        first = len(self.calls)
        method(*(self._traced(argument) for argument in arguments))
        self.sections.append(Section(label or method.__name__.strip("_"), first, len(self.calls)))

    def _traced(self, argument: Any) -> Any:
        if isinstance(argument, np.ndarray):
            traced = argument.view(TracedArray)
            # Not the tape itself: its calls hold views of this array, and what only views hold is never collected.
            traced.tape = proxy(self)
            return traced
        if isinstance(argument, Memory):
            return Memory(**{name: self._traced(value) for name, value in vars(argument).items()})
        if hasattr(argument, "with_ones"):
            return type(argument)(self._traced(argument.with_ones))
        return argument

    def note(self, function: Callable[..., object], inputs: Sequence[Any], out: Array, options: dict[str, Any]) -> None:
        """Append a call of a NumPy function."""
        inputs = [_operand(value, inputs, out) for value in inputs]
        if function is np.matmul and not options:
            function, inputs, out = _product(inputs[0], inputs[1], out)
        elif isinstance(function, np.ufunc) and function.signature is None and not options:
            inputs, out = _flat(inputs, out)
        inputs, out = [self._one(value) for value in inputs], self._one(out)
        if options or function in KEYWORD_OUT:
            self.calls.append((partial(function, *inputs, out=out, **options), ()))
        else:
            self.calls.append((function, (*inputs, out)))

    def _one(self, view: Array) -> Array:
        """One object for all equal views: NumPy then sees at once that an output is an input."""
        key = (view.__array_interface__["data"][0], view.shape, view.strides, view.dtype)
        return self._views.setdefault(key, view)


class TracedArray(np.ndarray[Any, Any]):
    """An array whose NumPy calls are noted on a tape instead of made; they must write into `out`."""

    tape: CallTrace

    def __array_finalize__(self, source: object) -> None:
        if isinstance(source, TracedArray):
            self.tape = source.tape

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """Note a ufunc, or its `reduce`; TypeError where it would allocate its result."""
        out = options.pop("out", (None,))[0]
        if not isinstance(out, np.ndarray):
            raise TypeError(f"{ufunc.__name__} in a layer needs out=: a step allocates nothing")
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        self.tape.note(function, inputs, _plain(out), options)
        return out

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        """Note `copyto`, the only function that is no ufunc; TypeError for others."""
        if function is not np.copyto or options:
            raise TypeError(f"{function.__name__} cannot stand in a layer's step; use ufuncs with out=")
        self.tape.calls.append((np.copyto, tuple(_plain(one) for one in arguments)))
        return None

    def __setitem__(self, place: Any, value: Any) -> None:
        target = self[place]
        self.tape.calls.append((np.copyto, (_plain(target), _plain(value))))


def _plain(value: Any) -> Any:
    return value.view(np.ndarray) if isinstance(value, TracedArray) else value


def _operand(value: Any, inputs: Sequence[Any], out: Array) -> Any:
    """An array as it is; a number as an array without axes, which a ufunc takes in half the time."""
    if isinstance(value, int | float):
        like = next((one.dtype for one in inputs if isinstance(one, np.ndarray) and one.dtype != bool), out.dtype)
        return np.array(value, like)
    return _plain(value)


def _flat(inputs: list[Any], out: Array) -> tuple[list[Any], Array]:
    """The same without axes, where all arrays are alike and in one piece: quicker to walk through."""
    arrays = [*(one for one in inputs if one.ndim), out]
    if all(one.shape == out.shape and one.flags.c_contiguous for one in arrays):
        return [one.reshape(-1, copy=False) if one.ndim else one for one in inputs], out.reshape(-1, copy=False)
    return inputs, out


def _product(a: Array, b: Array, out: Array) -> tuple[Callable[..., object], list[Any], Array]:
    """The quickest call for a matrix product; all give the same numbers, bit for bit.

    One model's matrices go to `dot`. A product over a single term is an outer product, slow in BLAS if large.
    """
    outer = a.shape[-1] == 1
    if a.ndim == b.ndim == out.ndim == 3 and len(a) == len(b) == 1 and not (outer and out.size > SMALL):
        a, b, out = a[0], b[0], out[0]
        if all(m.flags.c_contiguous or m.flags.f_contiguous for m in (a, b)) and out.flags.c_contiguous:
            return np.dot, [a, b], out
    return np.multiply if outer else np.matmul, [a, b], out
