"""Preprocessing: from columns to the inputs of a network, fitted on the training set."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray
from pydantic import Field, ValidationError, model_validator

from npnet.data.checks.levels import looks_like_identifier
from npnet.data.columns import Column, Frame
from npnet.data.preprocessing.categories import CategoryStep
from npnet.data.preprocessing.scaling import Method
from npnet.data.preprocessing.steps import (
    BLOCKS,
    DateStep,
    Encode,
    NumberStep,
    StepOutput,
    encode_together,
    joinable,
    varies,
)
from npnet.errors import DataError, RunError
from npnet.registry import nearest
from npnet.spec import Spec
from npnet.text import quoted

Unknown = dict[str, Counter[str]]
AnyStep = Annotated[NumberStep | DateStep | CategoryStep, Field(discriminator="kind")]

ROWS = 2048  # prepared at a time, so that they stay in cache
TOGETHER = 16  # columns of one kind that are encoded as one block
COLUMNS = 1 << 26  # bytes of columns that are in memory at a time


class PrepareSpec(Spec):
    """Options of preprocessing: how numbers, gaps and categories become inputs."""

    numbers: Method = Field("robust", description="How numbers, and the parts of dates, are scaled.")
    clip: bool = Field(True, description="Smooth clipping of standard and robust numbers: z / sqrt(1 + (z / 3)^2).")
    missing: Literal["median", "error"] = Field("median", description="What happens to gaps: filled, or refused.")
    constant: Literal["drop", "keep"] = Field("drop", description="Columns of a single value: left out, or kept as 0.")
    rare: int = Field(3, ge=1, description="Levels of fewer rows are pooled as other.")
    embed_above: int = Field(
        100, ge=2, le=10**6, description="Categories of more levels are codes, for a layer `embedding` to learn."
    )


class Preparation(Spec):
    """The step for each column; inputs are in the order numbers, indicators, levels, codes.

    `warnings` are lines on columns that are left out or look odd.
    """

    missing: Literal["median", "error"]
    steps: tuple[AnyStep, ...]
    warnings: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_inputs(self) -> Self:
        if not self.steps or not all(step.outputs for step in self.steps):
            raise ValueError("a column becomes no input")
        return self

    @classmethod
    def fit(cls, train: Frame, layout: Frame, spec: PrepareSpec) -> "Preparation":
        """Fit the steps on the training set; the whole table, `layout`, gives the inputs.

        From the layout come only names: which columns vary, which have gaps, which levels there are and which of them
        are rare; so that folds have the same inputs. Every column of the layout is a feature. Raises DataError where
        gaps are refused or no column is left to learn from.
        """
        if spec.missing == "error":
            _refuse_gaps(layout)
        steps, warnings = [], []
        for name, stored in layout.columns.items():
            column = stored.loaded()
            reason = None if spec.constant == "keep" and column.kind == "number" else _useless(column)
            step = None if reason else _fit(train.columns[name].loaded(), column, spec)
            if step and step.outputs:
                steps.append(step)
            else:
                reason = reason or f"no value of it occurs {spec.rare} times"
                warnings.append(f"column {quoted(name)} is left out: {reason}")
                continue
            if why := looks_like_identifier(column):
                warnings.append(f"column {quoted(name)} looks like an identifier: {why}")
        if not steps:
            raise DataError("there is no column left to learn from", "; ".join(warnings) or None)
        return cls(missing=spec.missing, steps=tuple(steps), warnings=tuple(warnings))

    @classmethod
    def parse(cls, text: str) -> "Preparation":
        """Parse the JSON that `text()` wrote, number for number; raises RunError for any other text."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise RunError(f"this is no preparation of a table: {where}: {first['msg']}") from None

    def text(self) -> str:
        """Return the steps as JSON; equal preparations give equal texts."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, allow_nan=False, indent=1) + "\n"

    def with_ones(self, frame: Frame, unknown: Unknown | None = None, dtype: DTypeLike = np.float32) -> NDArray[Any]:
        """Return the inputs of each row and a one at the end, (samples, width + 1).

        Each row is prepared by itself. Columns are found by name; others are ignored. `unknown` counts the values that
        training never saw, by column and text ("": a gap in a column that had none). Raises DataError for a column that
        does not exist or is of another kind, a gap where gaps are refused, and a number too large next to its scale.
        """
        out = np.empty((len(frame), self.width + 1), dtype)
        out[:, -1] = 1
        for step in self.steps:
            self._refuse_other_column(frame, step.column, step.kind)
        together = max(COLUMNS // (8 * max(len(frame), 1)), 1)
        for first in range(0, len(self.steps), together):
            self._write(slice(first, first + together), frame, out, unknown)
        return out

    def _write(self, chosen: slice, frame: Frame, out: NDArray[Any], unknown: Unknown | None) -> None:
        """Write the inputs of some of the steps."""
        steps, positions = self.steps[chosen], self._positions[chosen]
        columns = [frame.columns[step.column].loaded() for step in steps]
        if self.missing == "error":
            _refuse_gaps(Frame({column.name: column for column in columns}, frame.rows))
        for step, column in zip(steps, columns, strict=True):
            if unknown is not None and (unseen := step.unseen_values(column)):
                unknown.setdefault(column.name, Counter()).update(unseen)
        encoders = list(_encoders(steps, columns, positions))
        count = self.numbers
        numbers = [index for several in positions for index in several.tolist() if index < count]
        for start in range(0, len(frame), ROWS):
            block = out[start : start + ROWS]
            with np.errstate(over="ignore"):
                for encode, several in encoders:
                    _put(encode(slice(start, start + ROWS)), several, block)
            if numbers:
                self._refuse_not_finite(block, slice(numbers[0], numbers[-1] + 1), frame, start)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the inputs: `age`, `age is missing`, `job = student`."""
        return tuple(output.name for _, output in self._layout)

    @property
    def sources(self) -> tuple[str, ...]:
        """The column that each input comes from."""
        return tuple(source for source, _ in self._layout)

    @property
    def width(self) -> int:
        """The number of inputs."""
        return len(self._layout)

    @property
    def numbers(self) -> int:
        """The number of inputs, the first of all, that are scaled numbers."""
        return sum(output.block == "numbers" for _, output in self._layout)

    @property
    def embedded(self) -> tuple[int, ...]:
        """The number of codes of each of the last inputs; code 0 is for unseen values."""
        return tuple(output.size for _, output in self._layout if output.block == "codes")

    @cached_property
    def _layout(self) -> list[tuple[str, StepOutput]]:
        outputs = [(step.column, output) for step in self.steps for output in step.outputs]
        return sorted(outputs, key=lambda pair: BLOCKS.index(pair[1].block))

    @cached_property
    def _positions(self) -> list[NDArray[np.int64]]:
        """The positions of the outputs of each step among the inputs."""
        blocks = [BLOCKS.index(output.block) for step in self.steps for output in step.outputs]
        position = np.empty(len(blocks), np.int64)
        position[np.argsort(blocks, kind="stable")] = np.arange(len(blocks))
        ends = np.cumsum([len(step.outputs) for step in self.steps])
        return np.split(position, ends[:-1])

    @staticmethod
    def _refuse_other_column(frame: Frame, name: str, kind: str) -> None:
        column = frame.columns.get(name)
        if column is None:
            near = nearest(name, list(frame.columns))
            raise DataError(f"there is no column {quoted(name)}", f"did you mean {quoted(near)}?" if near else None)
        if column.kind != kind:
            raise DataError(f"column {quoted(name)} is of kind {column.kind}; the network learned it as {kind}")

    def _refuse_not_finite(self, block: NDArray[Any], numbers: slice, frame: Frame, start: int) -> None:
        finite = np.isfinite(block[:, numbers])
        if finite.all():
            return
        row, index = np.argwhere(~finite)[0]
        source = self.sources[numbers.start + index]
        value = frame.columns[source].values[start + row]
        raise DataError(
            f"row {frame.rows[start + row]}: {value:g} in column {quoted(source)} is too large",
            "too large next to the others of its column; write clip: true under prepare",
        )


