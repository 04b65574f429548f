"""Maps of a network that the page cannot compute: its predictions over one plane, at frames of the training.

names, limits   of both axes: the two features, or the first two principal components of the inputs
labels, best    of the frames; without recorded frames, of the best epoch alone
values          (frames, side, side), the top row first, from 0 to 255 for `range`: the probability of the second of
                two classes or of the first label, values of the first target, or the lead of the most probable of
                several classes, whose numbers are in `codes`
points          by split: places `u` and `v` and the target `y` of rows
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data import Part
from npnet.data.columns import Frame
from npnet.data.datasets import VALUES
from npnet.engine.batches import Samples
from npnet.engine.network import Network, set_weights
from npnet.engine.scoring import Scorer
from npnet.model.predictor import SplitPredictor
from npnet.plots.plane.fields import limits
from npnet.report.page_engine import Json, array
from npnet.rundir.frames import Frames
from npnet.rundir.run import RunFolder

Floats = NDArray[np.float64]
SIDE = 64  # nodes on each axis
MOST_FRAMES = 16
MOST_ROWS = 400  # of a split
FITTED = 2000  # rows from which principal components are calculated


class Plane:
    """A plane through the inputs of a network, with the places of rows in it."""

    def __init__(self, predictor: SplitPredictor) -> None:
        data = predictor.data
        train = data.parts["train"]
        self.preparation, self.features = data.preparation, data.features
        self.by_columns = len(data.features) == 2 and data.all_numbers
        codes = len(data.preparation.embedded)
        self.free = data.preparation.width - codes
        X = train.X[np.linspace(0, len(train.X) - 1, min(FITTED, len(train.X))).astype(np.int64)].astype(np.float64)
        self.middle = np.median(X, axis=0)
        self.middle[: self.free] = X[:, : self.free].mean(axis=0)
        _, _, directions = np.linalg.svd(X[:, : self.free] - self.middle[: self.free], full_matrices=False)
        self.directions = directions[:2]
        self.limits = limits(np.concatenate([self.places(part) for part in data.parts.values()]))

    @property
    def names(self) -> list[str]:
        """The names of both axes."""
        return list(self.features) if self.by_columns else ["principal component 1", "principal component 2"]

    def places(self, part: Part) -> Floats:
        """Return the places of rows, (rows, 2)."""
        if self.by_columns:
            return np.asarray(part.raw, np.float64)
        return np.asarray((part.X[:, : self.free] - self.middle[: self.free]) @ self.directions.T)

    def inputs(self, dtype: Any) -> NDArray[Any]:
        """Return the inputs of the nodes with a one at the end of each, the top row first."""
        (left, right), (low, high) = self.limits
        steps = (np.arange(SIDE) + 0.5) / SIDE
        u, v = np.meshgrid(left + steps * (right - left), high - steps * (high - low))
        nodes = np.stack([u.ravel(), v.ravel()], axis=1)
        if self.by_columns:
            return self.preparation.with_ones(Frame.of(nodes, self.features), dtype=dtype)
        found = np.ones((len(nodes), len(self.middle) + 1), dtype)
        found[:, :-1] = self.middle
        found[:, : self.free] += nodes @ self.directions
        return found


def recorded_maps(run: RunFolder, predictor: SplitPredictor, frames: Frames | None) -> Json | None:
    """Return the maps of the first network of a run; None where its inputs have no plane."""
    preparation = predictor.data.preparation
    if preparation.positions or preparation.width - len(preparation.embedded) < 2:
        return None
    plane = Plane(predictor)
    chosen = _chosen(frames)
    maps = np.stack(list(_maps(predictor, plane, frames, chosen)))
    low, high = _range(predictor)
    several = predictor.data.task == "multiclass"
    shown = _lead(maps) if several else maps[:, -1 if predictor.data.task == "binary" else 0]
    with np.errstate(invalid="ignore"):
        values = np.nan_to_num(np.clip((shown - low) / (high - low), 0, 1) * 255).reshape(-1, SIDE, SIDE)
    return {
        "names": plane.names,
        "limits": [list(pair) for pair in plane.limits],
        "labels": [frames.label(index) for index in chosen] if frames else [f"epoch {run.info['best_epoch']}"],
        "best": chosen.index(frames.best) if frames and frames.best is not None else 0,
        "range": [low, high],
        "values": array(values.round(), np.uint8),
        "codes": array(maps.argmax(axis=1).reshape(-1, SIDE, SIDE), np.uint16) if several else None,
        "points": {split: _points(plane, part) for split, part in predictor.data.parts.items()},
    }


def _chosen(frames: Frames | None) -> list[int]:
    """Return the frames that are shown: evenly spread, the best among them."""
    if frames is None:
        return [0]
    spread = np.linspace(0, len(frames) - 1, min(len(frames), MOST_FRAMES)).astype(np.int64).tolist()
    return sorted({*spread, *([] if frames.best is None else [frames.best])})


def _maps(predictor: SplitPredictor, plane: Plane, frames: Frames | None, chosen: list[int]) -> Iterator[Floats]:
    """Yield the predictions (outputs, nodes) at each frame."""
    network: Network = predictor.network.take([0])
    samples = Samples.of_prepared(
        plane.inputs(network.dtype), np.zeros((SIDE * SIDE, network.outputs)), None, network.dtype
    )
    scorer = Scorer(network, predictor.loss, samples)
    for index in chosen:
        if frames is not None:
            set_weights(network, frames.at(index))
        with np.errstate(all="ignore"):
            outputs = predictor.output_transforms[0](scorer.predict())[0]
            yield predictor.calibration.apply_temperature(outputs, predictor.data.task)


def _lead(maps: Floats) -> Floats:
    """Return by how much the most probable class leads, (frames, nodes), of (frames, classes, nodes)."""
    ordered = np.sort(maps, axis=1)
    return np.asarray(ordered[:, -1] - ordered[:, -2])


def _range(predictor: SplitPredictor) -> tuple[float, float]:
    """Return what the smallest and the largest shade stand for."""
    if predictor.data.task not in VALUES:
        return 0.0, 1.0
    y = predictor.data.parts["train"].y.reshape(len(predictor.data.parts["train"].y), -1)[:, 0]
    low, high = float(y.min()), float(y.max())
    return low, high if high > low else low + 1.0


def _points(plane: Plane, part: Part) -> Json:
    """Return the places and targets of rows, of many a number evenly spread."""
    rows = np.linspace(0, len(part.y) - 1, min(len(part.y), MOST_ROWS)).astype(np.int64)
    u, v = plane.places(part)[rows].T
    return {"u": array(u), "v": array(v), "y": array(part.y[rows].reshape(len(rows), -1)[:, 0])}
