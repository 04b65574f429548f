"""Paths of drawings: short, and true to their points."""

import re

import numpy as np
import pytest

from npnet.report.shapes import path, simplified, spots, thinned


def points_of(d: str) -> np.ndarray:
    """Return the points of a path of M, l, m and h0."""
    where, at = [], np.zeros(2)
    for command, text in re.findall(r"([Mml])([^Mmlh]*)", d):
        numbers = [float(one) for one in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", text)]
        for pair in np.reshape(numbers, (-1, 2)):
            at = pair if command == "M" else at + pair
            where.append(at)
    return np.array(where)


@pytest.mark.parametrize("draw", [path, spots])
def test_points_read_back_to_a_tenth_without_adding_up(draw: object) -> None:
    where = np.random.default_rng(0).uniform(-50, 500, (400, 2))
    assert np.abs(points_of(draw(where)) - where).max() < 0.051


def test_a_circle_needs_few_points() -> None:
    turn = np.linspace(0, 2 * np.pi, 1000)
    ring = 150 * np.column_stack([np.cos(turn), np.sin(turn)])
    found = simplified(ring)
    assert len(found) < 80
    middles = (found[1:] + found[:-1]) / 2
    assert np.abs(np.hypot(*middles.T) - 150).max() < 0.3
    assert len(simplified(np.column_stack([turn, turn]))) == 2


def test_peaks_of_long_lines_stay() -> None:
    heights = np.zeros(10_000)
    heights[1234], heights[7777] = 9, -9
    kept = thinned(np.column_stack([np.arange(10_000.0), heights]))
    assert len(kept) <= 500
    assert (kept[:, 1].max(), kept[:, 1].min()) == (9, -9)
