"""Where it is measured: one thread on one core, and the words for the machine and the versions."""

import os
import platform
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

EXTRA = ("torch", "jax", "optax", "keras")
PACKAGES = ("npnet", "numpy", "scikit-learn", "matplotlib", "torch", "jax", "jaxlib", "optax", "keras")
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}


def missing() -> list[str]:
    """Return the packages of the bench extra that are not installed."""
    return [package for package in EXTRA if find_spec(package) is None]


def pin() -> int | None:
    """Keep this process and those that it starts to one thread on one core; which one, where the system can."""
    os.environ.update(ONE_THREAD)
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def describe() -> dict[str, str | int | float | None]:
    """Processor, cores, memory, system, and how busy it was before."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "cpu": processor(),
        "cores": os.cpu_count(),
        "memory": f"{pages * size / 2**30:.1f} GiB",
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def processor() -> str:
    """Its name as the system gives it, with family and model, for names can be as short as "Xeon"."""
    table = Path("/proc/cpuinfo")
    if not table.exists():
        asked = subprocess.run(
            ["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, check=False
        )
        return asked.stdout.strip() or platform.processor()
    facts = dict(line.replace("\t", "").split(": ", 1) for line in table.read_text().splitlines() if ": " in line)
    name = facts.get("model name", platform.machine())
    return f"{name} (family {facts['cpu family']}, model {facts['model']})" if "cpu family" in facts else name


def versions(packages: Sequence[str] = PACKAGES) -> dict[str, str]:
    """Of every package that takes part, and the BLAS that NumPy calls."""
    import numpy  # noqa: F401 - its BLAS must be loaded to be found
    from threadpoolctl import threadpool_info

    found = {package: version(package) for package in packages}
    for library in threadpool_info():
        if library["user_api"] == "blas":
            found["numpy BLAS"] = f"{library['internal_api']} {library['version']} {library.get('architecture', '')}"
    return found