def _encoders(
    steps: Sequence[AnyStep], columns: Sequence[Column], positions: Sequence[NDArray[np.int64]]
) -> Iterator[tuple[Encode, NDArray[np.int64]]]:
    """Yield the encoder of each column, or of a block of columns of one kind, and the positions of its outputs."""
    runs: list[list[int]] = []
    for number, step in enumerate(steps):
        if runs and len(runs[-1]) < TOGETHER and joinable(steps[runs[-1][-1]], step):
            runs[-1].append(number)
        else:
            runs.append([number])
    for run in runs:
        numbers = [step for step in (steps[number] for number in run) if isinstance(step, NumberStep)]
        if len(run) > 1:
            encode = encode_together(numbers, [columns[number] for number in run])
        else:
            encode = steps[run[0]].encoder(columns[run[0]])
        yield encode, np.concatenate([positions[number] for number in run])


def _fit(train: Column, layout: Column, spec: PrepareSpec) -> NumberStep | DateStep | CategoryStep:
    if layout.kind == "category":
        return CategoryStep.fit(train, layout, spec.rare, spec.embed_above)
    try:
        if layout.kind == "number":
            return NumberStep.fit(train, layout, spec.numbers, spec.clip, keep=spec.constant == "keep")
        return DateStep.fit(train, layout, spec.numbers, spec.clip)
    except OverflowError:
        hint = "divide them, or take their logarithm"
        raise DataError(f"the values of column {quoted(layout.name)} are too large to scale", hint) from None


def _put(outputs: NDArray[Any], positions: NDArray[np.int64], block: NDArray[Any]) -> None:
    """Write outputs (rows, outputs) to their positions, in one assignment if side by side."""
    if len(positions) and positions[-1] - positions[0] == len(positions) - 1:
        block[:, positions[0] : positions[-1] + 1] = outputs
    else:
        for values, index in zip(outputs.T, positions.tolist(), strict=True):
            block[:, index] = values


def _useless(column: Column) -> str | None:
    """Return why nothing can be learned from a column, None where it can."""
    missing = column.missing
    if missing.all():
        return "it is empty in every row"
    differs = (column.values != column.values[0]).any() if column.kind == "category" else varies(column.values)
    return None if differs or missing.any() else "it is the same in every row"


def _refuse_gaps(frame: Frame) -> None:
    for name, column in frame.columns.items():
        gaps = np.flatnonzero(column.missing)
        if len(gaps):
            many = f" and in {len(gaps) - 1} more" if len(gaps) > 1 else ""
            hint = "write missing: median under prepare, which fills gaps"
            raise DataError(f"row {frame.rows[gaps[0]]}{many}: column {quoted(name)} is empty", hint)
