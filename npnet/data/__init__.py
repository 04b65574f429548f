"""Data: where rows come from, how they are split, and how they are scaled. Importing it registers all datasets."""

from npnet.data import bundled, curves, synthetic, table
from npnet.data.prepare import Part, Prepared, Scaler, fingerprint, prepare
from npnet.data.source import Dataset, Source, SourceSpec, Task, datasets
from npnet.data.splits import Split, split

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
    "split",
    "synthetic",
    "table",
]
