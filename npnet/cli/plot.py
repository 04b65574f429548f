"""`npnet plot`: draw finished runs and sweeps, with the numbers of each picture beside it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.common.commands import CommandContext, command
from npnet.cli.common.options import Runs, once, refuse_together
from npnet.errors import DataError, RunError, UnknownName, UsageError

if TYPE_CHECKING:
    from npnet.plots import Material, SweepMaterial
    from npnet.rundir.run import RunFolder

    Choose = Callable[[str | None, Material | SweepMaterial], list[str]]

FORMATS = ("png", "svg", "pdf", "gif")
EXAMPLES = """
npnet plot latest
npnet plot latest --kind roc,precision_recall --format png,pdf
npnet plot latest --kind importance,calibration,threshold
npnet plot latest --kind feature_maps,gates,attention
npnet plot latest --kind animation --format gif
npnet plot 20261122-1 20261122-2 --kind all
npnet plot SWEEP --kind slices,parallel --format svg
npnet plot SWEEP/best
npnet plot latest --terminal
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
        str | None,
        typer.Option("--format", metavar="A,B", help="png (the default), svg, pdf or several; gif of an animation."),
    ] = None,
    terminal: Annotated[
        bool, typer.Option("--terminal", help="Draw loss and boundary as text on standard output, and no files.")
    ] = False,
) -> None:
    """Draw the plots of a run or a sweep into its folder; prints the paths written.

    Of a sweep all plots that apply are drawn; SWEEP/best is its best trial, a run like any other. Only animation,
    boundary, importance, feature_maps, gates, attention and a summary with a boundary need the data of the run; without
    the data the other plots are drawn. An animation takes some seconds, so it is drawn only where it is named, of a run
    with record: true in its config: as GIF, or as a PNG that moves. On a terminal, curves are drawn in braille and
    planes in half blocks.
    """
    refuse_together({"--terminal": terminal, "--format": form is not None})
    formats = _words("png" if form is None else form)
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        raise UsageError(f"there is no format {unknown[0] if unknown else form!r}", f"write {', '.join(FORMATS)}")
    from npnet.plots import draw
    from npnet.plots.from_run import sweep_material
    from npnet.rundir.run import is_sweep

    if terminal:
        _show(context, once(context, run), kind)
        return
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


def _show(context: CommandContext, runs: "Sequence[RunFolder]", kind: str | None) -> None:
    """Draw runs as text, each under its name where there are several."""
    from npnet.rundir.run import is_sweep

    if sweep := next((one for one in runs if is_sweep(one)), None):
        hint = f"{sweep.id}/best is its best trial"
        raise UsageError(f"--terminal shows trainings, and {sweep.id} is a sweep", hint)
    found = []
    for one in runs:
        if len(runs) > 1 and not context.json:
            context.screen.result(f"{one.id}\n")
        found.append({"run": one.id, "pictures": _show_run(context, one, kind)})
    if context.json:
        context.screen.result_json({"runs": found})


def _draw_run(context: CommandContext, run: "RunFolder", kind: str | None, formats: list[str]) -> list[Path]:
    """Draw the plots of a training into its folder."""
    from npnet.cli.console.progress import PictureDisplay
    from npnet.plots import draw

    display = PictureDisplay(context.screen)
    with _opened(context, run, kind, _chosen) as (material, kinds):
        try:
            return draw(material, kinds, run.plots, formats, display.drawn)
        finally:
            display.close()


def _show_run(context: CommandContext, run: "RunFolder", kind: str | None) -> dict[str, list[str]]:
    """Draw the plots of a training as text: on standard output, or for JSON as lines by kind."""
    from npnet.cli.console.pictures import picture, plain_lines, style_of_stream

    screen, found = context.screen, {}
    with _opened(context, run, kind, _for_terminal) as (material, kinds):
        for number, name in enumerate(kinds):
            if context.json:
                found[name] = plain_lines(name, material)
                continue
            if number:
                screen.result("")
            screen.result_table(picture(name, material, style_of_stream(screen.out), screen.out.width))
    return found


@contextmanager
def _opened(
    context: CommandContext, run: "RunFolder", kind: str | None, choose: "Choose"
) -> "Iterator[tuple[Material, list[str]]]":
    """Open what the chosen plots of a training need; its data only where a plot needs them."""
    from npnet.experiment.resolved import choose_threads
    from npnet.experiment.resources import limited
    from npnet.plots import lacking_data
    from npnet.plots.from_run import folder_material, material
    from npnet.rundir.restore import reopen

    found = folder_material(run)
    kinds = choose(kind, found)
    if not (lacking := lacking_data(kinds, found)):
        yield found, kinds
        return
    try:
        predictor = reopen(run)
    except (DataError, RunError) as error:
        if kind not in (None, "all") and any(name in lacking for name in kinds):
            raise
        context.screen.info(f"left out {', '.join(lacking)}: {error.message}")
        yield found, [name for name in kinds if name not in lacking]
        return
    with limited(choose_threads(predictor.experiment.threads, 0)):
        whole = material(run, predictor)
        yield whole, choose(kind, whole)


def _for_terminal(kind: str | None, material: "Material | SweepMaterial") -> list[str]:
    """Return the plots to draw as text; raise UsageError for one that cannot be."""
    from npnet.cli.console.pictures import KINDS
    from npnet.plots import lacking_data, suitable
    from npnet.plots.kinds import suits

    if kind in (None, "all"):
        return suitable(KINDS, material)
    chosen = _chosen(kind, material)
    if other := next((name for name in chosen if name not in KINDS), None):
        raise UsageError(f"there is no {other} plot on a terminal", f"write --kind {','.join(KINDS)}")
    for name in chosen:
        if (reason := suits(name, material)) and name not in lacking_data([name], material):  # type: ignore[arg-type]
            raise UsageError(f"no {name} plot: it {reason}")
    return chosen


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
