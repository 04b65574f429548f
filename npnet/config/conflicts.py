"""Conflicts: settings that exclude each other, of which one would win without a word. The data are not needed."""

from collections.abc import Iterator

from npnet.config.experiment import Experiment
from npnet.config.loaded import Loaded
from npnet.config.nodes import Path
from npnet.data.datasets.table import Table

Misfit = tuple[Path, str, str | None]  # the key, what is wrong, a hint


def check_conflicts(loaded: Loaded) -> None:
    """ConfigError with every conflict, each at its line."""
    found = [loaded.mistake(*fault) for fault in conflicts(loaded.experiment)]
    if found:
        raise loaded.refusal(found)


def conflicts(experiment: Experiment) -> Iterator[Misfit]:
    """Every conflict of an experiment: the key, what is wrong, a hint with the ways out."""
    e = experiment
    if isinstance(e.dataset, Table):
        yield from _files(e, e.dataset)
    if e.prepare is not None and "scale" in e.model_fields_set:
        what = f"prepare says how numbers are scaled, so scale: {e.scale} has no effect"
        other = ", or write prepare: {numbers: none}" if e.scale == "none" else ""
        yield ("scale",), what, f"take scale out{other}"
    if e.early_stopping is not None and e.early_stopping.patience < e.evaluate_every:
        patience, every = e.early_stopping.patience, e.evaluate_every
        what = f"early_stopping after {patience} epochs would stop before the next evaluation, one in {every} epochs"
        yield ("early_stopping",), what, f"write early_stopping: {every}, or evaluate_every: {patience}"


def _files(e: Experiment, table: Table) -> Iterator[Misfit]:
    files = table.own_files
    named = " and ".join(files)
    if files and "split" in e.model_fields_set:
        what = "split divides no rows where the parts are files of their own"
        yield ("split",), what, f"take split out, or {named} out of dataset"
    if files and e.cv is not None:
        what = "cv divides all rows, but the parts are files of their own"
        yield ("cv",), what, f"take cv out, or {named} out of dataset"
