"""Settings of an experiment that do not fit its data or each other."""

from collections.abc import Iterator
from contextlib import suppress

from npnet.config.experiment import Experiment, conflicts
from npnet.config.nodes import KeyIssue, Path, dotted
from npnet.config.recording import Recording
from npnet.data import Split
from npnet.data.datasets.table import Table
from npnet.engine.graph import Graph
from npnet.engine.layer_check import run_once
from npnet.errors import AdvisedError, OptionError
from npnet.experiment.at_positions import position_issues
from npnet.experiment.augmenting import augmentation_issues
from npnet.experiment.frame_plan import FEWEST
from npnet.experiment.looking_ahead import looking_ahead
from npnet.experiment.resolved import DEFAULT_LOSS, DataInfo, ResolvedExperiment
from npnet.metrics import for_task
from npnet.nn.embeddings import Embedding
from npnet.nn.layer import Layer, Layers, layers
from npnet.nn.linear import Linear
from npnet.nn.losses import losses
from npnet.nn.normalization import BatchNorm
from npnet.nn.residual import Residual, with_inner
from npnet.nn.shape import Shape
from npnet.registry.plugins import fault_of, is_foreign
from npnet.text import one_line

TASKS = {
    "binary": "two classes",
    "multiclass": "several classes",
    "multilabel": "several labels",
    "regression": "a regression",
    "counts": "counts",
}


def misfits(resolved: ResolvedExperiment) -> Iterator[KeyIssue]:
    """Yield every setting that does not fit the data or other settings."""
    r, data = resolved, resolved.data
    yield from conflicts(r.given)
    name, task = losses.name_of(r.loss), TASKS[data.task]
    if data.task not in r.loss.tasks:
        yield ("loss",), f"{name} does not fit the task, {task}", _other_loss(name, data)
    else:
        outputs = r.loss.outputs(data.targets, data.classes)
        yield from _widths(r, name, outputs)
        yield from _final_activation(r, outputs)
        if r.loss.link == "exp" and data.lowest < 0:
            message = f"{name} needs targets of 0 and more, the smallest is {data.lowest:g}"
            yield ("loss",), message, f"write loss: {losses.name_of(DEFAULT_LOSS['regression'])}"
        yield from looking_ahead(r)
    if r.given.target_transform is not None:
        yield from _target_transform(r, data)
    yield from _foreign(r)
    yield from position_issues(r)
    yield from _calibration(r.given, data)
    yield from _embedding(r.given, data)
    yield from _small_batches(r)
    yield from _scores(r.given, data)
    if r.given.augment is not None:
        yield from augmentation_issues(r, r.given.augment)
    if r.given.record is not None:
        yield from _recording(r, r.given.record)


def _other_loss(name: str, data: DataInfo) -> str:
    """Return the hint to write a loss that fits the task: the usual one, and the like of `name` for other targets."""
    usual = losses.name_of(DEFAULT_LOSS[data.task])
    alike = {f"binary_{name}", name.removeprefix("binary_")} & set(losses) - {name, usual}
    fitting = [f"loss: {n}, or " for n in alike if (loss := losses.get(n)) and data.task in loss.tasks]
    return f"write {''.join(fitting)}loss: {usual}, the usual one of {TASKS[data.task]}"


def size_key(chain: Layers, position: int) -> Path:
    """Return the key that sets a layer's number of outputs: units of `linear`, or the layer."""
    return _layer_key(chain, position, "units") if isinstance(chain[position], Linear) else ("layers", position)


def _layer_key(chain: Layers, position: int, *option: str | int) -> Path:
    return ("layers", position, layers.name_of(chain[position]), *option)


def _widths(r: ResolvedExperiment, loss: str, needed: int) -> Iterator[KeyIssue]:
    chain, data = r.given.layers, r.data
    put_in_front = r.sized_layers[: len(r.sized_layers) - len(chain)]
    shape, setter = Shape(data.features), len(chain) - 1
    for layer in put_in_front:
        shape = layer.shape(shape)
    for position, layer in enumerate(r.sized_layers[len(put_in_front) :]):
        try:
            inputs, shape = shape, layer.shape(shape)
            if _sets_outputs(layer, inputs):
                setter = position
        except OptionError as error:
            key = _layer_key(chain, position, *error.path)
            yield key, f"{dotted(key)}: {error.message}", error.hint
            return
        except AdvisedError as error:
            ends = data.ragged and not layer.takes_ragged
            hint = "write last, or global_average_pool, before it, or take another layer" if ends else error.hint
            yield ("layers", position), f"layers[{position}]: {error.message}", hint
            return
    try:
        Graph(r.sized_layers, data.features)
    except AdvisedError as error:  # of layers that share weights
        yield ("layers",), error.message, error.hint
    if shape.positions != data.positions_of_target:
        yield ("layers", len(chain) - 1), *_other_positions(shape, data)
    elif shape.features != needed:
        gives = f"layers[{setter}] gives {_count(shape.features, 'output')}"
        linear = f"linear: {needed}, or linear alone, which takes its size from the target"
        hint = f"write {linear}" if isinstance(chain[setter], Linear) else f"write as the last layer {linear}"
        yield size_key(chain, setter), f"{gives}, {_needed_outputs(data, loss, needed)}", hint


