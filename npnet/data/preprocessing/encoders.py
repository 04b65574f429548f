"""The functions that encode columns, blocks of columns of numbers together."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from npnet.data.columns import Column
from npnet.data.preprocessing.steps import CategoryStep, DateStep, Encode, NumberStep, encode_numbers

TOGETHER = 16  # columns of one kind that are encoded as one block


def encoders_of(
    steps: Sequence[NumberStep | DateStep | CategoryStep], columns: Sequence[Column], positions: Sequence[list[int]]
) -> list[tuple[Encode, list[Column], slice | list[int]]]:
    """Return the functions that encode a column, or a block of columns of numbers, and where their inputs stand."""
    found: list[tuple[Encode, list[Column], list[int]]] = []
    plain = [(step, n) for n, step in enumerate(steps) if isinstance(step, NumberStep)]
    for first in range(0, len(plain), TOGETHER):
        block = plain[first : first + TOGETHER]
        numbers = [positions[n][0] for step, n in block if step.scaling]
        gaps = [positions[n][-1] for step, n in block if step.gaps]
        encode = partial(encode_numbers, [step for step, _ in block])
        found.append((encode, [columns[n] for _, n in block], numbers + gaps))
    for step, column, own in zip(steps, columns, positions, strict=True):
        if isinstance(step, DateStep):
            found.append((step.encode, [column], own))
        elif isinstance(step, CategoryStep):
            found.append((partial(np.take, step.table(column), axis=0), [column], own))
    return [  # inputs side by side are written in one assignment
        (encode, several, slice(own[0], own[-1] + 1) if own[-1] - own[0] == len(own) - 1 else own)
        for encode, several, own in found
    ]
