"""Materials of every task, made from formulas: no network is trained to draw a picture."""

from dataclasses import replace

import numpy as np

from npnet.plots import Material, Predictions
from npnet.plots.inside.rows import Inside, InsideLayer
from npnet.plots.kinds import Importance, Recorded

PARTS = {"train": 0.6, "validation": 0.2, "test": 0.2}


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def history(epochs, metrics=("accuracy",), start=0.7, end=0.05, seed=0):
    """Falling losses with a validation loss that rises again, and metrics that saturate."""
    random = np.random.default_rng(seed)
    epoch = np.arange(1, epochs + 1)
    time = epoch / max(epochs, 1)
    columns = {"epoch": epoch.astype(float)}
    noise = 0.02 * random.standard_normal((2, epochs)) * np.exp(-2 * time)
    columns["train_loss"] = end + (start - end) * np.exp(-9 * time) * (1 + noise[0])
    columns["validation_loss"] = end * 1.4 + (start - end) * np.exp(-8 * time) * (1 + noise[1]) + 0.05 * time**2
    for rank, metric in enumerate(metrics):
        columns[f"train_{metric}"] = 1 - 0.5 * np.exp(-(7 + rank) * time)
        columns[f"validation_{metric}"] = 0.98 - 0.5 * np.exp(-(6 + rank) * time) - 0.02 * time
    columns["learning_rate"] = 0.01 * (1 + np.cos(np.pi * time)) / 2
    return columns


def parts(X, y):
    """Rows of each part, one after the other."""
    bounds = np.cumsum([0, *(round(share * len(X)) for share in PARTS.values())])
    return {part: (X[a:b], y[a:b]) for part, a, b in zip(PARTS, bounds[:-1], bounds[1:], strict=True)}


def classes_material(title, X, y, names, features, predict, epochs=60, metrics=("accuracy",)):
    points = parts(X, y)
    predictions = {}
    for part in ("validation", "test"):
        chance = predict(points[part][0])
        rows = np.arange(1, len(chance) + 1)
        predictions[part] = Predictions(rows, points[part][1], chance.argmax(axis=1), chance)
    task = "binary" if len(names) == 2 else "multiclass"
    scores = {"accuracy": 0.9912, "roc_auc": 0.99984, "log_loss": 0.0213, "f1": None}
    return Material(
        title,
        f"{len(features)}-16-16-{len(names)} network, adam, {epochs} epochs",
        task,
        tuple(names),
        tuple(features),
        ("class",),
        history(epochs, metrics),
        max(1, round(0.7 * epochs)) if epochs else None,
        dict.fromkeys(PARTS, scores),
        predictions,
        points,
        predict,
        rows={part: len(y) for part, (_, y) in points.items()},
    )


