"""Traced rows for the script that shows them: the text of a step once, and its numbers for each row.

A number of the text is its position among the numbers, ~position where it is a result: those are asked in an exercise.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from npnet.report.page_engine import array
from npnet.runner.worked_step.structure import (
    Expression,
    StepStage,
    Value,
    ValueGrid,
    WorkedStep,
    WrittenLine,
    without_brackets,
)
from npnet.runner.worked_step.tracing import TracedRow

Json = Any


def trace_data(rows: Sequence[TracedRow]) -> Json:
    """Return the data of traced rows; a row whose step reads otherwise than that of the first is left out."""
    texts = [_Text() for _ in rows]
    parts = [text.step(row.step) for text, row in zip(texts, rows, strict=True)]
    same = [index for index, one in enumerate(parts) if one == parts[0]]
    numbers = np.array([texts[index].numbers for index in same], np.float64)
    used, positions = np.unique(numbers, axis=1, return_inverse=True)
    step = rows[0].step
    head = {"loss": step.loss, "optimizer": step.optimizer, "rate": step.learning_rate}
    return {
        **head,
        "rows": [rows[index].number for index in same],
        "parts": parts[0],
        "positions": array(positions.ravel(), np.uint16 if used.shape[1] < 2**16 else np.int32),
        "numbers": array(used, np.float32),
    }


class _Text:
    """The text of a step in which numbers are positions; `numbers` has them in the order of the text."""

    def __init__(self) -> None:
        self.numbers: list[float] = []

    def step(self, step: WorkedStep) -> list[Json]:
        return [
            {"name": part.name, "note": part.note, "stages": [self._stage(stage) for stage in part.stages]}
            for part in step.parts
        ]

    def _stage(self, stage: StepStage) -> Json:
        return {
            "name": stage.name,
            "title": stage.title,
            "note": stage.note,
            "formulas": list(stage.formulas),
            "reads": [self._grid(grid) for grid in stage.reads],
            "lines": [self._line(line) for line in stage.lines],
            "tables": [self._grid(grid) for grid in stage.tables],
        }

    def _line(self, line: WrittenLine) -> Json:
        return [line.name, self._expression(line.expression), self._number(line.value, given=False)]

    def _expression(self, expression: Expression) -> list[str | int]:
        return [
            self._number(piece.number, piece.given) if isinstance(piece, Value) else piece
            for piece in without_brackets(expression)
        ]

    def _grid(self, grid: ValueGrid) -> Json:
        values = [
            [self._number(float(value), given) for value, given in zip(row, grid.given, strict=True)]
            for row in grid.values
        ]
        return {"name": grid.name, "rows": list(grid.rows), "columns": list(grid.columns), "values": values}

    def _number(self, value: float, given: bool) -> int:
        self.numbers.append(value)
        place = len(self.numbers) - 1
        return place if given else ~place
