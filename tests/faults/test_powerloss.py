"""Trainings that lose their power end as if they had not: a short form of `make powerloss`, and its controls."""

import pytest

from tests.faults.harness import in_a_process
from tests.faults.operations import Operation
from tests.faults.powerloss import losses_of


@pytest.mark.long
def test_trainings_that_lose_their_power_end_in_the_same_bytes() -> None:
    done = in_a_process("powerloss", "--every", "23", "--jobs", "1")
    assert done.stdout.splitlines()[-1].endswith(" tried, 0 faults"), done.stdout
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.long
@pytest.mark.parametrize(
    ("without", "every", "found"),
    [
        ("sync-of-files", "16", "cannot be used"),
        ("sync-of-folders", "16", "/run.json might be lost"),
        ("rename", "4", "run.json: "),
    ],
)
def test_a_training_without_one_of_the_three_is_caught(without: str, every: str, found: str) -> None:
    done = in_a_process("powerloss", "--only", "short", "--every", every, "--jobs", "1", "--without", without)
    assert found in done.stdout
    assert not done.stdout.splitlines()[-1].endswith(" tried, 0 faults")
    assert (done.returncode, done.stderr) == (1, "")


def test_equal_states_are_tried_once_and_files_that_would_not_last_are_reported() -> None:
    losses = losses_of([Operation("open", ("file",)), Operation("promise", ("file",)), Operation("sync folder", ("",))])
    assert losses.number == 8
    assert [loss.how.partition(": ")[2] for loss in losses.different.values()] == [
        "all was written",
        "only what was synced was written",
    ]
    assert (losses.promises, losses.broken, losses.fleeting) == (1, ["file might be lost"], [])
    losses = losses_of([Operation("open", ("file",))])
    assert losses.fleeting == ["file might be lost after the end"]
