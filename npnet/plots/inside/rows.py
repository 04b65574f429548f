"""What the first network of a run computes inside for a few rows, with the names of these rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from npnet.data import Part
from npnet.engine.batches import Samples
from npnet.engine.graph import Graph, LayerStep
from npnet.engine.inner_values import StepValues, inner_values
from npnet.engine.network import Network
from npnet.model.predictor import SplitPredictor
from npnet.nn.attention.attention import Attention
from npnet.nn.convolution.convolution import Convolution
from npnet.nn.dropout import Dropout
from npnet.nn.layer import Layer, Layers, layers
from npnet.nn.residual import Residual
from npnet.nn.sequence.recurrent import Recurrent
from npnet.plots.layout import Floats, Ints, plain, short

Kind = Literal["feature_maps", "gates", "attention"]
KINDS: dict[type[Layer], Kind] = {Convolution: "feature_maps", Recurrent: "gates", Attention: "attention"}
REVERSE = "_reverse"
MOST_ROWS = 12
NAME = 24  # letters of a class


@dataclass(frozen=True, eq=False)
class InsideLayer:
    """What a layer computes for some rows, NaN where a position does not exist.

    `values`: of a convolution `maps` (rows, filters, *positions), after the layers that follow it value by value; of
    one direction of a recurrent layer its gates and states by letter (rows, units, steps); of attention the weights
    `a` (rows, heads, queries, keys). `kernels` (filters, features, *kernel) are the weights of a convolution.
    """

    kind: Kind
    name: str
    title: str
    values: dict[str, Floats]
    kernels: Floats | None = None


@dataclass(frozen=True, eq=False)
class Inside:
    """Rows of a split with their labels and inputs, and what each layer computes for them.

    `correct` is whether a class was predicted right, None of values. `inputs` (rows, features, *positions) are in units
    of the data where they can be; `tokens` names their codes, where they are codes. `networks` are all of the run.
    """

    split: str
    labels: tuple[str, ...]
    correct: tuple[bool | None, ...]
    inputs: Floats
    layers: tuple[InsideLayer, ...]
    networks: int
    tokens: tuple[str, ...] = ()

    def of_kind(self, kind: Kind) -> list[InsideLayer]:
        """Return the layers that a kind of picture shows."""
        return [layer for layer in self.layers if layer.kind == kind]


def kinds_of(chain: Layers) -> frozenset[Kind]:
    """Return the kinds of pictures that layers have, also inside residual blocks."""
    found = {kind for layer in chain for base, kind in KINDS.items() if isinstance(layer, base)}
    return frozenset(found.union(*(kinds_of(layer.layers) for layer in chain if isinstance(layer, Residual))))


def inside_of(
    predictor: SplitPredictor, split: str, rows: Ints, target: NDArray[Any], prediction: NDArray[Any]
) -> Inside:
    """Return what the first network computes for some of the rows of a split, right and wrong ones mixed.

    `rows` are the numbers of rows with their targets and predictions: codes of classes, or values (rows, targets).
    """
    part, data = predictor.data.parts[split], predictor.data
    places = {int(row): place for place, row in enumerate(part.rows)}
    known = np.flatnonzero([int(row) in places for row in rows])
    classes = data.classes if data.task in ("binary", "multiclass") else ()
    chosen = known[mixed_rows(target[known], prediction[known], has_classes=bool(classes))]
    shown = part.take(np.array([places[int(row)] for row in rows[chosen]], np.int64))
    network: Network = predictor.network.take([0])
    width = network.outputs * network.graph.shapes[-1].count
    samples = Samples.of_prepared(shown.with_ones, np.zeros((len(chosen), width)), dtype=network.dtype)
    steps = inner_values(network, samples)
    right = [bool(target[k] == prediction[k]) if classes else None for k in chosen]
    return Inside(
        split,
        tuple(label_of(int(rows[k]), target[k], prediction[k], classes) for k in chosen),
        tuple(right),
        _inputs(network.graph, steps, shown),
        tuple(_layers(network, steps)),
        predictor.network.models,
    )


def mixed_rows(target: NDArray[Any], prediction: NDArray[Any], *, has_classes: bool) -> Ints:
    """Return the places of some rows: of classes in turn, two right and one wrong; of values from low to high."""
    if not has_classes:
        order = np.argsort(target.reshape(len(target), -1)[:, 0], kind="stable")
        return np.asarray(order[np.linspace(0, len(order) - 1, min(len(order), MOST_ROWS)).astype(np.int64)])
    right, wrong = (list(_in_turn(target, np.flatnonzero(wanted))) for wanted in _by_success(target, prediction))
    found = list[int]()
    while len(found) < MOST_ROWS and (right or wrong):
        source = wrong if (len(found) % 3 == 2 and wrong) or not right else right
        found.append(source.pop(0))
    return np.array(found, np.int64)


def _by_success(target: NDArray[Any], prediction: NDArray[Any]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    return target == prediction, target != prediction


def _in_turn(target: NDArray[Any], places: Ints) -> Iterator[int]:
    """Yield places, one of each class in turn."""
    seen = dict[int, int]()
    turns = []
    for place in places.tolist():
        seen[target[place]] = turn = seen.get(target[place], -1) + 1
        turns.append((turn, target[place], place))
    yield from (place for *_, place in sorted(turns))


def label_of(row: int, target: Any, prediction: Any, classes: Sequence[str]) -> str:
    """Return the name of a row with its target, and what was predicted where that is another."""
    if classes:
        true, predicted = plain(classes[int(target)], NAME), plain(classes[int(prediction)], NAME)
        return f"row {row}: {true}" if target == prediction else f"row {row}: {true}, predicted {predicted}"
    values = [short(float(np.ravel(value)[0])) for value in (target, prediction)]
    return f"row {row}: {values[0]}, predicted {values[1]}"


def _inputs(graph: Graph, steps: Sequence[StepValues], part: Part) -> Floats:
    """Return the inputs at their positions, in units of the data where these are the inputs of the network."""
    first = next(one for one in steps if graph.shapes[one.step.y].positions)
    prepared: Floats = first.output[0].astype(np.float64)
    if first.exists is None and first.step.x == 0 and part.raw.shape[1] == graph.inputs:
        by_position = np.asarray(part.raw, np.float64).reshape(len(prepared), -1, prepared.shape[1])
        return by_position.swapaxes(1, 2).reshape(prepared.shape)
    return prepared


def _layers(network: Network, steps: Sequence[StepValues]) -> Iterator[InsideLayer]:
    """Yield the layers that have a picture; of bidirectional ones each direction."""
    outputs, named = {one.step.name: one.output[0] for one in steps}, network.named(network.theta)
    for one in steps:
        step = one.step
        kind = next((kind for base, kind in KINDS.items() if isinstance(getattr(step, "layer", None), base)), None)
        if kind is None or not isinstance(step, LayerStep):
            continue
        name = layers.name_of(step.layer)
        values = {key: _known(array[0], one.exists, kind) for key, array in one.inner.items()}
        if kind == "feature_maps":
            chain = following(network.graph, step)
            title = " → ".join(layers.name_of(each.layer) for each in chain)
            maps = outputs[chain[-1].name].astype(np.float64)
            kernels = named[f"{step.name}.weight"][0].astype(np.float64)
            yield InsideLayer(kind, step.name, title, {"maps": maps}, kernels)
            continue
        forward = {key: array for key, array in values.items() if not key.endswith(REVERSE)}
        backward = {key.removesuffix(REVERSE): array for key, array in values.items() if key.endswith(REVERSE)}
        yield InsideLayer(kind, step.name, f"{name}, forward" if backward else name, forward)
        if backward:
            yield InsideLayer(kind, step.name, f"{name}, backward", backward)


def _known(values: NDArray[Any], exists: NDArray[Any] | None, kind: Kind) -> Floats:
    """Return values as float64, NaN where a position does not exist."""
    found = values.astype(np.float64)
    if exists is not None:
        gone = ~exists[0]
        found[np.broadcast_to(gone[:, np.newaxis, :] if kind == "gates" else gone[:, None, None, :], found.shape)] = (
            np.nan
        )
        if kind == "attention":
            found[np.broadcast_to(gone[:, None, :, None], found.shape)] = np.nan
    return found


def following(graph: Graph, step: LayerStep) -> list[LayerStep]:
    """Return a layer and those after it that change its values one by one, such as a norm and an activation."""
    chain = [step]
    while True:
        readers = [one for one in graph.steps if chain[-1].y in (one.x, getattr(one, "skip", None))]
        after = readers[0] if len(readers) == 1 else None
        if not isinstance(after, LayerStep) or not after.layer.keeps_features or isinstance(after.layer, Dropout):
            return chain
        if graph.shapes[after.y] != graph.shapes[step.y]:
            return chain
        chain.append(after)
