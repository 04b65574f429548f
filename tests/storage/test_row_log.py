"""Files that grow by rows: what was appended is read, and nothing that a crash or a stranger left."""

import zlib

import numpy as np
import pytest

from npnet.errors import Diverged
from npnet.storage.row_log import opening_of, row_of, rows_in

NAMES = ("epoch", "step")


def tensors(number: int) -> dict[str, np.ndarray]:
    return {"weight": np.full((2, 3), number, np.float64), "bias": np.arange(2, dtype=np.float32) - number}


def written(count: int = 3) -> list[bytes]:
    """Return the opening and the rows of a file."""
    opening = opening_of("x.bin", {"epoch": 0, "step": 0}, tensors(0), {"known": "0.5"})
    return [opening, *(row_of("x.bin", (number, 7 * number), tensors(number)) for number in range(1, count))]


def test_rows_are_read_as_they_were_written() -> None:
    pieces = written()
    rows = rows_in(b"".join(pieces), NAMES)
    assert rows is not None
    assert rows.numbers.tolist() == [[0, 0], [1, 7], [2, 14]]
    assert rows.metadata == {"known": "0.5"}
    assert rows.ends.tolist() == np.cumsum([len(piece) for piece in pieces]).tolist()
    for number in range(3):
        for name, values in tensors(number).items():
            assert rows.tensors[name].dtype == np.float32
            np.testing.assert_array_equal(rows.tensors[name][number], values)


def test_a_file_cut_anywhere_has_its_whole_rows() -> None:
    pieces = written()
    data, ends = b"".join(pieces), np.cumsum([len(piece) for piece in pieces])
    for size in range(len(data)):
        rows = rows_in(data[:size], NAMES)
        assert (0 if rows is None else len(rows.numbers)) == np.count_nonzero(ends <= size)


def test_a_changed_byte_ends_the_rows() -> None:
    pieces = written()
    data = b"".join(pieces)
    for at in range(len(data)):
        rows = rows_in(data[:at] + bytes([data[at] ^ 64]) + data[at + 1 :], NAMES)
        count = 0 if rows is None else len(rows.numbers)
        assert count == (0 if at < len(pieces[0]) else 1 if at < len(data) - len(pieces[2]) else 2)


@pytest.mark.parametrize("tail", [b"\0" * 4096, b"\xff" * 100, b"x"])
def test_what_a_loss_of_power_left_at_the_end_is_no_row(tail: bytes) -> None:
    rows = rows_in(b"".join(written()) + tail, NAMES)
    assert rows is not None
    assert len(rows.numbers) == 3


def test_numbers_that_are_not_finite_are_neither_written_nor_read() -> None:
    bad = {**tensors(1), "bias": np.array([np.nan, 1.0])}
    with pytest.raises(Diverged):
        row_of("x.bin", (1, 1), bad)
    with pytest.raises(Diverged):
        opening_of("x.bin", {"epoch": 0, "step": 0}, bad, {})
    row = bytearray(written()[1][:-4])
    row[16:20] = np.float32(np.inf).tobytes()
    forged = bytes(row) + zlib.crc32(bytes(row)).to_bytes(4, "little")
    rows = rows_in(written()[0] + forged, NAMES)
    assert rows is not None
    assert len(rows.numbers) == 1


@pytest.mark.parametrize("data", [b"", b"\0" * 8, b"\xff" * 8, (2**40).to_bytes(8, "little") + b"{}", b"PK\3\4" * 100])
def test_another_file_has_no_rows(data: bytes) -> None:
    assert rows_in(data, NAMES) is None
    assert rows_in(written()[0], ("epoch", "other")) is None
