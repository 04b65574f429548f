"""Data: where rows come from, how they are split, and how they are scaled. Importing it registers all datasets."""

from npnet.data.datasets import bundled, curves, synthetic, table
from npnet.data.source import Dataset, Source, SourceSpec, Task, datasets
from npnet.data.split.splits import Split
from npnet.data.split_and_fit import Part, Prepared, Scaler, fingerprint, prepare

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
    "curves",
    "datasets",
    "fingerprint",
    "prepare",
    "synthetic",
    "table",
]
