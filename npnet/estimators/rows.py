"""X, y and sample_weight as a dataset: arrays of numbers, and tables with text, gaps and dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import GetPydanticSchema
from pydantic_core import core_schema
from scipy.sparse import issparse
from sklearn.utils import get_tags
from sklearn.utils.validation import _check_sample_weight, check_array, check_consistent_length, validate_data
from typing_extensions import override

from npnet.data import Dataset, Source
from npnet.data.columns import Frame
from npnet.data.columns.schema import ColumnSchema, Schema
from npnet.data.readers.in_memory import InMemory, is_table
from npnet.data.readers.reading import read_table
from npnet.estimators.errors import InvalidData, value_errors

Floats = NDArray[np.float64]
WEIGHT = "sample_weight"

HeldDataset = Annotated[Dataset, GetPydanticSchema(lambda _source, _handler: core_schema.is_instance_schema(Dataset))]
"""A dataset as a field of a spec: held as it is."""


class HeldRows(Source):
    """HeldRows that are in memory already."""

    dataset: HeldDataset | None = None

    @override
    def load(self, base: Path, seed: int) -> Dataset:
        if self.dataset is None:
            raise ValueError("a fitted estimator does not hold its rows")
        return self.dataset


@dataclass(frozen=True, eq=False)
class Features:
    """The columns of X as a frame, and the schema by which other rows are read."""

    frame: Frame
    schema: Schema

    def take(self, rows: NDArray[np.intp]) -> "Features":
        """Return the features at positions of rows."""
        return Features(Frame(self.frame.take(rows).columns, np.arange(1, len(rows) + 1)), self.schema)


def as_table(X: Any) -> Any | None:
    """Return X where it is a table, by columns with names; None for anything else."""
    if issparse(X) or not is_table(X):
        return None
    if isinstance(X, Mapping | list | np.ndarray):
        import pandas as pd

        return pd.DataFrame(X)
    return X


def features_of(
    estimator: Any, X: Any, *, reset: bool = True, least: int = 1, schema: Schema | None = None
) -> Features:
    """Check X as scikit-learn does, and return its columns; names that are no text become x1, x2 and so on.

    With the schema of other rows, columns are read as theirs.
    """
    table = as_table(X)
    if table is None:
        return of_numbers(checked_numbers(estimator, X, reset=reset, least=least))
    validate_data(estimator, table, reset=reset, skip_check_array=True)
    if len(table) < least:
        raise InvalidData(f"X has {len(table)} sample{'s' * (len(table) != 1)}, and a minimum of {least} is required")
    with value_errors():
        names = None if schema is None else estimator._fitted.predictor.data.features
        frame, found = read_table(InMemory(named(table, estimator)), schema, names)
    return Features(frame, without_targets(found, frame))


def without_targets(schema: Schema, frame: Frame) -> Schema:
    """Return the schema of the columns of a frame."""
    return schema.model_copy(update={"columns": tuple(one for one in schema.columns if one.name in frame.columns)})


def named(X: Any, estimator: Any) -> Any:
    """Return a table with the names that the columns have for the network."""
    if hasattr(estimator, "feature_names_in_") or not hasattr(X, "set_axis"):
        return X
    return X.set_axis(default_names(X.shape[1]), axis=1)


def default_names(columns: int) -> list[str]:
    """Return the names of columns without names."""
    return [f"x{number}" for number in range(1, columns + 1)]


def checked_numbers(estimator: Any, X: Any, *, reset: bool, least: int = 1) -> Floats:
    """Return X as an array of numbers, gaps as NaN; raise ValueError in scikit-learn's words for anything else."""
    gaps = "allow-nan" if get_tags(estimator).input_tags.allow_nan else True
    options = {"dtype": [np.float64, np.float32], "ensure_all_finite": gaps, "ensure_min_samples": least}
    try:
        return np.asarray(validate_data(estimator, X, reset=reset, **options))
    except ValueError as error:
        if "could not convert string" in str(error):
            error.add_note("hint: a DataFrame may hold texts, dates and gaps: pandas.DataFrame(X)")
        raise


def of_numbers(X: Floats) -> Features:
    """Return the columns of an array."""
    names = tuple(default_names(X.shape[1]))
    schema = Schema(columns=tuple(ColumnSchema(name=name, kind="number") for name in names))
    return Features(Frame.of(np.asfortranarray(X), names), schema)


def weights_of_rows(sample_weight: Any, rows: int) -> Floats | None:
    """Return the weights of rows, None where none are given; raise ValueError for negative and for only zero ones."""
    if sample_weight is None:
        return None
    like = np.empty((rows, 0))
    weights = np.asarray(_check_sample_weight(sample_weight, like, dtype=np.float64, ensure_non_negative=True))
    if not weights.any():
        raise InvalidData("every weight of sample_weight is zero", "give at least one row a weight above 0")
    return weights


def target_table(y: Any, rows: int, estimator: Any) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return y as an array without gaps, and the names of its columns; raise ValueError where it has other rows."""
    if y is None:
        raise InvalidData(f"{type(estimator).__name__} requires y to be passed, but the target y is None")
    names = _names_of(y)
    if hasattr(y, "toarray"):
        y = y.toarray()
    array = check_array(y, ensure_2d=False, dtype=None, input_name="y", ensure_min_samples=0, ensure_min_features=0)
    check_consistent_length(np.empty(rows), array)
    if array.dtype.kind == "O":
        import pandas as pd

        if pd.isna(array).any():
            raise InvalidData("Input y contains NaN", "leave these rows out of X and y")
    single = array.ndim == 1 or array.shape[1] == 1
    return array, names or (("y",) if single else tuple(f"y{number}" for number in range(1, array.shape[1] + 1)))


def _names_of(y: Any) -> tuple[str, ...]:
    columns = getattr(y, "columns", None)
    if columns is not None:
        names = tuple(map(str, columns))
        return names if len(set(names)) == len(names) else ()
    name = getattr(y, "name", None)
    return (name,) if isinstance(name, str) and name else ()


def dataset_of(
    features: Features,
    y: NDArray[Any],
    targets: Sequence[str],
    task: Any,
    classes: tuple[tuple[str, ...], ...] = (),
    weight: Floats | None = None,
) -> Dataset:
    """Return features and encoded targets as a dataset.

    `classes` has the names of the classes of each target, in the order of their codes; none for values.
    """
    known = set(features.frame.columns)
    targets = tuple(unlike(name, known) for name in targets)
    kind: Any = "category" if classes else "number"
    added = [ColumnSchema(name=name, kind=kind) for name in targets]
    schema = features.schema.model_copy(update={"columns": (*features.schema.columns, *added)})
    several = task == "multilabel"
    return Dataset(
        frame=features.frame,
        y=y,
        task=task,
        targets=targets,
        classes=tuple(second for _, second in classes) if several else classes[0] if classes else (),
        weight=weight,
        schema=schema,
        negatives=tuple(first for first, _ in classes) if several else (),
    )


def unlike(name: str, others: set[str]) -> str:
    """Return a name that none of the others is: itself, or with underscores at its end."""
    while name in others:
        name += "_"
    return name
