"""Memory: how much this process may still take, and how people read it."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

SHARE = 0.9  # of what is available that one thing may take
NO_LIMIT, NONE = 2**63, resource.RLIM_INFINITY
CGROUPS = Path("/sys/fs/cgroup")


def available() -> int:
    """Bytes that this process may still take: free memory, or less where a limit is set."""
    return max(0, min(_free(), address_space(), *_control_groups()))


def size_text(count: int) -> str:
    """A number of bytes as people read it: `7.3 TiB`."""
    size, units = float(count), ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")
    for unit in units:
        if size < 1000 or unit == units[-1]:
            break
        size /= 1024
    return f"{size:.3g} {unit}" if size < 1e6 else f"{size:.1e} {unit}"


def _free() -> int:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except FileNotFoundError:  # no Linux: all memory that is built in
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))


def address_space() -> int:
    """Bytes that limits on this process (ulimit -v, ulimit -d) leave it to map; it may be less than none."""
    try:
        pages = [int(count) for count in Path("/proc/self/statm").read_text(encoding="ascii").split()]
    except FileNotFoundError:  # no Linux
        pages = [0] * 7
    used = {resource.RLIMIT_AS: pages[0], resource.RLIMIT_DATA: pages[5]}
    limits = {kind: resource.getrlimit(kind)[0] for kind in used}
    left = [limit - used[kind] * resource.getpagesize() for kind, limit in limits.items() if limit != NONE]
    return min(left, default=NO_LIMIT)


def _control_groups() -> Iterator[int]:
    """The room in each group that holds this process, version 2 then version 1."""
    yield NO_LIMIT
    for folder in _folders():
        yield _room(folder, "memory.max", "memory.current", "inactive_file")
        yield _room(folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def _folders() -> Iterator[Path]:
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for _, controllers, name in (line.split(":", 2) for line in lines):
        if controllers in ("", "memory"):
            root = CGROUPS / controllers
            folder = root / name.lstrip("/")
            yield from (group for group in (folder, *folder.parents) if group.is_relative_to(root))


def _room(folder: Path, limit: str, usage: str, cache: str) -> int:
    """Limit less usage, of which the files that are only cached do not count."""
    try:
        bound = int((folder / limit).read_text(encoding="ascii"))
        used = int((folder / usage).read_text(encoding="ascii"))
        lines = (folder / "memory.stat").read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):  # no such group, or no limit: "max"
        return NO_LIMIT
    return bound - used + sum(int(line.split()[1]) for line in lines if line.split()[0] == cache)
