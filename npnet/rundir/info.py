"""run.json and metrics.json: the fields that they hold, checked, and what is recorded of the machine.

Nothing is imported from NumPy before the machine is asked for: runs are listed without it.
"""

import math
import os
import platform
import re
import subprocess
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import UnionType
from typing import Any

import npnet
from npnet.rundir import names

Info = dict[str, Any]
Kinds = Mapping[str, type | UnionType]

PACKAGES = ("numpy", "scipy", "scikit-learn", "pandas", "pydantic", "pyyaml", "matplotlib")
THRESHOLD = "threshold"
"""The key beside the splits in the metrics.json of two classes."""
STATUSES = ("running", "done", "interrupted", "failed", "diverged")
FIELDS: Kinds = {
    **dict.fromkeys(("status", "id", "name", "started"), str),
    **dict.fromkeys(("finished", "git", "data", "error"), str | None),
    **dict.fromkeys(("parameters", "best_epoch"), int | None),
    **dict.fromkeys(("tags", "argv"), list),
    **dict.fromkeys(("versions", "machine"), dict),
    "seconds": float | int | None,
}
OPTIONAL: dict[str, Kinds] = {
    "decisions": {"positive_class": str, "threshold": float | int, "chosen_for": str | None},
    "monitored": {
        "name": str,
        "value": float | int | None,
        **dict.fromkeys(("networks", "first_epoch", "last_epoch"), int),
    },
    "dataset": {
        **dict.fromkeys(("targets", "classes"), list),
        **dict.fromkeys(("class_count", "columns", "inputs", "folds"), int),
        "task": str,
        "rows": dict,
    },
}
"""Fields that a run.json may lack, and the keys of each."""


def check_info(fields: Info) -> None:
    """Check the format and the fields of a run.json; raise ValueError that names the first problem."""
    check_format(fields)
    wrong = [name for name, kind in FIELDS.items() if name not in fields or not isinstance(fields[name], kind)]
    if wrong:
        raise ValueError(f"{wrong[0]} is missing or of another kind than npnet writes")
    for name in OPTIONAL.keys() & fields.keys():
        found, kinds = fields[name], OPTIONAL[name]
        same_keys = isinstance(found, dict) and found.keys() == kinds.keys()
        if not same_keys or not all(isinstance(value, kinds[key]) for key, value in found.items()):
            raise ValueError(f"its {name} are none that npnet writes")
    files = fields.get("files", {})
    if not isinstance(files, dict) or not all(isinstance(digest, str) for digest in files.values()):
        raise ValueError("its files are none that npnet writes")
    plugins = fields.get("plugins", [])
    if not isinstance(plugins, list) or not all(map(_is_plugin, plugins)):
        raise ValueError("its plugins are none that npnet writes")
    if fields["status"] not in STATUSES or not all(isinstance(text, str) for text in fields["tags"] + fields["argv"]):
        raise ValueError("its status, tags or argv are none that npnet writes")
    data = fields.get("dataset", {"targets": [], "classes": [], "rows": {}})
    fits = all_are(str, data["targets"] + data["classes"]) and all_are(int, data["rows"].values())
    if not fits or not isinstance(fields.get("network", ""), str):
        raise ValueError("its network or dataset are none that npnet writes")


def _is_plugin(note: Any) -> bool:
    """Return whether a plugin of a run.json is noted as npnet writes it."""
    kinds = {"file": "sha256", "package": "version", "module": None}
    if not isinstance(note, dict) or not isinstance(note.get("names"), list) or not note["names"]:
        return False
    origin = [key for key in kinds if key in note]
    texts = [*note["names"], *(value for key, value in note.items() if key != "names")]
    if len(origin) != 1 or not all(isinstance(text, str) and text.isprintable() and text for text in texts):
        return False
    second = kinds[origin[0]]
    keys = {"names", origin[0], *([second] if second else [])}
    return note.keys() == keys and "/" not in note.get("file", "") and max(map(len, texts)) <= 255


def check_format(fields: Info) -> None:
    """Check the format of a run.json; raise ValueError for an older, a newer or an unknown one."""
    number = fields.get("format")
    if type(number) is not int or number < 1:
        raise ValueError("it was not written by npnet")
    if number > names.FORMAT:
        raise ValueError(f"it has format {number} and needs a newer npnet")
    if number < names.FORMAT:
        raise ValueError(f"it has format {number}, and this npnet reads format {names.FORMAT}: train the run again")


def all_are(kind: Any, values: Iterable[object]) -> bool:
    """Return whether every value is of a kind; each type is checked once."""
    return all(issubclass(one, kind) for one in set(map(type, values)))


def checked_scores(fields: Info) -> dict[str, dict[str, float]]:
    """Return the scores of each split, NaN for null, without the threshold; raise ValueError for other values."""
    for scores in fields.values():
        if not isinstance(scores, dict) or not all_are(float | int | None, scores.values()):
            raise ValueError("its parts do not hold numbers")
    return {
        split: {name: math.nan if score is None else float(score) for name, score in scores.items()}
        for split, scores in fields.items()
        if split != THRESHOLD
    }


def versions() -> dict[str, str | None]:
    """Return the versions of Python, npnet and the packages it computes with, without importing them."""
    found: dict[str, str | None] = {"python": platform.python_version(), "npnet": npnet.__version__}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


def machine() -> Info:
    """Return the processor, the instructions that NumPy uses, and the BLAS with its present number of threads."""
    import numpy as np
    from threadpoolctl import threadpool_info

    try:
        text = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        text = ""
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    # SciPy may bring another BLAS than NumPy, listed first once it is loaded. Not every BLAS reports its architecture.
    found = [library for library in threadpool_info() if library["user_api"] == "blas"]
    blas = next((library for library in found if "numpy.libs" in library["filepath"]), found[0] if found else None)
    keys = {"name": "internal_api", "version": "version", "architecture": "architecture", "threads": "num_threads"}
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpu": model[1] if model else platform.processor(),
        "cores": os.cpu_count(),
        "features": np.show_config(mode="dicts")["SIMD Extensions"]["found"],
        "blas": None if blas is None else {name: blas.get(key) for name, key in keys.items()},
    }


def fingerprint(versions: Info, machine: Info) -> Info:
    """Return what may change the last bits of a result: versions, processor and BLAS, by name."""
    blas = {f"BLAS {name}": value for name, value in (machine.get("blas") or {}).items()}
    features = " ".join(map(str, machine.get("features") or ()))
    packages = {name: versions.get(name) for name in ("npnet", "numpy")}
    return {**packages, "processor": machine.get("cpu"), "its instructions": features, **blas}


def git_commit(folder: Path) -> str | None:
    """Return the commit checked out in a folder; None without git or outside a repository."""
    command = ["git", "-C", str(folder), "rev-parse", "--verify", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=5)
    except (FileNotFoundError, PermissionError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
