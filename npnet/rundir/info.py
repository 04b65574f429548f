"""What run.json and metrics.json must hold, whoever wrote them."""

import math
from collections.abc import Iterable
from types import UnionType
from typing import Any

from npnet.rundir import names

THRESHOLD = "threshold"
"""What stands beside the parts in a metrics.json of two classes."""
STATUSES = ("running", "done", "interrupted", "failed", "diverged")
FIELDS: dict[str, type | UnionType] = {
    "status": str,
    "id": str,
    "name": str,
    "tags": list,
    "started": str,
    "finished": str | None,
    "seconds": float | int | None,
    "argv": list,
    "versions": dict,
    "machine": dict,
    "git": str | None,
    "data": str | None,
    "parameters": int | None,
    "best_epoch": int | None,
    "error": str | None,
}


OPTIONAL: dict[str, dict[str, type | UnionType]] = {
    "decisions": {"positive_class": str, "threshold": float | int, "chosen_for": str | None},
    "monitored": {
        "name": str,
        "value": float | int | None,
        "networks": int,
        "first_epoch": int,
        "last_epoch": int,
    },
    "dataset": {
        "task": str,
        "targets": list,
        "classes": list,
        "class_count": int,
        "columns": int,
        "inputs": int,
        "folds": int,
        "rows": dict,
    },
}
"""Fields that a run may lack, and what is in them."""


def check_info(fields: dict[str, Any]) -> None:
    """Check the format and the fields of a run.json; ValueError says what is off."""
    number = fields.get("format")
    if type(number) is int and number > names.FORMAT:
        raise ValueError(f"it has format {number} and needs a newer npnet")
    if type(number) is not int or number != names.FORMAT:
        raise ValueError("it was not written by npnet")
    wrong = [name for name, kind in FIELDS.items() if name not in fields or not isinstance(fields[name], kind)]
    if wrong:
        raise ValueError(f"{wrong[0]} is missing or of another kind than npnet writes")
    for name in OPTIONAL.keys() & fields.keys():
        _check_fields(name, fields[name], OPTIONAL[name])
    files = fields.get("files", {})
    if not isinstance(files, dict) or not all(isinstance(digest, str) for digest in files.values()):
        raise ValueError("its files are none that npnet writes")
    if fields["status"] not in STATUSES or not all(isinstance(text, str) for text in fields["tags"] + fields["argv"]):
        raise ValueError("its status, tags or argv are none that npnet writes")
    data = fields.get("dataset", {"targets": [], "classes": [], "rows": {}})
    fits = all_are(str, data["targets"] + data["classes"]) and all_are(int, data["rows"].values())
    if not fits or not isinstance(fields.get("network", ""), str):
        raise ValueError("its network or dataset are none that npnet writes")


def _check_fields(name: str, found: Any, kinds: dict[str, type | UnionType]) -> None:
    fits = isinstance(found, dict) and found.keys() == kinds.keys()
    if not fits or not all(isinstance(value, kinds[key]) for key, value in found.items()):
        raise ValueError(f"its {name} are none that npnet writes")


def all_are(kind: Any, values: Iterable[object]) -> bool:
    """Whether every value is of a kind; each type among them is looked at once."""
    return all(issubclass(one, kind) for one in set(map(type, values)))


def checked_scores(fields: dict[str, Any]) -> dict[str, dict[str, float]]:
    """The scores of each part, NaN for null, without the threshold; ValueError where they are no numbers."""
    for scores in fields.values():
        if not isinstance(scores, dict) or not all_are(float | int | None, scores.values()):
            raise ValueError("its parts do not hold numbers")
    return {
        part: {name: math.nan if score is None else float(score) for name, score in scores.items()}
        for part, scores in fields.items()
        if part != THRESHOLD
    }
