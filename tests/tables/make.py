"""Write the catalogue's files: python -m tests.tables.make FOLDER [CASE ...], the same bytes each time."""

import importlib.util
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

from tests.tables import make_files, make_meanings, make_numbers, make_text, make_together
from tests.tables.case import Case
from tests.tables.catalogue import CASES

TEXTS: dict[str, Callable[[Random], str]] = {
    **make_text.TEXTS,
    **make_numbers.TEXTS,
    **make_meanings.TEXTS,
    **make_together.TEXTS,
}
ENCODINGS = {
    **make_text.ENCODINGS,
    **make_numbers.ENCODINGS,
    **make_meanings.ENCODINGS,
    **make_together.ENCODINGS,
}
FILES = make_files.FILES


def content(file: str) -> bytes:
    """Return the bytes of a file of the catalogue; each has its own random numbers."""
    random = Random(file)
    return FILES[file](random) if file in FILES else TEXTS[file](random).encode(ENCODINGS.get(file, "utf-8"))


def missing_package(case: Case) -> str:
    """Return the name of the package that a case's file is written by and that is not installed, or nothing."""
    return case.needs if case.needs and importlib.util.find_spec(case.needs) is None else ""


def write(case: Case, folder: Path, content: Callable[[str], bytes] = content) -> Path:
    """Write the file of a case into a folder and return its path."""
    path = folder / case.file
    path.write_bytes(content(case.file))
    return path


def write_all(folder: Path, cases: Iterable[Case] = CASES, content: Callable[[str], bytes] = content) -> dict[str, str]:
    """Write the files of all cases; return those that were skipped, each with the package it needs."""
    folder.mkdir(parents=True, exist_ok=True)
    skipped: dict[str, str] = {}
    for case in cases:
        if package := missing_package(case):
            skipped[case.name] = package
        else:
            write(case, folder, content)
    return skipped


if __name__ == "__main__":
    named = set(sys.argv[2:])
    for name, package in write_all(
        Path(sys.argv[1]), [case for case in CASES if not named or case.name in named]
    ).items():
        print(f"{name}: skipped, {package} is not installed")
