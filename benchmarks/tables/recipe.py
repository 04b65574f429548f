"""The recipe under research: preparation, a stack of networks, and their average, with every ingredient an option."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import process_time
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from benchmarks.tables.sources import MISSING, Halves, Table, score
from npnet.engine.batches import Batches, Samples
from npnet.engine.loop import KeepBest, Monitor, Rates, Values, train
from npnet.engine.network import Network
from npnet.engine.scoring import Scorer
from npnet.engine.updates import Constraints, Updates
from npnet.nn.dropout import Dropout
from npnet.nn.embeddings import Periodic
from npnet.nn.initializers import LeCunNormal, Zeros
from npnet.nn.layer import Layer, layers
from npnet.nn.linear import Linear
from npnet.nn.losses import losses
from npnet.nn.normalization import Scale
from npnet.nn.optimizers import AdamW
from npnet.nn.schedules import schedules


@dataclass(frozen=True)
class Recipe:
    scaling: str = "robust"
    clip: bool = True
    members: int = 8
    hidden: tuple[int, ...] = (64, 64)
    activation: str = "mish"
    embedding: str = "periodic"  # periodic, none
    frequencies: int = 8
    sigma: float = 0.3
    size: int = 4
    scale: str = "after"  # "first" is before the embedding; "both"; "none"
    speed: float = 20.0
    zero_last: bool = False
    dropout: float = 0.0
    smoothing: float = 0.0
    decay: float = 0.01
    beta2: float = 0.95
    rate: float = 0.01
    schedule: str = "cosine_log4"
    epochs: int = 128
    patience: int | None = 20
    batch: int = 128
    validation: float = 0.2
    bags: int = 8  # validation parts of the members: 1 is one for all
    keep: str = "member"  # or "ensemble"
    monitor: str = "loss"  # or metric
    seed: int = 0
    average: str = "predictions"
    extra: dict[str, Any] = field(default_factory=dict)


class Preparation:
    """Median and indicator, one-hot, scaling and smooth clip, all of the train part."""

    def __init__(self, X: pd.DataFrame, table: Table, recipe: Recipe) -> None:
        self.recipe = recipe
        numbers = X[table.numbers].astype(float)
        self.numbers = [name for name in table.numbers if numbers[name].nunique() > 1]
        numbers = numbers[self.numbers]
        self.median = numbers.median()
        self.gaps = [name for name in self.numbers if numbers[name].isna().any()]
        filled = numbers.fillna(self.median).to_numpy()
        if recipe.scaling == "robust":
            self.centre = np.median(filled, axis=0)
            low, high = np.quantile(filled, [0.25, 0.75], axis=0)
            spread = high - low
            whole = filled.max(axis=0) - filled.min(axis=0)
            self.factor = np.where(spread > 0, 1 / np.where(spread > 0, spread, 1), 2 / np.where(whole > 0, whole, 1))
        elif recipe.scaling == "standard":
            self.centre, self.factor = filled.mean(axis=0), 1 / filled.std(axis=0)
        elif recipe.scaling in ("quantile", "uniform"):
            from sklearn.preprocessing import QuantileTransformer

            rng = np.random.default_rng(0)
            noisy = filled + rng.normal(0, 1e-3, filled.shape) * filled.std(axis=0)
            count = max(min(len(filled) // 30, 1000), 10)
            kind = "normal" if recipe.scaling == "quantile" else "uniform"
            self.quantile = QuantileTransformer(n_quantiles=count, output_distribution=kind, random_state=0).fit(noisy)
        self.classes = {}
        for name in table.text:
            values = X[name].astype(object).fillna(MISSING)
            self.classes[name] = sorted(values.unique())

    def scale(self, filled: NDArray[Any]) -> NDArray[Any]:
        if self.recipe.scaling in ("quantile", "uniform"):
            z = self.quantile.transform(filled) if filled.shape[1] else filled
            return z if self.recipe.scaling == "quantile" else (z - 0.5) * 3.46
        z = (filled - self.centre) * self.factor
        clipped: NDArray[Any] = z / np.sqrt(1 + (z / 3) ** 2) if self.recipe.clip else z
        return clipped

    def __call__(self, X: pd.DataFrame) -> NDArray[Any]:
        numbers = X[self.numbers].astype(float)
        parts = [self.scale(numbers.fillna(self.median).to_numpy())]
        parts.append(numbers[self.gaps].isna().to_numpy(float))
        for name, classes in self.classes.items():
            values = X[name].astype(object).fillna(MISSING).to_numpy()
            if len(classes) == 2:
                parts.append(np.where(values == classes[0], -1.0, np.where(values == classes[1], 1.0, 0.0))[:, None])
            else:
                parts.append((values[:, None] == np.array(classes, object)[None]).astype(float))
        return np.concatenate(parts, axis=1)


def chain(recipe: Recipe, numbers: int, outputs: int) -> tuple[Layer, ...]:
    """Return the layers of one member."""
    scale = Scale(speed=recipe.speed)
    inside: list[Layer] = [scale] if recipe.scale in ("first", "both") else []
    if recipe.embedding == "periodic":
        inside.append(Periodic(frequencies=recipe.frequencies, sigma=recipe.sigma, size=recipe.size, numbers=numbers))
    if recipe.scale in ("after", "both"):
        inside.append(scale)
    for units in recipe.hidden:
        inside += [Linear(units=units), layers[recipe.activation]()]
        if recipe.dropout:
            inside.append(Dropout(rate=recipe.dropout))
    inside.append(Linear(units=outputs, init=Zeros() if recipe.zero_last else LeCunNormal()))
    return tuple(inside)


def run(recipe: Recipe, halves: Halves) -> dict[str, float]:
    """Train the stack on one split, average, score."""
    began = process_time()
    table = halves.table
    task, classes = table.task, table.classes
    fits, holds = [], []
    for bag in range(recipe.bags):
        strata = None if task == "regression" or (np.bincount(halves.y) < 2).any() else halves.y
        rows = np.arange(len(halves.y))
        fit, hold = train_test_split(
            rows, test_size=recipe.validation, random_state=100 + bag + recipe.seed, stratify=strata
        )
        fits.append(np.sort(fit))
        holds.append(np.sort(hold))
    everything = halves.X if recipe.bags > 1 else halves.X.iloc[fits[0]]
    ready = Preparation(everything, table, recipe)
    X, X_test = ready(halves.X), ready(halves.X_test)
    keep = X[fits[0]].std(axis=0) > 0 if recipe.bags == 1 else X.std(axis=0) > 0
    numbers = int(keep[: len(ready.numbers)].sum())
    X, X_test = X[:, keep], X_test[:, keep]
    if task == "regression":
        loss = losses[recipe.extra.get("loss", "mean_squared_error")]()
        mean, deviation = halves.y[fits[0]].mean(), halves.y[fits[0]].std()
        t = loss.encode((halves.y - mean) / deviation, 0)
    else:
        name = "cross_entropy" if classes > 2 else "binary_cross_entropy"
        loss = losses[name].model_validate({"label_smoothing": recipe.smoothing if classes > 2 else 0.0})
        t = loss.encode(halves.y, classes)
    plain = losses["cross_entropy" if classes > 2 else "binary_cross_entropy"]() if classes else loss
    t_plain = plain.encode(halves.y, classes) if classes else t
    members = recipe.members
    one = chain(recipe, numbers, loss.outputs(1, classes))
    seeds = [recipe.seed * 1000 + k for k in range(members)]
    network = Network([one] * members, X.shape[1], seeds=seeds)
    updates = Updates(
        network,
        AdamW(weight_decay=recipe.decay, beta2=recipe.beta2),
        Constraints(**recipe.extra.get("constraints", {})),
    )
    rates = Rates(
        [recipe.rate] * members, recipe.epochs, schedules[recipe.schedule](**recipe.extra.get("schedule", {}))
    )
    if recipe.bags == 1:
        train_rows, hold_rows = Samples.of(X[fits[0]], t[fits[0]]), Samples.of(X[holds[0]], t_plain[holds[0]])
    else:
        of = [k % recipe.bags for k in range(members)]
        train_rows = Samples.of(np.stack([X[fits[b]] for b in of]), np.stack([t[fits[b]] for b in of]))
        hold_rows = Samples.of(np.stack([X[holds[b]] for b in of]), np.stack([t_plain[holds[b]] for b in of]))
    validation = Scorer(network, plain, hold_rows)

    def evaluate() -> Iterator[Values]:
        value = validation.run()
        if recipe.monitor == "metric" and task == "multiclass":
            hits = validation.scores.argmax(axis=1) == hold_rows.t.argmax(axis=-1)
            value = 1 - hits.mean(axis=-1) + 1e-3 * value
        if recipe.keep == "ensemble":
            p = plain.predict(validation.scores).mean(axis=0)
            y = hold_rows.t.T
            if classes > 2:
                value = np.full(members, -np.log(np.maximum((p * y).sum(0), 1e-9)).mean())
            elif classes:
                value = np.full(members, -(y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9)).mean())
            else:
                value = np.full(members, ((p - y) ** 2).mean())
        yield Values(validation_loss=value)

    best = KeepBest(network, Monitor(), recipe.patience)
    size = min(recipe.batch, len(fits[0]))
    batches = Batches(train_rows, size, recipe.seed)
    epochs = 0
    for progress in train(network, loss, updates, rates, batches, recipe.epochs, evaluate):
        if progress.complete:
            epochs = progress.epoch
        if best(progress):
            break
    best.restore()
    test = Scorer(network, plain, Samples.of(X_test, np.zeros((len(X_test), t.shape[1]))))
    z = test.predict()
    if recipe.average == "scores":
        output = plain.predict(z.astype(float).mean(axis=0, keepdims=True))[0]
    else:
        output = plain.predict(z).mean(axis=0)
    output = output.T if task == "multiclass" else output[0]
    if task == "regression":
        output = output * deviation + mean
    return {
        "score": score(task, halves.y_test, output),
        "seconds": process_time() - began,
        "epochs": epochs,
        "best": float(best.epoch.mean()),
    }
