"""Tables and datasets, their splits and their preparation; importing it registers datasets."""

from npnet.data.datasets import (
    Dataset,
    Source,
    SourceSpec,
    Task,
    bundled,
    datasets,
    fingerprint,
    images,
    playground,
    sequences,
    synthetic,
    table,
    text,
    windows,
)
from npnet.data.part import Part
from npnet.data.preprocessing.scaling import Scaler
from npnet.data.split import Split
from npnet.data.split_and_fit import Prepared, prepare

__all__ = [
    "Dataset",
    "Part",
    "Prepared",
    "Scaler",
    "Source",
    "SourceSpec",
    "Split",
    "Task",
    "bundled",
    "datasets",
    "fingerprint",
    "images",
    "playground",
    "prepare",
    "sequences",
    "synthetic",
    "table",
    "text",
    "windows",
]
