"""One picture of a run as a figure, for Python."""

from npnet.errors import UsageError
from npnet.experiment.resolved import choose_threads
from npnet.experiment.resources import limited
from npnet.plots import lacking_data, plots, suits
from npnet.plots.from_run import folder_material, material, sweep_material
from npnet.plots.kinds import MOVING, Material
from npnet.plots.layout import Figure
from npnet.plots.sweeps import SweepMaterial
from npnet.rundir.restore import reopen
from npnet.rundir.run import RunFolder, is_sweep


def figure_of(run: RunFolder, kind: str) -> Figure:
    """Return the picture of one kind of a run or a sweep; the data are opened only where it needs them.

    Raise UnknownName for an unknown plot, UsageError for one that does not suit the run or moves.
    """
    if plots.find(kind).formats == MOVING:
        raise UsageError(f"{kind} moves, and a figure does not", f"npnet plot {run.id} --kind {kind} --format gif")
    if is_sweep(run):
        return painted(kind, sweep_material(run))
    found = folder_material(run)
    if not lacking_data([kind], found):
        return painted(kind, found)
    predictor = reopen(run)
    with limited(choose_threads(predictor.experiment.threads, 0)):
        return painted(kind, material(run, predictor))


def painted(kind: str, found: Material | SweepMaterial) -> Figure:
    """Return the picture of a material; raise UsageError where it cannot be drawn."""
    if reason := suits(kind, found):
        raise UsageError(f"no {kind} plot: it {reason}")
    figure: Figure = plots[kind](found).figure
    return figure
