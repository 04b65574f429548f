"""The tables of benchmarks/tables.json in Markdown, and their place in docs/tables.md."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.report import table
from benchmarks.tables.cells import COLUMNS, Kept
from benchmarks.tables.peers import TOO_SLOW
from benchmarks.tables.ranks import STATES, Means, mean_ranks, means, total, verdicts
from benchmarks.tables.sources import EIGHT

PAGE = Path(__file__).parent.parent.parent / "docs" / "tables.md"
BEGIN, END = "<!-- make bench-tables writes from here -->", "<!-- to here -->"
COMMAND = "python -m benchmarks.tables"
HEADINGS = {
    "npnet": "npnet",
    "linear": "linear",
    "hist_gb": "HistGB",
    "mlp": "MLP",
    "mlp_plus": "MLP+",
    "realmlp": "RealMLP",
    "realmlp_s": "RealMLP-S",
    "catboost": "CatBoost",
}
METHOD = """Eight tables published in R packages, in two splits each: `train_test_split` with 30 % of the rows for
the test set, `random_state` 0 and 1, stratified by class. All columns of a split are measured one after the other, in
one process, with one thread on one core. The score is ROC-AUC for two classes, accuracy for more classes, R2 for
regression. Scores are means over the two splits; the best is in bold.

- **npnet**: a config of three lines, `preset: tabular`, the training rows as a CSV file and `split: {test: 0}`. This
  does what `npnet train` and then `npnet predict` do, without the run folder and its plots.
- **linear**, **MLP**, **MLP+**: scikit-learn's linear or logistic regression, its MLP with default settings, and its
  MLP of 256 and 128 units with early stopping; each on one-hot and standardised columns, with missing values filled
  with the median and flagged.
- **HistGB**: scikit-learn's histogram gradient boosting, with text as categories. **CatBoost**: with text as its own
  categories; left out on leaf, where 32 classes take it over 200 s a split, and ranked on the other seven tables.
- **RealMLP**, **RealMLP-S**: pytabkit's `RealMLP_TD` and `RealMLP_TD_S`, with text as categories and missing values
  filled with the median; where ROC-AUC is the score, set to stop by cross-entropy and without label smoothing, as its
  documentation recommends.

Seconds are processor time of both trainings and predictions together: for npnet from the config and the CSV file, for
the others from columns in memory. Each library runs once before anything is timed. An interrupted run continues where
it stopped; `--fresh` starts again, `--only TABLE` and `--peers a,b` measure a subset, `--report` prints these tables
again. `NPNET_TABLES` names the folder of the CSV files."""


def tables(result: Kept, names: Sequence[str] = tuple(EIGHT), states: Sequence[int] = STATES) -> str:
    """Scores, targets and seconds, as far as they were measured."""
    found = means(result["cells"], names, COLUMNS, states)
    parts = ["### Scores", f"`{COMMAND}`", scores(found)]
    if tuple(states) == STATES:
        parts += ["### Targets", judged(result["cells"], found)]
        parts += ["### Seconds", f"`{COMMAND}`", seconds(result["cells"], found)]
    return "\n\n".join(parts)


def scores(found: Means) -> str:
    """Mean scores, the best in bold, and mean ranks."""
    rows = []
    for name, one in found.items():
        best = round(max(one.values(), default=0.0), 4)
        rows.append([name, *(_score(one.get(column), best) for column in COLUMNS)])
    placed = mean_ranks(found)
    rows.append(["**mean rank**", *(f"{placed[c]:.2f}" if c in placed else "–" for c in COLUMNS)])
    return table(["table", *HEADINGS.values()], rows)


def _score(value: float | None, best: float) -> str:
    if value is None:
        return "–"
    return f"**{value:.4f}**" if round(value, 4) == best else f"{value:.4f}"


def judged(cells: dict[str, Any], found: Means) -> str:
    """Return the targets, each with whether it is met and the command that measures it."""
    rows = [[v.what, v.must, v.found, "met" if v.met else "**missed**", f"`{COMMAND}`"] for v in verdicts(cells, found)]
    alone = [mean_ranks(means(cells, tuple(found), COLUMNS, [state])) for state in STATES]
    ranks = " and ".join(f"{one['npnet']:.2f}" for one in alone if "npnet" in one)
    note = f"On the first and the second splits alone npnet's mean rank is {ranks} (`{COMMAND} --report`)."
    return f"{table(['quantity', 'target', 'measured', '', 'command'], rows)}\n\n{note}"


def seconds(cells: dict[str, Any], found: Means) -> str:
    """Seconds of both trainings by table and column, and their sums."""
    taken = {name: {column: total(cells, column, name) for column in COLUMNS} for name in found}
    rows = [[name, *(_seconds(one[column]) for column in COLUMNS)] for name, one in taken.items()]
    sums = [sum(one[column] or 0 for one in taken.values()) for column in COLUMNS]
    return table(["table", *HEADINGS.values()], [*rows, ["**all**", *map(_seconds, sums)]])


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def missing(result: Kept) -> list[str]:
    """Return the cells that were not measured, without those that are left out."""
    every = [(column, name) for name in EIGHT for column in COLUMNS if (column, name) not in TOO_SLOW]
    return [f"{HEADINGS[c]} on {n}" for c, n in every if any(f"{c} {n} {s}" not in result["cells"] for s in STATES)]


def section(result: Kept) -> str:
    """Return the part of docs/tables.md that this benchmark writes."""
    times = sorted(cell["at"] for cell in result["cells"].values())
    facts = {**result["machine"], **result["versions"], "measured": f"{times[0]} to {times[-1]}"}
    listed = "\n".join(f"- {name.replace('_', ' ')}: {value}" for name, value in facts.items())
    gaps = missing(result)
    told = f"\n\nNot measured: {', '.join(gaps)}; ranks are among the measured columns." if gaps else ""
    return "\n\n".join(
        [
            "## Quality, measured",
            f"Run `make bench-tables`, which is `{COMMAND}`.",
            METHOD + told,
            tables(result),
            f"### Machine and versions\n\n{listed}",
        ]
    )


def write(result: Kept) -> None:
    """Put the section into docs/tables.md, in place of the one before."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Tables\n"
    PAGE.write_text(placed_in(text, section(result)), encoding="utf-8")


def placed_in(text: str, written: str) -> str:
    """Return a page with the section between its marks, or after everything where there are none."""
    before, begin, rest = text.partition(BEGIN)
    after = rest.partition(END)[2] if begin else "\n"
    return f"{before.rstrip()}\n\n{BEGIN}\n\n{written}\n\n{END}{after}"
