"""What a worked step holds: formulas, arrays with labels, and lines in which every number is written out."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from npnet.nn.layer import Array


@dataclass(frozen=True)
class Value:
    """A number in an expression: `given` by the exercise, or the result of an earlier line."""

    number: float
    given: bool = False


Expression = tuple[str | Value, ...]


@dataclass(frozen=True)
class WrittenLine:
    """One number written out, such as y2 = 0.5·1.2 + 0.1 = 0.7; `heading` names the row that it is about, if any."""

    symbol: str
    index: tuple[int, ...]
    heading: str
    expression: Expression
    value: float

    @property
    def name(self) -> str:
        """The symbol with its indices: y2, dW1,2."""
        return self.symbol + ",".join(map(str, self.index))


@dataclass(frozen=True)
class ValueGrid:
    """An array (rows, columns) with a name for each row and column; `given` says of each column whether it is given."""

    name: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Array
    given: tuple[bool, ...]

    @classmethod
    def of(
        cls, name: str, rows: Sequence[str], columns: Sequence[str], values: Array, given: bool = False
    ) -> "ValueGrid":
        """Make a grid whose columns are all given, or all results."""
        return cls(name, tuple(rows), tuple(columns), values.copy(), (given,) * len(columns))


@dataclass(frozen=True)
class StepStage:
    """One method of a step: its formulas, the arrays it reads, its numbers written out, and the arrays it writes.

    The lines hold every number of `results` where there are any, unless they are `examples`.
    """

    name: str
    title: str
    formulas: tuple[str, ...]
    reads: tuple[ValueGrid, ...] = ()
    lines: tuple[WrittenLine, ...] = ()
    results: tuple[ValueGrid, ...] = ()
    note: str = ""
    examples: bool = False

    @property
    def tables(self) -> tuple[ValueGrid, ...]:
        """The results that no line holds."""
        return self.results if self.examples or not self.lines else ()


@dataclass(frozen=True)
class StepPart:
    """A part of a step: its data, forward pass, loss, backward pass or update."""

    name: str
    note: str
    stages: tuple[StepStage, ...]


@dataclass(frozen=True)
class WorkedStep:
    """Every number of one step of a network on a few rows: forward pass, loss, backward pass and update."""

    network: str
    parameters: int
    loss: str
    optimizer: str
    learning_rate: float
    rows: tuple[str, ...]
    parts: tuple[StepPart, ...]


def number_text(value: float) -> str:
    """Return a number with at most four decimals, or as a power of ten where it is tiny or huge.

    >>> [number_text(value) for value in (0.31472, 0.5, -2, 0, 0.0000123, 1234567, float("nan"))]
    ['0.3147', '0.5', '-2', '0', '1.23e-5', '1.235e6', 'nan']
    """
    if value == 0 or not math.isfinite(value):
        return f"{value + 0.0:g}"
    if 1e-3 <= abs(value) < 1e5:
        text = f"{value:.4f}"
        exact = math.isclose(float(text), value, rel_tol=2e-7)
        return text.rstrip("0").rstrip(".") if exact else text
    mantissa, _, exponent = f"{value:.3e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def without_brackets(expression: Expression) -> Expression:
    """Return an expression without the brackets around negative numbers.

    >>> without_brackets((Value(0.5), "·", "(", Value(-2.0), ")"))
    (Value(number=0.5, given=False), '·', Value(number=-2.0, given=False))
    """
    found, at = list[str | Value](), 0
    while at < len(expression):
        one = expression[at : at + 3]
        if len(one) == 3 and one[0] == "(" and isinstance(one[1], Value) and one[2] == ")":
            found.append(one[1])
            at += 3
        else:
            found.append(one[0])
            at += 1
    return tuple(found)


def expression_text(expression: Expression) -> str:
    """Return an expression as text.

    >>> expression_text((Value(0.5), "·(", Value(-2.0), ")"))
    '0.5·(-2)'
    """
    return "".join(piece if isinstance(piece, str) else number_text(piece.number) for piece in expression)


def column_texts(values: Iterable[float]) -> list[str]:
    """Return the numbers of a column with equally many decimals where their sizes allow it.

    >>> column_texts([0.5, -0.25]), column_texts([0.5, 0.31472])
    (['0.5', '-0.25'], ['0.5000', '0.3147'])
    """
    numbers = [float(value) for value in values]
    texts = list(map(number_text, numbers))
    if not any(len(text.partition(".")[2]) == 4 and "e" not in text for text in texts):
        return texts
    plain = [
        value != 0 and math.isfinite(value) and "e" not in text for value, text in zip(numbers, texts, strict=True)
    ]
    return [f"{number:.4f}" if one else text for number, text, one in zip(numbers, texts, plain, strict=True)]
