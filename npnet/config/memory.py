"""Memory: how much a training needs and how much there is, before any is allocated."""

from collections.abc import Iterator

from npnet.config.experiment import Experiment
from npnet.config.facts import Facts, complete, size_key
from npnet.config.loaded import Loaded
from npnet.memory import SHARE, available, size_text
from npnet.nn.plan import Plan

CHUNK = 1000  # rows of one validation pass
FLOAT64 = 8


def check_memory(loaded: Loaded, facts: Facts, free: int | None = None) -> None:
    """ConfigError with both figures where a training needs over 90 % of the available memory."""
    free = available() if free is None else free
    need = needed(loaded.experiment, facts)
    if need > SHARE * free:
        widest = _widest(loaded.experiment, facts)
        message = f"the training needs {size_text(need)}, {size_text(free)} are available"
        raise loaded.problem(
            size_key(loaded.experiment.layers, widest), message, "take fewer units, or a smaller batch_size"
        )


def needed(experiment: Experiment, facts: Facts) -> int:
    """Bytes that a training takes: parameters with all like them, buffers of passes, data."""
    filled = complete(experiment, facts)
    plan = Plan(filled.layers, facts.features)
    item = 4 if filled.dtype == "float32" else FLOAT64
    parameters = sum(_parameters(plan))
    arrays = 6 + len(filled.optimizer.slots)  # theta, gradient, mask, two to work in, the best, and the slots
    rows = facts.rows["train"]
    batch = rows if filled.batch_size == "all" else min(filled.batch_size, rows)
    passes = [batch, rows % batch, min(CHUNK, max(facts.rows.values()))]
    data = sum(facts.rows.values()) * (facts.features + plan.outputs) * (3 * FLOAT64 + item)
    return filled.ensemble * item * (parameters * arrays + sum(_buffers(plan, size) for size in passes)) + data


def _parameters(plan: Plan) -> Iterator[int]:
    for step in plan.of_layers():
        yield sum(p.shape[0] * p.shape[1] for p in step.layer.parameters(step.inputs).values())


def _buffers(plan: Plan, batch: int) -> int:
    """Values in the buffers of a pass: outputs with their row of ones, gradients, scratch."""
    nodes = sum(2 * width + 1 for width in plan.widths)
    scratch = [step.layer.scratch(step.inputs, batch).values() for step in plan.of_layers()]
    return nodes * batch + sum(rows * columns for arrays in scratch for (rows, columns), _ in arrays)


def _widest(experiment: Experiment, facts: Facts) -> int:
    """The number of the layer with most parameters; of equal ones, of the most outputs."""
    plan = Plan(complete(experiment, facts).layers, facts.features)
    sizes = [
        (size, step.layer.width(step.inputs)) for size, step in zip(_parameters(plan), plan.of_layers(), strict=True)
    ]
    names = [step.name for step in plan.of_layers()]
    return int(names[sizes.index(max(sizes))].split(".")[1])
