"""Forecasts of a shipped config beside simple ones, on the same hours: `python -m benchmarks.windows bikes.csv`."""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LinearRegression, RidgeCV
from threadpoolctl import threadpool_limits

from npnet import config
from npnet.config import Loaded
from npnet.data import Prepared
from npnet.experiment.resolved import DataInfo, prepare_folds, resolve
from npnet.model.trainer import Trainer

CONFIG = Path(__file__).parent.parent / "configs" / "tables" / "bikes.yaml"
DAY = 24
Floats = NDArray[np.float64]
Row = tuple[str, dict[str, float], float]  # the forecast, its RMSE on each set, and processor seconds


def prepared(loaded: Loaded) -> Prepared:
    """Return the prepared windows of a config."""
    dataset = loaded.experiment.dataset.load(loaded.base, loaded.experiment.seed)
    return prepare_folds(loaded.experiment, dataset)[0][0]


def rows_ago(data: Prepared, rows: int) -> dict[str, Floats]:
    """Return the value of the target so many rows before the row to forecast, which is the next, on each set."""
    (window,) = data.preparation.positions
    name = f"{data.targets[0]} {window + 1 - rows}"
    return {split: part.frame.columns[name].values for split, part in data.parts.items()}


def linear(data: Prepared, model: Any) -> dict[str, Floats]:
    """Return the forecasts of a linear model of scikit-learn on the inputs of the network."""
    train = data.parts["train"]
    model.fit(train.X, train.y[:, 0])
    return {split: model.predict(part.X) for split, part in data.parts.items()}


def rmse(data: Prepared, forecasts: dict[str, Floats]) -> dict[str, float]:
    """Return the root of the mean squared error on each set."""
    return {
        split: float(np.sqrt(np.mean((data.parts[split].y[:, 0] - values) ** 2))) for split, values in forecasts.items()
    }


def rows(path: Path, seeds: int, overrides: list[str]) -> Iterator[Row]:
    """Yield the scores of simple forecasts, and of the network for several seeds."""
    given = [f"dataset.windows.path={path.absolute()}", *overrides]
    data = prepared(config.load(CONFIG, given))
    yield "the last value", rmse(data, rows_ago(data, 1)), 0.0
    yield "the same hour yesterday", rmse(data, rows_ago(data, DAY)), 0.0
    models = {"linear regression": LinearRegression(), "ridge regression": RidgeCV(np.logspace(-2, 4, 13))}
    for name, model in models.items():
        start = time.process_time()
        yield name, rmse(data, linear(data, model)), time.process_time() - start
    for seed in range(seeds):
        loaded, start = config.load(CONFIG, [*given, f"seed={seed}"]), time.process_time()
        trainer = Trainer(resolve(loaded.experiment, DataInfo.of(data)), [[data]])
        for _ in trainer.fit():
            pass
        predictor = trainer.predictor()
        scores = {split: predictor.scores(split)["rmse"] for split in data.parts}
        yield f"network, seed {seed}", scores, time.process_time() - start


def main() -> None:
    """Print a row for each forecast: its RMSE on each set, and its processor seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, help="the table of bicycles hired by the hour")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="how many networks are trained")
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="changes of the config")
    given = parser.parse_args()
    print(f"{'RMSE':26}{'train':>8}{'validation':>12}{'test':>8}{'seconds':>10}")
    with threadpool_limits(1):
        for name, scores, seconds in rows(given.path, given.seeds, given.overrides):
            train, validation, test = (scores[split] for split in ("train", "validation", "test"))
            print(f"{name:26}{train:8.2f}{validation:12.2f}{test:8.2f}{seconds:10.1f}", flush=True)


if __name__ == "__main__":
    main()
