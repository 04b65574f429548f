"""The table: what was found out about each saver, side by side, as Markdown."""

from collections.abc import Callable, Mapping

from tests.faults.rivals.kills import LEFT, NEITHER, THE_NEW, THE_OLD
from tests.faults.rivals.one import Damage, Findings

NOT_TRIED = "not tried"
BY_ROUNDING = {"0.0%": "<0.1%", "100.0%": ">99.9%"}


def table(found: Mapping[str, Findings]) -> str:
    """Return a table: a column for each saver, a row for each experiment."""
    rows = [["", *found], *([label, *map(tell, found.values())] for label, tell in ROWS.items())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    )


def _versions(found: Findings) -> str:
    return ", ".join(f"{package} {number}" for package, number in found.versions.items())


def _number(damage: Damage) -> str:
    return f"{damage.tried:,}" + (f" (1 in {damage.every:,})" if damage.every > 1 else "")


def _changed(*outcomes: str) -> Callable[[Findings], str]:
    return lambda found: _part(sum(found.changes.outcomes[name] for name in outcomes), found.changes.tried)


def _cut(*outcomes: str) -> Callable[[Findings], str]:
    return lambda found: _part(sum(found.cuts.outcomes[name] for name in outcomes), found.cuts.tried)


def _killed(*names: str) -> Callable[[Findings], str]:
    def tell(found: Findings) -> str:
        return _part(sum(found.kills.get(name, 0) for name in names), kills_of(found)) if found.kills else NOT_TRIED

    return tell


def kills_of(found: Findings) -> int:
    """How often a save was killed."""
    return sum(found.kills.get(name, 0) for name in (THE_OLD, THE_NEW, NEITHER))


def _part(count: int, whole: int) -> str:
    if count in (0, whole):
        return "all" if count else "0"
    share = f"{count / whole:.1%}"
    return f"{count:,} ({BY_ROUNDING.get(share, share)})"


def _manner(name: str) -> Callable[[Findings], str]:
    return lambda found: ("yes" if found.manner[name] else "no") if found.manner else NOT_TRIED


def _trusted(found: Findings) -> str:
    if not found.trust:
        return "always" if found.runs else "no such option"
    return f"{'yes' if found.runs_trusted else 'no'}, `{found.trust}`"


ROWS: dict[str, Callable[[Findings], str]] = {
    "version": _versions,
    "bytes of the file": lambda found: f"{found.size:,}",
    "**one byte changed**": lambda found: _number(found.changes),
    "rejected, or loaded with a warning": _changed("REFUSED"),
    "loaded silently, same values": _changed("SAME"),
    "loaded silently, different contents": _changed("OTHER"),
    "asked for more than 2 GB": _changed("BLOATED"),
    "crashed the process": _changed("CRASHED"),
    "hung": _changed("HUNG"),
    "**truncated**": lambda found: _number(found.cuts),
    "rejected": _cut("REFUSED"),
    "loaded, crashed or hung": _cut("SAME", "OTHER", "BLOATED", "CRASHED", "HUNG"),
    "**killed while saving over a file**": lambda found: f"{kills_of(found)} calls" if found.kills else NOT_TRIED,
    "the old file or the new one loads": _killed(THE_OLD, THE_NEW),
    "neither loads": _killed(NEITHER),
    "another file is left over": _killed(LEFT),
    "**safe against loss of power**": lambda found: "",
    "renamed into place when complete": _manner("renames"),
    "data synced before the rename": _manner("syncs_file"),
    "folder synced after the rename": _manner("syncs_folder"),
    "**runs code in the file**": lambda found: "yes" if found.runs else "no",
    "runs it if set to trust the file": _trusted,
}
