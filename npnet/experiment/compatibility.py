"""Whether the network fits the data and the loss, checked before anything is allocated."""

from collections.abc import Iterator

from npnet.config.conflicts import Misfit, conflicts
from npnet.config.experiment import Experiment
from npnet.config.loaded import Loaded
from npnet.config.nodes import Path, dotted
from npnet.data import Split
from npnet.data.datasets.table import Table
from npnet.errors import AdvisedError, OptionError
from npnet.experiment.data_info import USUAL_LOSS, DataInfo, loss_of, size_key, suited
from npnet.metrics import for_task
from npnet.nn.embedding import Embedding
from npnet.nn.layer import Layer, layers
from npnet.nn.linear import Linear
from npnet.nn.losses import Loss, losses
from npnet.nn.residual import Residual

TASKS = {
    "binary": "two classes",
    "multiclass": "several classes",
    "multilabel": "several labels",
    "regression": "a regression",
    "counts": "counts",
}


def check(loaded: Loaded, data: DataInfo) -> None:
    """ConfigError with everything in an experiment that does not fit its data, each at its line."""
    found = [loaded.mistake(*one) for one in misfits(loaded.experiment, data)]
    if found:
        raise loaded.refusal(found)


def misfits(experiment: Experiment, data: DataInfo) -> Iterator[Misfit]:
    """Everything in an experiment that does not fit its data or its other settings: the key, what is wrong, a hint."""
    yield from conflicts(experiment)
    loss = loss_of(experiment, data)
    name = losses.name_of(loss)
    if data.task not in loss.tasks:
        usual = losses.name_of(USUAL_LOSS[data.task])
        message = f"{name} does not fit the task, {TASKS[data.task]}"
        yield ("loss",), message, f"write loss: {usual}, the usual one of {TASKS[data.task]}"
    else:
        outputs = loss.outputs(data.targets, data.classes)
        yield from _widths(suited(experiment.layers, data, outputs), data, name, outputs)
        yield from _last(experiment.layers, loss, data, outputs)
        if loss.link == "exp" and data.lowest < 0:
            message = f"{name} needs targets of 0 and more, the smallest is {data.lowest:g}"
            yield ("loss",), message, f"write loss: {losses.name_of(USUAL_LOSS['regression'])}"
    yield from _decisions(experiment, data)
    yield from _embedding(experiment, data)
    yield from _batches(experiment, data)
    yield from _scores(experiment, data)


def _widths(chain: tuple[Layer, ...], data: DataInfo, loss: str, needed: int) -> Iterator[Misfit]:
    width, setter = data.features, len(chain) - 1
    for place, layer in enumerate(chain):
        try:
            if _sets_width(layer, width):
                setter = place
            width = layer.width(width)
        except OptionError as error:
            key = _of_layer(chain, place, *error.path)
            yield key, f"{dotted(key)}: {error.message}", error.hint
            return
        except AdvisedError as error:
            yield ("layers", place), f"layers[{place}]: {error.message}", error.hint
            return
    if width != needed:
        gives = f"layers[{setter}] gives {_count(width, 'output')}"
        what = f"linear: {needed}, or linear alone, which takes its size from the target"
        hint = f"write {what}" if isinstance(chain[setter], Linear) else f"write as the last layer {what}"
        yield size_key(chain, setter), f"{gives}, {_need(data, loss, needed)}", hint


def _of_layer(chain: tuple[Layer, ...], place: int, *option: str | int) -> Path:
    return ("layers", place, layers.name_of(chain[place]), *option)


def _embedding(experiment: Experiment, data: DataInfo) -> Iterator[Misfit]:
    """Codes of categories are learned from by an embedding alone, and that one sees them in the first place alone."""
    chain, codes = experiment.layers, data.inputs.codes
    first = chain[0] if isinstance(chain[0], Embedding) else None
    others = [place for place, layer in enumerate(chain) if any(isinstance(one, Embedding) for one in _all_of(layer))]
    if codes and first is None:
        message = f"{_count(len(codes), 'column')} of categories became codes, which no layer learns from"
        yield ("layers", 0), message, f"write embedding as the first layer, or embed_above: {max(codes)} under prepare"
    for place in others[first is not None :]:
        message = f"layers[{place}]: an embedding sees the codes of categories only as the first layer"
        inside = "" if isinstance(chain[place], Embedding) else f" of layers[{place}]"
        yield ("layers", place), message, f"take embedding out{inside}"
    if first is not None and first.codes is not None and len(first.codes) <= data.features:
        yield from _codes(chain, first.codes, experiment, data)


