"""The disk: how much is free, and how people read a number of bytes of it."""

import math
import shutil
from contextlib import suppress
from pathlib import Path


def size_text(size: float) -> str:
    """Say a number of bytes as people do: 0, 512 bytes, 3.1 MB."""
    if size < 1000:
        return {0: "0", 1: "1 byte"}.get(int(size), f"{size:.0f} bytes")
    power = min(int(math.log10(size) // 3), 5)
    return f"{size / 1000**power:.1f} {' kMGTP'[power]}B"


def free_space(path: Path) -> int:
    """Bytes that this user may still write where `path` is; 0 where nobody can tell."""
    with suppress(OSError):
        return shutil.disk_usage(path.parent).free
    return 0
