"""Derived inputs: squares, products and sines of columns of numbers, as in TensorFlow Playground."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Annotated, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field, model_validator

from npnet.data.columns import Frame
from npnet.data.preprocessing.scaling import Method, Scaling, scaled
from npnet.errors import AdvisedError, DataError
from npnet.registry import Registry, nearest
from npnet.spec import Named, Spec
from npnet.text import quoted

Floats = NDArray[np.float64]
MOST = 10_000
Columns = Annotated[tuple[str, ...], Field(strict=False, min_length=1, max_length=MOST)]


class Feature(Spec):
    """A function of one or several numbers of a row, in units of the data."""

    operands: ClassVar[int] = 1
    columns: Columns | None = Field(None, description="Columns of numbers to derive inputs from; default: all.")

    def groups(self, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Yield the columns of each input; raise DataError where the feature does not fit them."""
        yield from ((column,) for column in self.chosen(columns))

    def name(self, *columns: str) -> str:
        """Return the name of an input."""
        raise TypeError(f"{type(self).__name__} derives nothing")

    def values(self, *x: Floats) -> Floats:
        """Return an input of rows, (rows,), from its columns."""
        raise TypeError(f"{type(self).__name__} derives nothing")

    def chosen(self, columns: Sequence[str]) -> list[str]:
        """Return those columns of numbers that the feature is of; raise DataError for one that is none."""
        for name in self.columns or ():
            if name not in columns:
                near = nearest(name, list(columns))
                hint = f"did you mean {quoted(near)}?" if near else "features are of columns of numbers that vary"
                raise DataError(f"there is no column of numbers {quoted(name)} to derive inputs from", hint)
        return [name for name in columns if self.columns is None or name in self.columns]


features: Registry[type[Feature]] = Registry("feature", "features")
FeatureSpec = Annotated[Feature, Named(features)]


@features.add("square")
class Square(Feature):
    """The square of each number: with two of them, circles.

    f(x) = x²
    """

    def name(self, *columns: str) -> str:
        """Return x²."""
        return f"{columns[0]}²"

    def values(self, *x: Floats) -> Floats:
        """Return x²."""
        return np.square(x[0])


@features.add("product")
class Product(Feature):
    """The product of each pair of numbers: how one column changes the effect of another.

    f(x, y) = x y
    """

    operands: ClassVar[int] = 2
    most: int = Field(100, ge=1, le=MOST, description="The most pairs; of more columns, choose some.")

    def groups(self, columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Yield the pairs of columns; raise DataError for a single column, and for too many pairs."""
        some = self.chosen(columns)
        pairs = len(some) * (len(some) - 1) // 2
        if not pairs:
            raise DataError("a product needs two columns of numbers", "take product out of prepare.features")
        if pairs > self.most:
            hint = f"write product: {{columns: [...]}}, or product: {{most: {pairs}}}, under prepare.features"
            raise DataError(f"{len(some)} columns of numbers have {pairs} products, more than {self.most}", hint)
        yield from combinations(some, 2)

    def name(self, *columns: str) -> str:
        """Return x·y."""
        return "·".join(columns)

    def values(self, *x: Floats) -> Floats:
        """Return x y."""
        return np.multiply(x[0], x[1])


@features.add("sine")
class Sine(Feature):
    """The sine of each number: waves.

    f(x) = sin x
    """

    def name(self, *columns: str) -> str:
        """Return sin x."""
        return f"sin {columns[0]}"

    def values(self, *x: Floats) -> Floats:
        """Return sin x."""
        return np.sin(x[0])


def _distinct(given: tuple[Feature, ...]) -> tuple[Feature, ...]:
    for number, feature in enumerate(given):
        if feature in given[:number]:
            raise AdvisedError(f"{features.name_of(feature)} is there twice", "keep one of them")
    return given


Features = Annotated[tuple[FeatureSpec, ...], Field(strict=False, max_length=100), AfterValidator(_distinct)]


class DerivedStep(Spec):
    """An input that a feature derives from columns, whose gaps are filled as those of the columns, then scaled."""

    feature: FeatureSpec
    columns: tuple[str, ...]
    fills: tuple[Annotated[float, Field(allow_inf_nan=False)], ...]
    scaling: Scaling

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if not len(self.columns) == len(self.fills) == self.feature.operands:
            raise ValueError("a derived input has other columns than its feature needs")
        return self

    @property
    def name(self) -> str:
        """The name of the input."""
        return self.feature.name(*self.columns)

    def encode(self, columns: Sequence[Floats]) -> Floats:
        """Return the input of rows, (rows,), from the numbers of its columns."""
        return np.asarray(scaled(self.values(columns)[np.newaxis], [self.scaling])[0])

    def values(self, columns: Sequence[Floats]) -> Floats:
        """Return the derived numbers of rows, in units of the data; infinite where one is too large.

        Of contiguous float64: a number has the same bits whatever rows are beside it.
        """
        filled = [np.where(np.isnan(x), fill, x) for x, fill in zip(columns, self.fills, strict=True)]
        with np.errstate(over="ignore", invalid="ignore"):
            return self.feature.values(*(np.ascontiguousarray(x, np.float64) for x in filled))


def fit_derived(
    given: Features,
    train: Frame,
    fills: dict[str, float],
    method: Method,
    clip: bool,
    weight: Floats | None = None,
) -> tuple[DerivedStep, ...]:
    """Fit the inputs that features derive from columns of numbers, given with what fills their gaps.

    Raises DataError, for the key prepare, where a feature does not fit the columns.
    """
    try:
        groups = [(feature, group) for feature in given for group in feature.groups(list(fills))]
        if given and not groups:
            raise DataError("there is no column of numbers to derive inputs from", "take features out of prepare")
        return tuple(_fit(feature, group, train, fills, method, clip, weight) for feature, group in groups)
    except DataError as error:
        error.key = "prepare"
        raise


def _fit(
    feature: Feature,
    columns: tuple[str, ...],
    train: Frame,
    fills: dict[str, float],
    method: Method,
    clip: bool,
    weight: Floats | None,
) -> DerivedStep:
    unscaled = Scaling(fill=0.0)
    step = DerivedStep(feature=feature, columns=columns, fills=tuple(fills[name] for name in columns), scaling=unscaled)
    values = step.values([train.columns[name].loaded().values for name in columns])
    try:
        if not np.isfinite(values).all():
            raise OverflowError
        return step.model_copy(update={"scaling": Scaling.fit(values, method, clip, weight)})
    except OverflowError:
        message = f"the values of {quoted(step.name)} are too large to scale"
        raise DataError(message, "divide the column, or leave it out of prepare.features") from None
