"""The arrays of a layer in a played step: inputs, outputs, parameters, and what it computes on the way."""

from typing import Any

import numpy as np

from npnet.engine.graph import Fork, LayerStep
from npnet.nn.dropout import Dropout
from npnet.nn.layer import Array, decimals, layers
from npnet.nn.linear import Linear
from npnet.runner.worked_step.lines import Labels, numbered
from npnet.runner.worked_step.playing import Arrays, PlayedStep
from npnet.runner.worked_step.structure import ValueGrid

NAMED = {"normal": "n"}
"""Arrays of a layer's memory whose letter in the formulas is another."""
SHOWN = {**NAMED, "inverse": "1 / √(variance + epsilon)", "factor": "f"}
"""What the arrays of a layer's memory are called where they are shown."""
ROWS = {"layer_norm": "mean", "softmax": "Σ exp(x - max(x))"}
"""What the layers keep in their `row`."""
HIDDEN = ("y", "dy", "drawn", "kept", "work", "halved_W", "halved_U", "z", "products")
"""Arrays that are shown elsewhere, or are only in the way."""


class LayerArrays:
    """The arrays of a played step by the layer that they belong to."""

    def __init__(self, played: PlayedStep, labels: Labels) -> None:
        self.played, self.labels = played, labels
        graph = played.network.graph
        self.made = {0: "x"} | {step.y: step.name for step in graph.steps if not isinstance(step, Fork)}

    def values(self, node: int, arrays: Arrays) -> Array:
        """Return the values of a node (features, columns), without the row of ones."""
        found: Array = arrays["x" if node == 0 else f"{self.made[node]}.y"][0, :-1]
        return found

    def gradient(self, node: int, arrays: Arrays) -> Array:
        """Return the gradient of a node (features, columns)."""
        found: Array = arrays[f"{self.made[node]}.dy"][0]
        return found

    def source(self, node: int) -> str:
        """Return where the values of a node come from."""
        return "the inputs of the rows" if node == 0 else f"y of {self.made[node]}"

    def columns(self, step: LayerStep) -> int:
        """Return the number of columns of a layer's input: the rows, or the positions of all rows."""
        return len(self.labels.rows) * step.inputs.count

    def options(self, step: LayerStep) -> dict[str, float]:
        """Return the decimal options and constants of a layer that are plain numbers."""
        found = {**decimals(step.layer), **step.layer.constants(step.inputs, self.columns(step))}
        return {name: value for name, value in found.items() if isinstance(value, float)}

    def learned(self, step: LayerStep) -> set[str]:
        """Return the names of a layer's parameters in its memory."""
        return {name for owner, name, _, _ in self.played.network.layout if owner is step}

    def symbols(self, step: LayerStep, like: Array, arrays: Arrays) -> dict[str, Any]:
        """Return the options and arrays of a layer that fit an array, by their letters in formulas."""
        found: dict[str, Any] = {**self.options(step)}
        fitting = (like.shape, (len(like), 1), (1, like.shape[1]))
        for name, array in self._own(step, arrays).items():
            if array.shape in fitting and name not in ("y", "dy"):
                found[NAMED.get(name, name)] = array.astype(np.float64)
        return found

    def parameters(self, step: LayerStep, arrays: Arrays, prefix: str = "") -> list[ValueGrid]:
        """Return the parameters of a layer, or with the prefix d their gradients."""
        found, given = [], not prefix
        for owner, name, parameter, _ in self.played.network.layout:
            if owner is not step:
                continue
            whole = arrays[f"{step.name}.{prefix}{name}"][0]
            if isinstance(step.layer, Linear):
                columns = (*self._inputs(step, whole.shape[1] - 1), "bias")
                found.append(ValueGrid.of(f"{prefix}W, {prefix}b", numbered(len(whole)), columns, whole, given))
                continue
            for piece in parameter.pieces:
                values = whole[piece.at].reshape(len(whole[piece.at]), -1)
                columns = numbered(values.shape[1]) if values.shape[1] > 1 else ("",)
                called = piece.name if len(parameter.pieces) > 1 else name
                found.append(ValueGrid.of(f"{prefix}{called}", numbered(len(values)), columns, values, given))
        return found

    def inside(self, step: LayerStep, before: Arrays, after: Arrays) -> list[ValueGrid]:
        """Return what a layer computes on the way: the arrays of its memory that it has written or drawn."""
        hidden = {*HIDDEN, *step.layer.constants(step.inputs, self.columns(step)), *self.learned(step)}
        hidden |= {f"d{name}" for name in self.learned(step)}
        shown = {**SHOWN, "row": ROWS.get(layers.name_of(step.layer), "row")}
        old, found = self._own(step, before), []
        for name, array in self._own(step, after).items():
            changed = not np.array_equal(old[name], array, equal_nan=True)
            if name not in hidden and array.dtype != bool and (changed or isinstance(step.layer, Dropout)):
                found.append(self.grid(shown.get(name, name), array.astype(np.float64)))
        return found

    def grid(self, name: str, values: Array, unit: str = "") -> ValueGrid:
        """Return an array (units, columns) with its labels; a single column may stand for all rows."""
        count, columns = values.shape[1], numbered(values.shape[1])
        if count % len(self.labels.rows) == 0:
            columns = self.labels.columns(count)
        elif count == 1:
            columns = ("",)
        return ValueGrid.of(name, numbered(len(values), unit), columns, values)

    def _own(self, step: LayerStep, arrays: Arrays) -> dict[str, Array]:
        """Return the matrices in a layer's memory by their names in it."""
        start = f"{step.name}."
        own = {key.removeprefix(start): array for key, array in arrays.items() if key.startswith(start)}
        return {name: array[0] for name, array in own.items() if "." not in name and array.ndim == 3}

    def _inputs(self, step: LayerStep, count: int) -> tuple[str, ...]:
        return self.labels.inputs if step.x == 0 and len(self.labels.inputs) == count else numbered(count, "x")