def _codes(chain: tuple[Layer, ...], written: tuple[int, ...], e: Experiment, data: DataInfo) -> Iterator[Misfit]:
    """Codes that are written must be those of the data: another one would stand for nothing, without a word."""
    known, numbers = data.inputs.codes, data.inputs.numbers
    key = _of_layer(chain, 0, "codes")
    if known and (len(written) != len(known) or any(one < least for one, least in zip(written, known, strict=True))):
        yield key, f"{dotted(key)} is {list(written)}, the data have {list(known)}", "leave codes out"
    elif data.features - len(written) < numbers and _scales(e):
        yield key, f"{dotted(key)} is for codes of categories; those inputs are scaled numbers", "leave codes out"


def _scales(experiment: Experiment) -> bool:
    preparing = experiment.preparing
    return (preparing if isinstance(preparing, str) else preparing.numbers) != "none"


def _sets_width(layer: Layer, inputs: int) -> bool:
    """Whether the output has one size whatever the input's; a residual block never does."""
    return not isinstance(layer, Residual) and layer.width(inputs) == layer.width(inputs + 1)


def _need(data: DataInfo, loss: str, needed: int) -> str:
    if data.task in ("regression", "counts", "multilabel"):
        return f"the data have {_count(data.targets, 'target')}"
    if needed == data.classes:
        return f"the target has {needed} classes"
    return f"{loss} of {data.classes} classes needs {needed}"


def _last(chain: tuple[Layer, ...], loss: Loss, data: DataInfo, outputs: int) -> Iterator[Misfit]:
    """A loss takes raw scores; the activation that it implies may be written, no other."""
    name, loss_name = layers.name_of(chain[-1]), losses.name_of(loss)
    if name not in ("sigmoid", "softmax") or name == loss.link:
        return
    key: Path = ("layers", len(chain) - 1)
    if data.task in ("regression", "counts"):
        yield key, f"{name} keeps the outputs between 0 and 1, the targets are any numbers", f"take {name} out"
    elif loss.link != "identity":
        yield (
            key,
            f"{loss_name} goes with {loss.link} or with no activation in the last place, not {name}",
            f"take {name} out",
        )
    elif name == "softmax" and outputs == 1:
        yield key, "softmax of one output is always 1", "write sigmoid"


def _decisions(experiment: Experiment, data: DataInfo) -> Iterator[Misfit]:
    e, task = experiment, TASKS[data.task]
    if e.threshold is not None and data.task != "binary":
        yield ("threshold",), f"a threshold is for two classes, the task is {task}", "take threshold out"
    elif isinstance(e.threshold, str) and "validation" not in data.rows:
        yield ("threshold",), "there is no validation part to choose the threshold on", _validating(e)
    if e.temperature and not data.classes:
        yield ("temperature",), f"a temperature is for classes, the task is {task}", "take temperature out"
    elif e.temperature and "validation" not in data.rows:
        yield ("temperature",), "there is no validation part to fit the temperature on", _validating(e)


def _validating(e: Experiment) -> str:
    """The hint to have a validation part, where the rows are divided as they are."""
    if e.cv is not None:
        return "write validation: 0.2 under cv"
    if isinstance(e.dataset, Table) and e.dataset.own_files:
        return "write validation: FILE under dataset.table"
    return "write split: {validation: 0.2}" if e.split == Split(validation=0) else "write validation: 0.2 under split"


def _batches(experiment: Experiment, data: DataInfo) -> Iterator[Misfit]:
    rows = data.rows["train"]
    size = rows if experiment.batch_size == "all" else min(experiment.batch_size, rows)
    least = min(size, rows % size or size)
    for place, layer in enumerate(experiment.layers):
        for inner in _all_of(layer):
            if inner.needs_rows > least:
                name = layers.name_of(inner)
                message = f"{name} needs {inner.needs_rows} rows in every batch; {rows} rows in batches of {size} "
                yield ("layers", place), f"{message}leave {least} for the last", _better_batch(rows, size)
                break


def _better_batch(rows: int, size: int) -> str | None:
    better = next((other for other in range(max(size, 2), rows + 1) if rows % other != 1), None)
    return f"write batch_size: {better}, which leaves none so small" if better else "take batch_norm out"


def _all_of(layer: Layer) -> Iterator[Layer]:
    yield layer
    for inner in layer.layers if isinstance(layer, Residual) else ():
        yield from _all_of(inner)


def _scores(experiment: Experiment, data: DataInfo) -> Iterator[Misfit]:
    known = for_task(data.task)
    hint = f"those of {TASKS[data.task]} are: {', '.join(known)}"
    for place, name in enumerate(experiment.metrics or ()):
        if name not in known:
            yield ("metrics", place), f"{name} does not fit the task, {TASKS[data.task]}", hint
    if experiment.monitor:
        part, _, name = experiment.monitor.partition("_")
        if name not in ("loss", *known):
            yield ("monitor",), f"{name} does not fit the task, {TASKS[data.task]}", hint
        if part not in data.rows:
            yield ("monitor",), f"there is no {part} part to measure {experiment.monitor} on", _validating(experiment)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
