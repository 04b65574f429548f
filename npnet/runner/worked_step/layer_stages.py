"""Forward and backward stages of a layer: its formulas, its arrays, its numbers written out."""

from collections.abc import Sequence

from npnet.engine.graph import Fork, LayerStep, Sum
from npnet.nn.dropout import Dropout
from npnet.nn.layer import Array, layers
from npnet.nn.linear import Linear
from npnet.nn.residual import Residual
from npnet.runner.worked_step.formulas import formula_of_method, formulas_of, side_of
from npnet.runner.worked_step.layer_arrays import LayerArrays
from npnet.runner.worked_step.lines import (
    Labels,
    affine,
    affine_gradients,
    affine_input,
    named_lines,
    written_lines,
)
from npnet.runner.worked_step.playing import Arrays, PlayedMethod, PlayedStep
from npnet.runner.worked_step.structure import StepStage, ValueGrid, WrittenLine

RESIDUAL = ("y = x + f(x)", *formulas_of(Residual))


class LayerStages:
    """The stages of all layers of a played step."""

    def __init__(self, played: PlayedStep, labels: Labels) -> None:
        self.played, self.labels, self.arrays = played, labels, LayerArrays(played, labels)
        self.steps = {(type(step), step.name): step for step in played.network.graph.steps}
        self.x: dict[str, Array] = {}
        self.y: dict[str, Array] = {}
        self.elementwise: dict[str, bool] = {}

    def forward(self) -> list[StepStage]:
        """Return the stages of the forward pass."""
        found = []
        for method, before in self.played.of_part("forward"):
            name = method.label.rpartition(".")[0]
            step, added = self.steps.get((LayerStep, name)), self.steps.get((Sum, name))
            if isinstance(step, LayerStep):
                self.elementwise[name] = method.elementwise
                found.append(self._forward(step, before, method.arrays))
            elif isinstance(added, Sum):
                found.append(self._sum(added, before, method.arrays))
        return found

    def backward(self) -> list[StepStage]:
        """Return the stages of the backward pass after the loss, each layer once."""
        by_layer: dict[str, list[tuple[PlayedMethod, Arrays]]] = {}
        for method, before in self.played.of_part("backward")[1:]:
            by_layer.setdefault(method.label.rpartition(".")[0], []).append((method, before))
        found = []
        for name, methods in by_layer.items():
            step, fork = self.steps.get((LayerStep, name)), self.steps.get((Fork, name))
            if isinstance(step, LayerStep):
                found.append(self._backward(step, methods))
            elif isinstance(fork, Fork):
                found.append(self._fork(fork, methods[0][1], methods[0][0].arrays))
        return found

    def _forward(self, step: LayerStep, before: Arrays, after: Arrays) -> StepStage:
        arrays, layer, name = self.arrays, step.layer, step.name
        x, y = arrays.values(step.x, before).copy(), arrays.values(step.y, after).copy()
        self.x[name], self.y[name] = x, y
        formulas = tuple(one for one in formulas_of(type(layer)) if not one.startswith("d"))
        lines: tuple[WrittenLine, ...]
        if isinstance(layer, Linear):
            lines = tuple(affine(after[f"{name}.W"][0], x, y, self.labels, first=step.x == 0))
        else:
            lines = self._lines(step, "y", y, after)
        inside = [] if lines and self.elementwise[name] else arrays.inside(step, before, after)
        sizes = step.inputs.text(), self.played.network.graph.shapes[step.y].text()
        title = f"{layers.name_of(layer)}, {sizes[0]} to {sizes[1]}"
        reads = (*arrays.parameters(step, after), *inside)
        return StepStage(name, title, formulas, reads, lines, (arrays.grid("y", y),), f"x: {arrays.source(step.x)}")

    def _sum(self, step: Sum, before: Arrays, after: Arrays) -> StepStage:
        arrays = self.arrays
        inner, skipped, y = (
            arrays.values(step.x, before),
            arrays.values(step.skip, before),
            arrays.values(step.y, after),
        )
        lines = written_lines("y", y, self.labels, "x + f", {"x": skipped, "f": inner}, given=())
        note = f"x: {arrays.source(step.skip)}; f(x): {arrays.source(step.x)}"
        return StepStage(step.name, "residual, the sum", RESIDUAL[:1], (), lines, (arrays.grid("y", y),), note)

    def _backward(self, step: LayerStep, methods: Sequence[tuple[PlayedMethod, Arrays]]) -> StepStage:
        before, after = methods[0][1], methods[-1][0].arrays
        called = {method.label.rpartition(".")[2] for method, _ in methods}
        dy, lines, results = before[f"{step.name}.dy"][0], list[WrittenLine](), list[ValueGrid]()
        if "grad_parameters" in called:
            results += self.arrays.parameters(step, after, "d")
            if isinstance(step.layer, Linear):
                dw = after[f"{step.name}.dW"][0]
                lines += affine_gradients(dy, self.x[step.name], dw, first=step.x == 0)
        if "grad_input" in called:
            dx = self.arrays.gradient(step.x, after)
            results.append(self.arrays.grid("dx", dx, "x"))
            if isinstance(step.layer, Linear):
                lines += affine_input(before[f"{step.name}.W"][0], dy, dx, self.labels)
            else:
                lines += self._lines(step, "dx", dx, before)
        complete = len(lines) == sum(grid.values.size for grid in results)
        title = f"{layers.name_of(step.layer)}, backward"
        note = "" if "grad_input" in called else "dx is not needed: nothing before this layer learns"
        reads = (self.arrays.grid("dy", dy),)
        shown = tuple(lines) if complete else ()
        return StepStage(step.name, title, backward_formulas(step), reads, shown, tuple(results), note)

    def _fork(self, step: Fork, before: Arrays, after: Arrays) -> StepStage:
        arrays, dx = self.arrays, self.arrays.gradient(step.x, after)
        ends = {"f": arrays.gradient(step.x, before), "y": arrays.gradient(step.y, before)}
        lines = written_lines("dx", dx, self.labels, "y + f", ends, given=())
        note = "the first number came past the layers of the block, the second through them"
        return StepStage(step.name, "residual, backward", RESIDUAL[1:], (), lines, (arrays.grid("dx", dx, "x"),), note)

    def _lines(self, step: LayerStep, symbol: str, result: Array, arrays: Arrays) -> tuple[WrittenLine, ...]:
        """Return every number of an array by the formula of its layer; nothing where a formula cannot be written so."""
        layer, name, like = step.layer, step.name, self.y[step.name]
        if not result.shape == like.shape == self.x[name].shape:
            return ()
        values = self.arrays.symbols(step, like, arrays) | {"x": self.x[name], "y": like}
        if symbol == "dx":
            values["dy"] = arrays[f"{name}.dy"][0]
        formulas = formulas_of(type(layer))
        if isinstance(layer, Dropout):  # its mask is divided by 1 - rate already
            formulas = (formula_of_method(layer.forward), formula_of_method(layer.grad_input))
        given = {*self.arrays.options(step), *self.arrays.learned(step)}
        given |= {*(["x"] if step.x == 0 else []), *(["mask"] if isinstance(layer, Dropout) else [])}
        lines = written_lines(symbol, result, self.labels, side_of(formulas, symbol, values), values, given)
        if lines or not self.elementwise[name] or layer.parameters(step.inputs) or "[" in side_of(formulas, "y"):
            return lines
        return named_lines(layers.name_of(layer), symbol, result, self.labels, values, given)


def backward_formulas(step: LayerStep) -> tuple[str, ...]:
    """Return the formulas of the gradients: those of the class, else those of its methods."""
    layer = step.layer
    found = [one for one in formulas_of(type(layer)) if one.startswith("d")]
    methods = (layer.grad_parameters,) if layer.parameters(step.inputs) else ()
    for method in (*methods, layer.grad_input):
        formula = formula_of_method(method)
        if formula and not any(one.partition(" =")[0] == formula.partition(" =")[0] for one in found):
            found.append(formula)
    return tuple(found)
