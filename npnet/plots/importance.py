"""Permutation importance: how much the score of a network falls when a column is shuffled."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data import Part
from npnet.data.columns import Frame
from npnet.engine.batches import Samples
from npnet.engine.scoring import Scorer
from npnet.metrics import for_task, measure, metrics
from npnet.model.predictor import SplitPredictor
from npnet.plots.kinds import Drawing, Importance, Material, plot, sheet
from npnet.plots.layout import Floats, fitting, plain, short
from npnet.plots.style import BLACK, BLUE, GREY, INK, Look
from npnet.rng import stream

REPEATS = 5
MOST_ROWS = 4000  # more change little, and take longer
MOST_VALUES = 1 << 20  # outputs of the networks for these rows
MOST_COLUMNS = 25
NAME = 26  # letters of a column's name


def permutation_importance(predictor: SplitPredictor, part: str, repeats: int = REPEATS) -> Importance:
    """Return what the metric of a split loses when each column is shuffled, in each repeat.

    A column is shuffled as a whole, with all inputs that it became; of data at positions, a feature with its values at
    all positions. The metric is the first of the task that is defined
    on the split. All repeats of a column go through the networks at once. Networks of folds predict their own rows; a
    row of several networks gets the mean of their outputs. Breiman (2001), Random forests.
    """
    rows = _Rows(predictor, part, repeats)
    preparation = predictor.data.preparation
    features, sources = predictor.data.features, preparation.sources
    if preparation.positions:
        features, sources = tuple(step.column for step in preparation.steps), preparation.source_features
    name, score = rows.usual()
    sign = 1 if metrics[name].goal == "maximize" else -1
    drop = np.zeros((len(features), repeats))
    for number, column in enumerate(features):
        if len(indices := np.flatnonzero([column in names for names in sources])):
            drop[number] = sign * (score - rows.scores(name, indices, number))
    return Importance(name, part, score, features, drop)


class _Rows:
    """The rows of a split, once for each repeat, in the networks' memory."""

    def __init__(self, predictor: SplitPredictor, part: str, repeats: int) -> None:
        self.predictor, self.repeats = predictor, repeats
        shape = predictor.network.graph.shapes[-1]
        most = min(MOST_ROWS, max(MOST_VALUES // shape.values, 100))
        parts = list[Part]()
        for split in (side.parts[part] for side in predictor.sides):
            parts.append(split.take(np.linspace(0, len(split.y) - 1, min(len(split.y), most)).astype(np.int64)))
        self.X = [one.X for one in parts]
        self.size, self.members = max(map(len, self.X)), predictor.network.models // len(parts)
        numbers = np.concatenate([one.rows for one in parts])
        _, first, inverse, self.counts = np.unique(numbers, return_index=True, return_inverse=True, return_counts=True)
        y = np.concatenate([one.y for one in parts])[first]
        self.rows = Part(Frame({}, np.arange(len(y))), np.ones((len(y), 1)), y, steps=parts[0].steps)
        self.count = shape.count if self.rows.steps else 1
        self.order = np.argsort(inverse, kind="stable")
        self.x = self._ordered([np.arange(len(X)) for X in self.X] * repeats)
        targets = np.zeros((*self.x.shape[:-1], shape.values))
        self.samples = Samples.of(self.x, targets, dtype=predictor.network.dtype)
        self.scorer = Scorer(predictor.network, predictor.loss, self.samples)

    def usual(self) -> tuple[str, float]:
        """Return the first metric that is defined on these rows, and its value, else NaN."""
        names = for_task(self.predictor.data.task)
        scores = {name: float(self._measured(name)[0]) for name in names}
        return next(((name, value) for name, value in scores.items() if np.isfinite(value)), (names[0], np.nan))

    def scores(self, name: str, indices: NDArray[np.int64], column: int) -> Floats:
        """Return the metric with the inputs at `indices` shuffled, in each repeat."""
        random = stream(self.predictor.experiment.seed, "shuffle", 0, column)
        orders = [random.permutation(len(X)) for _ in range(self.repeats) for X in self.X]
        self.samples.x[..., indices] = self._ordered(orders, indices)
        found = self._measured(name)
        self.samples.x[..., indices] = self.x[..., indices]
        return found

    def _ordered(self, orders: list[NDArray[np.int64]], indices: NDArray[np.int64] | slice = np.s_[:]) -> NDArray[Any]:
        """Return rows in the order given for each repeat and fold; of several folds per model."""
        sides = len(self.X)
        each = [
            np.concatenate([np.resize(X[order], (self.size, X.shape[1])) for order in orders[side::sides]])[:, indices]
            for side, X in enumerate(self.X)
        ]
        return each[0] if sides == 1 else np.repeat(np.stack(each), self.members, axis=0)

    def _measured(self, name: str) -> Floats:
        task, output_transforms = self.predictor.data.task, self.predictor.output_transforms
        shares = np.split(self.scorer.predict(), len(self.X))
        each = [
            self._by_row(output_transform(share).mean(axis=0))[..., : len(X)]
            for X, output_transform, share in zip(self.X, output_transforms, shares, strict=True)
        ]
        starts = np.cumsum(self.counts) - self.counts
        pooled = np.add.reduceat(np.concatenate(each, axis=-1)[..., self.order], starts, axis=-1) / self.counts
        calibrated = self.predictor.calibration.apply_temperature(pooled.reshape(len(pooled), -1), task)
        output = calibrated.reshape(len(pooled), self.count, self.repeats, -1).transpose(2, 0, 3, 1)
        outputs = np.ascontiguousarray(output).reshape(self.repeats, len(pooled), -1)
        return measure(name, self.rows.each_target.y, self.rows.of_targets(outputs), task)

    def _by_row(self, output: Floats) -> Floats:
        """Return outputs (outputs, positions · repeats, rows) of those of every repeat and row."""
        each = output.reshape(len(output), self.repeats, self.size, self.count)
        return np.moveaxis(each, -1, 1).reshape(len(output), -1, self.size)


def validated(material: Material) -> str | None:
    """Require rows that chose the best epoch but did not train."""
    needs = "needs columns, and a validation set or a cross-validation with finite predictions"
    return None if material.importance else material.missing or needs


@plot("importance", needs=validated)
def importance(material: Material) -> Drawing:
    """Permutation importance: what the score loses when a column is shuffled, on validation."""
    if material.importance is None:
        raise ValueError("the material has no importance")
    found = material.importance()
    mean = found.drop.mean(axis=1)
    order = np.argsort(-mean, kind="stable")
    shown = order[:MOST_COLUMNS]
    names = [plain(found.columns[index], NAME) for index in shown]
    room = 0.35 + 0.078 * max(len(fitting(name, NAME)) for name in names)
    few = f" (first {len(shown)} of {len(order)})" if len(shown) < len(order) else ""
    heading = f"Importance of columns, {found.part} set{few}"
    page = sheet(material, heading, room + 4.6, 1.5 + 0.24 * len(shown))
    axes = page.inner(room, 0.75, 0.55, 0.1).bare()
    heights = np.arange(len(shown))[::-1]
    deviation = found.drop.std(axis=1)
    spread = deviation[shown]
    axes.barh(heights, mean[shown], height=0.62, color=BLUE, alpha=0.85)
    axes.hlines(heights, mean[shown] - spread, mean[shown] + spread, color=BLACK, linewidth=1.1)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_yticks(heights, names)
    axes.set(ylim=(-0.6, len(shown) - 0.4), xlabel=f"loss of {found.metric} ({short(found.score)}) when shuffled")
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    ends = np.maximum(mean[shown] + spread, 0)
    gap = 0.012 * float(np.ptp([*axes.get_xlim()]))
    look: Look = {"va": "center", "fontsize": 8, "color": INK, "clip_on": False}
    for height, end, value in zip(heights, ends, mean[shown], strict=True):
        axes.text(end + gap, height, short(float(value)), **look)
    columns = np.array(found.columns, dtype=object)[order]
    return Drawing(page.figure, {"column": columns, "importance": mean[order], "deviation": deviation[order]})
