"""`npnet compare`: scores and differing settings of runs, as a table, a file or a picture."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.common.commands import CommandContext, command
from npnet.cli.common.files import STDIO, OutputFile, destination, format_of
from npnet.cli.common.options import Force, Output, Runs, once, refuse_together
from npnet.errors import UsageError

if TYPE_CHECKING:
    from npnet.rundir.run import RunFolder

PICTURE = "compare.png"
TEXTS = ("csv", "md", "json")
PICTURES = ("png", "svg", "pdf")
FORMAT_HINT = "add --csv, --md, --json or --plot"
MOST_POINTS = 6  # of a sweep, the best
EXAMPLES = """
npnet compare latest 20261122-1415 20261122-1502
npnet compare SWEEP
npnet compare latest 20261122-1415 --md
npnet compare latest 20261122-1415 --csv -o runs.csv
npnet compare latest 20261122-1415 --plot -o losses.png
"""


@command("compare", EXAMPLES)
def compare(
    context: CommandContext,
    run: Runs,
    csv: Annotated[bool, typer.Option("--csv", help="Write CSV, a row for each run.")] = False,
    md: Annotated[bool, typer.Option("--md", help="Write the table as Markdown.")] = False,
    plot: Annotated[
        bool, typer.Option("--plot", help=f"Draw the loss curves into {PICTURE}; prints the paths written.")
    ] = False,
    output: Output = None,
    force: Force = False,
) -> None:
    """Compare runs: their scores, and only the settings that differ.

    A sweep beside other runs stands for its best trial; a sweep alone shows its best points, with means over repeats.
    The suffix of FILE gives the format: .csv, .md, .json, or a picture as .png, .svg or .pdf.
    """
    asked = {"csv": csv, "md": md, "plot": plot, "json": context.json and not plot}
    refuse_together({f"--{form}": wanted for form, wanted in asked.items()})
    if plot and output == STDIO:
        raise UsageError("a picture is not written to standard output", "write -o FILE.png")
    from npnet.rundir.run import is_sweep

    found = once(context, run, with_best=True)
    file = destination(output, force, (), found)
    form = _form(next((form for form, wanted in asked.items() if wanted), None), file)
    if form in PICTURES:
        _draw(context, found, form, file or OutputFile(Path(PICTURE), force, (), found))
        return
    alone = len(found) == 1 and is_sweep(found[0])
    comparison = Comparison.of_points(found[0]) if alone else Comparison.of(found)
    if file is None:
        _show(context, comparison, form)
    else:
        file.write([comparison.text(str(form)).encode()])
        context.screen.info(f"wrote {file.path}")
    if len(comparison.runs) > 1 and not comparison.settings:
        context.screen.info("their settings are the same; npnet runs diff A B also compares machine and data")


def _form(asked: str | None, file: OutputFile | None) -> str | None:
    """Return csv, md, json, or the format of a picture; None for a table on the screen.

    Raise UsageError where the suffix of the file contradicts the option.
    """
    if asked == "plot":
        return format_of(file.path, None, PICTURES, "-o FILE.png") if file else "png"
    return format_of(file.path, asked, (*TEXTS, *PICTURES), FORMAT_HINT) if file else asked


def _show(context: CommandContext, comparison: "Comparison", form: str | None) -> None:
    if form == "json":
        context.screen.result_json(comparison.object)
    elif form:
        context.screen.result(comparison.text(form))
    else:
        from npnet.cli.console.tables import table

        context.screen.result_table(table(["", *comparison.runs], comparison.rows))


def _draw(context: CommandContext, runs: "list[RunFolder]", form: str, picture: OutputFile) -> None:
    """Draw the loss curves of runs, and write their numbers beside the picture."""
    from npnet.plots.curves import LossCurve, losses
    from npnet.plots.kinds import files_of
    from npnet.rundir.diff import differing_settings
    from npnet.rundir.run import by_name

    files = (picture, replace(picture, path=picture.path.with_suffix(".csv")))
    for file in files:
        file.require_free()
    named, screen = dict(by_name(runs)), context.screen
    histories = {name: one.history() for name, one in named.items()}
    for name in [name for name, history in histories.items() if LossCurve.of(name, history) is None]:
        screen.warn(f"{name} has no epoch to draw: it is left out")
        del histories[name]
    if not histories:
        raise UsageError("none of the runs has an epoch to draw", "`npnet runs` shows how far each came")
    if any(name.split(".")[0] == "loss" for name in differing_settings(list(named.values()))):
        screen.warn("these runs have different loss functions: their curves cannot be compared")
    for file, data in zip(files, files_of(losses(histories), [form]).values(), strict=True):
        file.write([data])
    paths = [str(file.path) for file in files]
    if context.json:
        screen.result_json({"paths": paths})
    else:
        screen.result("\n".join(paths))


@dataclass(frozen=True)
class Comparison:
    """Scores and differing settings of runs, or of the points of a sweep."""

    runs: list[str]
    metrics: dict[str, list[float | None]]
    settings: dict[str, list[object]]
    kind: str = "runs"

    @classmethod
    def of(cls, runs: "list[RunFolder]") -> "Comparison":
        """Read the scores and settings of runs; raise RunError for a damaged config."""
        from npnet.cli.common.query import scores_of
        from npnet.rundir.diff import differing_settings
        from npnet.rundir.run import by_name

        names, found = zip(*by_name(runs), strict=True)
        flat = [
            {f"{split}.{name}": value for split, scores in scores_of(run).items() for name, value in scores.items()}
            for run in found
        ]
        metrics = {
            name: [one.get(name) for one in flat] for name in dict.fromkeys(name for one in flat for name in one)
        }
        return cls(list(names), metrics, differing_settings(list(found)))

    @classmethod
    def of_points(cls, sweep: "RunFolder") -> "Comparison":
        """Read the best points of a sweep: the means of their scores, and their parameters."""
        from npnet.sweeps.results import read_trials

        trials = read_trials(sweep)
        best = trials.ranking[:MOST_POINTS]
        metrics: dict[str, list[float | None]] = {
            name: [float(values[one.rows].mean()) for one in best] for name, values in trials.scores.items()
        }
        if any(len(one.rows) > 1 for one in best):
            metrics[f"deviation of {trials.goal.name}"] = [one.deviation for one in best]
        settings: dict[str, list[object]] = {
            key: [cells[one.rows[0]] for one in best] for key, cells in trials.cells.items() if len(set(cells)) > 1
        }
        return cls([f"point {one.point}" for one in best], metrics, settings, "points")

    @property
    def rows(self) -> list[list[object]]:
        """A row for each score and setting: its name and its values, settings not rounded."""
        rows: list[list[object]] = [[name, *values] for name, values in self.metrics.items()]
        for name, values in self.settings.items():
            rows.append([name, *(None if value is None else str(value) for value in values)])
        return rows

    @property
    def object(self) -> dict[str, object]:
        """Plain object that --json writes."""
        return {self.kind: self.runs, "metrics": self.metrics, "settings": self.settings}

    def text(self, form: str) -> str:
        """Return csv (a row for each run, decimals in full), md (a column for each run) or json."""
        from npnet.cli.common.query import is_missing
        from npnet.cli.console.tables import markdown
        from npnet.rundir.table import csv_rows
        from npnet.storage.strict_json import to_json

        if form == "json":
            return to_json(self.object).decode()
        if form == "md":
            return markdown(["", *self.runs], self.rows)
        columns = {
            str(name): ["" if is_missing(value) else str(value) for value in values] for name, *values in self.rows
        }
        return csv_rows({"run": self.runs, **columns}, header=True).decode()
