"""`npnet compare`: what sets runs apart, as a table, for other programs, or as a picture."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.commands import Force, Here, Output, Runs, command, refuse_together
from npnet.cli.files import STDIO, OutputFile, destination, format_of
from npnet.cli.query import missing, scores_of
from npnet.cli.runs import as_written
from npnet.errors import UsageError

if TYPE_CHECKING:
    from npnet.rundir import Run

PICTURE = "compare.png"
TEXTS = ("csv", "md", "json")
PICTURES = ("png", "svg", "pdf")
NAMED = "add --csv, --md, --json or --plot"
POINTS = 6  # of a sweep that are compared, the best
EXAMPLES = """
npnet compare latest 20261122-1415 20261122-1502
npnet compare SWEEP
npnet compare latest 20261122-1415 --md
npnet compare latest 20261122-1415 --csv -o runs.csv
npnet compare latest 20261122-1415 --plot -o losses.png
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "compare", EXAMPLES)(compare)


def compare(
    here: Here,
    run: Runs,
    csv: Annotated[bool, typer.Option("--csv", help="A row for each run, for spreadsheets and scripts.")] = False,
    md: Annotated[bool, typer.Option("--md", help="The table as Markdown.")] = False,
    plot: Annotated[
        bool, typer.Option("--plot", help=f"Draw the loss curves of all into {PICTURE}; prints the paths written.")
    ] = False,
    output: Output = None,
    force: Force = False,
) -> None:
    """Compare runs: their scores, and only the settings that differ.

    Of a sweep beside others its best trial stands there; a sweep alone shows its best points, the means of repeats.
    FILE says by its suffix what is written: .csv, .md, .json, or a picture as .png, .svg or .pdf.
    """
    asked = the_one_of({"csv": csv, "md": md, "plot": plot, "json": here.json and not plot})
    if asked == "plot" and output == STDIO:
        raise UsageError("a picture is not written to standard output", "write -o FILE.png")
    from npnet.rundir import find, is_sweep

    found = [find(here.runs_dir, text) for text in run]
    alone = len(found) == 1 and is_sweep(found[0])
    place = destination(output, force, (), found)
    form = form_of(asked, place)
    if form in PICTURES:
        draw(here, found, form, place or OutputFile(Path(PICTURE), force, (), found))
        return
    comparison = Comparison.of_points(found[0]) if alone else Comparison.of(found)
    if place is None:
        show(here, comparison, form)
    else:
        place.write([comparison.text(str(form)).encode()])
        here.screen.say(f"wrote {place.path}")
    if len(comparison.runs) > 1 and not comparison.settings:
        here.screen.say("their settings are the same; npnet runs diff A B also compares machine and data")


def the_one_of(asked: dict[str, bool]) -> str | None:
    """The form that is asked for, if one is; UsageError for more than one."""
    refuse_together({f"--{form}": wanted for form, wanted in asked.items()})
    return next((form for form, wanted in asked.items() if wanted), None)


def form_of(asked: str | None, place: OutputFile | None) -> str | None:
    """What is written: csv, md, json, or the form of a picture; None for a table on the screen.

    UsageError where the suffix of the file says another one.
    """
    if asked == "plot":
        return format_of(place.path, None, PICTURES, "-o FILE.png") if place else "png"
    return format_of(place.path, asked, (*TEXTS, *PICTURES), NAMED) if place else asked


def show(here: Here, comparison: "Comparison", form: str | None) -> None:
    """Write a comparison to standard output."""
    if form in ("csv", "md"):
        here.screen.result(comparison.text(form))
    elif form == "json":
        here.screen.result_json(comparison.object)
    else:
        from npnet.cli.console.tables import table

        here.screen.result_table(table(["", *comparison.runs], comparison.rows))


def draw(here: Here, runs: "list[Run]", form: str, picture: OutputFile) -> None:
    """Draw the loss curves of runs, and write their numbers beside them."""
    from npnet.plots.comparison import Curve, losses
    from npnet.plots.pictures import files_of
    from npnet.rundir import differing_settings

    places = (picture, replace(picture, path=picture.path.with_suffix(".csv")))
    for place in places:
        place.require_free()
    named = dict(answers(runs))
    histories = {name: one.history() for name, one in named.items()}
    for name in [name for name, history in histories.items() if Curve.of(name, history) is None]:
        here.screen.warn(f"{name} has no epoch to draw: it is left out")
        del histories[name]
    if not histories:
        raise UsageError("none of the runs has an epoch to draw", "`npnet runs` shows how far each came")
    if any(name.split(".")[0] == "loss" for name in differing_settings(list(named.values()))):
        here.screen.warn("the losses of these runs are not the same: their curves cannot be compared")
    for place, data in zip(places, files_of(losses(histories), [form]).values(), strict=True):
        place.write([data])
    paths = [str(place.path) for place in places]
    if here.json:
        here.screen.result_json({"paths": paths})
    else:
        here.screen.result("\n".join(paths))


def answers(runs: "list[Run]") -> "Iterator[tuple[str, Run]]":
    """The runs by their names; of a sweep its best trial."""
    from npnet.rundir import best_trial_of

    for run in runs:
        one = best_trial_of(run)
        yield run.id if one is run else f"{run.id}/best", one


@dataclass(frozen=True)
class Comparison:
    """Ids of runs, or points of a sweep; scores, and settings that differ: a value for each."""

    runs: list[str]
    metrics: dict[str, list[float | None]]
    settings: dict[str, list[object]]
    kind: str = "runs"

    @classmethod
    def of(cls, runs: "list[Run]") -> "Comparison":
        """Read what there is; RunError for a damaged config."""
        from npnet.rundir import differing_settings

        names, ones = zip(*answers(runs), strict=True)
        flat = [
            {f"{part}.{name}": value for part, some in scores_of(one).items() for name, value in some.items()}
            for one in ones
        ]
        scores = dict.fromkeys(name for one in flat for name in one)
        metrics = {name: [one.get(name) for one in flat] for name in scores}
        return cls(list(names), metrics, differing_settings(list(ones)))

    @classmethod
    def of_points(cls, sweep: "Run") -> "Comparison":
        """The best points of a sweep: the means of their scores, and their parameters."""
        from npnet.sweep.reading import read_trials

        trials = read_trials(sweep)
        best = trials.ranking[:POINTS]
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
        """A row for each score and setting: its name, and its value in each run."""
        settings = {name: list(map(as_written, values)) for name, values in self.settings.items()}
        return [[name, *values] for name, values in (self.metrics | settings).items()]

    def text(self, form: str) -> str:
        """All of it as csv, md or json."""
        return {"csv": self.csv, "md": self.markdown, "json": self.json}[form]()

    def csv(self) -> str:
        """A row for each run, decimals in full; empty where a run has no such score or setting."""
        from npnet.rundir.table import csv_rows

        columns = {str(name): ["" if missing(value) else str(value) for value in values] for name, *values in self.rows}
        return csv_rows({"run": self.runs, **columns}, header=True).decode()

    def markdown(self) -> str:
        """A column for each run, as on the screen."""
        from npnet.cli.console.tables import markdown

        return markdown(["", *self.runs], self.rows)

    def json(self) -> str:
        """The object that --json writes."""
        from npnet.storage.strict_json import to_json

        return to_json(self.object).decode()

    @property
    def object(self) -> dict[str, object]:
        """All of it, by name."""
        return {self.kind: self.runs, "metrics": self.metrics, "settings": self.settings}
