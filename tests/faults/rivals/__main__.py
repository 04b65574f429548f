"""Rivals: `python -m tests.faults.rivals` does the same to what npnet and what other libraries save, side by side.

Every byte of a small file is changed to every other value (of Keras's larger files, a regular sample), the file is
cut off everywhere, a save over an existing file is killed at each of its calls, and a file that would run a command
is loaded. `pip install 'npnet[rivals]'` gets all that is compared.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

from tests.faults.rivals.kills import NEITHER
from tests.faults.rivals.one import Findings
from tests.faults.rivals.savers import PACKAGES, SAVERS
from tests.faults.rivals.table import table
from tests.faults.strace import why_not

SURROUNDINGS = {"KERAS_BACKEND": "torch", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare and print the table; 1 where npnet broke its promise, or a saver could not be tried."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.rivals", description=__doc__)
    parser.add_argument("--only", choices=SAVERS, action="append", help="this one, and others named so")
    parser.add_argument("--most", type=int, metavar="N", help="change each file in at most so many ways")
    parser.add_argument("--jobs", type=int, default=2, metavar="N")
    given = parser.parse_args(arguments)
    names = given.only or list(SAVERS)
    absent = {name: lacking for name in names if (lacking := missing(name))}
    for name, packages in absent.items():
        print(f"not compared: {name}, as {', '.join(packages)} is not installed")
    if reason := why_not():
        print(f"not killed, nothing known of what is synced: {reason}")
    with ThreadPoolExecutor(given.jobs) as pool:
        present = [name for name in names if name not in absent]
        found = dict(zip(present, pool.map(lambda name: compared(name, given.most), present), strict=True))
    whole = {name: one for name, one in found.items() if one}
    print(table(whole))
    return int(len(whole) < len(found) or any(broken(one) for name, one in whole.items() if name == "npnet"))


def missing(name: str) -> list[str]:
    """Return the packages that a saver needs and that are not installed."""
    return [package for package in PACKAGES[name] if find_spec(package) is None]


def compared(name: str, most: int | None) -> Findings | None:
    """Return the findings about a saver from an interpreter of its own; None, and why on stderr, without any."""
    command = [sys.executable, "-m", "tests.faults.rivals.one", name, *([] if most is None else [str(most)])]
    done = subprocess.run(command, env=os.environ | SURROUNDINGS, capture_output=True, text=True, check=False)
    print(f"{name}: {'failed: ' + done.stderr[-2_000:] if done.returncode else 'done'}", file=sys.stderr, flush=True)
    return None if done.returncode else Findings.read(done.stdout.splitlines()[-1])


def broken(found: Findings) -> bool:
    """Whether any change went unnoticed, a kill lost both files, something is not synced, or code was run."""
    noticed = all(damage.outcomes["REFUSED"] == damage.tried for damage in (found.changes, found.cuts))
    return not noticed or NEITHER in found.kills or not all(found.manner.values()) or found.runs


if __name__ == "__main__":
    sys.exit(main())
