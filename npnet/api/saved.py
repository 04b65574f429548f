"""What a run and a sweep have in common in Python: their folder, config, plots and page."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from npnet.api.configs import Folder, runs_folder
from npnet.api.plugins import Plugins, load_plugins
from npnet.api.reporting import short_traceback, warn
from npnet.config.reader import read
from npnet.config.writer import moved_path, relocated, write_resolved
from npnet.errors import UnknownName, UsageError
from npnet.rundir import names
from npnet.rundir.restore import experiment_of
from npnet.rundir.run import RunFolder, best_trial_of, find

if TYPE_CHECKING:
    import matplotlib.figure


class SavedRun:
    """The folder of a run or a sweep, opened by `latest`, its id, a unique prefix of that, or its path.

    `plugins` are Python files that register its layers; `accept_plugin` accepts other code than that of its training.
    """

    @short_traceback
    def __init__(
        self,
        run: str | Path = "latest",
        runs_dir: Folder = None,
        *,
        plugins: Plugins = (),
        accept_plugin: bool = False,
    ) -> None:
        self._folder = find(runs_folder(runs_dir), str(run))
        load_plugins(plugins, self._folder, accept_plugin)
        self._require_kind()

    def _require_kind(self) -> None:
        """Raise UsageError where the folder holds something else than the class shows."""
        raise TypeError(f"{type(self).__name__} says nothing of its kind")

    @property
    def path(self) -> Path:
        """The folder."""
        return self._folder.path

    @property
    def id(self) -> str:
        """The id, which is the name of the folder."""
        return self._folder.id

    @property
    def status(self) -> str:
        """The status: running, done, interrupted, failed or diverged."""
        return self._folder.status

    @property
    def info(self) -> dict[str, Any]:
        """The fields of run.json: times, versions, machine, data, best epoch."""
        return self._folder.info

    @property
    def config(self) -> dict[str, Any]:
        """The config with everything filled in, as a dict; `npnet.train(run.config)` repeats the run."""
        return config_of(self._folder)

    @short_traceback
    def plot(self, kind: str = "") -> "matplotlib.figure.Figure":
        """Return a picture as a figure of matplotlib, which a notebook shows; `figure.savefig("loss.png")` writes it.

        The kinds are those of `npnet list plots`, such as loss, boundary, confusion, roc, importance; the default is an
        overview. Raises UsageError for a kind that does not suit the run.
        """
        from npnet.plots.figures import figure_of

        try:
            return figure_of(self._folder, kind or self._overview)
        except UnknownName as error:
            raise UsageError(error.message, error.hint) from None

    @short_traceback
    def sample(
        self, prompt: str = "", length: int = 200, *, temperature: float = 0.8, top_k: int | None = None, seed: int = 0
    ) -> str:
        """Return the continuation of a text by a run of the data set `text`, as `npnet sample` draws it.

        Characters that training never saw are an NpnetWarning. Raises RunError for a run of other data.
        """
        from npnet.runner.text.network import TextNetwork
        from npnet.runner.text.sampling import SampleOptions, continued, prompted, unseen

        options = SampleOptions(temperature, top_k, seed)
        network = TextNetwork.of(best_trial_of(self._folder))
        warn(unseen(network, prompt))
        return "".join(continued(network, prompted(network, prompt)[1], length, options))

    _overview = "summary"

    @short_traceback
    def report(self, path: "Folder" = None) -> Path:
        """Write the report, one HTML page, to a file, by default report.html in the folder; return its path.

        Raises UsageError where the file exists and is no report.
        """
        from npnet.report.writing import write_report

        return write_report(self._folder, None if path is None else Path(path))


def config_of(folder: RunFolder) -> dict[str, Any]:
    """Return the resolved config of a run or a sweep as a dict, its paths from the current folder."""
    (experiment, base), here = experiment_of(folder), Path()
    experiment = relocated(experiment, base, here)
    if experiment.weights is not None:
        experiment = experiment.model_copy(update={"weights": moved_path(experiment.weights, base, here)})
    found: dict[str, Any] = read(write_resolved(experiment).encode(), names.RESOLVED)[0].plain()
    return found
