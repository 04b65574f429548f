"""Preprocessing: from columns to the inputs of a network, fitted on the training set."""

import json
from collections import Counter
from functools import cached_property
from itertools import starmap
from math import prod
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray
from pydantic import Field, ValidationError, model_validator

from npnet.data.columns import Column, Frame, looks_like_identifier
from npnet.data.columns.at_positions import by_position, existing
from npnet.data.preprocessing.derived import Features, fit_derived
from npnet.data.preprocessing.encoders import encoders_of
from npnet.data.preprocessing.layout import AnyStep, InputLayout
from npnet.data.preprocessing.left_out import left_out, useless
from npnet.data.preprocessing.scaling import Method, Scaling
from npnet.data.preprocessing.steps import (
    DATE_PARTS,
    CategoryStep,
    DateStep,
    NumberStep,
    date_part,
    varies,
)
from npnet.errors import DataError, RunError
from npnet.registry import nearest
from npnet.spec import Spec
from npnet.text import quoted

Unknown = dict[str, Counter[str]]
ROWS = 2048  # prepared at a time, so that they stay in cache
VALUES = 1 << 18  # positions that are prepared at a time
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
    features: Features = Field(
        (), description="Inputs derived from columns of numbers: square, product and sine, which are then scaled."
    )


class Preparation(InputLayout):
    """The steps that were fitted on a training set; `warnings` are lines on columns that are left out or look odd."""

    missing: Literal["median", "error"]
    warnings: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_inputs(self) -> Self:
        numbers = {step.column for step in self.steps if step.kind == "number"}
        if not all(set(step.columns) <= numbers for step in self.derived):
            raise ValueError("an input is derived from no column of numbers")
        if not self.steps or not all(step.outputs for step in self.steps):
            raise ValueError("a column becomes no input")
        return self

    @classmethod
    def fit(
        cls, train: Frame, layout: Frame, spec: PrepareSpec, weight: NDArray[np.float64] | None = None
    ) -> "Preparation":
        """Fit the steps on the training set, whose rows may have weights; the whole table, `layout`, gives the inputs.

        From the layout come only names: which columns vary, which have gaps, which levels there are and which of them
        are rare; so that folds have the same inputs. Every column of the layout is a feature. Raises DataError where
        gaps are refused or no column is left to learn from.
        """
        if spec.missing == "error":
            _refuse_gaps(layout)
        steps, identifiers = [], []
        reasons: dict[str, list[str]] = {}
        for name, stored in layout.columns.items():
            column = stored.loaded()
            reason = None if spec.constant == "keep" and column.kind == "number" else useless(column)
            step = None if reason else _fit(train.columns[name].loaded(), column, spec, weight)
            if step is None or not step.outputs:
                reasons.setdefault(reason or f"no value of it occurs {spec.rare} times", []).append(name)
                continue
            steps.append(step)
            if why := looks_like_identifier(column):
                identifiers.append(f"column {quoted(name)} looks like an identifier: {why}")
        warnings = [*starmap(left_out, reasons.items()), *identifiers]
        if not steps:
            raise DataError("there is no column left to learn from", "; ".join(warnings) or None)
        fills = {step.column: step.scaling.fill for step in steps if step.kind == "number" and step.scaling}
        derived = fit_derived(spec.features, train, fills, spec.numbers, spec.clip, weight)
        return cls(missing=spec.missing, steps=tuple(steps), warnings=tuple(warnings), derived=derived)

    @cached_property
    def of_position(self) -> "Preparation":
        """The preparation of a single position."""
        return Preparation(missing=self.missing, steps=self.steps, derived=self.derived)

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
        if self.positions:
            return self._at_positions(frame, unknown, dtype)
        frame = self.extended(frame) if self.aggregates else frame
        out = np.empty((len(frame), self.width + 1), dtype)
        out[:, -1] = 1
        for step in self.steps:
            column = frame.columns.get(step.column)
            if column is None:
                near = nearest(step.column, list(frame.columns))
                hint = f"did you mean {quoted(near)}?" if near else None
                raise DataError(f"there is no column {quoted(step.column)}", hint)
            if column.kind != step.kind:
                what = f"column {quoted(step.column)} is of kind {column.kind}; the network learned it as {step.kind}"
                raise DataError(what)
        together = max(COLUMNS // (8 * max(len(frame), 1)), 1)
        for first in range(0, len(self.steps), together):
            self._write(slice(first, first + together), frame, out, unknown)
        self._write_derived(frame, out)
        return out

    def _at_positions(self, frame: Frame, unknown: Unknown | None, dtype: DTypeLike) -> NDArray[Any]:
        """Return the inputs of data at positions, each position prepared like a row."""
        one, count = self.of_position, prod(self.positions)
        out = np.empty((len(frame), self.width + 1), dtype)
        out[:, -1] = 1
        together = max(VALUES // count, 1)
        for start in range(0, len(frame), together):
            rows = slice(start, min(start + together, len(frame)))
            each = by_position(frame, [step.column for step in self.steps], self.positions, rows)
            inputs = one.with_ones(each, unknown, dtype)[:, :-1].reshape(count, -1, one.width)
            if self.ragged:
                inputs[~existing(each, self.positions)] = np.nan
            out[rows, :-1] = inputs.swapaxes(0, 1).reshape(-1, self.width)
        return out

    def extended(self, frame: Frame) -> Frame:
        """Return rows with the aggregates of the training set, where they do not have them yet."""
        from npnet.data.joining.own import with_fitted

        for one in self.aggregates:
            if any(column.name not in frame.columns for column in one.columns):
                frame = with_fitted(frame, one)
        return frame

    def _write(self, chosen: slice, frame: Frame, out: NDArray[Any], unknown: Unknown | None) -> None:
        """Write the inputs of some of the steps."""
        steps = self.steps[chosen]
        columns = [frame.columns[step.column].loaded() for step in steps]
        if self.missing == "error":
            _refuse_gaps(Frame({column.name: column for column in columns}, frame.rows))
        if unknown is not None:
            for step, column in zip(steps, columns, strict=True):
                if unseen := unseen_values(step, column):
                    unknown.setdefault(column.name, Counter()).update(unseen)
        encoders = encoders_of(steps, columns, self.output_indices[chosen])
        numbers = [place for places in self.output_indices[chosen] for place in places if place < self.numbers]
        for start in range(0, len(frame), ROWS):
            block, rows = out[start : start + ROWS], slice(start, start + ROWS)
            with np.errstate(over="ignore"):
                for encode, several, places in encoders:
                    block[:, places] = encode(*(column[rows] for column in several))
            if numbers:
                self._refuse_large(block[:, numbers[0] : numbers[-1] + 1], frame, start, numbers[0])

    def _write_derived(self, frame: Frame, out: NDArray[Any]) -> None:
        """Write the derived inputs."""
        for place, derived in enumerate(self.derived, self.first_derived):
            columns = [frame.columns[name].loaded().values for name in derived.columns]
            for start in range(0, len(frame), ROWS):
                rows = slice(start, start + ROWS)
                with np.errstate(over="ignore"):
                    out[rows, place] = derived.encode([column[rows] for column in columns])
                self._refuse_large(out[rows, place : place + 1], frame, start, place)

    def _refuse_large(self, block: NDArray[Any], frame: Frame, start: int, first: int) -> None:
        """Raise DataError for the first number of a block of inputs, from row `start` and input `first`, not finite."""
        finite = np.isfinite(block)
        if not finite.all():
            row, index = np.argwhere(~finite)[0]
            source = self.sources[first + index][0]
            value = frame.columns[source].values[start + row]
            what = f"row {frame.rows[start + row]}: {value:g} in column {quoted(source)} is too large"
            raise DataError(what, "too large next to the others of its column; write clip: true under prepare")


def _fit(train: Column, layout: Column, spec: PrepareSpec, weight: NDArray[np.float64] | None) -> AnyStep:
    name, gaps = layout.name, bool(layout.missing.any())
    if layout.kind == "category":
        return CategoryStep.fit(train, layout, spec.rare, spec.embed_above)
    try:
        if layout.kind == "datetime":
            names = [part for part in DATE_PARTS if varies(date_part(layout.values, part))]
            values = {part: date_part(train.values, part) for part in names}
            scalings = {part: Scaling.fit(values[part], spec.numbers, spec.clip, weight) for part in names}
            return DateStep(column=name, parts=scalings, gaps=gaps)
        scales = spec.constant == "keep" or varies(layout.values)
        scaling = Scaling.fit(train.values, spec.numbers, spec.clip, weight) if scales else None
        return NumberStep(column=name, scaling=scaling, gaps=gaps)
    except OverflowError:
        hint = "divide them, or take their logarithm"
        raise DataError(f"the values of column {quoted(name)} are too large to scale", hint) from None


def unseen_values(step: AnyStep, column: Column) -> Counter[str]:
    """Count the texts of a column that training never saw; "" is a gap in a column that had none."""
    unseen: Counter[str] = Counter()
    if isinstance(step, CategoryStep):
        unseen.update({level: count for level, count in column.level_counts().items() if level not in step.places})
    if not step.gaps and (gaps := int(np.count_nonzero(column.missing))):
        unseen[""] += gaps
    return unseen


def _refuse_gaps(frame: Frame) -> None:
    for name, column in frame.columns.items():
        gaps = np.flatnonzero(column.missing)
        if len(gaps):
            many = f" and in {len(gaps) - 1} more" if len(gaps) > 1 else ""
            hint = "write missing: median under prepare, which fills gaps"
            raise DataError(f"row {frame.rows[gaps[0]]}{many}: column {quoted(name)} is empty", hint)
