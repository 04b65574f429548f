"""The machine: what may explain why the same training gives other numbers elsewhere."""

import os
import platform
import re
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

import npnet

PACKAGES = ("numpy", "scipy", "scikit-learn", "pandas", "pydantic", "pyyaml", "matplotlib")

Facts = dict[str, Any]


def versions() -> dict[str, str | None]:
    """The versions of Python, npnet and the packages that its numbers come from; nothing is imported for it."""
    found = {"python": platform.python_version(), "npnet": npnet.__version__}
    return found | {package: _version(package) for package in PACKAGES}


def machine() -> Facts:
    """The processor, what NumPy uses of it, and the BLAS with its number of threads now."""
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "features": np.show_config(mode="dicts")["SIMD Extensions"]["found"],
        "blas": _blas(),
    }


def fingerprint(versions: Facts, machine: Facts) -> Facts:
    """What of the versions and the machine may change the last bits of a result, by name."""
    blas = {f"BLAS {name}": value for name, value in (machine.get("blas") or {}).items()}
    features = " ".join(map(str, machine.get("features") or ()))
    matter = {name: versions.get(name) for name in ("npnet", "numpy")}
    return {**matter, "processor": machine.get("cpu"), "its instructions": features, **blas}


def git_commit(folder: Path) -> str | None:
    """The commit that is checked out where `folder` is; None without git or outside of a repository."""
    command = ["git", "-C", str(folder), "rev-parse", "--verify", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=5)
    except (FileNotFoundError, PermissionError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


@cache
def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _cpu() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        return platform.processor()
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return model[1] if model else platform.processor()


def _blas() -> Facts | None:
    libraries = [library for library in threadpool_info() if library["user_api"] == "blas"]
    if not libraries:
        return None
    numpys = libraries[0]  # in the order of loading, and NumPy comes before SciPy, which may bring its own
    return {
        "name": numpys["internal_api"],
        "version": numpys["version"],
        "architecture": numpys.get("architecture"),  # not every BLAS tells
        "threads": numpys["num_threads"],
    }
