"""The stages of the loss: its value for each row, their mean, and its derivative by the scores."""

from collections.abc import Iterator

import numpy as np

from npnet.nn.layer import Array
from npnet.nn.losses import BinaryCrossEntropy, CrossEntropy, losses
from npnet.nn.losses.focal import Focal
from npnet.runner.worked_step.formulas import bracketed, formulas_of, side_of, substitute
from npnet.runner.worked_step.lines import Labels
from npnet.runner.worked_step.playing import PlayedStep
from npnet.runner.worked_step.structure import Expression, StepStage, Value, ValueGrid, WrittenLine

Pieces = tuple[str | Value, ...]


class LossStages:
    """The loss of a played step."""

    def __init__(self, played: PlayedStep, labels: Labels) -> None:
        self.played, self.labels, loss = played, labels, played.loss
        ((self.method, before),) = played.of_part("loss")
        last = played.network.graph.steps[-1]
        name = getattr(last, "name", "")
        self.z = before[f"{name}.y"][0, :-1] if name else before["x"][0, :-1]
        self.losses = self.method.arrays["losses"][0]
        weights = before.get("shares", before.get("w"))  # of positions that may not exist, or of rows
        self.w = None if weights is None else weights[0, 0]
        self.t = targets_of(played, before["t"][0])
        self.kind, self.formulas = losses.name_of(loss), formulas_of(type(loss))

    def values(self) -> StepStage:
        """Return the loss of each row and their mean."""
        lines = [*self._each("L", self.losses), *self._mean()] if self._written("L") else []
        results = (self._grid("L", self.losses), self._total())
        formulas = tuple(one for one in self.formulas if not one.startswith("dL"))
        reads = [self._grid("z", self.z), self._grid("t", self.t, given=True)]
        reads += [self._grid("w", self.w[np.newaxis], given=True)] if self.w is not None else []
        note = "z are the outputs of the last layer, t the targets"
        if self.w is not None:
            note += ", w the weights of the rows"
        return StepStage("loss", self.kind, formulas, tuple(reads), tuple(lines), results, note)

    def derivative(self) -> StepStage:
        """Return the derivative of the mean loss by each score."""
        (method, _), *_ = self.played.of_part("backward")
        dz = next(array for key, array in method.arrays.items() if key.endswith(".dy") and key == self._dz())[0]
        lines = self._each("dz", dz) if self._written("dL/dz") else ()
        formulas = tuple(one for one in self.formulas if one.startswith("dL"))
        count = self.losses.size
        note = f"dz is the derivative of the mean: dL/dz of each row divided by {count}, the number of losses"
        note += ", times the weight of the row" if self.w is not None else ""
        return StepStage("loss", f"{self.kind}, backward", formulas, (), tuple(lines), (self._grid("dz", dz),), note)

    def _dz(self) -> str:
        return f"{self.played.network.graph.steps[-1].name}.dy"

    def _written(self, symbol: str) -> bool:
        return self._expression(symbol, 0, 0) is not None

    def _each(self, symbol: str, result: Array) -> Iterator[WrittenLine]:
        """Yield a line for each loss, or for each derivative by a score."""
        for column, heading in enumerate(self.labels.columns(result.shape[1])):
            for row in range(len(result)):
                expression = self._expression("L" if symbol == "L" else "dL/dz", row, column)
                if expression is None:
                    return
                index = (row + 1,) if len(result) > 1 else ()
                weighted = self._weighted(expression, symbol, column)
                yield WrittenLine(symbol, index, heading, weighted, float(result[row, column]))

    def _weighted(self, expression: Expression, symbol: str, column: int) -> Expression:
        """Multiply by the weight of a row, and divide a derivative by the number of losses."""
        if self.w is not None:
            expression = (Value(float(self.w[column]), True), " · (", *expression, ")")
        count = self.losses.size
        if symbol == "L" or count == 1:
            return expression
        whole = expression if self.w is not None or len(expression) == 1 else ("(", *expression, ")")
        return (*whole, f" / {count}")

    def _expression(self, symbol: str, row: int, column: int) -> Expression | None:
        if isinstance(self.played.loss, CrossEntropy):
            return self._of_classes(symbol, row, column)
        if isinstance(self.played.loss, Focal):
            return self._of_focal(symbol, row, column, float(self.played.loss.gamma))
        if len(self.losses) != len(self.z):
            return None
        known = {name: self._number(value, row) for name, value in self.played.loss_numbers.items()}
        values = {name: Value(value, True) for name, value in known.items() if value is not None}
        values |= {"z": Value(float(self.z[row, column])), "t": Value(float(self.t[row, column]), True)}
        right = side_of(self.formulas, symbol, values)
        return substitute(f"{right}, else 0" if "where" in right and "else" not in right else right, values)

    def _of_focal(self, symbol: str, row: int, column: int, gamma: float) -> Expression:
        """Return the focal loss of several classes, or its derivative by one score."""
        z, target = [Value(value) for value in self.z[:, column].tolist()], self.t[:, column].tolist()
        total = ("(", *[piece for value in z for piece in (" + ", "exp(", value, ")")][1:], ")")
        true, power = z[target.index(max(target))], Value(gamma, True)
        right: Pieces = ("exp(", true, ") / ", *total)
        share: Pieces = ("exp(", power, " · ln(1 - ", *right, "))")
        minus: Pieces = ("(ln", *total, " - ", true, ")")
        if symbol == "L":
            return bracketed((*share, " · ", *minus))
        more: Pieces = ("(1 + ", power, " · ", *right, " · ", *minus, " / (1 - ", *right, "))")
        slope: Pieces = ("(exp(", z[row], ") / ", *total, " - ", Value(target[row], True), ")")
        return bracketed((*slope, " · ", *share, " · ", *more))

    def _of_classes(self, symbol: str, row: int, column: int) -> Expression:
        """Return the cross-entropy of several classes, or its derivative by one score."""
        z = [Value(value) for value in self.z[:, column].tolist()]
        exponentials = [piece for value in z for piece in (" + ", "exp(", value, ")")][1:]
        target = self.t[:, column].tolist()
        if symbol == "L":
            products = [(Value(t, True), "·", value) for t, value in zip(target, z, strict=True) if t != 0]
            return bracketed(("ln(", *exponentials, ")", *(piece for one in products for piece in (" - ", *one))))
        return bracketed(("exp(", z[row], ") / (", *exponentials, ") - ", Value(target[row], True)))

    @staticmethod
    def _number(value: object, row: int) -> float | None:
        """Return an option of the loss as a number, that of one output where there are several."""
        if isinstance(value, float):
            return value
        if isinstance(value, np.ndarray) and value.ndim == 2 and value.shape[1] == 1:
            return float(value[row, 0])
        return None

    def _mean(self) -> Iterator[WrittenLine]:
        each = [piece for value in self.losses.ravel().tolist() for piece in (" + ", Value(value))][1:]
        mean = self._total().values[0, 0]
        yield WrittenLine("mean loss", (), "", ("(", *bracketed(each), f") / {self.losses.size}"), float(mean))

    def _total(self) -> ValueGrid:
        total = float(self.method.arrays["total_loss"][0]) / self.losses.size
        return ValueGrid.of("mean loss", ("",), ("",), np.array([[total]]))

    def _grid(self, name: str, values: Array, given: bool = False) -> ValueGrid:
        rows = tuple(map(str, range(1, len(values) + 1))) if len(values) > 1 else ("",)
        return ValueGrid.of(name, rows, self.labels.columns(values.shape[1]), values, given)


def targets_of(played: PlayedStep, t: Array) -> Array:
    """Return targets as the formula of the loss has them: the engine keeps 2 t - 1 for two classes."""
    return (t + 1) / 2 if isinstance(played.loss, BinaryCrossEntropy) else t
