"""A trained network as JSON-ready data for the page: its layers, weights, frames, inputs and rows.

The page has the styles and scripts of `npnet.report.page_engine`, an empty `<div id="network-player">` where the
network goes, and this data under the key "network" of its JSON block. An array is {"dtype", "shape", "data"}: base64
of its little-endian bytes.

    layers         [{"type": "linear", "name": "layers.0", "options": {"units": 16}, "inputs": 2, "outputs": 16}];
                   a residual block has "layers" of its own; a final activation that the loss contains is left out
    activation     that final activation, or null
    loss           {"type", "options", "link"}
    optimizer      {"type", "options"}, "constraints" {"l1", "l2", "clip_norm", "clip_value", "max_norm"},
                   "learning_rate", "batch_size" (the rows of a step; null for full batches)
    task, classes, targets    names
    output         {"mean", "scale", "transform", "moments", "threshold", "temperature"}: from scores to predictions
    inputs         [{"name", "block": "numbers" | "indicators" | "levels" | "codes"}]; numbers have "center", "scale",
                   "clip", and where they are normal scores "knots" [[x], [z]]; codes have "size"
    model, models  which of how many networks this is
    parameters     their number; theta and state are flat, in the order of `npnet.engine.network.Network`
    best, last     {"epoch", "theta", "state"}, and where the run has them "slots" of the optimizer by name and
                   "steps", the number of updates (null without the data); last may be null
    frames         null, or {"step": [], "epoch": [], "label": [], "loss": [] (null where it is not known), "best":
                   index or null, "theta": (frames, parameters), "state"}
    rows           by split: {"count", "row", "inputs" (shown, inputs), "y" (shown, targets), "weight" or null};
                   "count" has all rows; shown are as many as the page has bytes for; {} without the data
    lacking        why the page cannot compute the network: names of layers, or its size; then there are only names and
    maps           null, or the maps of `npnet.report.recorded_maps`
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from npnet.config import Experiment
from npnet.data import Part
from npnet.data.preprocessing import Preparation
from npnet.data.preprocessing.derived import features
from npnet.data.preprocessing.scaling import Scaling, normal_scores
from npnet.data.preprocessing.steps import DateStep, NumberStep
from npnet.engine.network import Network
from npnet.experiment.resolved import without_final_activation
from npnet.model.outputs import Calibration
from npnet.model.predictor import SplitPredictor
from npnet.model.train_state import BEST_SLOTS, SLOTS, Tensors, expand, is_compact, slots_in
from npnet.nn.layer import Layers, layers
from npnet.nn.losses import Loss, losses
from npnet.nn.optimizers import optimizers
from npnet.nn.residual import Residual
from npnet.report.page_engine import KNOWN, Json, array, rounded
from npnet.report.recorded_maps import recorded_maps
from npnet.rundir.frames import Frames, frames_of, has_frames
from npnet.rundir.restore import DataMetadata, experiment_of, restored
from npnet.rundir.run import RunFolder
from npnet.spec import Spec

ROW_BYTES = 80_000
"""Bytes for the inputs of all splits together; of more rows, as many as fit are taken, evenly spread."""
FRAME_BYTES = 100_000
"""Bytes for the weights of all frames; of more frames, as many as fit are taken, evenly spread."""
ROUNDED_ABOVE = 10_000
"""Parameters of a network from which on its last state and all slots are kept with three digits."""
KNOTS = 129
"""Points of the table from a number to its normal score."""
MOST_PARAMETERS = 20_000
"""Parameters of a network that the page computes; of a larger one it shows recorded maps."""
ONE_MODEL = 0


def network_data(run: RunFolder, predictor: SplitPredictor | None = None) -> Json:
    """Return the data of the first network of a run; without a predictor, which has its data, without rows.

    Raise RunError where the weights are missing or do not fit.
    """
    if predictor is None:
        experiment, _ = experiment_of(run)
        alone, data = restored(run, experiment)
        network, loss, parts, calibration = alone.network, alone.loss, dict[str, Part](), alone.calibration
    else:
        experiment, network, loss = predictor.experiment, predictor.network, predictor.loss
        calibration, parts = predictor.calibration, dict(predictor.data.parts)
        data = DataMetadata.of(predictor.folds, calibration)
    names = {
        "task": data.task,
        "classes": list(data.classes),
        "targets": list(data.targets),
        "model": ONE_MODEL,
        "models": network.models,
        "parameters": network.size,
    }
    frames = frames_of(run, network) if has_frames(run) else None
    if lacking := list(_lacking(network, loss, experiment, data.preparations[0])):
        return {**names, "lacking": lacking, "maps": recorded_maps(run, predictor, frames) if predictor else None}
    return {
        **names,
        **_recipe(experiment, network, loss),
        "output": _output(data, loss, calibration),
        "inputs": list(_inputs(data.preparations[0])),
        **_states(run, network, frames, _batches(experiment, parts)),
        "frames": frames and _frames(frames, network),
        "rows": {split: _rows(part, _share(parts)) for split, part in parts.items()},
        "lacking": [],
        "maps": None,
    }


def _lacking(network: Network, loss: Loss, experiment: Experiment, preparation: Preparation) -> Iterator[str]:
    """Yield why the page cannot compute a network: what its engine lacks, or the size of its weights."""
    found = [("layers", layers.name_of(step.layer)) for step in network.graph.layer_steps]
    found += [("losses", losses.name_of(loss)), ("optimizers", optimizers.name_of(experiment.optimizer))]
    found += [("features", features.name_of(one.feature)) for one in preparation.derived]
    yield from dict.fromkeys(name for kind, name in found if name not in KNOWN[kind])
    if network.size > MOST_PARAMETERS:
        yield f"more than {MOST_PARAMETERS:,} parameters"


def _output(data: DataMetadata, loss: Loss, calibration: Calibration) -> Json:
    """Return how raw scores become predictions."""
    scaler, count = data.target_scalers[0], len(data.targets)
    return {
        "mean": scaler.mean.tolist() if loss.scales_target else [0.0] * count,
        "scale": scaler.scale.tolist() if loss.scales_target else [1.0] * count,
        "transform": data.target_transform,
        "threshold": calibration.threshold,
        "temperature": calibration.temperature,
        "moments": list(calibration.smearing[ONE_MODEL]) if calibration.smearing else None,
    }


def _recipe(experiment: Experiment, network: Network, loss: Loss) -> Json:
    """Return layers, loss, optimizer and what else a training needs besides data and weights."""
    kept = without_final_activation(experiment.layers, loss)
    final = layers.name_of(experiment.layers[-1]) if len(kept) < len(experiment.layers) else None
    e = experiment
    return {
        "layers": layers_data(network.chains[ONE_MODEL], network.graph.inputs),
        "activation": final,
        "loss": {"type": losses.name_of(loss), "options": options(loss), "link": loss.link},
        "optimizer": {"type": optimizers.name_of(e.optimizer), "options": options(e.optimizer)},
        "constraints": {name: getattr(e, name) for name in ("l1", "l2", "clip_norm", "clip_value", "max_norm")},
        "learning_rate": e.learning_rate,
        "batch_size": None if e.batch_size == "all" else e.batch_size * e.accumulate,
    }


def layers_data(chain: Layers, inputs: int, prefix: str = "layers") -> list[Json]:
    """Return the layers of a network with their options and sizes."""
    found: list[Json] = []
    for number, layer in enumerate(chain):
        name, outputs = f"{prefix}.{number}", layer.width(inputs)
        one: Json = {"type": layers.name_of(layer), "name": name, "options": options(layer)}
        inside = {"layers": layers_data(layer.layers, inputs, f"{name}.layers")} if isinstance(layer, Residual) else {}
        found.append({**one, "inputs": inputs, "outputs": outputs, **inside})
        inputs = outputs
    return found


def options(spec: Spec) -> Json:
    """Return the options of a layer, loss or optimizer that the page computes with: numbers and lists of numbers."""
    found = {name: getattr(spec, name) for name in type(spec).model_fields}
    numbers = {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}
    return {name: value for name, value in numbers.items() if _is_number(value)}


def _is_number(value: Any) -> bool:
    """Return whether an option is a number, or a list of numbers."""
    return all(isinstance(one, int | float) for one in (value if isinstance(value, list) else [value]))


def _inputs(preparation: Preparation) -> Iterator[Json]:
    """Yield the name and the block of each input, and how its number becomes an input."""
    numbers, codes = preparation.numbers, len(preparation.embedded)
    steps = {step.column: step for step in preparation.steps}
    places = {name: position for position, name in enumerate(preparation.names[: preparation.first_derived])}
    for position, (name, sources) in enumerate(zip(preparation.names, preparation.sources, strict=True)):
        step, source = steps[sources[0]], sources[0]
        if preparation.first_derived <= position < numbers:
            derived = preparation.derived[position - preparation.first_derived]
            of = {"type": features.name_of(derived.feature), "columns": [places[column] for column in derived.columns]}
            yield {"name": name, "block": "numbers", "of": of, **_scaling(derived.scaling)}
        elif position < numbers and isinstance(step, NumberStep | DateStep):
            yield {"name": name, "block": "numbers", **_scaling(_scaling_of(step, name))}
        elif position >= preparation.width - codes:
            size = preparation.embedded[position - preparation.width]
            yield {"name": name, "block": "codes", "size": size}
        else:
            yield {"name": name, "block": "indicators" if name == f"{source} is missing" else "levels"}


def _scaling_of(step: NumberStep | DateStep, name: str) -> Scaling | None:
    """Return the scaling of an input of a column of numbers, or of a part of its dates."""
    if isinstance(step, NumberStep):
        return step.scaling
    return next(scaling for part, scaling in step.parts.items() if name == f"{step.column}: {part}")


def _scaling(scaling: Scaling | None) -> Json:
    """Return how a number becomes an input; normal scores as a table of points to interpolate between."""
    if scaling is None:
        return {}
    found: Json = {"center": scaling.center, "scale": scaling.scale, "clip": scaling.clip}
    if scaling.quantiles and scaling.scale:
        every = np.linspace(0, len(scaling.quantiles) - 1, min(KNOTS, len(scaling.quantiles))).round().astype(np.intp)
        x = np.unique(np.array(scaling.quantiles)[every])
        found["knots"] = [x.tolist(), normal_scores(x, np.array(scaling.quantiles)).tolist()]
    return found


def _batches(experiment: Experiment, parts: Mapping[str, Part]) -> int | None:
    """Return the batches of an epoch; None without the data."""
    if "train" not in parts:
        return None
    count, size = len(parts["train"].y), experiment.batch_size
    return 1 if size == "all" else -(-count // (size * experiment.accumulate))


def _states(run: RunFolder, network: Network, frames: Frames | None, batches: int | None) -> Json:
    """Return the best and the last state of the first network; the last is null where the run does not have it."""
    # The best epoch of a run is the median of several networks, whose first has the frames.
    epoch = run.info["best_epoch"] if frames is None or frames.best is None else int(frames.epochs[frames.best])
    best = {"epoch": epoch, "theta": array(network.theta[ONE_MODEL]), "state": array(network.state[ONE_MODEL])}
    if not run.checkpoints:
        return {"best": best, "last": None}
    tensors, metadata = run.checkpoint(run.checkpoints[0])
    numbers = rounded if network.size > ROUNDED_ABOVE else array
    if "best.epoch" in tensors and tensors["best.epoch"][ONE_MODEL] == epoch:
        slots = slots_in(tensors, BEST_SLOTS)
        best |= {"slots": {name: numbers(values[0]) for name, values in slots.items()} or None}
        best |= {"steps": None if batches is None else epoch * batches}
    return {"best": best, "last": _last(tensors, int(metadata["epoch"]), network, batches)}


def _last(tensors: Tensors, epoch: int, network: Network, batches: int | None) -> Json | None:
    """Return the last state, from a checkpoint."""
    state: Tensors = expand(tensors, network.theta, network.state) if is_compact(tensors) else tensors
    if "theta" not in state or state["theta"].shape != network.theta.shape or state["done"][ONE_MODEL]:
        return None  # of a model that is done, a finished run keeps its best state alone
    numbers = rounded if network.size > ROUNDED_ABOVE else array
    done = min(int(state["batches_done"][ONE_MODEL]), batches or 0)
    return {
        "epoch": epoch,
        "theta": numbers(state["theta"][ONE_MODEL]),
        "state": array(state["state"][ONE_MODEL]),
        "slots": {name: numbers(values[ONE_MODEL]) for name, values in slots_in(state, SLOTS).items()},
        "steps": None if batches is None else epoch * batches + done,
    }


def _frames(frames: Frames, network: Network) -> Json:
    """Return the recorded weights as flat arrays, as float16 where that holds them."""
    theta = np.zeros((len(frames), network.size), np.float32)
    for name, view, _ in network.pieces(theta):
        view[...] = frames.weights[name]
    state = [frames.weights[f"{step.name}.{one.name}"] for step, one, _ in network.statistics]
    kept = _kept(len(frames), frames.best, network.size)
    loss = frames.history.get("train_loss", np.full(len(frames), np.nan))
    with np.errstate(over="ignore"):
        half = np.isfinite(theta.astype(np.float16)).all()
    return {
        "step": frames.steps[kept].tolist(),
        "epoch": frames.epochs[kept].tolist(),
        "label": [frames.label(index) for index in kept],
        "loss": [value if np.isfinite(value) else None for value in loss[kept].tolist()],
        "best": None if frames.best is None else kept.index(frames.best),
        "theta": array(theta[kept], np.float16 if half else np.float32),
        "state": array(np.concatenate([np.zeros((len(frames), 0)), *state], axis=1)[kept]),
    }


def _kept(count: int, best: int | None, size: int) -> list[int]:
    """Return the indices of the frames that the page has bytes for: the first, the best, the last and others."""
    most = max(FRAME_BYTES // (2 * max(size, 1)), 3)
    spread = np.linspace(0, count - 1, min(count, most)).astype(np.int64).tolist()
    return sorted({*spread, *([] if best is None else [best])})


def _share(parts: Mapping[str, Part]) -> float:
    """Return the share of the rows that the page has bytes for."""
    size = sum(part.X.size * np.dtype(np.float32).itemsize for part in parts.values())
    return min(1.0, ROW_BYTES / max(size, 1))


def _rows(part: Part, share: float) -> Json:
    """Return the rows of a split, of too many a share of them, evenly spread."""
    count = len(part.y)
    chosen = np.linspace(0, count - 1, max(1, int(count * share))).astype(np.intp)
    y, of_classes = part.y[chosen], np.uint8 if part.y.max(initial=0) < 2**8 else np.uint16
    return {
        "count": count,
        "row": array(part.rows[chosen], np.uint16 if part.rows.max() < 2**16 else np.int32),
        "inputs": array(part.X[chosen]),
        "y": array(y.reshape(len(y), -1), np.float32 if y.dtype.kind == "f" else of_classes),
        "weight": None if part.weight is None else array(part.weight[chosen]),
    }
