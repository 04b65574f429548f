"""Errors that show that memory ran out, whatever their type and message."""

import errno

import numpy as np
import pytest

from npnet.machine.resources import out_of_memory


def _caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


SAID = "libscipy_openblas-6cdc3b4a.so: failed to map segment from shared object"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), ""),
        (np._core._exceptions._ArrayMemoryError((1000,), np.dtype(float)), ": Unable to allocate 7.81 KiB"),  # type: ignore[attr-defined]
        (ImportError(SAID), f": {SAID}"),
        (_caused(ImportError("IMPORTANT: PLEASE READ THIS\nnumpy\n"), ImportError(SAID)), f": {SAID}"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), ": [Errno 12] Cannot allocate memory"),
        (RuntimeError("can't start new thread"), ": can't start new thread"),
        (_caused(ValueError("odd"), MemoryError()), ""),
    ],
)
def test_what_says_that_no_memory_is_left_is_the_fault_of_the_machine(error: Exception, reason: str) -> None:
    refusal = out_of_memory(error)
    assert refusal is not None
    assert refusal.code == 6
    assert refusal.message.startswith(f"memory ran out{reason}")
    assert "\n" not in refusal.message
    assert "ulimit -v" in (refusal.hint or "")


@pytest.mark.parametrize(
    "error",
    [
        ImportError("No module named 'optuna'"),
        OSError(errno.ENOENT, "No such file"),
        RuntimeError("odd"),
        ValueError("cannot allocate memory"),  # the text of a user, who knows
    ],
)
def test_other_errors_are_not(error: Exception) -> None:
    assert out_of_memory(error) is None
