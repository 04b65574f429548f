from pathlib import Path

import numpy as np
import pytest

from npnet.data import datasets


@pytest.mark.parametrize(
    ("name", "shape", "task", "feature", "classes"),
    [
        ("iris", (150, 4), "multiclass", "sepal length (cm)", ("setosa", "versicolor", "virginica")),
        ("wine", (178, 13), "multiclass", "alcohol", ("class_0", "class_1", "class_2")),
        ("breast_cancer", (569, 30), "binary", "mean radius", ("malignant", "benign")),
        ("digits", (1797, 64), "multiclass", "pixel_0_0", tuple("0123456789")),
        ("diabetes", (442, 10), "regression", "age", ()),
    ],
)
def test_a_bundled_dataset_has_its_rows_and_its_own_names(name, shape, task, feature, classes):
    dataset = datasets[name]().load(Path("nowhere"), 0)
    assert (dataset.X.shape, dataset.task, dataset.features[0], dataset.classes) == (shape, task, feature, classes)
    assert dataset.X.dtype == np.float64
    assert all(type(word) is str for word in (*dataset.features, *dataset.classes))
    if task == "regression":
        assert (dataset.y.shape, dataset.y.dtype, dataset.targets) == ((442, 1), np.float64, ("target",))
    else:
        assert (dataset.y.dtype, np.unique(dataset.y).tolist()) == (np.int64, list(range(len(classes))))
        assert dataset.targets == ("class",)
    assert dataset.frame.rows.tolist() == list(range(1, shape[0] + 1))
