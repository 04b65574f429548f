"""Whether the memory of this machine is enough for a training, checked before any is allocated."""

from npnet.config.loaded import Loaded
from npnet.errors import ConfigError
from npnet.experiment.data_info import size_key
from npnet.experiment.resolved import ResolvedExperiment
from npnet.machine.memory import SHARE, available, size_text

HINT = "take fewer units, or a smaller batch_size"


def check_memory(loaded: Loaded, experiment: ResolvedExperiment, free: int | None = None) -> None:
    """Raise ConfigError at the widest layer where a training needs over 90 % of the available memory."""
    if message := shortage(experiment, free):
        raise loaded.problem(size_key(loaded.experiment.layers, _widest(experiment)), message, HINT)


def require_memory(experiment: ResolvedExperiment) -> None:
    """Raise ConfigError where a training needs over 90 % of the available memory."""
    if message := shortage(experiment):
        raise ConfigError(message, HINT)


def shortage(experiment: ResolvedExperiment, free: int | None = None) -> str | None:
    """Say how much a training needs and how much is available, where that is not enough."""
    free = available() if free is None else free
    need = experiment.training_bytes
    return f"the training needs {size_text(need)}, {size_text(free)} are available" if need > SHARE * free else None


def _widest(experiment: ResolvedExperiment) -> int:
    """Return the number of the layer with most parameters; of equal ones, of the most outputs."""
    steps = list(experiment.graph.of_layers())
    sizes = [(size, step.layer.width(step.inputs)) for size, step in zip(experiment.cost.by_layer, steps, strict=True)]
    return int(steps[sizes.index(max(sizes))].name.split(".")[1])
