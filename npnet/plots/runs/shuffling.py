"""Shuffling: by how much a network's score falls when one column no longer belongs to its rows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data import Part
from npnet.engine.batches import Samples
from npnet.engine.scoring import Scorer
from npnet.metrics import for_task, measure, metrics
from npnet.model.fitting import Fitting
from npnet.plots.material import Floats, Importance
from npnet.rng import stream

REPEATS = 5
MOST_ROWS = 4000  # more say little more, and take longer
MOST_VALUES = 1 << 20  # that the networks say of them


def shuffled(fitting: Fitting, part: str, repeats: int = REPEATS) -> Importance:
    """The importance of each column on a part: what its metric loses, in each repeat.

    A column is shuffled as a whole, with all inputs that it became; the metric is the first of the task that the part
    defines. All repeats of a column go through the networks at once. Where networks have parts of their own, each
    judges its own rows, and a row of several gets their mean. Breiman (2001), Random forests.
    """
    rows = _Rows(fitting, part, repeats)
    features, sources = fitting.data.features, np.array(fitting.data.preparation.sources)
    name, score = rows.usual()
    sign = 1 if metrics[name].goal == "maximize" else -1
    drop = np.zeros((len(features), repeats))
    for number, column in enumerate(features):
        if len(places := np.flatnonzero(sources == column)):
            drop[number] = sign * (score - rows.scores(name, places, number))
    return Importance(name, part, score, features, drop)


class _Rows:
    """The rows of a part, as often as there are repeats, in the networks' memory."""

    def __init__(self, fitting: Fitting, part: str, repeats: int) -> None:
        self.fitting, self.repeats = fitting, repeats
        most = min(MOST_ROWS, max(MOST_VALUES // fitting.network.outputs, 100))
        parts = [_thinned(side.parts[part], most) for side in fitting.sides]
        self.X = [one.X for one in parts]
        self.size, self.members = max(map(len, self.X)), fitting.network.models // len(parts)
        numbers = np.concatenate([one.rows for one in parts])
        _, first, place, self.counts = np.unique(numbers, return_index=True, return_inverse=True, return_counts=True)
        self.y = np.concatenate([one.y for one in parts])[first]
        self.order = np.argsort(place, kind="stable")
        self.x = self._laid([np.arange(len(X)) for X in self.X] * repeats)
        nothing = np.zeros((*self.x.shape[:-1], fitting.network.outputs))
        self.samples = Samples.of(self.x, nothing, dtype=fitting.network.dtype)
        self.scorer = Scorer(fitting.network, fitting.loss, self.samples)

    def usual(self) -> tuple[str, float]:
        """The first metric that these rows define, and its value; NaN where there is none."""
        names = for_task(self.fitting.data.task)
        scores = {name: float(self._measured(name)[0]) for name in names}
        return next(((name, value) for name, value in scores.items() if np.isfinite(value)), (names[0], np.nan))

    def scores(self, name: str, places: NDArray[np.int64], column: int) -> Floats:
        """The metric with some inputs shuffled, in each repeat."""
        random = stream(self.fitting.experiment.seed, "shuffle", 0, column)
        orders = [random.permutation(len(X)) for _ in range(self.repeats) for X in self.X]
        self.samples.x[..., places] = self._laid(orders, places)
        found = self._measured(name)
        self.samples.x[..., places] = self.x[..., places]
        return found

    def _laid(self, orders: list[NDArray[np.int64]], places: NDArray[np.int64] | slice = np.s_[:]) -> NDArray[Any]:
        """Rows in the order given for each repeat and side, repeat behind repeat; of several sides for each model."""
        sides = len(self.X)
        each = [
            np.concatenate([np.resize(X[order], (self.size, X.shape[1])) for order in orders[side::sides]])[:, places]
            for side, X in enumerate(self.X)
        ]
        return each[0] if sides == 1 else np.repeat(np.stack(each), self.members, axis=0)

    def _measured(self, name: str) -> Floats:
        task, output_transforms = self.fitting.data.task, self.fitting.output_transforms
        shares = np.split(self.scorer.predict(), len(self.X))
        each = [
            output_transform(share).mean(axis=0).reshape(-1, self.repeats, self.size)[..., : len(X)]
            for X, output_transform, share in zip(self.X, output_transforms, shares, strict=True)
        ]
        starts = np.cumsum(self.counts) - self.counts
        pooled = np.add.reduceat(np.concatenate(each, axis=-1)[..., self.order], starts, axis=-1) / self.counts
        output = self.fitting.calibration.apply_temperature(pooled.reshape(len(pooled), -1), task).reshape(pooled.shape)
        return measure(name, self.y, np.ascontiguousarray(output.transpose(1, 0, 2)), task)


def _thinned(part: Part, most: int) -> Part:
    kept = np.linspace(0, len(part.y) - 1, min(len(part.y), most)).astype(np.int64)
    return part.take(kept)
