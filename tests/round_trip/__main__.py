"""Print the round trip as a table: `python -m tests.round_trip`; exit code 1 where a cell fails."""

import sys
import tempfile
from pathlib import Path

from tests.round_trip.checks import OPERATIONS
from tests.round_trip.runs import FORMS, TARGETS, Trained, trained


def main() -> int:
    """Train every task in every form, use each run in every way, and say which cells hold."""
    failed = []
    print("| task | form |", " | ".join(OPERATIONS), "|")
    print("| --- | --- |", " | ".join("---" for _ in OPERATIONS), "|")
    with tempfile.TemporaryDirectory() as base:
        for number, (task, form) in enumerate((task, form) for task in TARGETS for form in FORMS):
            run = trained(Path(base, str(number)), task, form)
            reasons = {name: _reason(name, run, Path(base, f"{number}-{name}")) for name in OPERATIONS}
            print(f"| {task} | {form} |", " | ".join("failed" if why else "ok" for why in reasons.values()), "|")
            failed += [f"{task}, {form}, {name}: {why}" for name, why in reasons.items() if why]
    print(*failed, sep="\n", file=sys.stderr)
    return 1 if failed else 0


def _reason(operation: str, run: Trained, folder: Path) -> str:
    folder.mkdir()
    try:
        OPERATIONS[operation](run, folder)
    except AssertionError as error:
        return f"{error}".strip().partition("\n")[0] or "failed"
    return ""


if __name__ == "__main__":
    raise SystemExit(main())
