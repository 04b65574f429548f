"""What recurrent layers share: parameters, directions, and the walk over the steps, forward and backward.

The rows of W and U are those of the gates, of one direction after the other. Arrays of one step after the other are
(steps, rows, batch), so that those of a step stand together: the input products of all steps, one call, are in z, where
the gradients by the pre-activations replace them on the way back. h has one step more than x: the initial state, 0.
Columns, whose products sum over steps and batch, are copies.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from npnet.nn.initializers import GlorotUniform, Initializer, InitializerSpec, Orthogonal, Zeros
from npnet.nn.layer import Activations, Array, Layer, Memory, Parameter, Piece, Scratch, require_positions
from npnet.nn.shape import Shape, by_position


class Recurrent(Layer):
    """A layer whose state after a step depends on its input and on the state after the step before.

    Subclasses write `advance` and `retreat`, the mathematics of one step, and `derive`, of all steps at once.
    """

    axes = 1
    reads_output = False
    keeps_features = False
    gates: ClassVar[int]
    letters: ClassVar[tuple[str, ...]] = ()
    """The gates in the order of their rows, as the formulas name them."""
    by_gate: ClassVar[tuple[str, ...]] = ("U", "dU", "halved_U", "z", "gates", "slopes", "columns")
    by_unit: ClassVar[tuple[str, ...]] = ("h", "dh", "work", "states_before")
    """Arrays with rows for the gates, or for the units, of each direction."""
    halved: ClassVar[tuple[float, ...]]
    """A factor on the pre-activation of each gate: 1/2 for a sigmoid, which is computed as a tanh of the half."""

    units: int = Field(ge=1, le=10**5, description="Size of the state, in each direction.")
    states: Literal["all", "last"] = Field("all", description="Whether to give the state of every step, or the last.")
    bidirectional: bool = Field(False, description="Whether to read the steps backwards too, with weights of its own.")
    truncate: int | None = Field(
        None, ge=1, le=10**6, description="After how many steps the gradient is cut; left out, never."
    )
    init: InitializerSpec = Field(GlorotUniform(), description="Initial values of the weights of the input.")
    recurrent_init: InitializerSpec = Field(Orthogonal(), description="Initial values of the weights of the state.")

    def shape(self, inputs: Shape) -> Shape:
        """Return the units of all directions, at every step or without steps."""
        require_positions(self, inputs)
        units = self.units * len(self._suffixes)
        return inputs.with_features(units) if self.states == "all" else Shape(units)

    def looks_ahead(self, inputs: Shape) -> bool:
        """Return whether steps are read backwards too, or only the last state is given."""
        return self.bidirectional or self.states == "last"

    @property
    def bias_init(self) -> Initializer:
        """Initial values of the biases beside the input."""
        return Zeros()

    def parameters(self, inputs: Shape) -> dict[str, Parameter]:
        """Return W (rows, features + 1) and U (rows, units + 1), the last columns the biases."""
        of_input, of_state, height = list[Piece](), list[Piece](), self.gates * self.units
        for number, suffix in enumerate(self._suffixes):
            rows = slice(number * height, (number + 1) * height)
            of_input.append(Piece(f"weight_ih_l0{suffix}", np.s_[..., rows, :-1], self.init, decays=True))
            of_input.append(Piece(f"bias_ih_l0{suffix}", np.s_[..., rows, -1], self.bias_init))
            of_state.append(Piece(f"weight_hh_l0{suffix}", np.s_[..., rows, :-1], self.recurrent_init, decays=True))
            of_state.append(Piece(f"bias_hh_l0{suffix}", np.s_[..., rows, -1], Zeros()))
        height *= len(self._suffixes)
        return {
            "W": Parameter((height, inputs.features + 1), tuple(of_input)),
            "U": Parameter((height, self.units + 1), tuple(of_state)),
        }

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return the arrays of all steps, and of one."""
        batch, width = columns // inputs.count, len(self._suffixes)
        rows, units = width * self.gates * self.units, width * self.units
        found: Scratch = {
            "halved_W": ((rows, inputs.features + 1), None),
            "halved_U": ((rows, self.units + 1), None),
            "z": ((inputs.count, rows, batch), None),
            "columns": ((rows, columns), None),
            "h": ((inputs.count + 1, units, batch), None),
            "states_before": ((units, columns), None),
            "gates": ((inputs.count, rows, batch), None),
            "slopes": ((inputs.count, rows, batch), None),
            "dh": ((units, batch), None),
            "work": ((units, batch), None),
        }
        if self.states == "last" and inputs.ragged:
            found["chosen"] = ((inputs.count, 1, batch), None)
            found["parts"] = ((inputs.count, self.units, batch), None)
        return found

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return the factors of the rows, as a column."""
        return {"halves": np.tile(np.repeat(self.halved, self.units), len(self._suffixes))[:, np.newaxis]}

    def advance(self, t: int, before: int, after: int, d: Memory) -> None:
        """Write the state after step t, `d.h` at after, by `d.z` at t and the state before it."""
        raise TypeError(f"{type(self).__name__} has no advance")

    def derive(self, d: Memory, before: slice) -> None:
        """Write what the gradients of all steps have in common into `d.slopes`, where that is faster than in each."""

    def retreat(self, t: int, d: Memory, *, first: bool, carry: bool) -> None:
        """Write the gradient by the pre-activations into `d.z` at t, from `d.dh`, that by the state after step t.

        If `carry`, write the gradient by the state before the step into `d.dh`. On the `first` step back, no later step
        has left anything.
        """
        raise TypeError(f"{type(self).__name__} has no retreat")

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write the states of all steps, and those asked for into y."""
        self._halve(m)
        np.matmul(m.halved_W[..., np.newaxis, :, :], by_step(x.with_ones, x), out=m.z)
        for d in self.directions(x, m):
            d.h[..., d.start, :, :] = 0.0
            for t, before, after in d.steps:
                self.advance(t, before, after, d)
        for number, d in enumerate(self.directions(x, m)):
            target = y.values[..., number * self.units : (number + 1) * self.units, :]
            if self.states == "all":
                np.copyto(by_step(target, x), d.h[..., d.after, :, :])
            elif d.mask is None or number:
                np.copyto(target, d.h[..., d.steps[-1][2], :, :])
            else:
                _choose_last(d.mask, m.chosen)
                np.multiply(d.h[..., d.after, :, :], m.chosen, out=m.parts)
                np.add.reduce(m.parts, axis=-3, out=target)

    def inner_values(self, x: Activations, m: Memory) -> dict[str, Array]:
        """Return the gates and states of all steps (models, batch, units, steps); backward ones end in _reverse."""
        found = dict[str, Array]()
        for suffix, d in zip(self._suffixes, self.directions(x, m), strict=True):
            each = dict(zip(self.letters, self.gate_rows(d.gates), strict=False))
            each |= {name: getattr(d, name)[..., d.after, :, :] for name in ("c", "h") if hasattr(d, name)}
            found |= {f"{name}{suffix}": values.swapaxes(-3, -1) for name, values in each.items()}
        return found

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write the gradients by the pre-activations into z, and dW = dz xᵀ, dU = dz hᵀ."""
        for number, d in enumerate(self.directions(x, m)):
            self.derive(d, d.before)
            self._backward(d, dy[..., number * self.units : (number + 1) * self.units, :], m, number)
            np.copyto(by_step(d.states_before, x), d.h[..., d.before, :, :])
        self.multiply(x, m)

    def multiply(self, x: Activations, m: Memory) -> None:
        """Write dW and dU; the biases of both have the same gradient."""
        np.copyto(by_step(m.columns, x), m.z)
        np.matmul(m.columns, x.with_ones.mT, out=m.dW)
        np.copyto(m.dU[..., -1], m.dW[..., -1])
        for d in self.directions(x, m):
            np.matmul(d.columns, d.states_before.mT, out=d.dU[..., :-1])

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = Wᵀ dz."""
        np.matmul(m.W[..., :-1].mT, m.columns, out=dx)

    def _halve(self, m: Memory) -> None:
        """Write W with the biases of U added to its own, and U, times the factors of their gates."""
        np.copyto(m.halved_W, m.W)
        self.fold_biases(m)
        np.multiply(m.halved_W, m.halves, out=m.halved_W)
        np.multiply(m.U, m.halves, out=m.halved_U)

    def fold_biases(self, m: Memory) -> None:
        """Add the biases of U to those of W."""
        np.add(m.W[..., -1], m.U[..., -1], out=m.halved_W[..., -1])

    def _backward(self, d: Memory, dy: Array, m: Memory, number: int) -> None:
        """Walk back over the steps; `truncate` counts them from the first."""
        first = True
        for index, (t, _, _) in reversed([*enumerate(d.steps)]):
            own = self._gradient_at(t, index == len(d.steps) - 1, d, dy, m, number)
            if first:
                d.dh[...] = 0.0 if own is None else own
            elif own is not None:
                np.add(d.dh, own, out=d.dh)
            carry = index > 0 and (self.truncate is None or index % self.truncate != 0)
            self.retreat(t, d, first=first, carry=carry)
            first = not carry

    def _gradient_at(self, t: int, end: bool, d: Memory, dy: Array, m: Memory, number: int) -> Array | None:
        """Return the gradient that the output itself has by the state after step t."""
        if self.states == "all":
            each: Array = by_position(dy, (len(d.steps),))[..., t, :]
            return each
        if d.mask is None or number:
            return dy if end else None
        work: Array = d.work
        np.multiply(dy, m.chosen[..., t, :, :], out=work)
        return work

    def gate_rows(self, rows: Array) -> list[Array]:
        """View the rows of each gate."""
        return [rows[..., gate * self.units : (gate + 1) * self.units, :] for gate in range(self.gates)]

    @property
    def _suffixes(self) -> tuple[str, ...]:
        return ("", "_reverse")[: 1 + self.bidirectional]

    def directions(self, x: Activations, m: Memory) -> Iterator[Memory]:
        """Iterate over the directions, each with its rows of all arrays, and its steps: (t, before, after)."""
        (count,) = x.positions
        for number in range(len(self._suffixes)):
            rows = slice(number * self.gates * self.units, (number + 1) * self.gates * self.units)
            units = slice(number * self.units, (number + 1) * self.units)
            d = Memory(before=slice(number, count + number), after=slice(1 - number, count + 1 - number))
            for names, part in ((self.by_gate, rows), (self.by_unit, units)):
                vars(d).update({name: getattr(m, name)[..., part, :] for name in names if hasattr(m, name)})
            d.steps = [(t, t, t + 1) for t in range(count)]
            if number:
                d.steps = [(t, t + 1, t) for t in reversed(range(count))]
            d.start, d.mask = d.steps[0][1], None if x.mask is None else by_step(x.mask, x)
            yield d


def by_step(columns: Array, x: Activations) -> Array:
    """View columns as (steps, rows, batch)."""
    return by_position(columns, x.positions).swapaxes(-3, -2)


def _choose_last(mask: Array, chosen: Array) -> None:
    """Write 1 for the last position that exists, else 0."""
    np.copyto(chosen, mask)
    np.subtract(chosen[..., :-1, :, :], mask[..., 1:, :, :], out=chosen[..., :-1, :, :])
