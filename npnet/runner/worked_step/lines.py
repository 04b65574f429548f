"""Lines in which every number of an array is written out, by a formula or as the sums of a linear layer."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from npnet.nn.layer import Array
from npnet.runner.worked_step.formulas import bracketed, substitute
from npnet.runner.worked_step.structure import Expression, Value, WrittenLine


@dataclass(frozen=True)
class Labels:
    """What the rows and the inputs of a step are called."""

    rows: tuple[str, ...]
    inputs: tuple[str, ...]

    def columns(self, count: int) -> tuple[str, ...]:
        """Return a heading for each column: a row, or a position of a row."""
        positions = count // len(self.rows)
        if positions < 2:
            return self.rows
        return tuple(f"{row}, position {one}" for one in range(1, positions + 1) for row in self.rows)


def written_lines(
    symbol: str, result: Array, labels: Labels, right: str, values: Mapping[str, Any], given: Collection[str]
) -> tuple[WrittenLine, ...]:
    """Return a line for each number of a result (units, columns); nothing where the right side has other symbols."""
    found = []
    for index, heading, at in _positions(result, labels, values, given):
        expression = substitute(right, at)
        if expression is None:
            return ()
        found.append(WrittenLine(symbol, (index[0] + 1,), heading, expression, float(result[index])))
    return tuple(found)


def named_lines(
    kind: str, symbol: str, result: Array, labels: Labels, values: Mapping[str, Any], given: Collection[str]
) -> tuple[WrittenLine, ...]:
    """Return a line for each number of an activation whose formula is not written out: y = gelu(0.3) = ..."""
    found = []
    for index, heading, at in _positions(result, labels, values, given):
        expression: Expression = (f"{kind}(", at["x"], ")")
        if symbol == "dx":
            expression = bracketed((at["dy"], f" · {kind}'(", at["x"], ")"))
        found.append(WrittenLine(symbol, (index[0] + 1,), heading, expression, float(result[index])))
    return tuple(found)


def affine(w: Array, x: Array, y: Array, labels: Labels, *, first: bool) -> Iterator[WrittenLine]:
    """Yield y = W x + b; the inputs of the first layer are given."""
    for column, heading in enumerate(labels.columns(x.shape[1])):
        for unit in range(len(w)):
            terms = _products(w[unit, :-1], x[:, column], True, first)
            expression = bracketed((*terms, " + ", Value(float(w[unit, -1]), True)))
            yield WrittenLine("y", (unit + 1,), heading, expression, float(y[unit, column]))


def affine_gradients(dy: Array, x: Array, dw: Array, *, first: bool) -> Iterator[WrittenLine]:
    """Yield dW = dy xᵀ and db = Σ dy, each a sum over the rows."""
    for unit in range(len(dy)):
        for j in range(len(x)):
            expression = bracketed(_products(dy[unit], x[j], False, first))
            yield WrittenLine("dW", (unit + 1, j + 1), "", expression, float(dw[unit, j]))
    for unit in range(len(dy)):
        terms = [piece for value in dy[unit].tolist() for piece in (" + ", Value(value))]
        yield WrittenLine("db", (unit + 1,), "", bracketed(terms[1:]), float(dw[unit, -1]))


def affine_input(w: Array, dy: Array, dx: Array, labels: Labels) -> Iterator[WrittenLine]:
    """Yield dx = Wᵀ dy."""
    for column, heading in enumerate(labels.columns(dy.shape[1])):
        for j in range(len(dx)):
            expression = bracketed(_products(w[:, j], dy[:, column], True, False))
            yield WrittenLine("dx", (j + 1,), heading, expression, float(dx[j, column]))


def numbered(count: int, word: str = "") -> tuple[str, ...]:
    """Return names with numbers from 1."""
    return tuple(f"{word}{number}" for number in range(1, count + 1))


def _positions(
    result: Array, labels: Labels, values: Mapping[str, Any], given: Collection[str]
) -> Iterator[tuple[tuple[int, int], str, dict[str, Value]]]:
    """Iterate over the positions of a result: index, heading of the column, and the value of each symbol there."""
    for column, heading in enumerate(labels.columns(result.shape[1])):
        for unit in range(len(result)):
            at = {name: Value(_at(value, unit, column), name in given) for name, value in values.items()}
            yield (unit, column), heading, at


def _products(left: Array, right: Array, left_given: bool, right_given: bool) -> list[str | Value]:
    """Return the sum of the products of two columns."""
    found = list[str | Value]()
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        found += [" + ", Value(one, left_given), "·", Value(other, right_given)]
    return found[1:]


def _at(value: Any, unit: int, column: int) -> float:
    if not isinstance(value, np.ndarray):
        return float(value)
    return float(value[min(unit, value.shape[0] - 1), min(column, value.shape[1] - 1)])
