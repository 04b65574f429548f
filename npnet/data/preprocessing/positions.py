"""The preparation of data at positions: one for all positions, fitted on all of them."""

from math import prod

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Frame
from npnet.data.columns.at_positions import by_position, distinct_rows, existing, features_of
from npnet.data.preprocessing import Preparation, PrepareSpec
from npnet.errors import DataError
from npnet.text import quoted


def fit_at(
    positions: tuple[int, ...],
    ragged: bool,
    train: Frame,
    layout: Frame,
    spec: PrepareSpec,
    weight: NDArray[np.float64] | None = None,
) -> Preparation:
    """Fit the steps of data at positions on all positions of the training set that exist.

    Where positions are rows of a table, which several windows share, each row counts once, and weights do not.
    Raise DataError for categories of so many levels that they would be codes.
    """
    features = features_of(layout, positions)
    rows = [distinct_rows(frame, features, positions) for frame in (layout, train)]
    if rows[0] is not None and rows[1] is not None:
        return _at(positions, ragged, Preparation.fit(rows[1], rows[0], spec.model_copy(update={"constant": "keep"})))
    whole, each = (by_position(frame, features, positions) for frame in (layout, train))
    if ragged:
        chosen = existing(each, positions).ravel()
        weight = None if weight is None else np.tile(weight, prod(positions))[chosen]
        each = each.take(np.flatnonzero(chosen))
        whole = whole.take(np.flatnonzero(existing(whole, positions).ravel()))
    elif weight is not None:
        weight = np.tile(weight, prod(positions))
    return _at(positions, ragged, Preparation.fit(each, whole, spec.model_copy(update={"constant": "keep"}), weight))


def _at(positions: tuple[int, ...], ragged: bool, found: Preparation) -> Preparation:
    """Return the preparation of one position for all; raise DataError for categories that would be codes."""
    if found.embedded:
        name, count = next((one.column, one.outputs[0].size) for one in found.steps if one.outputs[0].size)
        what = f"column {quoted(name)} has {count} categories at each position, which are one-hot up to embed_above"
        raise DataError(what, f"leave it out, or write prepare: {{embed_above: {count}}}")
    return found.model_copy(update={"positions": positions, "ragged": ragged})
