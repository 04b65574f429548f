"""From an experiment to what the playground starts with: its settings, its table, and what the page cannot do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from npnet.config import Experiment, Loaded
from npnet.config.loaded import load_alone
from npnet.config.writer import changed_options, plain_options
from npnet.data.columns import Frame
from npnet.data.columns.schema import ReadOptions
from npnet.data.datasets import datasets
from npnet.data.datasets.synthetic import Synthetic
from npnet.data.datasets.table import Table
from npnet.data.datasets.windows import WindowsOfTable
from npnet.data.preprocessing import PrepareSpec
from npnet.data.preprocessing.derived import features
from npnet.data.readers.reading import read_frame
from npnet.data.split_and_fit import plain
from npnet.data.understanding import understand
from npnet.errors import UsageError
from npnet.experiment.resolved import without_final_activation
from npnet.nn.initializers import initializers
from npnet.nn.layer import Layer, layers
from npnet.nn.linear import Linear
from npnet.nn.losses import losses
from npnet.nn.optimizers import Adam, optimizers
from npnet.nn.residual import Residual
from npnet.report.network_data import options
from npnet.report.page_engine import KNOWN
from npnet.report.play.catalog import OF_INPUTS, SIZED, STRUCTURE, TASKS
from npnet.report.play.table import embedded
from npnet.runner.prepared_run import at_line, with_targets
from npnet.runner.proposal import propose
from npnet.spec import Spec
from npnet.text import listed

Json = dict[str, Any]
SHOWN = frozenset(
    {"dataset", "split", "scale", "prepare", "layers", "loss", "optimizer", "learning_rate", "epochs", "batch_size"}
    | {"l1", "l2", "max_norm", "clip_norm", "clip_value", "seed"}
)
"""Keys that the page has settings for."""
LEFT = frozenset({"preset", "sweep", "weights"})
"""Keys that a copied config leaves out: what a preset stands for is written out, the others fit other layers."""
UNABLE = {
    "accumulate": "the page takes a step after every batch",
    "augment": "the page trains on the rows as they are",
    "schedule": "the page keeps the learning rate constant",
    "class_weight": "the page gives all rows the same weight",
    "target_transform": "the page trains on the target as it is",
    "ensemble": "the page trains one network",
    "cv": "the page trains on one split",
    "early_stopping": "the page trains until you pause",
    "threshold": "the page decides at 0.5",
    "temperature": "the page shows probabilities as the network gives them",
    "weights": "the page draws the initial weights",
    "sweep": "the page trains one setting at a time",
    "own_validation": "the page trains one network",
    "model_seed": "the page draws all by its seed",
}


@dataclass(frozen=True)
class Start:
    """The settings that the page starts with, its table if it has one, and a line on each thing that it cannot do."""

    settings: Json
    table: Json | None
    lacking: tuple[str, ...]


def start_of(loaded: Loaded) -> Start:
    """Return the start for a config; raise DataError where its data cannot be read, UsageError for several targets."""
    e = loaded.experiment
    table, missing = None, list[str]()
    if not isinstance(e.dataset, Synthetic):
        with at_line(loaded):
            found = embedded(*_rows(loaded))
        table, missing = found.data, list(found.lacking)
    chain = _chain_of(e)
    prepare, odd = _prepare(e)
    written = changed_options(e)
    settings = {
        "data": datasets.name_of(e.dataset) if table is None else "table",
        "options": plain_options(e.dataset) if table is None else {},
        "task": e.dataset.task if isinstance(e.dataset, Table) else None,
        "test": e.split.test,
        "validation": e.split.validation,
        "prepare": prepare,
        "prepared": e.prepare is not None,
        "features": [features.name_of(one) for one in e.prepare.features] if e.prepare else [],
        "before": chain.before,
        "blocks": chain.blocks,
        "init": chain.init,
        "bias_init": chain.bias_init,
        "loss": _named(losses, e.loss) if e.loss and _computes("losses", losses, e.loss) else None,
        "optimizer": _named(optimizers, e.optimizer if _computes("optimizers", optimizers, e.optimizer) else Adam()),
        **{key: getattr(e, key) for key in ("learning_rate", "epochs", "batch_size", "seed", *_LIMITS)},
        "others": {key: value for key, value in written.items() if key not in SHOWN | LEFT},
    }
    unable = [f"{key}: {UNABLE[key]}" for key in UNABLE if key in written]
    return Start(settings, table, (*missing, *_of_table(e), *chain.lacking, *odd, *unable, *_of_loss(e)))


_LIMITS = ("l1", "l2", "max_norm", "clip_norm", "clip_value")


def start_of_table(file: str, target: str | None, overrides: Sequence[str]) -> Start:
    """Return the start for a table, read as `npnet init --data` reads it; the network is the page's own.

    Without a target it is the last column. Raise DataError where the table cannot be read.
    """
    target = _last_column(file) if target is None else target
    place = Path(file)
    proposal = propose(file, (target,), place.parent, overrides)  # a config to be saved beside the table
    loaded = load_alone(place, proposal.text.encode())
    table = loaded.experiment.dataset
    name, frame, _, config, _ = _rows(loaded)
    found = embedded(Path(name).name, frame, target, config)
    spec = PrepareSpec(numbers="standard", clip=False)
    settings = {
        "data": "table",
        "task": table.task if isinstance(table, Table) else None,
        "prepare": plain_options(spec),
    }
    return Start(settings, found.data, found.lacking)


def _last_column(file: str) -> str:
    """Return the last column of a table that is not an index."""
    found = understand(file, Path.cwd(), {}, ()).options
    dropped = found.pop("drop", ())
    names = read_frame(ReadOptions(path=file, **found), Path.cwd())[1].kinds
    return [name for name in names if name not in dropped][-1]


def _rows(loaded: Loaded) -> tuple[str, Frame, str, Any, bool]:
    """Return the arguments of `embedded` for the data of a config."""
    source, e = loaded.experiment.dataset, loaded.experiment
    written = changed_options(e)["dataset"]
    if isinstance(source, WindowsOfTable):
        what = "the page splits rows at random, and windows of a table are split in order of time"
        raise UsageError(what, "npnet train CONFIG trains on them, and npnet report shows the run")
    if not isinstance(source, Table):
        dataset = source.load(loaded.base, e.seed)
        if dataset.positions:
            what = "the page has no layers for sequences and images"
            raise UsageError(what, "npnet train CONFIG trains on them, and npnet report shows the run")
        return datasets.name_of(source), with_targets(dataset), dataset.targets[0], written, True
    if not source.targets:
        what = "the page predicts one target, and the config names none"
        raise UsageError(what, f"npnet play {source.path} --target COLUMN names one")
    if len(source.targets) > 1 or source.label_delimiter is not None:
        what = "the page predicts one target, and the config has several"
        raise UsageError(what, f"npnet play {source.path} --target {source.targets[0]} takes the first")
    frame = source.read(loaded.base).frame
    others = (source.weight, source.group, source.time)
    kept = {name: column for name, column in frame.columns.items() if name not in others}
    written = {"path": source.path, "target": source.target, **_options_of(written)}
    return source.path, Frame(kept, frame.rows), source.targets[0], {"table": written}, False


def _options_of(written: Any) -> Json:
    """Return the options of a table as a config writes them; of one with only a path none."""
    options_ = written["table"] if isinstance(written, dict) else {}
    return options_ if isinstance(options_, dict) else {}


def _of_table(experiment: Experiment) -> Iterator[str]:
    """Yield what the page does not do with the rows of a table."""
    table = experiment.dataset
    if not isinstance(table, Table):
        return
    if table.weight is not None:
        yield "weight: the page gives all rows the same weight"
    if table.group is not None or table.time is not None:
        yield f"{'group' if table.group is not None else 'time'}: the page splits rows at random"
    if table.own_files:
        yield f"{' and '.join(table.own_files)}: the page splits the rows of {table.path} at random"


def _of_loss(experiment: Experiment) -> Iterator[str]:
    loss = experiment.loss
    if loss is not None and not (set(TASKS) & set(loss.tasks) and _computes("losses", losses, loss)):
        yield f"loss {losses.name_of(loss)}: the page takes the usual loss of the task"
    if not _computes("optimizers", optimizers, experiment.optimizer):
        yield f"optimizer {optimizers.name_of(experiment.optimizer)}: the page takes adam"


def _computes(kind: str, registry: Any, spec: Spec) -> bool:
    """Return whether the engine of the page has a loss or an optimizer."""
    return registry.name_of(spec) in KNOWN[kind]


def _prepare(experiment: Experiment) -> tuple[Json, list[str]]:
    """Return how the page prepares columns, and the differences from the config."""
    spec = experiment.prepare or plain(experiment.scale, None)
    if experiment.prepare is None and isinstance(experiment.dataset, Table):
        spec = PrepareSpec(numbers=experiment.scale, clip=False)
    found = {key: value for key, value in plain_options(spec).items() if key != "features"}
    odd = []
    if any(changed_options(one) != features.name_of(one) for one in spec.features):
        odd.append("features: the page derives inputs from all columns of numbers")
    if spec.numbers == "quantile":
        found["numbers"] = "robust"
        odd.append("prepare: the page scales numbers as robust, not as quantile")
    return found, odd


def _named(registry: Any, spec: Spec) -> Json:
    return {"type": registry.name_of(spec), "options": options(spec)}


@dataclass(frozen=True)
class _Chain:
    """The layers of a network as the page edits them.

    `before` is what comes before the first linear layer, a block is a linear layer and what follows it. The last linear
    layer, whose size is the target's, is in no block.
    """

    before: list[Json]
    blocks: list[Json]
    init: Json
    bias_init: Json
    lacking: tuple[str, ...]


def _chain_of(experiment: Experiment) -> _Chain:
    """Return the blocks of a network, and a line on each layer that the page leaves out."""
    chain = experiment.layers
    linear = [position for position, layer in enumerate(chain) if isinstance(layer, Linear)]
    last = linear[-1] if linear else len(chain)
    before, blocks, others, is_lost = list[Json](), list[Json](), list[str](), False
    for layer in chain[:last]:
        is_lost = not isinstance(layer, Linear) and (is_lost or not _is_known(layer))
        if isinstance(layer, Linear):
            blocks.append({"units": layer.units, "after": []})
        elif is_lost:  # what follows a layer that the page lacks is of its outputs
            others.append(_name(layer))
        elif _name(layer) in OF_INPUTS and not blocks:
            before.append(_layer(layer))
        elif _name(layer) not in STRUCTURE | OF_INPUTS or (isinstance(layer, Residual) and blocks):
            (blocks[-1]["after"] if blocks else before).append(_layer(layer))
        else:
            others.append(_name(layer))
    lacking = [f"{name}: the page has no such layer there" for name in dict.fromkeys(others)]
    every = [layer for layer in chain if isinstance(layer, Linear)] or [Linear()]
    if any((one.init, one.bias_init) != (every[0].init, every[0].bias_init) for one in every):
        lacking.append("init: the page draws all layers as the first")
    init, bias = (_named(initializers, getattr(every[0], key)) for key in ("init", "bias_init"))
    return _Chain(before, blocks, init, bias, (*lacking, *_after_last(chain[last + 1 :], experiment)))


def _is_known(layer: Layer) -> bool:
    """Return whether the page has a layer, and those in it."""
    return _name(layer) in KNOWN["layers"] and all(map(_is_known, getattr(layer, "layers", ())))


def _layer(layer: Layer) -> Json:
    """Return a layer with its options; of a residual block also its layers."""
    inside = {"layers": [_layer(one) for one in layer.layers]} if isinstance(layer, Residual) else {}
    found = _named(layers, layer)
    own = {key: value for key, value in found["options"].items() if key not in SIZED}
    return {**found, "options": own, **inside}


def _after_last(chain: Sequence[Layer], experiment: Experiment) -> list[str]:
    """Return what the page cannot do of the layers after the last linear one; losses take raw scores."""
    names = [_name(layer) for layer in chain]
    usual = experiment.loss is None and names in (["sigmoid"], ["softmax"])
    if not names or usual:
        return []
    if experiment.loss is not None and not without_final_activation(tuple(chain), experiment.loss):
        return []
    return [f"{listed(names)} after the last linear layer: the page ends with that layer"]


def _name(layer: Layer) -> str:
    return layers.name_of(layer)
