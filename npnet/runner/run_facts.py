"""Facts for run.json: what a training is about, so that a run can be shown without its data."""

from typing import Any

from npnet.data import Prepared
from npnet.engine.graph import network_text
from npnet.model.fitting import Fitting

NAMES, LETTERS = 20, 60  # names of targets and classes that are noted, and letters of each


def facts_of(fitting: Fitting) -> dict[str, Any]:
    """The network in a line, its parameters, and what the data are."""
    network = network_text(fitting.experiment.layers, fitting.data.inputs)
    return {"network": network, "parameters": fitting.size, **data_facts(fitting.data, len(fitting.folds))}


def data_facts(data: Prepared, folds: int) -> dict[str, Any]:
    """Task, targets, classes, columns and inputs, and the rows of each part, of a cross-validation its first fold's."""
    facts = {
        "task": data.task,
        "targets": [name[:LETTERS] for name in data.targets[:NAMES]],
        "classes": [name[:LETTERS] for name in data.classes[:NAMES]],
        "class_count": len(data.classes),
        "columns": len(data.features),
        "inputs": data.inputs,
        "folds": folds,
        "rows": {name: len(part.y) for name, part in data.parts.items()},
    }
    return {"dataset": facts}
