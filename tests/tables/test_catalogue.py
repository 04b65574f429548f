"""What `npnet init` understands of the files of the catalogue, against the right reading of each."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.tables import make, make_held_out
from tests.tables.case import Case
from tests.tables.catalogue import CASES
from tests.tables.held_out import HELD_OUT
from tests.tables.reading import faults

EVERY = 12  # of the catalogue in the short run


def misread(cases: Iterable[Case], folder: Path, content: Callable[[str], bytes]) -> dict[str, list[str]]:
    """Return what is wrong with each case that is misread; cases whose package is missing are left out."""
    there = [case for case in cases if not make.missing_package(case)]
    found = {case.name: faults(case, make.write(case, folder, content)) for case in there}
    return {name: wrong for name, wrong in found.items() if wrong}


def test_files_of_every_kind_are_understood(tmp_path: Path) -> None:
    assert misread(CASES[::EVERY], tmp_path, make.content) == {}


@pytest.mark.long
def test_all_files_are_understood(tmp_path: Path) -> None:
    assert misread(CASES, tmp_path, make.content) == {}


@pytest.mark.long
def test_files_that_nobody_had_in_mind_are_understood(tmp_path: Path) -> None:
    assert misread(HELD_OUT, tmp_path, make_held_out.content) == {}