def _other_positions(shape: Shape, data: DataInfo) -> tuple[str, str]:
    """Return the message, and a hint, where a network does not end with the positions of the target."""
    some = f"{shape.text()} values" if shape.positions else _count(shape.features, "value")
    gives = f"the network ends with {some}, and a row has"
    if not data.steps:
        what = f"{gives} one target, not one at each position"
        return what, "write flatten, last or global_average_pool before the last linear layer"
    sizes = " x ".join(map(str, data.positions))
    if not shape.positions:
        hint = "take out what leads from positions to none: flatten, last, global_average_pool, or states: last"
        return f"{gives} a target at each of {sizes} positions", hint
    hint = "take out layers that change the positions, or write padding: same, stride: 1, or upsample"
    return f"{gives} targets at {sizes} positions", hint


def _foreign(r: ResolvedExperiment) -> Iterator[KeyIssue]:
    """Yield the first layer of a plugin that fails as it runs once, with the line of its code."""
    try:
        steps = Graph(r.sized_layers, r.data.features).layer_steps
    except AdvisedError:
        return  # reported with the widths
    for step in steps:
        if is_foreign(type(step.layer)):
            position = int(step.name.split(".")[1])
            try:
                run_once(step.layer, step.inputs)
            except AdvisedError as error:
                yield ("layers", position), f"layers[{position}]: {error.message}", error.hint
                return
            except Exception as error:
                fault = fault_of(error)
                why, hint = (fault.message, fault.hint) if fault else (f"{type(error).__name__}: {error}", None)
                yield ("layers", position), f"{layers.name_of(step.layer)} fails: {one_line(why, 300)}", hint
                return


def _sets_outputs(layer: Layer, inputs: Shape) -> bool:
    """Return whether the number of outputs of a layer does not depend on its inputs."""
    more = inputs.with_features(inputs.features + 1)
    with suppress(AdvisedError):
        return not isinstance(layer, Residual) and layer.shape(more) == layer.shape(inputs)
    return False


def _needed_outputs(data: DataInfo, loss: str, needed: int) -> str:
    if data.task in ("regression", "counts", "multilabel"):
        return f"the data have {_count(data.targets, 'target')}"
    if needed == data.classes:
        return f"the target has {needed} classes"
    return f"{loss} of {data.classes} classes needs {needed}"


def _final_activation(r: ResolvedExperiment, outputs: int) -> Iterator[KeyIssue]:
    """Check the last layer: losses expect raw scores, or the activation that they contain."""
    chain, link = r.given.layers, r.loss.link
    name, key = layers.name_of(chain[-1]), ("layers", len(chain) - 1)
    if name not in ("sigmoid", "softmax") or name == link:
        return
    if r.data.task in ("regression", "counts"):
        yield key, f"{name} keeps the outputs between 0 and 1, the targets are any numbers", f"take {name} out"
    elif link != "identity":
        message = f"{losses.name_of(r.loss)} expects {link} or no activation as the last layer, not {name}"
        yield key, message, f"take {name} out"
    elif name == "softmax" and outputs == 1:
        yield key, "softmax of one output is always 1", "write sigmoid"


def _embedding(experiment: Experiment, data: DataInfo) -> Iterator[KeyIssue]:
    """Check that an embedding is the first layer: only there it sees codes of categories."""
    chain, codes = experiment.layers, data.inputs.codes
    first = chain[0] if isinstance(chain[0], Embedding) else None
    embedded = [n for n, layer in enumerate(chain) if any(isinstance(inner, Embedding) for inner in with_inner(layer))]
    if codes and first is None:
        message = f"{_count(len(codes), 'column')} of categories became codes, which no layer learns from"
        yield ("layers", 0), message, f"write embedding as the first layer, or embed_above: {max(codes)} under prepare"
    for position in embedded[first is not None :]:
        message = f"layers[{position}]: an embedding sees the codes of categories only as the first layer"
        inside = "" if isinstance(chain[position], Embedding) else f" of layers[{position}]"
        yield ("layers", position), message, f"take embedding out{inside}"
    if first is not None and first.codes is not None and len(first.codes) <= data.features:
        yield from _codes(first.codes, experiment, data)


