"""A checkpoint with one byte changed, or cut off anywhere, is refused; the harness would notice if it were not."""

import pytest

from npnet.storage import tensor_file
from tests.faults import flips
from tests.faults.flips import Count, changed, is_read, tried, truncated
from tests.faults.forging import checkpoint_of


@pytest.fixture(scope="module")
def data() -> bytes:
    return checkpoint_of(flips.SMALL)


def test_the_file_is_small_and_read_while_nothing_is_changed(data: bytes) -> None:
    assert 1_200 < len(data) < 2_000
    assert is_read(data)


def test_every_byte_changed_to_a_few_values_is_detected(data: bytes) -> None:
    added = (1, 2, 16, 32, 128, 255)
    assert tried(changed(data, added)) == Count(len(data) * len(added), 0)


def test_every_truncation_is_detected(data: bytes) -> None:
    assert tried(truncated(data)) == Count(len(data), 0)


def test_a_reader_that_does_not_compare_hashes_is_caught(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensor_file, "_signed", lambda header, *values: header)
    assert is_read(data)
    assert tried(changed(data, (1,))).missed > 500


def test_a_missed_change_fails_the_command(
    data: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(flips, "LARGE", 5_000)
    monkeypatch.setattr(flips, "changed", lambda data: changed(data, (1,)))
    assert flips.main(["--samples", "20"]) == 0
    assert f"{len(data):,} of {len(data):,} detected" in capsys.readouterr().out
    monkeypatch.setattr(tensor_file, "_signed", lambda header, *values: header)
    assert flips.main(["--samples", "20"]) == 1
