"""The peers, each handling categories and gaps as its users would; scores are kept in peers.json.

taskset -c 1 env OMP_NUM_THREADS=1 NPNET_TABLES=tables python -m benchmarks.tables.peers linear hist_gb ...
"""

import argparse
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from benchmarks.tables.clock import timed
from benchmarks.tables.sources import EVERY, MISSING, Halves, Table, score, split

KEPT = Path(__file__).with_name("peers.json")


def _ready(table: Table, model: Any) -> Any:
    """One-hot and standardised columns, the median and an indicator for gaps, then the model."""
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    text = make_pipeline(SimpleImputer(strategy="constant", fill_value=MISSING), OneHotEncoder(handle_unknown="ignore"))
    return make_pipeline(make_column_transformer((numbers, table.numbers), (text, table.text)), model)


def _linear(table: Table) -> Any:
    return _ready(table, LinearRegression() if table.task == "regression" else LogisticRegression(max_iter=2000))


def _hist_gb(table: Table) -> Any:
    kind = HistGradientBoostingRegressor if table.task == "regression" else HistGradientBoostingClassifier
    return kind(random_state=0)


def _mlp(table: Table, **options: Any) -> Any:
    kind = MLPRegressor if table.task == "regression" else MLPClassifier
    return _ready(table, kind(random_state=0, **options))


def _mlp_plus(table: Table) -> Any:
    return _mlp(table, hidden_layer_sizes=(256, 128), early_stopping=True, max_iter=500)


def _realmlp(table: Table, variant: str) -> Any:
    import pytabkit

    kind = getattr(pytabkit, f"RealMLP_{variant}_{'Regressor' if table.task == 'regression' else 'Classifier'}")
    # What its documentation advises where probabilities are scored, as ROC-AUC does.
    options = {"val_metric_name": "cross_entropy", "use_ls": False} if table.task == "binary" else {}
    return kind(random_state=0, n_threads=1, device="cpu", **options)


def _catboost(table: Table) -> Any:
    from catboost import CatBoostClassifier, CatBoostRegressor

    kind = CatBoostRegressor if table.task == "regression" else CatBoostClassifier
    return kind(cat_features=table.text, verbose=0, thread_count=1, random_seed=0, allow_writing_files=False)


def _named(X: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Missing text under a name of its own."""
    return X.assign(**{name: X[name].astype(object).fillna(MISSING) for name in table.text})


def _as_given(X: pd.DataFrame, X_test: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, pd.DataFrame]:  # noqa: ARG001
    """Nothing: the model's own pipeline does all."""
    return X, X_test


def _categories(X: pd.DataFrame, X_test: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Text as pandas categories, those of the train part."""
    kinds = {name: pd.CategoricalDtype(sorted(X[name].dropna().unique())) for name in table.text}
    return X.astype(kinds), X_test.astype(kinds)


def _filled(X: pd.DataFrame, X_test: pd.DataFrame, table: Table) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Gaps filled by hand with medians and a name, for RealMLP takes none."""
    medians = X[table.numbers].median()
    X, X_test = (_named(part.fillna(medians), table) for part in (X, X_test))
    return _categories(X, X_test, table)


PEERS: dict[str, tuple[Callable[[Table], Any], Callable[..., tuple[pd.DataFrame, pd.DataFrame]]]] = {
    "linear": (_linear, _as_given),
    "hist_gb": (_hist_gb, _categories),
    "mlp": (_mlp, _as_given),
    "mlp_plus": (_mlp_plus, _as_given),
    "realmlp": (lambda table: _realmlp(table, "TD"), _filled),
    "realmlp_s": (lambda table: _realmlp(table, "TD_S"), _filled),
    "catboost": (_catboost, lambda X, X_test, table: (_named(X, table), _named(X_test, table))),
}
TOO_SLOW = {("catboost", "leaf")}  # over 200 s for its 32 classes


def measure(peer: str, halves: Halves) -> dict[str, float]:
    """Return the score on the held-out rows, and the seconds from columns to predictions."""
    make, ready = PEERS[peer]
    table = halves.table
    with timed() as taken:
        X, X_test = ready(halves.X, halves.X_test, table)
        model = make(table).fit(X, halves.y)
        output = np.asarray(model.predict(X_test) if table.task == "regression" else model.predict_proba(X_test))
    output = output[:, 1] if table.task == "binary" else output
    return {"score": score(table.task, halves.y_test, output), **taken}


def kept() -> dict[str, dict[str, float]]:
    """All that is measured so far, by "peer table state"."""
    return json.loads(KEPT.read_text()) if KEPT.exists() else {}


def main() -> None:
    """Measure what is named and not kept yet, and keep it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("peers", nargs="+", choices=PEERS)
    parser.add_argument("--tables", nargs="*", default=list(EVERY))
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    for peer in arguments.peers:
        for name in arguments.tables:
            for state in (0, 1):
                key = f"{peer} {name} {state}"
                if key in kept() or (peer, name) in TOO_SLOW:
                    continue
                result = measure(peer, split(EVERY[name](), state))
                KEPT.write_text(json.dumps({**kept(), key: result}, indent=1) + "\n")
                print(f"{key}: {result['score']:.4f} {result['seconds']:.1f} s", flush=True)


if __name__ == "__main__":
    main()
