"""The NumPy calls of one training step, in order, with the names and shapes of the arrays that they read and write."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from npnet.engine.passes import Pass
from npnet.engine.trace import Call, CallTrace
from npnet.engine.updates import Updates
from npnet.nn.layer import Array


class Operand(NamedTuple):
    """An array or a number of a call: its name, and its shape, which is () for a number."""

    name: str
    shape: tuple[int, ...]


class StepCall(NamedTuple):
    """One NumPy call: the stage of the step, the method that asks for it, its function, what it reads and writes."""

    stage: str
    method: str
    function: str
    inputs: tuple[Operand, ...]
    output: Operand


def step_calls(one: Pass, updates: Updates) -> list[StepCall]:
    """List the calls of a step: forward, backward and update. Random draws are not traced, and not among them."""
    named = _Names({**one.buffers, **updates.buffers})
    stages = (("forward", one.forward), ("backward", one.backward), ("penalties", updates.penalties))
    return [call for stage, trace in (*stages, ("update", updates.calls)) for call in _of_trace(stage, trace, named)]


class _Names:
    """The names of arrays, found by the memory that a view lies in."""

    def __init__(self, buffers: Mapping[str, Array]) -> None:
        bounds = [(*np.lib.array_utils.byte_bounds(array), name) for name, array in buffers.items() if array.size]
        self._bounds = sorted(bounds, key=lambda bound: bound[1] - bound[0])

    def operand(self, value: Any) -> Operand:
        """The name and shape of an array; of a number its value."""
        if not isinstance(value, np.ndarray) or not value.ndim:
            return Operand(self._of(value) or f"{float(value):.6g}", ())
        return Operand("empty" if not value.size else self._of(value) or "work", value.shape)

    def _of(self, value: Any) -> str | None:
        if not isinstance(value, np.ndarray) or not value.size:
            return None
        low, high = np.lib.array_utils.byte_bounds(value)
        return next((name for first, last, name in self._bounds if first <= low and high <= last), None)


def _of_trace(stage: str, trace: CallTrace, named: _Names) -> Iterator[StepCall]:
    for section in trace.sections:
        for call in trace.calls[section.first : section.stop]:
            function, arguments, output = _parts(call)
            inputs = tuple(named.operand(value) for value in arguments)
            yield StepCall(stage, section.label, _written(function), inputs, named.operand(output))


def _parts(call: Call) -> tuple[Callable[..., object], tuple[Any, ...], Any]:
    """The function, the inputs and the output of a call."""
    function, arrays = call
    if isinstance(function, partial):
        return function.func, function.args, function.keywords["out"]
    if function is np.copyto:
        return function, arrays[1:], arrays[0]
    return function, arrays[:-1], arrays[-1]


def _written(function: Any) -> str:
    reduced = getattr(function, "__self__", None)
    return f"{reduced.__name__}.{function.__name__}" if isinstance(reduced, np.ufunc) else str(function.__name__)
