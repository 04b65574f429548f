"""`npnet plot`: draw finished runs and sweeps, with the numbers of each picture beside it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.commands import CommandContext, command
from npnet.cli.options import Runs, once
from npnet.errors import DataError, RunError, UnknownName, UsageError

if TYPE_CHECKING:
    from npnet.plots import Material, SweepMaterial
    from npnet.rundir.run import RunFolder

FORMATS = ("png", "svg", "pdf", "gif")
EXAMPLES = """
npnet plot latest
npnet plot latest --kind roc,precision_recall --format png,pdf
npnet plot latest --kind importance,calibration,threshold
npnet plot latest --kind animation --format gif
npnet plot 20261122-1 20261122-2 --kind all
npnet plot SWEEP --kind slices,parallel --format svg
npnet plot SWEEP/best
npnet list plots
"""


@command("plot", EXAMPLES)
def plot(
    context: CommandContext,
    run: Runs,
    kind: Annotated[
        str | None, typer.Option(metavar="A,B", help="Kinds of plots, or all that apply; default: the usual ones.")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="A,B", help="png, svg, pdf or several of them; gif of an animation.")
    ] = "png",
) -> None:
    """Draw the plots of a run or a sweep into its folder; prints the paths written.

    Of a sweep all plots that apply are drawn; SWEEP/best is its best trial, a run like any other. Only animation,
    boundary, importance and a summary with a boundary need the data of the run; without the data the other plots are
    drawn. An animation takes some seconds, so it is drawn only where it is named, of a run with record: true in its
    config: as GIF, or as a PNG that moves.
    """
    formats = _words(form)
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        raise UsageError(f"there is no format {unknown[0] if unknown else form!r}", f"write {', '.join(FORMATS)}")
    from npnet.plots import draw
    from npnet.plots.from_run import sweep_material
    from npnet.rundir.run import is_sweep

    paths: list[Path] = []
    for one in once(context, run):
        if is_sweep(one):
            material = sweep_material(one)
            drawn = draw(material, _chosen(kind, material), one.plots, formats)
        else:
            drawn = _draw_run(context, one, kind, formats)
        paths += drawn
        if not context.json:
            context.screen.result("\n".join(map(str, drawn)))
    if context.json:
        context.screen.result_json({"paths": [str(path) for path in paths]})


def _draw_run(context: CommandContext, run: "RunFolder", kind: str | None, formats: list[str]) -> list[Path]:
    """Draw the plots of a training; its data are opened only where a plot needs them."""
    from npnet.cli.console.progress import PictureDisplay
    from npnet.experiment.resolved import choose_threads
    from npnet.experiment.resources import limited
    from npnet.plots import draw, lacking_data
    from npnet.plots.from_run import folder_material, material
    from npnet.rundir.restore import reopen

    found, display = folder_material(run), PictureDisplay(context.screen)
    kinds = _chosen(kind, found)
    if not (lacking := lacking_data(kinds, found)):
        return draw(found, kinds, run.plots, formats)
    try:
        predictor = reopen(run)
    except (DataError, RunError) as error:
        if kind not in (None, "all") and any(name in lacking for name in kinds):
            raise
        context.screen.info(f"left out {', '.join(lacking)}: {error.message}")
        return draw(found, [name for name in kinds if name not in lacking], run.plots, formats)
    with limited(choose_threads(predictor.experiment.threads, 0)):
        whole = material(run, predictor)
        try:
            return draw(whole, _chosen(kind, whole), run.plots, formats, display.drawn)
        finally:
            display.close()


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _chosen(kind: str | None, material: "Material | SweepMaterial") -> list[str]:
    """Return the plots to draw; raise UsageError for an unknown name."""
    from npnet.plots import plots, suitable, usual
    from npnet.plots.kinds import MOVING

    if kind is None:
        return usual(material)
    if kind == "all":
        return suitable([name for name, one in plots.items() if one.formats != MOVING], material)
    try:
        return [name for name in _words(kind) if plots.find(name)]
    except UnknownName as error:
        raise UsageError(error.message, error.hint) from None
