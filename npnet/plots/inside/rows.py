"""What the first network of a run computes inside for a few rows, with the names of these rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from npnet.data import Part
from npnet.data.datasets.images import Images
from npnet.engine.batches import Samples
from npnet.engine.graph import Cost, Graph, LayerStep
from npnet.engine.inner_values import StepValues, inner_values
from npnet.engine.network import Network
from npnet.model.predictor import SplitPredictor
from npnet.nn.attention.attention import Attention
from npnet.nn.attention.tokens import TokenEmbedding
from npnet.nn.convolution.convolution import Convolution
from npnet.nn.dropout import Dropout
from npnet.nn.layer import Layer, Layers, layers
from npnet.nn.residual import Residual
from npnet.nn.sequence.recurrent import Recurrent
from npnet.plots.layout import Floats, Ints, plain, short

Kind = Literal["feature_maps", "gates", "attention"]
KINDS: dict[type[Layer], Kind] = {Convolution: "feature_maps", Recurrent: "gates", Attention: "attention"}
REVERSE = "_reverse"
MOST_ROWS, FEWEST_ROWS = 12, 2
MOST_VALUES = 1 << 23  # of all layers for all rows: of a large network there are fewer rows
NAME = 24  # letters of a class
BLANKS = {"\n": "↵", " ": "␣", "\t": "⇥"}  # tokens that would not be seen


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
    of the data where they can be; `tokens` names their codes, where they are codes, and `features` the
    features of a position, where they have names. `pictures` is whether they are values from dark, 0, to light, 1, and
    not ink. `networks` are all of the run.
    """

    split: str
    labels: tuple[str, ...]
    correct: tuple[bool | None, ...]
    inputs: Floats
    layers: tuple[InsideLayer, ...]
    networks: int
    tokens: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    pictures: bool = False

    @property
    def is_sequence(self) -> bool:
        """Whether the inputs have steps, and are not images."""
        return self.inputs.ndim == 3

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

    `rows` are the numbers of rows with their targets and predictions: codes of classes, or values (rows, targets);
    where positions have targets, a number occurs for each of them.
    """
    part, data = predictor.data.parts[split], predictor.data
    known = np.flatnonzero(np.isin(rows, part.rows))
    classes = data.classes if data.task in ("binary", "multiclass") else ()
    network: Network = predictor.network.take([0])
    most = int(np.clip(MOST_VALUES // Cost(network.graph, 1, 0, 1).buffers(1), FEWEST_ROWS, MOST_ROWS))
    found = (rows[known], target[known], prediction[known], classes, most)
    chosen = list(_by_steps(*found) if part.steps else _by_row(*found))
    shown = part.take(np.array([np.flatnonzero(part.rows == row)[0] for row, _, _ in chosen], np.int64))
    targets = np.zeros((len(chosen), network.graph.shapes[-1].values))
    steps = inner_values(network, Samples.of_prepared(shown.with_ones, targets, dtype=network.dtype))
    inputs = _inputs(network.graph, steps, shown)
    names = tuple(data.preparation.of_position.names) if data.preparation.positions else ()
    return Inside(
        split,
        tuple(label for _, label, _ in chosen),
        tuple(correct for _, _, correct in chosen),
        inputs,
        tuple(_layers(network, steps)),
        predictor.network.models,
        tokens=_tokens(network.graph, steps, data.classes if part.steps else ()),
        features=names if len(names) == inputs.shape[1] else (),
        pictures=isinstance(predictor.experiment.dataset, Images),
    )


def _by_row(
    rows: Ints, target: NDArray[Any], prediction: NDArray[Any], classes: Sequence[str], most: int
) -> Iterator[tuple[int, str, bool | None]]:
    """Yield numbers of rows with a target each, their labels, and whether their class is predicted right."""
    for place in mixed_rows(target, prediction, most, has_classes=bool(classes)):
        row, correct = int(rows[place]), bool(target[place] == prediction[place]) if classes else None
        yield row, label_of(row, target[place], prediction[place], classes), correct


def _by_steps(
    rows: Ints, target: NDArray[Any], prediction: NDArray[Any], classes: Sequence[str], most: int
) -> Iterator[tuple[int, str, bool | None]]:
    """Yield numbers of rows with a target at each position, with how many of these are predicted right."""
    numbers = np.unique(rows)
    for row in numbers[np.linspace(0, len(numbers) - 1, min(len(numbers), most)).astype(np.int64)].tolist():
        right = (target == prediction)[rows == row]
        yield row, f"row {row}: {right.sum()} of {len(right)} right" if classes else f"row {row}", None


def mixed_rows(target: NDArray[Any], prediction: NDArray[Any], most: int, *, has_classes: bool) -> Ints:
    """Return the places of some rows: of classes in turn, two right and one wrong; of values from low to high."""
    if not has_classes:
        order = np.argsort(target.reshape(len(target), -1)[:, 0], kind="stable")
        return np.asarray(order[np.linspace(0, len(order) - 1, min(len(order), most)).astype(np.int64)])
    right, wrong = (_in_turn(target, np.flatnonzero(wanted)) for wanted in _by_success(target, prediction))
    found = list[int]()
    while len(found) < most and (right or wrong):
        source = wrong if (len(found) % 3 == 2 and wrong) or not right else right
        found.append(source.pop(0))
    return np.array(found, np.int64)


def _by_success(target: NDArray[Any], prediction: NDArray[Any]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    return target == prediction, target != prediction


def _in_turn(target: NDArray[Any], places: Ints) -> list[int]:
    """Return places, one of each class in turn."""
    order = places[np.argsort(target[places], kind="stable")]
    codes, starts, counts = np.unique(target[order], return_index=True, return_counts=True)
    turn = np.arange(len(order)) - np.repeat(starts, counts)
    found: list[int] = order[np.lexsort((np.repeat(codes, counts), turn))].tolist()
    return found


def label_of(row: int, target: Any, prediction: Any, classes: Sequence[str]) -> str:
    """Return the name of a row with its target, and what was predicted where that is another.

    Of several targets it is the name alone.
    """
    if classes:
        true, predicted = plain(classes[int(target)], NAME), plain(classes[int(prediction)], NAME)
        return f"row {row}: {true}" if target == prediction else f"row {row}: {true}, predicted {predicted}"
    if np.size(target) > 1:
        return f"row {row}"
    values = [short(float(np.ravel(value)[0])) for value in (target, prediction)]
    return f"row {row}: {values[0]}, predicted {values[1]}"


def _first(graph: Graph, steps: Sequence[StepValues]) -> StepValues:
    """Return the first values at positions."""
    return next(one for one in steps if graph.shapes[one.step.y].positions)


def _inputs(graph: Graph, steps: Sequence[StepValues], part: Part) -> Floats:
    """Return the inputs at their positions, in units of the data where these are the inputs of the network."""
    first = _first(graph, steps)
    prepared: Floats = first.output[0].astype(np.float64)
    if first.step.x == 0 and part.raw.shape[1] == graph.inputs:
        by_position = np.asarray(part.raw, np.float64).reshape(len(prepared), -1, prepared.shape[1])
        return by_position.swapaxes(1, 2).reshape(prepared.shape)
    return prepared


def _tokens(graph: Graph, steps: Sequence[StepValues], classes: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the codes of a network that reads codes: classes, if these are the codes, or numbers."""
    first = _first(graph, steps).step.y
    embedding = next((step.layer for step in graph.layer_steps if step.x == first), None)
    if not isinstance(embedding, TokenEmbedding) or embedding.tokens is None:
        return ()
    names = classes if len(classes) == embedding.tokens else map(str, range(embedding.tokens))
    return tuple(BLANKS.get(name, name) for name in names)


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
