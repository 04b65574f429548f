"""The tables of benchmarks/speed.json in Markdown: `python -m benchmarks.report` prints and writes them."""

import json
from collections.abc import Iterator, Sequence

from benchmarks.measure import ROOT, Result
from benchmarks.peers import ENTRIES, FLOOR, NPNET, SCAN

SPEED = ROOT / "benchmarks" / "speed.json"
PAGE = ROOT / "docs" / "benchmarks.md"

HEAD = """# Benchmarks

`make bench` writes this page. `python -m benchmarks.report` prints these tables again from
[benchmarks/speed.json](../benchmarks/speed.json), which holds the times of every round.
"""

METHOD = f"""## How it is measured

All libraries train the same networks on the same rows, in float32, with one process for each library and network, on
one thread and one core. Libraries take turns for {{rounds}} rounds. Times are medians over the rounds; a ratio is the
median of the ratios of each round. Warm-up and compilation are not timed. A step shuffles (once an epoch), gathers its
batch, runs the forward and the backward pass, and updates the parameters. A full batch is neither shuffled nor
gathered. Nothing is evaluated. The 64 models share their batches; their time is per step and model.

- **{FLOOR.heading}**: only the matrix products of a step, in NumPy, into preallocated arrays.
- **scikit-learn**: `MLPClassifier.fit`. **PyTorch**: eager mode, fused optimizer. **compiled**: `torch.compile` of
  gradient and update in one function. **JAX**: one jitted call per step, optax, donated buffers; `vmap` for the 64
  models. **Keras**: `fit` on JAX, 32 steps per call. **npnet**: the training loop of `npnet train`.
- **{SCAN.heading}**: all steps of an epoch as one compiled call, `lax.scan`. Training cannot be monitored or stopped
  between its steps, so this column does not count as "fastest peer".
"""


def main() -> None:
    """Print the tables of speed.json and write the page."""
    result: Result = json.loads(SPEED.read_text())
    print(tables(result))
    PAGE.write_text(page(result))


def page(result: Result) -> str:
    """Give docs/benchmarks.md: tables, machine, method."""
    return "\n".join([HEAD, tables(result), where(result), METHOD.format(rounds=result["rounds"])])


def tables(result: Result) -> str:
    """Return times, ratios and commands, as far as they were measured."""
    parts = []
    if result["works"]:
        parts += ["## Time of a step", times(result["works"]), "## npnet and the fastest peer", ratios(result["works"])]
    if result["commands"]:
        parts += ["## Whole commands", commands(result["commands"])]
    return "\n\n".join(parts) + "\n"


def times(works: list[Result]) -> str:
    """Seconds per step (and model) by library."""
    headings = [entry.heading for entry in (*ENTRIES[1:], NPNET)]
    rows = [[work["title"], *(duration(work["medians"].get(heading)) for heading in headings)] for work in works]
    return table(["network, float32", *headings], rows)


def ratios(works: list[Result]) -> str:
    """Npnet over the fastest peer, the floor and the scan, with what must be."""
    rows = []
    for work in works:
        peer, floor, scan = (work["ratios"][name] for name in ("fastest peer", "floor", SCAN.heading))
        rows.append([work["title"], work["fastest"], *verdict(peer), *verdict(floor), *verdict(scan)[:1]])
    rest = ["npnet / floor", "target", f"npnet / {SCAN.heading}"]
    return table(["network", "fastest peer", "npnet / peer", "target", *rest], rows)


def commands(pairs: list[Result]) -> str:
    """Whole commands, start to exit, with what must be."""
    rows = [[p["title"], *map(duration, p["medians"].values()), *verdict(p["ratios"]["other"])] for p in pairs]
    return table(["command / compared with", "npnet", "other", "ratio", "target"], rows)


def verdict(ratio: Result) -> tuple[str, str]:
    """Format a ratio, and its limit with whether it is met."""
    if ratio["limit"] is None:
        return f"{ratio['median']:.2f}", ""
    return f"{ratio['median']:.2f}", f"<= {ratio['limit']:g}: {'met' if ratio['met'] else 'missed'}"


def duration(seconds: float | None) -> str:
    """Three digits with their unit.

    >>> duration(0.00000912), duration(0.0144), duration(None)
    ('9.12 us', '14.4 ms', '')
    """
    if seconds is None:
        return ""
    scale, unit = next(
        ((1e6, "us"), (1e3, "ms"), (1, "s"))[i] for i, most in enumerate((1e-3, 1, 1e9)) if seconds < most
    )
    value = seconds * scale
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f} {unit}"


def where(result: Result) -> str:
    """Return the machine and the versions, as a list."""
    facts = {
        **result["machine"],
        **result["versions"],
        "date": result["date"],
        "minutes of make bench": result["minutes"],
    }
    return "\n".join(
        ["## Machine and versions", "", *(f"- {name.replace('_', ' ')}: {value}" for name, value in facts.items()), ""]
    )


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, the first column left, the others right."""
    return "\n".join(lines(heading, rows))


def lines(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heading)} |"
    yield f"|---|{'---:|' * (len(heading) - 1)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    main()
