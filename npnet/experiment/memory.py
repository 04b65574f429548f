"""Memory: how much a training needs and how much there is, before any is allocated."""

from npnet.config.experiment import Experiment
from npnet.config.loaded import Loaded
from npnet.engine.cost import buffers, parameters
from npnet.engine.graph import Graph
from npnet.experiment.data_info import DataInfo, complete, size_key
from npnet.machine.memory import SHARE, available, size_text

CHUNK = 1000  # rows of one validation pass
FLOAT64 = 8


def check_memory(loaded: Loaded, facts: DataInfo, free: int | None = None) -> None:
    """ConfigError with both figures where a training needs over 90 % of the available memory."""
    free = available() if free is None else free
    need = needed(loaded.experiment, facts)
    if need > SHARE * free:
        widest = _widest(loaded.experiment, facts)
        message = f"the training needs {size_text(need)}, {size_text(free)} are available"
        raise loaded.problem(
            size_key(loaded.experiment.layers, widest), message, "take fewer units, or a smaller batch_size"
        )


def needed(experiment: Experiment, facts: DataInfo) -> int:
    """Bytes that a training takes: parameters with all like them, buffers of passes, data."""
    filled = complete(experiment, facts)
    plan = Graph(filled.layers, facts.features)
    item = 4 if filled.dtype == "float32" else FLOAT64
    values = sum(parameters(plan))
    arrays = 6 + len(filled.optimizer.slots)  # theta, gradient, mask, two to work in, the best, and the slots
    rows = facts.rows["train"]
    batch = rows if filled.batch_size == "all" else min(filled.batch_size, rows)
    passes = [batch, rows % batch, min(CHUNK, max(facts.rows.values()))]
    # Of each row the inputs with their one, encoded targets and scores, and the target, its number, place and turn.
    row = (facts.features + 1) * item + plan.outputs * (2 * item + FLOAT64) + (facts.targets + 3) * FLOAT64
    data = sum(facts.rows.values()) * row
    return filled.ensemble * item * (values * arrays + sum(buffers(plan, size) for size in passes)) + data


def _widest(experiment: Experiment, facts: DataInfo) -> int:
    """The number of the layer with most parameters; of equal ones, of the most outputs."""
    plan = Graph(complete(experiment, facts).layers, facts.features)
    sizes = [
        (size, step.layer.width(step.inputs)) for size, step in zip(parameters(plan), plan.of_layers(), strict=True)
    ]
    names = [step.name for step in plan.of_layers()]
    return int(names[sizes.index(max(sizes))].split(".")[1])
