"""Materials of sweeps, made from formulas: nothing is trained to draw a picture."""

from dataclasses import replace

import numpy as np

from npnet.plots import SweepMaterial


def sweep(cells, values, points=None, maximizes=True, score="validation.roc_auc", rungs=(), curves=None):
    """Return the material of trials with these values of the parameters and these scores."""
    values = np.array(values, float)
    points = np.arange(1, len(values) + 1) if points is None else np.array(points)
    means = []
    for point in np.unique(points):
        some = values[points == point]
        if np.isfinite(some).all():
            means.append((int(point), float(some.mean()), float(some.std(ddof=1)) if len(some) > 1 else np.nan))
    means.sort(key=lambda one: -one[1] if maximizes else one[1])
    return SweepMaterial(
        "a sweep",
        f"{len(values)} trials",
        score,
        maximizes,
        np.arange(1, len(values) + 1),
        points,
        np.full(len(values), 10),
        values,
        cells,
        tuple(means),
        rungs,
        lambda: curves or {},
    )


def grid(repeats=3):
    """Every combination of three rates and two sizes, as often as that."""
    random = np.random.default_rng(0)
    pairs = [(rate, units) for rate in ("0.001", "0.01", "0.1") for units in ("4", "16") for _ in range(repeats)]
    scores = [0.6 + 0.1 * np.log10(float(rate) * 1000) + 0.01 * random.random() for rate, _ in pairs]
    cells = {"learning_rate": [rate for rate, _ in pairs], "layers.0.linear.units": [units for _, units in pairs]}
    return sweep(cells, scores, np.repeat(np.arange(1, 7), repeats))


def searched(trials=500, keys=14):
    """Many trials of more ranges than a sheet has room for, and of names; some failed, one far off."""
    random = np.random.default_rng(1)
    numbers = {f"part.{key}.value": 10 ** random.uniform(-4, 0, trials) for key in range(keys)}
    cells = {key: [repr(float(one)) for one in column] for key, column in numbers.items()}
    cells["optimizer"] = random.choice(["adam", "sgd", '{"adamw": {"weight_decay": 0.1}}'], trials).tolist()
    losses = 0.1 + np.abs(np.log10(numbers["part.0.value"]) + 2) + 0.1 * random.random(trials)
    losses[5], losses[[7, 70]] = 1e12, np.nan
    return sweep(cells, losses, maximizes=False, score="validation.loss")


def strange_names():
    """Values and keys that are no plain text."""
    cells = {"$a_b^.x": ["$\\frac{a}", "tab\t\x1b[31m", "日本" * 40, ""], "b": ["0", "1e-05", "0.001", "0.001"]}
    return sweep(cells, [0.5, 0.6, 0.7, 0.8])


def halved():
    """Halving with nine, three and one trials."""
    epochs = np.arange(1.0, 10)
    ends = [1, 1, 1, 1, 1, 1, 3, 3, 9]
    curves = {trial + 1: (epochs[:end], 1 - 0.5 / (epochs[:end] + trial)) for trial, end in enumerate(ends)}
    scores = [float(values[-1]) for _, values in curves.values()]
    cells = {"learning_rate": [repr(0.01 * (trial + 1)) for trial in range(9)]}
    return replace(sweep(cells, scores, rungs=((1, 9), (3, 3), (9, 1)), curves=curves), epochs=np.array(ends))


SWEEPS = {
    "grid": grid,
    "searched": searched,
    "four_trials": lambda: sweep({"learning_rate": ["0.01", "0.1"] * 2, "b": ["1", "1", "2", "2"]}, [0.9, 1, 0.8, 1]),
    "one_trial": lambda: sweep({"learning_rate": ["0.01"]}, [0.5]),
    "equal_scores": lambda: sweep({"learning_rate": ["0.01", "0.1"]}, [0.0, 0.0]),
    "one_failed": lambda: sweep({"optimizer": ["adam", "sgd"]}, [0.7, np.nan]),
    "repeats_failed": lambda: sweep({"l2": ["0", "0"]}, [0.7, np.nan], [1, 1]),
    "all_failed": lambda: sweep({"l2": ["0", "1"]}, [np.nan, np.nan]),
    "strange_names": strange_names,
    "halved": halved,
}
