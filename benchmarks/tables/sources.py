"""The tables: the eight that are reported, and others, so that nothing is chosen for the eight alone."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn import datasets
from sklearn.model_selection import train_test_split

Task = Literal["binary", "multiclass", "regression"]
FOLDER = Path(os.environ.get("NPNET_TABLES", "tables"))
MISSING = "(missing)"


@dataclass(frozen=True, eq=False)
class Table:
    """Columns as a user has them, text and gaps included, and the target: class codes or values.

    `labels` are the classes by code, as the target column has them; empty for a regression.
    """

    name: str
    X: pd.DataFrame
    y: NDArray[np.int64] | NDArray[np.float64]
    task: Task
    target: str
    labels: NDArray[Any]

    @property
    def classes(self) -> int:
        """Number of classes, 0 for a regression."""
        return len(self.labels)

    @property
    def text(self) -> list[str]:
        """Names of the columns that hold categories."""
        return [str(name) for name in self.X if not pd.api.types.is_numeric_dtype(self.X[name])]

    @property
    def numbers(self) -> list[str]:
        """Names of the columns that hold numbers."""
        return [str(name) for name in self.X if pd.api.types.is_numeric_dtype(self.X[name])]


@dataclass(frozen=True, eq=False)
class Halves:
    """One split of a table: what is learned from, and what is scored."""

    table: Table
    X: pd.DataFrame
    y: NDArray[Any]
    X_test: pd.DataFrame
    y_test: NDArray[Any]


def split(table: Table, state: int) -> Halves:
    """Hold out 30 % of the rows, stratified for classes: the split that every peer gets."""
    strata = None if table.task == "regression" else table.y
    X, X_test, y, y_test = train_test_split(table.X, table.y, test_size=0.3, random_state=state, stratify=strata)
    return Halves(table, X.reset_index(drop=True), y, X_test.reset_index(drop=True), y_test)


def _table(name: str, frame: pd.DataFrame, target: str, task: Task) -> Table:
    frame = frame.dropna(subset=[target])
    X = frame.drop(columns=target).reset_index(drop=True)
    y = frame[target].to_numpy()
    if task == "regression":
        return Table(name, X, y.astype(np.float64), task, target, np.array([]))
    labels, codes = np.unique(y, return_inverse=True)
    return Table(name, X, codes, task, target, labels)


@cache
def _csv(file: str) -> pd.DataFrame:
    frame = pd.read_csv(FOLDER / f"{file}.csv", keep_default_na=False, na_values=[""])
    return frame.drop(columns="rownames")


def _file(name: str, file: str, target: str, task: Task, *drop: str) -> Callable[[], Table]:
    return lambda: _table(name, _csv(file).drop(columns=list(drop)), target, task)


def _bundled(name: str, load: Callable[..., Any], task: Task, rows: int | None = None) -> Callable[[], Table]:
    def make() -> Table:
        frame = load(as_frame=True).frame
        frame.columns = [str(column).replace(" ", "_") for column in frame.columns]
        return _table(name, frame.sample(rows, random_state=0) if rows else frame, "target", task)

    return make


def _drawn(name: str, draw: Callable[[], tuple[NDArray[Any], NDArray[Any]]], task: Task) -> Callable[[], Table]:
    def make() -> Table:
        X, y = draw()
        frame = pd.DataFrame(X, columns=[f"x{number}" for number in range(1, X.shape[1] + 1)])
        return _table(name, frame.assign(target=y), "target", task)

    return make


EIGHT = {
    "attrition": _file("attrition", "attrition", "Attrition", "binary"),
    "concrete": _file("concrete", "concrete", "compressive_strength", "regression"),
    "oj": _file("oj", "oj", "Purchase", "binary"),
    "wage": _file("wage", "wage", "wage", "regression", "logwage", "region"),
    "leaf": _file("leaf", "leaf", "species", "multiclass"),
    "credit": _file("credit", "credit", "Status", "binary"),
    "penguins": _file("penguins", "penguins", "species", "multiclass"),
    "titanic": _file("titanic", "titanic", "Survived", "binary", "Name", "SexCode"),
}


def _titanic_class() -> Table:
    frame = _csv("titanic").drop(columns=["Name", "SexCode"])
    return _table("titanic_class", frame[frame["PClass"] != "*"], "PClass", "multiclass")


LEAF_TEXT = ("species", "apex", "base", "denate_edge", "lobed_edge", "smooth_edge", "toothed_edge", "undulate_edge")

OTHERS = {
    "wine": _bundled("wine", datasets.load_wine, "multiclass"),
    "breast_cancer": _bundled("breast_cancer", datasets.load_breast_cancer, "binary"),
    "diabetes": _bundled("diabetes", datasets.load_diabetes, "regression"),
    "digits": _bundled("digits", datasets.load_digits, "multiclass", 800),
    "friedman1": _drawn("friedman1", lambda: datasets.make_friedman1(1000, noise=1.0, random_state=0), "regression"),
    "friedman3": _drawn("friedman3", lambda: datasets.make_friedman3(800, noise=0.1, random_state=0), "regression"),
    "hastie": _drawn("hastie", lambda: datasets.make_hastie_10_2(1500, random_state=0), "binary"),
    "clusters": _drawn(
        "clusters",
        lambda: datasets.make_classification(
            1500, 15, n_informative=6, n_classes=4, n_clusters_per_class=2, flip_y=0.1, random_state=0
        ),
        "multiclass",
    ),
    "wage_insurance": _file("wage_insurance", "wage", "health_ins", "binary", "logwage", "region"),
    "credit_income": _file("credit_income", "credit", "Income", "regression"),
    "credit_home": _file("credit_home", "credit", "Home", "multiclass"),
    "attrition_income": _file("attrition_income", "attrition", "MonthlyIncome", "regression"),
    "attrition_role": _file("attrition_role", "attrition", "JobRole", "multiclass", "Department"),
    "titanic_class": _titanic_class,
    "penguins_mass": _file("penguins_mass", "penguins", "body_mass_g", "regression"),
    "penguins_sex": _file("penguins_sex", "penguins", "sex", "binary"),
    "oj_loyalty": _file("oj_loyalty", "oj", "LoyalCH", "regression"),
    "leaf_shape": _file("leaf_shape", "leaf", "shape", "multiclass", *LEAF_TEXT),
    "concrete_water": _file("concrete_water", "concrete", "water", "regression"),
}
EVERY = {**EIGHT, **OTHERS}


def score(task: Task, y: NDArray[Any], output: NDArray[Any]) -> float:
    """ROC-AUC of the second class's probability, accuracy of probabilities, or R2 of values."""
    from sklearn.metrics import accuracy_score, r2_score, roc_auc_score

    if task == "binary":
        return float(roc_auc_score(y, output))
    if task == "multiclass":
        return float(accuracy_score(y, output.argmax(axis=1)))
    return float(r2_score(y, output))
