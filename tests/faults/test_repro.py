"""The same bits in other environments; the long form is `make repro`."""

from pathlib import Path

import pytest

from tests.faults.repro import CONTROLS, LARGE_CONTROLS, LARGE_ONES, SHORT, hashes, held, prepare, prepare_large


@pytest.mark.long
def test_the_bits_are_the_same_in_every_environment_and_another_seed_gives_others(tmp_path: Path) -> None:
    prepare(tmp_path)
    [one] = set(hashes(tmp_path, SHORT).values())
    assert hashes(tmp_path, CONTROLS[-1:]) != {"another seed": one}


@pytest.mark.long
def test_a_network_that_takes_two_threads_has_their_bits_on_one_core_too() -> None:
    assert held(prepare_large, LARGE_ONES[-2:], LARGE_CONTROLS)
