"""Print the table of parity: `python -m tests.bridges.parity`; --write puts it into docs/export.md.

Each row is a run, each column a target: the largest deviation from npnet, or refused.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bridges.asking import EVERY
from tests.export.cases import trained
from tests.export.parity import ALL, CLOSE, measured

PAGE = Path(__file__).parent.parent.parent / "docs" / "export.md"
START, END = "<!-- parity -->\n", "<!-- end of parity -->\n"


def lines(failed: list[str]) -> Iterator[str]:
    """Yield the lines of the table; adds what deviates too far."""
    yield f"| | run | {' | '.join(EVERY)} |"
    yield f"| --- | --- | {' | '.join('---:' for _ in EVERY)} |"
    with tempfile.TemporaryDirectory() as base:
        for number, case in enumerate(ALL):
            run, cells = trained(Path(base, str(number)), case), []
            for to, ask in EVERY.items():
                far = measured(run, to, run.folder, ask)
                if far is not None and not far < CLOSE:
                    failed.append(f"{case.id}, {to}: {far}")
                cells.append(f"{far:.0e}" if far is not None else "as data" if to == "json" else "refused")
            yield f"| {case.group} | {case.name} | {' | '.join(cells)} |"


def main() -> int:
    """Print or write the table; exit code 1 where an export deviates by more than 1e-5."""
    failed: list[str] = []
    table = []
    for line in lines(failed):
        print(line, flush=True)
        table.append(f"{line}\n")
    if "--write" in sys.argv:
        before, _, rest = PAGE.read_text("utf-8").partition(START)
        PAGE.write_text(f"{before}{START}\n{''.join(table)}\n{END}{rest.partition(END)[2]}", "utf-8")
    print(*failed, sep="\n", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
