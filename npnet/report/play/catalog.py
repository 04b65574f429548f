"""What the playground offers: data sets, layers, losses, optimizers and initializers, with their defaults."""

import inspect
from collections.abc import Iterable
from typing import Any

from npnet.config.writer import plain_options
from npnet.data.datasets import datasets
from npnet.data.datasets.synthetic import Synthetic
from npnet.data.preprocessing import PrepareSpec
from npnet.data.preprocessing.derived import features
from npnet.data.split_and_fit import plain
from npnet.experiment.resolved import DEFAULT_LOSS
from npnet.nn.initializers import initializers
from npnet.nn.layer import layers
from npnet.nn.linear import Linear
from npnet.nn.losses import losses
from npnet.nn.optimizers import Adam, optimizers
from npnet.registry import Registry
from npnet.report.network_data import options
from npnet.report.page_engine import KNOWN
from npnet.spec import Spec

Json = dict[str, Any]
TASKS = ("binary", "multiclass", "regression")
STRUCTURE = frozenset({"linear", "residual"})
"""Layers that the page does not offer by their name."""
OF_INPUTS = frozenset({"embedding", "periodic"})
"""Layers that stand before the first linear one."""
SIZED = frozenset({"codes", "numbers"})
"""Options of those that come from the data."""
ACTIVATIONS = ("npnet.nn.activations", "npnet.nn.gated_activations")


def catalog() -> Json:
    """Return what the page can choose from: for each thing its name, its purpose and its options with defaults."""
    drawn = {name: kind for name, kind in datasets.items() if issubclass(kind, Synthetic)}
    chained = {name: kind for name, kind in layers.items() if name in KNOWN["layers"] - STRUCTURE}
    return {
        "datasets": [{**one, "options": plain_options(drawn[one["name"]]())} for one in _entries(drawn.items())],
        "layers": [
            {**one, "activation": chained[one["name"]].__module__ in ACTIVATIONS} for one in _entries(chained.items())
        ],
        "losses": [one for one in map(_with_task, _known("losses", losses)) if one["tasks"]],
        "usual_loss": {task: losses.name_of(DEFAULT_LOSS[task]) for task in TASKS},  # type: ignore[index]
        "optimizers": [{**one, "rate": optimizers[one["name"]].usual_rate} for one in _known("optimizers", optimizers)],
        "initializers": _entries(initializers.items()),
        "features": [{"name": name, "purpose": _purpose(kind)} for name, kind in features.items()],
        "prepare": plain_options(PrepareSpec()),
        "start": _start(),
    }


def _with_task(entry: Json) -> Json:
    """Return the entry of a loss with the tasks that it fits, and what its scores are."""
    kind = losses[entry["name"]]
    return {
        **entry,
        "tasks": [task for task in TASKS if task in kind.tasks],
        "link": kind.link,
        "binary_outputs": kind().outputs(1, 2),
        "scales_target": kind.scales_target,
    }


def _start() -> Json:
    """Return the settings of a page that starts with nothing: two circles and a small network."""
    tanh = {"type": "tanh", "options": {}}
    return {
        "data": "circles",
        "options": {},
        "target": "",
        "task": None,
        "skipped": [],
        "features": [],
        "test": 0.3,
        "validation": 0,
        "prepare": plain_options(plain("standard", None)),
        "prepared": False,
        "before": [],
        "blocks": [{"units": 6, "after": [tanh]}, {"units": 4, "after": [tanh]}],
        "init": _default(Linear(), "init"),
        "bias_init": _default(Linear(), "bias_init"),
        "loss": None,
        "optimizer": {"type": "adam", "options": options(Adam())},
        "learning_rate": 0.01,
        "epochs": 100,
        "batch_size": 32,
        "l1": 0.0,
        "l2": 0.0,
        "max_norm": None,
        "clip_norm": None,
        "clip_value": None,
        "seed": 0,
        "others": {},
    }


def _default(layer: Linear, key: str) -> Json:
    spec = getattr(layer, key)
    return {"type": initializers.name_of(spec), "options": options(spec)}


def _entries(things: Iterable[tuple[str, type[Spec]]]) -> list[Json]:
    return [{"name": name, "purpose": _purpose(kind), "options": options(kind())} for name, kind in things]


def _known(kind: str, registry: Registry[Any]) -> list[Json]:
    """Return the entries of all that the page computes."""
    return _entries((name, spec) for name, spec in registry.items() if name in KNOWN[kind])


def _purpose(kind: type[Spec]) -> str:
    return (inspect.getdoc(kind) or "").partition("\n")[0]
