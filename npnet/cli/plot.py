"""`npnet plot`: pictures of finished runs, with their numbers beside them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.commands import Here, Runs, command
from npnet.errors import DataError, RunError, UnknownName, UsageError

if TYPE_CHECKING:
    from npnet.plots import Material, SweepMaterial
    from npnet.rundir import Run as RunFolder

FORMATS = ("png", "svg", "pdf")
EXAMPLES = """
npnet plot latest
npnet plot latest --kind roc,precision_recall --format png,pdf
npnet plot latest --kind importance,calibration,threshold
npnet plot 20261122-1 20261122-2 --kind all
npnet plot SWEEP --kind slices,parallel --format svg
npnet plot SWEEP/best
npnet list plots
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "plot", EXAMPLES)(plot)


def plot(
    here: Here,
    run: Runs,
    kind: Annotated[
        str | None, typer.Option(metavar="A,B", help="The plots to draw, or all that suit; else the usual ones.")
    ] = None,
    form: Annotated[str, typer.Option("--format", metavar="A,B", help="png, svg, pdf or several of them.")] = "png",
) -> None:
    """Draw a run or a sweep into its folder; prints the paths written.

    Of a sweep all that suits is drawn; SWEEP/best is its best trial, a run as any other. Only boundary, importance and
    the summary with a boundary need the data of the run; where these are gone, the other plots are drawn without.
    """
    formats = words(form)
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        raise UsageError(f"there is no format {unknown[0] if unknown else form!r}", f"write {', '.join(FORMATS)}")
    from npnet.rundir import find, is_sweep

    paths: list[Path] = []
    for one in [find(here.runs_dir, text) for text in run]:
        drawn = draw_sweep(one, kind, formats) if is_sweep(one) else draw_run(here, one, kind, formats)
        paths += drawn
        if not here.json:
            here.screen.result("\n".join(map(str, drawn)))
    if here.json:
        here.screen.result_json({"paths": [str(path) for path in paths]})


def draw_run(here: Here, run: "RunFolder", kind: str | None, formats: list[str]) -> list[Path]:
    """The pictures of one training; gives their paths. Its data are opened only where a picture needs them."""
    from npnet.experiment.threads import limited
    from npnet.plots import draw, lacking_data
    from npnet.plots.from_folder import folder_material
    from npnet.plots.from_run import material
    from npnet.rundir.restore import reopen

    seen = folder_material(run)
    kinds = chosen(kind, seen)
    if not (lacking := lacking_data(kinds, seen)):
        return draw(seen, kinds, run.plots, formats)
    try:
        fitting = reopen(run)
    except (DataError, RunError) as error:
        if kind not in (None, "all") and any(name in lacking for name in kinds):
            raise
        here.screen.say(f"left out {', '.join(lacking)}: {error.message}")
        return draw(seen, [name for name in kinds if name not in lacking], run.plots, formats)
    with limited(fitting.resolved.threads):
        seen = material(run, fitting)
        return draw(seen, chosen(kind, seen), run.plots, formats)


def draw_sweep(run: "RunFolder", kind: str | None, formats: list[str]) -> list[Path]:
    """The pictures of a sweep, from its tables; gives their paths."""
    from npnet.plots import draw
    from npnet.sweep.reading import sweep_material

    seen = sweep_material(run)
    return draw(seen, chosen(kind, seen), run.plots, formats)


def words(text: str) -> list[str]:
    """The words of a list with commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def chosen(kind: str | None, material: "Material | SweepMaterial") -> list[str]:
    """The plots to draw, as named, all that suit, or the usual ones; UsageError for a name of none."""
    from npnet.plots import plots, suitable, usual

    if kind is None:
        return usual(material)
    if kind == "all":
        return suitable(plots, material)
    try:
        return [name for name in words(kind) if plots.find(name)]
    except UnknownName as error:
        raise UsageError(error.message, error.hint) from None
