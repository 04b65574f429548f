"""Memory that is available."""

import subprocess
import sys
from pathlib import Path

from npnet.machine.resources import available


def test_what_is_available_is_less_than_an_address_space_limit() -> None:
    program = "import resource; from npnet.machine.resources import available; "
    program += "resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)); print(available())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert 0 <= int(done.stdout) < 2**30


def test_what_is_available_is_some_memory_of_this_machine() -> None:
    assert 0 < available() < 2**50
    if Path("/proc/meminfo").exists():
        total = int(Path("/proc/meminfo").read_text().split()[1]) * 1024
        assert available() <= total
