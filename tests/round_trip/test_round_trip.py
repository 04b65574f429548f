"""What one command writes, the others read: every task, in every form, through every command."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.round_trip.checks import OPERATIONS
from tests.round_trip.runs import FORMS, TARGETS, Trained, trained

Train = Callable[[str, str], Trained]
SLICE = [
    ("labels", "cv", "evaluate"),
    ("labels", "cv", "predict"),
    ("labels", "cv", "load"),
    ("labels", "cv", "evaluate --data"),
    ("several targets", "one network", "predict"),
    ("several targets", "one network", "load"),
]


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Train:
    """Return the finished run of a task in a form, trained when it is first asked for; tests only read it."""
    base, known = tmp_path_factory.mktemp("round_trip"), dict[tuple[str, str], Trained]()

    def of(task: str, form: str) -> Trained:
        if (task, form) not in known:
            known[task, form] = trained(base / f"{task} {form}".replace(" ", "_"), task, form)
        return known[task, form]

    return of


@pytest.mark.long
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("task", TARGETS)
def test_a_run_can_be_used(task: str, form: str, operation: str, run: Train, tmp_path: Path) -> None:
    OPERATIONS[operation](run(task, form), tmp_path)


@pytest.mark.parametrize(("task", "form", "operation"), SLICE)
def test_a_run_of_several_targets_can_be_used(task: str, form: str, operation: str, run: Train, tmp_path: Path) -> None:
    OPERATIONS[operation](run(task, form), tmp_path)