def _codes(written: tuple[int, ...], experiment: Experiment, data: DataInfo) -> Iterator[KeyIssue]:
    """Check that the codes of an embedding are those of the data: others would be meaningless."""
    known, key = data.inputs.codes, _layer_key(experiment.layers, 0, "codes")
    preparing = experiment.preparing
    scaling = preparing if isinstance(preparing, str) else preparing.numbers
    if known and (len(written) != len(known) or any(code < least for code, least in zip(written, known, strict=True))):
        yield key, f"{dotted(key)} is {list(written)}, the data have {list(known)}", "leave codes out"
    elif data.features - len(written) < data.inputs.numbers and scaling != "none":
        yield key, f"{dotted(key)} is for codes of categories; those inputs are scaled numbers", "leave codes out"


def _target_transform(r: ResolvedExperiment, data: DataInfo) -> Iterator[KeyIssue]:
    """Check that a transform of the target is for a regression, and not for a loss that has a logarithm of its own."""
    key = "target_transform"
    if data.task != "regression":
        yield (key,), f"{key} is for a regression, the task is {TASKS[data.task]}", f"take {key} out"
    elif r.loss.link != "identity":
        name = losses.name_of(r.loss)
        message = f"{name} takes the logarithm of its predictions itself, so {key} does not fit it"
        yield (key,), message, f"take {key} out, or write loss: {losses.name_of(DEFAULT_LOSS['regression'])}"


def _calibration(e: Experiment, data: DataInfo) -> Iterator[KeyIssue]:
    if e.threshold is not None and data.task != "binary":
        yield ("threshold",), f"a threshold is for two classes, the task is {TASKS[data.task]}", "take threshold out"
    elif isinstance(e.threshold, str) and "validation" not in data.rows:
        yield ("threshold",), "there is no validation set to choose the threshold on", _validating(e)
    if e.temperature and not data.classes:
        yield ("temperature",), f"a temperature is for classes, the task is {TASKS[data.task]}", "take temperature out"
    elif e.temperature and "validation" not in data.rows:
        yield ("temperature",), "there is no validation set to fit the temperature on", _validating(e)


def _validating(e: Experiment) -> str:
    """Return the hint how to get a validation set, by the way in which the rows are split."""
    if e.cv is not None:
        return "write validation: 0.2 under cv"
    if isinstance(e.dataset, Table) and e.dataset.own_files:
        return "write validation: FILE under dataset.table"
    return "write split: {validation: 0.2}" if e.split == Split(validation=0) else "write validation: 0.2 under split"


def _small_batches(r: ResolvedExperiment) -> Iterator[KeyIssue]:
    """Check that the smallest batch has the rows that each layer needs."""
    rows, size = r.data.rows["train"], r.batch_rows
    least = min(size, rows % size or size)
    for position, layer in enumerate(r.given.layers):
        if least < 2 and any(isinstance(inner, BatchNorm) for inner in with_inner(layer)):
            message = (
                f"batch_norm needs 2 rows in every batch; {rows} rows in batches of {size} leave {least} for the last"
            )
            better = next((other for other in range(max(size, 2), rows + 1) if rows % other != 1), None)
            hint = f"write batch_size: {better}, which leaves none so small" if better else "take batch_norm out"
            yield ("layers", position), message, hint


def _scores(experiment: Experiment, data: DataInfo) -> Iterator[KeyIssue]:
    known = for_task(data.task)
    misfit, hint = f"does not fit the task, {TASKS[data.task]}", f"those of {TASKS[data.task]} are: {', '.join(known)}"
    for position, name in enumerate(experiment.metrics or ()):
        if name not in known:
            yield ("metrics", position), f"{name} {misfit}", hint
    if experiment.monitor:
        split, _, name = experiment.monitor.partition("_")
        if name not in ("loss", *known):
            yield ("monitor",), f"{name} {misfit}", hint
        if split not in data.rows:
            message = f"there is no {split} set to measure {experiment.monitor} on"
            yield ("monitor",), message, _validating(experiment)


def _recording(r: ResolvedExperiment, recording: Recording) -> Iterator[KeyIssue]:
    """Check that a few frames of the network fit into the bytes that they may take."""
    try:
        each = r.frame_bytes
    except AdvisedError:  # the layers do not fit the data
        return
    if recording.max_bytes < FEWEST * each:
        most = FEWEST * each
        message = f"the frames may take {recording.max_bytes} bytes, and one of this network takes {each}"
        yield ("record",), message, f"write record: {{max_bytes: {most}}}, or more, or take record out"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
