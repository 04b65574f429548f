"""A finding: an oddity of a table, its columns, and a message."""

from dataclasses import dataclass
from typing import Literal

FindingKind = Literal[
    "target",
    "header",
    "empty",
    "constant",
    "identifier",
    "copy",
    "predictor",
    "spelling",
    "skew",
    "counts",
    "rare class",
    "balance",
    "rows",
    "repeated",
    "reading",
]


@dataclass(frozen=True)
class Finding:
    """An oddity of a table: its kind, the columns that it is about, and a message."""

    fault: FindingKind
    columns: tuple[str, ...]
    message: str