def circles(samples=1500, epochs=60, noise=0.07):
    random = np.random.default_rng(1)
    y = random.integers(0, 2, samples)
    angle = random.uniform(0, 2 * np.pi, samples)
    X = np.where(y == 1, 0.6, 1.0)[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    X = X + noise * random.standard_normal(X.shape)

    def predict(X):
        bent = np.hypot(X[:, 0], X[:, 1]) + 0.05 * np.sin(5 * np.arctan2(X[:, 1], X[:, 0]))
        inner = 1 / (1 + np.exp(18 * (bent - 0.8)))
        return np.stack([1 - inner, inner], axis=1)

    return classes_material("circles", X, y, ("outer", "inner"), ("x1", "x2"), predict, epochs)


def blobs(classes=3, samples=240, features=2, spread=0.55, names=None):
    random = np.random.default_rng(2)
    y = random.integers(0, classes, samples)
    angle = 2 * np.pi * np.arange(classes) / classes
    centres = np.zeros((classes, features))
    centres[:, 0], centres[:, 1] = np.cos(angle) * (1 + 0.05 * classes), 5 + np.sin(angle) * (1 + 0.05 * classes)
    X = centres[y] + spread * random.standard_normal((samples, features))

    def predict(X):
        return softmax(-3 * ((X[:, None] - centres) ** 2).sum(axis=2))

    names = names or [f"class {code}" for code in range(classes)]
    measured = ("petal length (cm)", "petal width (cm)", *(f"feature {i}" for i in range(3, features + 1)))
    return classes_material(f"{classes} blobs", X, y, names, measured[:features], predict)


def values_material(features=1, targets=1, samples=300, epochs=60):
    random = np.random.default_rng(3)
    X = random.uniform(-3, 3, (samples, features))
    slopes = 1 + np.arange(targets)

    def predict(X):
        return 20 * np.sin(X[:, :1] * slopes) + 4 * X[:, -1:] ** 2 * (features > 1)

    y = predict(X) + 3 * random.standard_normal((samples, targets))
    points = parts(X, y)
    predictions = {
        part: Predictions(np.arange(1, len(X) + 1), y, predict(X)) for part, (X, y) in points.items() if part != "train"
    }
    names = tuple(f"yield {target + 1} (t/ha)" for target in range(targets))
    scores = {"r2": 0.9412, "rmse": 2.98, "mae": 1234567.8}
    return Material(
        "noisy sine",
        f"{features}-32-{targets} network, 60 epochs",
        "regression",
        (),
        tuple(f"phase {i + 1} (rad)" for i in range(features)),
        names,
        history(epochs, ("r2",)),
        41,
        dict.fromkeys(PARTS, scores),
        predictions,
        points,
        predict,
        rows={part: len(y) for part, (_, y) in points.items()},
    )


def over_time():
    """Forecasts of two series, whose rows have times."""
    material = values_material()
    found = {}
    for part, one in material.predictions.items():
        times = np.array([f"2025-01-{row % 28 + 1:02}" for row in one.rows.tolist()], object)
        series = np.array(["north", "south"], object)[one.rows % 2]
        found[part] = replace(one, marks={"series": series, "time": times})
    return replace(material, predictions=found)


def gaps():
    """Metrics computed at each fifth epoch only, a loss of several decades."""
    material = circles(epochs=60)
    columns = {name: values.copy() for name, values in material.history.items()}
    for name in ("train_accuracy", "validation_accuracy"):
        columns[name][np.arange(60) % 5 != 4] = np.nan
    columns["train_loss"] = 2.0 * 10 ** (-5 * np.arange(60) / 60)
    columns["validation_loss"] = columns["train_loss"] * 1.6 + 1e-4
    return replace(material, history=columns)


def one_class():
    """Return a test part of one class only: no ROC curve of it, a validation part with both."""
    material = circles()
    X, y = material.points["test"]
    keep = y == 1
    judged = material.predictions["test"]
    test = Predictions(judged.rows[keep], y[keep], judged.prediction[keep], judged.probability[keep])
    return replace(
        material,
        predictions=material.predictions | {"test": test},
        points=material.points | {"test": (X[keep], y[keep])},
    )


STRANGE = (
    "$\\frac{a}",
    "_b_$x$ <i>",
    "tab\tnew\nline \x1b[31m",
    "émoji 😀 日本 \u05e9\u05dc\u05d5\u05dd",
    "x" * 10_000,
    "\ud800",
    "\u202ertl",
)


def strange():
    """Names that are no plain text."""
    material = blobs(len(STRANGE), names=STRANGE)
    history = {name.replace("accuracy", "$a_b^"): values for name, values in material.history.items()}
    scores = {part: {"$a_b^": 0.5, "": None} for part in PARTS}
    features = ("$\\alpha$ _<\x00", "日本" * 60)
    return replace(
        material, title="$$ \x1b]0;x\x07" * 40, subtitle="\n", features=features, history=history, metrics=scores
    )


def one_epoch():
    """Return the least material: one epoch, one row per split, a constant feature, five metrics."""
    material = values_material(2)
    points = {part: (np.array([[1.0, 2.0]]), np.array([[7.0]])) for part in PARTS}
    predictions = {"test": Predictions(np.array([1]), np.array([[7.0]]), np.array([[7.0]]))}
    columns = history(1, ("r2", "rmse", "mae", "bias", "spread"))
    return replace(material, history=columns, best_epoch=1, points=points, predictions=predictions)


def nothing():
    """No epoch, no part but train, no predictions."""
    material = circles(epochs=0)
    return replace(material, predictions={}, points={"train": material.points["train"]}, metrics={}, rows={})


def compared():
    """Return a run that knows the importance of its columns, and how simpler models do."""
    material = blobs(features=4)
    names = (*material.features, "$\\beta$_\x00", *(f"column {number}" for number in range(40)))
    drop = np.random.default_rng(0).normal(np.linspace(0.2, -0.01, len(names))[:, None], 0.01, (len(names), 5))
    scores = {part: dict.fromkeys(scores, 0.5) for part, scores in material.metrics.items()}
    return replace(
        material,
        importance=lambda: Importance("roc_auc", "validation", 0.97, names, drop),
        baselines={"majority": scores, "logistic_regression": scores, "hist_gradient_boosting": scores},
        threshold=0.3,
    )


def recorded():
    """Return a run with frames, whose outputs leave one half step by step."""
    material = circles(samples=60, epochs=2)
    epochs = np.array([0.0, 0.5, 1.0, 2.0])
    losses = {"train_loss": np.array([0.7, np.nan, 0.3, 0.1])}

    def predict(index, X):
        return 0.5 + (material.predict(X) - 0.5) * epochs[index] / 2

    labels = ("step 0", "step 1", "epoch 1", "epoch 2")
    frames = Recorded(labels, np.array([0, 1, 2, 4]), epochs, losses, predict)
    return replace(material, recorded=lambda: frames)


def inside(inputs, layers, correct=(True, None, False)):
    """Return a run whose network has these layers: name, kind and values of each."""
    every = ("row 3: $a$", "row 8: a class of a very long name, predicted inner", "row 12: inner, predicted outer")
    made = tuple(InsideLayer(kind, name, f"{kind} → relu", values, kernels) for name, kind, values, kernels in layers)
    labels = every[: len(correct)]
    found = Inside("test", labels, correct, inputs, made, 5, tuple("abc") if inputs.shape[1] == 1 else ())
    return replace(circles(), inside_kinds=frozenset(layer.kind for layer in made), inside=lambda: found)


def images(filters=(2,), correct=(True,)):
    """Return convolutions over images in colour."""
    random = np.random.default_rng(5)
    maps = [np.maximum(random.normal(size=(3, count, 6, 5)), 0) for count in filters]
    kernels = [random.normal(size=(count, 3, 3, 3)) for count in filters]
    layers = [(f"layers.{k}", "feature_maps", {"maps": maps[k]}, kernels[k]) for k in range(len(filters))]
    return inside(random.random((3, 3, 6, 5)), layers, correct)


def sequences(layers=1, units=4, steps=9):
    """Return ragged sequences of two inputs through recurrent layers."""
    random = np.random.default_rng(6)
    values = [{letter: random.random((3, units, steps)) for letter in "rznh"} for _ in range(layers)]
    values[0]["h"][1, :, 5:] = np.nan
    return inside(random.random((3, 2, steps)), [(f"layers.{k}", "gates", one, None) for k, one in enumerate(values)])


def attention(heads=(2,)):
    """Return attention over named tokens, the last of which do not exist in the first row."""
    random = np.random.default_rng(7)
    weights = [random.random((3, count, 12, 12)) for count in heads]
    weights[0][0, :, :, 7:] = np.nan
    layers = [(f"layers.{k}.layers.1", "attention", {"a": a}, None) for k, a in enumerate(weights)]
    return inside(random.integers(0, 3, (3, 1, 12)).astype(float), layers)


def large(kind):
    """Return more layers, filters, units and heads than a picture shows."""
    made = {"feature_maps": lambda: images((4, 256)), "gates": lambda: sequences(6, 40, 500)}
    return made.get(kind, lambda: attention((9, 2, 2, 2, 2)))()


def reproduced(names):
    return replace(values_material(3, len(names)), targets=tuple(names), input_units=np.full(len(names), 2.0))


MATERIALS = {
    "compared": compared,
    "circles": circles,
    "many_circles": lambda: circles(samples=5000, epochs=10_000, noise=0.04),
    "three_epochs": lambda: circles(samples=40, epochs=3),
    "three_classes": blobs,
    "four_features": lambda: blobs(features=4),
    "digits": lambda: blobs(10, 1800, features=64, spread=0.9),
    "letters": lambda: blobs(32, 3000, spread=0.3),
    "one_epoch": one_epoch,
    "curve": values_material,
    "surface": lambda: values_material(2),
    "five_targets": lambda: values_material(4, 5),
    "over_time": over_time,
    "gaps": gaps,
    "one_class": one_class,
    "strange": strange,
    "nothing": nothing,
    "recorded": recorded,
    "images": images,
    "sequences": sequences,
    "attention": attention,
    "reproduced": lambda: reproduced([f"pixel_{line}_{column}" for line in range(4) for column in range(4)]),
    "reproduced_table": lambda: reproduced([f"a long name of column {place}" for place in range(6)]),
}
