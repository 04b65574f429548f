"""What the cells say: means of the splits, ranks, and whether npnet is where it must be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

STATES = (0, 1)
DIGITS = 4  # of a score; what is equal in these is a tie
RANK_LIMIT, BEHIND_LIMIT, SECONDS_LIMIT = 2.3, -0.02, 0.5
NPNET, MLP, REALMLP_S = "npnet", "mlp", "realmlp_s"

Cells = Mapping[str, Mapping[str, float]]  # by "column table state": score, seconds, wall
Means = dict[str, dict[str, float]]  # by table, then column


@dataclass(frozen=True)
class Verdict:
    """A target: what is measured, what it must be, what it is, and whether that will do."""

    what: str
    must: str
    found: str
    met: bool


def means(cells: Cells, tables: Sequence[str], columns: Sequence[str], states: Sequence[int] = STATES) -> Means:
    """Return the mean score of the splits, where all of them are there."""
    return {
        table: {
            column: mean(cells[f"{column} {table} {state}"]["score"] for state in states)
            for column in columns
            if all(f"{column} {table} {state}" in cells for state in states)
        }
        for table in tables
    }


def total(cells: Cells, column: str, table: str, unit: str = "seconds") -> float | None:
    """Seconds of the trainings of both splits, None where one is missing."""
    keys = [f"{column} {table} {state}" for state in STATES]
    return sum(cells[key][unit] for key in keys) if all(key in cells for key in keys) else None


def ranks(scores: Mapping[str, float]) -> dict[str, float]:
    """Return the rank of each column, 1 is the best; equal ones share the mean of their ranks.

    >>> ranks({"a": 0.9, "b": 0.8, "c": 0.90001})
    {'a': 1.5, 'b': 3.0, 'c': 1.5}
    """
    rounded = {column: round(score, DIGITS) for column, score in scores.items()}
    values = list(rounded.values())
    return {
        column: sum(other > own for other in values) + (1 + values.count(own)) / 2 for column, own in rounded.items()
    }


def mean_ranks(found: Means) -> dict[str, float]:
    """Return the mean rank of each column over the tables where it was measured."""
    each = [ranks(scores) for scores in found.values()]
    columns = dict.fromkeys(column for one in each for column in one)
    return {column: mean(one[column] for one in each if column in one) for column in columns}


def verdicts(cells: Cells, found: Means) -> Iterator[Verdict]:
    """Return the targets that can be judged from what was measured."""
    placed = mean_ranks(found)
    others = {column: rank for column, rank in placed.items() if column != NPNET}
    if NPNET in placed and others:
        nearest = min(others, key=others.__getitem__)
        own = placed[NPNET]
        text = f"{own:.2f}; the best other one, {nearest}, has {others[nearest]:.2f}"
        met = own <= RANK_LIMIT and own < others[nearest]
        yield Verdict("mean rank", f"the best, at most {RANK_LIMIT}", text, met)
    gaps = {table: one[NPNET] - one[MLP] for table, one in found.items() if NPNET in one and MLP in one}
    if gaps:
        worst = min(gaps, key=gaps.__getitem__)
        text = f"{gaps[worst]:+.4f}, on {worst}"
        yield Verdict("npnet - MLP, the worst table", f"at least {BEHIND_LIMIT}", text, gaps[worst] >= BEHIND_LIMIT)
    both = [table for table, one in found.items() if NPNET in one and REALMLP_S in one]
    if both:
        own, theirs, wall, their_wall = (
            sum(total(cells, column, table, unit) or 0 for table in both)
            for unit in ("seconds", "wall")
            for column in (NPNET, REALMLP_S)
        )
        text = f"{own / theirs:.2f}: {own:.0f} s of {theirs:.0f} s (on the wall {wall / their_wall:.2f})"
        what = f"npnet / RealMLP-S, seconds of {len(both)} tables"
        yield Verdict(what, f"at most {SECONDS_LIMIT}", text, own / theirs <= SECONDS_LIMIT)
