"""The same bits in other environments; the long form is `make repro`."""

from pathlib import Path

from tests.faults.repro import CONTROLS, SHORT, hashes, prepare


def test_the_bits_are_the_same_in_every_environment_and_another_seed_gives_others(tmp_path: Path) -> None:
    prepare(tmp_path)
    [one] = set(hashes(tmp_path, SHORT).values())
    assert hashes(tmp_path, CONTROLS[-1:]) != {"another seed": one}
