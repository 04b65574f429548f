"""Baselines: scikit-learn's own models on the very inputs, rows and weights of the network."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import r2_score, roc_auc_score

from npnet.data import Part, Prepared, Split, prepare
from npnet.data.datasets.table import Table
from npnet.data.datasets.windows import WindowsOfTable
from npnet.data.preprocessing import Preparation, PrepareSpec
from npnet.metrics import for_task
from npnet.runner.baselines import baselines


@pytest.fixture
def table(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    lines = ["a,b,kind,town,word,yes,count,value,other"]
    for number in range(240):
        a, b, kind = random.normal(), random.normal(), "uvw"[number % 3]
        word = "".join(random.choice(list("abcdefgh"), 1)) + str(number % 5)
        value = a + b**2 + (kind == "u")
        cells = [a, b, kind, number % 4, word, "yes" if value > 1 else "no", int(abs(value)), value, -a]
        lines.append(",".join(map(str, cells)))
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def with_ones(X: np.ndarray) -> np.ndarray:
    return np.pad(X, ((0, 0), (0, 1)), constant_values=1)


def prepared(base: Path, target: str | tuple[str, ...], **options: object) -> Prepared:
    targets = (target,) if isinstance(target, str) else target
    used = {*targets, options.get("weight")}
    drop = tuple(name for name in ("yes", "count", "value", "other", "town") if name not in used)
    source = Table(path="t.csv", target=target, drop=drop, **options)  # type: ignore[arg-type]
    return prepare(source.load(base, 0), Split(), PrepareSpec(rare=1, embed_above=10), 0)


@pytest.mark.parametrize(
    ("target", "options", "names"),
    [
        ("yes", {}, ["majority", "logistic_regression", "hist_gradient_boosting"]),
        ("town", {"task": "multiclass"}, ["majority", "logistic_regression", "hist_gradient_boosting"]),
        ("value", {}, ["mean", "linear_regression", "hist_gradient_boosting"]),
        (("value", "other"), {}, ["mean", "linear_regression", "hist_gradient_boosting"]),
        ("count", {"task": "counts"}, ["mean", "linear_regression", "hist_gradient_boosting"]),
    ],
)
def test_every_task_has_its_baselines_on_every_part(
    target: str, options: dict[str, object], names: list[str], table: Path
) -> None:
    data = prepared(table, target, **options)
    found = baselines([data], 0)
    assert list(found) == names
    for parts in found.values():
        assert list(parts) == ["train", "validation", "test"]
        assert all(list(scores) == for_task(data.task) for scores in parts.values())
        assert np.isfinite([value for scores in parts.values() for value in scores.values()]).all()


def test_labels_have_a_model_each(table: Path) -> None:
    text = (table / "t.csv").read_text().splitlines()
    lines = [f"{line},{'late' if number == 0 else number % 2}" for number, line in enumerate(text)]
    (table / "t.csv").write_text("\n".join(lines) + "\n")
    data = prepared(table, ("yes", "late"))
    assert data.task == "multilabel"
    assert baselines([data], 0)["majority"]["test"]["roc_auc"] == 0.5


def test_they_are_scikit_learns_models_on_the_inputs_of_the_network(table: Path) -> None:
    data = prepared(table, "value")
    train, test = data.parts["train"], data.parts["test"]
    place = data.inputs - 1  # the codes of `word`, the last of the inputs
    trees = HistGradientBoostingRegressor(random_state=0, categorical_features=[place]).fit(train.X, train.y[:, 0])
    one_hot = [np.column_stack([part.X[:, :place], np.eye(60)[part.X[:, place].astype(int)]]) for part in (train, test)]
    line = LinearRegression().fit(one_hot[0], train.y[:, 0])
    found = baselines([data], 0)
    expected = {"hist_gradient_boosting": trees.predict(test.X), "linear_regression": line.predict(one_hot[1])}
    for name, predicted in expected.items():
        assert found[name]["test"]["r2"] == pytest.approx(r2_score(test.y[:, 0], predicted), abs=1e-4)
    assert found["mean"]["train"]["r2"] == pytest.approx(0, abs=1e-12)


def test_they_learn_by_the_same_weights(table: Path) -> None:
    data = prepared(table, "yes", weight="count")
    train, test = data.parts["train"], data.parts["test"]
    assert train.weight is not None
    X, y, Z = train.X[:, :-1], train.y, test.X[:, :-1]
    model = LogisticRegression(max_iter=1000).fit(X, y, sample_weight=train.weight)
    numbers = Preparation(missing="median", steps=data.preparation.steps[:-1])
    parts = {
        "train": Part(train.frame, with_ones(X), y, train.weight),
        "test": Part(test.frame, with_ones(Z), test.y),
    }
    found = baselines([replace(data, preparation=numbers, parts=parts)], 0)["logistic_regression"]["test"]
    assert found["roc_auc"] == pytest.approx(roc_auc_score(test.y, model.predict_proba(Z)[:, 1]))


def test_folds_give_their_mean(table: Path) -> None:
    data = prepared(table, "yes")
    held = (data.parts["validation"], data.parts["test"])
    folds = [replace(data, parts={"train": data.parts["train"], "test": part}) for part in held]
    each = [baselines([fold], 0)["logistic_regression"]["test"]["f1"] for fold in folds]
    assert baselines(folds, 0)["logistic_regression"]["test"]["f1"] == pytest.approx(np.mean(each))


def test_targets_of_any_size_have_the_baselines_of_ordinary_ones(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("npnet.runner.baselines._trees", lambda *_: LinearRegression())  # which take their time
    data = prepared(table, "value")
    usual = baselines([data], 0)
    for size in (1e-300, 1e200):
        parts = {name: replace(part, y=part.y * size) for name, part in data.parts.items()}
        found = baselines([replace(data, parts=parts)], 0)
        for name, scores in usual.items():
            assert found[name]["test"]["r2"] == pytest.approx(scores["test"]["r2"], rel=1e-6)
            assert found[name]["test"]["rmse"] == pytest.approx(scores["test"]["rmse"] * size, rel=1e-6, abs=0)


def test_a_baseline_that_cannot_be_fitted_has_no_scores(table: Path) -> None:
    data = prepared(table, "value")
    huge = {name: replace(part, with_ones=part.with_ones * 1e300) for name, part in data.parts.items()}
    found = baselines([replace(data, parts=huge)], 0)
    assert np.isfinite(list(found["mean"]["test"].values())).all()
    assert np.isnan(list(found["linear_regression"]["test"].values())).all()


@pytest.mark.parametrize("target", ["value", "kind", "yes"])
def test_the_last_value_of_windows_is_a_baseline(table: Path, target: str) -> None:
    source = WindowsOfTable(path="t.csv", target=target, window=3, horizon=2, drop=("word",))
    data = prepare(source.load(table, 0), Split(), PrepareSpec(), 0)
    found = baselines([data], 0)["last_value"]
    values = [line.split(",") for line in (table / "t.csv").read_text().splitlines()]
    place = values[0].index(target)
    test = data.parts["test"]
    last = [values[row][place] for row in test.rows]
    true = [values[row + 2][place] for row in test.rows]
    if target == "value":
        assert found["test"]["mae"] == pytest.approx(np.abs(np.array(last, float) - np.array(true, float)).mean())
    else:
        assert found["test"]["accuracy"] == pytest.approx(np.mean([a == b for a, b in zip(last, true, strict=True)]))
