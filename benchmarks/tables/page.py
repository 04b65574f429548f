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
METHOD = """Eight tables that packages of R publish, in two splits each: `train_test_split`, 30 % of the rows to score,
`random_state` 0 and 1, stratified for classes. All columns of a split are measured one after the other, in one process,
with one thread on one core. ROC-AUC for two classes, accuracy for more, R2 for values; means of the two splits, the
best in bold.

- **npnet**: a config of three lines, `preset: tabular`, the train rows as a CSV and `split: {test: 0}`: what
  `npnet train` and then `npnet predict` do, but for the run folder and its pictures.
- **linear**, **MLP**, **MLP+**: scikit-learn's linear or logistic regression, its MLP as it comes, and its MLP of
  256 and 128 units with early stopping, each on one-hot and standardised columns, gaps filled with the median and told.
- **HistGB**: scikit-learn's histogram gradient boosting, text as categories. **CatBoost**: text as its own
  categories; it is left out on leaf, where 32 classes take it over 200 s a split, and ranked on the other seven.
- **RealMLP**, **RealMLP-S**: pytabkit's `RealMLP_TD` and `RealMLP_TD_S`, text as categories, gaps filled with the
  median; where ROC-AUC is scored, told to stop by cross-entropy and without label smoothing, as its documentation
  advises.

Seconds are those of the processor, both trainings and predictions together: npnet's from the config and the CSV on, the
others' from columns in memory on. Each library has run once before anything is timed. An interrupted run goes on where
it was; `--fresh` starts anew, `--only TABLE` and `--peers a,b` measure a part, `--report` prints these tables again.
`NPNET_TABLES` names the folder of the CSVs."""


def tables(result: Kept, names: Sequence[str] = tuple(EIGHT), states: Sequence[int] = STATES) -> str:
    """Scores, targets and seconds, as far as they were measured."""
    found = means(result["cells"], names, COLUMNS, states)
    parts = ["### Scores", f"`{COMMAND}`", scores(found)]
    if tuple(states) == STATES:
        parts += ["### What must be", judged(result["cells"], found)]
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
    """The targets, each with whether it is met and the command that says so."""
    rows = [[v.what, v.must, v.found, "met" if v.met else "**missed**", f"`{COMMAND}`"] for v in verdicts(cells, found)]
    alone = [mean_ranks(means(cells, tuple(found), COLUMNS, [state])) for state in STATES]
    ranks = " and ".join(f"{one['npnet']:.2f}" for one in alone if "npnet" in one)
    note = f"On the first splits alone and on the second alone npnet's mean rank is {ranks} (`{COMMAND} --report`)."
    return f"{table(['what', 'must be', 'is', '', 'command'], rows)}\n\n{note}"


def seconds(cells: dict[str, Any], found: Means) -> str:
    """Seconds of both trainings by table and column, and their sums."""
    taken = {name: {column: total(cells, column, name) for column in COLUMNS} for name in found}
    rows = [[name, *(_seconds(one[column]) for column in COLUMNS)] for name, one in taken.items()]
    sums = [sum(one[column] or 0 for one in taken.values()) for column in COLUMNS]
    return table(["table", *HEADINGS.values()], [*rows, ["**all**", *map(_seconds, sums)]])


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def missing(result: Kept) -> list[str]:
    """The cells that were not measured, without those that are left out."""
    every = [(column, name) for name in EIGHT for column in COLUMNS if (column, name) not in TOO_SLOW]
    return [f"{HEADINGS[c]} on {n}" for c, n in every if any(f"{c} {n} {s}" not in result["cells"] for s in STATES)]


def section(result: Kept) -> str:
    """The part of docs/tables.md that this benchmark writes."""
    times = sorted(cell["at"] for cell in result["cells"].values())
    facts = {**result["machine"], **result["versions"], "measured": f"{times[0]} to {times[-1]}"}
    listed = "\n".join(f"- {name.replace('_', ' ')}: {value}" for name, value in facts.items())
    gaps = missing(result)
    told = f"\n\nNot measured: {', '.join(gaps)}; ranks are among what was." if gaps else ""
    return "\n\n".join(
        [
            "## Quality, measured",
            f"`make bench-tables`, which is `{COMMAND}`.",
            METHOD + told,
            tables(result),
            f"### Where it was measured\n\n{listed}",
        ]
    )


def write(result: Kept) -> None:
    """Put the section into docs/tables.md, in place of the one before."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Tables\n"
    PAGE.write_text(placed_in(text, section(result)), encoding="utf-8")


def placed_in(text: str, written: str) -> str:
    """A page with the section between its marks, or after everything where there are none."""
    before, begin, rest = text.partition(BEGIN)
    after = rest.partition(END)[2] if begin else "\n"
    return f"{before.rstrip()}\n\n{BEGIN}\n\n{written}\n\n{END}{after}"
