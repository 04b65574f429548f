"""Memory: what is available is told, in words that people read."""

import subprocess
import sys
from pathlib import Path

import pytest

from npnet.machine.memory import available, size_text


def test_what_is_available_is_less_than_an_address_space_limit() -> None:
    program = "import resource; from npnet.machine.memory import available; "
    program += "resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)); print(available())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert 0 <= int(done.stdout) < 2**30


def test_what_is_available_is_some_memory_of_this_machine() -> None:
    assert 0 < available() < 2**50
    if Path("/proc/meminfo").exists():
        total = int(Path("/proc/meminfo").read_text().split()[1]) * 1024
        assert available() <= total


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1024, "1 KiB"), (8_026_519_999_999, "7.3 TiB"), (21 * 2**30, "21 GiB")],
)
def test_sizes_are_written_as_people_read_them(count: int, text: str) -> None:
    assert size_text(count) == text
