"""The document: everything that a trained run computes, from the raw cells of a row to its prediction, as data.

Every export is a rendering of it, and `npnet export --to json` writes it as it is. Arithmetic up to the inputs of the
network and behind its scores is in float64; the network itself has the dtype that the document names.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, InstanceOf, PlainSerializer, WithJsonSchema

from npnet.data.columns import Kind
from npnet.data.columns.schema import ColumnReading
from npnet.data.datasets import Task
from npnet.data.preprocessing.layout import AnyStep
from npnet.data.preprocessing.scaling import Scaling
from npnet.data.preprocessing.target_transform import TransformName
from npnet.nn.losses import Link
from npnet.spec import Spec

MARK = "npnet export"  # among the first bytes of every export


def _lists(array: NDArray[Any]) -> Any:
    """Return nested lists of the shortest decimals that read back as the same values of the dtype."""
    if array.dtype == np.float32:
        array = np.array([float(str(value)) for value in array.ravel()], np.float64).reshape(array.shape)
    return array.tolist()


Tensor = Annotated[
    InstanceOf[np.ndarray],
    PlainSerializer(_lists),
    WithJsonSchema({"type": "array", "description": "Numbers in nested lists, an axis each."}),
]


class Origin(Spec):
    """The run that the document describes, and the program that wrote it."""

    written_by: str = Field(description="The command, and the version of npnet.")
    run: str = Field(description="Id of the run.")
    config_sha256: str = Field(description="SHA-256 of the resolved config of the run.")
    weights_sha256: str = Field(description="SHA-256 that the file of the run's weights has in its header.")

    @property
    def shown_run(self) -> str:
        """The id of the run as comments of programs have it: the name of a folder may be anything."""
        return re.sub(r"[^A-Za-z0-9._-]", "_", self.run)


class TableWriting(Spec):
    """How a text file of rows is written, and the numbers in its cells."""

    encoding: str
    delimiter: str = Field(description="What stands between cells.")
    quote: str = Field(description="What stands around a cell that holds a delimiter.")
    decimal: str = Field(description="The decimal sign.")
    thousands: str | None = Field(description="What may stand between groups of three digits.")
    units: tuple[str, ...] = Field(description="Texts that may stand beside a number.")
    percent: bool = Field(description="Whether a percent sign behind a number divides it by 100.")
    lossy: bool = Field(description="Whether whole numbers above 2^53 are rounded; otherwise such a cell is refused.")


Reader = Literal["number", "text", "date", "duration", "rank"]


class RawColumn(ColumnReading):
    """A column of a table of rows, and how its cells become a number, a text, or a date in seconds since 1970.

    Blanks around a cell are dropped. An empty cell, and one of `missing`, is missing; so is a number equal to one of
    `missing`. Of a column of categories, a text that is not `known` is taken for the only known text with the same
    meaning: the same number, or the same truth value.
    """

    kind: Kind
    reader: Reader = Field(description="How a cell is read.")
    missing: tuple[str, ...] = Field(description="Texts that mean missing, besides an empty cell.")
    known: tuple[str, ...] = Field((), description="Texts of a column of categories that training saw.")


class DerivedInput(Spec):
    """An input that a feature derives from columns of numbers, gaps filled first; scaled then."""

    feature: str = Field(description="Name of the feature: square, product, sine.")
    columns: tuple[str, ...]
    fills: tuple[float, ...] = Field(description="What replaces a gap of each column.")
    scaling: Scaling


class FoldPreparation(Spec):
    """How columns become the inputs of the models of a fold.

    The outputs of all steps, then those of `derived`, stand side by side; input i of the network is number `order[i]`
    of them. A row with a gap is refused where `missing` is error, and so is one whose numbers are not finite.
    """

    missing: Literal["median", "error"]
    steps: tuple[AnyStep, ...]
    derived: tuple[DerivedInput, ...]
    order: tuple[int, ...]
    inputs: tuple[str, ...] = Field(description="Names of the inputs of the network, in their order.")


class LayerNode(Spec):
    """A layer in its form at prediction: its name, options, and widths; dropout is left out.

    The parameters of a layer are the weights of a model whose names begin with `name` and a point.
    """

    op: str = Field(description="Name of the layer, as in a config.")
    name: str = Field(description="Name of the layer among the weights, such as layers.3.")
    options: dict[str, Any] = Field(description="Options of the layer, those of initial values left out.")
    inputs: int
    outputs: int
    input_positions: tuple[int, ...] = Field((), description="Positions of the inputs along each axis.")
    positions: tuple[int, ...] = Field(
        (), description="Of outputs at positions, such as pixels, how many along each axis."
    )
    layers: tuple["LayerNode", ...] = Field((), description="Layers of a residual block, whose input is added.")

    def walk(self) -> Iterator["LayerNode"]:
        """Yield the layer and all layers inside it."""
        yield self
        for layer in self.layers:
            yield from layer.walk()


class ExportedModel(Spec):
    """A trained network: the fold whose inputs it takes, its weights, and the correction of its means."""

    fold: int
    weights: dict[str, Tensor] = Field(description="Weights by the names and shapes of a PyTorch state_dict.")
    smearing: tuple[tuple[float, ...], ...] | None = Field(
        description="Means over the errors of the training rows, for each target, that correct a transformed target."
    )


class TargetScale(Spec):
    """What turns the scaled targets of a fold back: value · scale + mean, for each target."""

    mean: tuple[float, ...]
    scale: tuple[float, ...]


class ExportedOutput(Spec):
    """How the scores of the models become a prediction.

    Of each model: the link; for values, the scale of the fold, then the inverse of the transform, corrected by the
    smearing; for classes with the link identity, scores are limited to 0 to 1 and divided by their sum. Then the mean
    over all models; then the temperature divides the logits of probabilities; two classes are decided by the threshold.
    Quantiles are sorted in each model; the prediction is the one at `middle`.
    """

    task: Task
    targets: tuple[str, ...]
    classes: tuple[str, ...]
    negatives: tuple[str, ...] = Field(description="Of several labels, the texts that mean no.")
    label_delimiter: str | None = Field(description="Of labels that share a cell, what stands between them.")
    link: Link
    scales: tuple[TargetScale, ...] = Field(
        description="For each fold; empty for classes, and where nothing is scaled."
    )
    transform: TransformName | None
    quantiles: tuple[float, ...]
    middle: int | None = Field(description="Index of the quantile that is the prediction.")
    temperature: float
    threshold: float

    @property
    def has_values(self) -> bool:
        """Whether predictions are values, and not classes."""
        return self.task in ("regression", "counts")


class Document(Spec):
    """A trained run as data."""

    format: Literal[1] = 1
    origin: Origin
    writing: TableWriting
    columns: tuple[RawColumn, ...]
    preparations: tuple[FoldPreparation, ...] = Field(description="One for each fold.")
    dtype: Literal["float32", "float64"]
    layers: tuple[LayerNode, ...]
    models: tuple[ExportedModel, ...]
    output: ExportedOutput

    @property
    def all_layers(self) -> Iterator[LayerNode]:
        """All layers, those inside residual blocks included."""
        for layer in self.layers:
            yield from layer.walk()

    @property
    def scores(self) -> int:
        """The number of scores of a model."""
        return self.layers[-1].outputs if self.layers else len(self.preparations[0].order)


def document_schema() -> dict[str, Any]:
    """Return the JSON Schema of `npnet export --to json`."""
    draft = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return draft | Document.model_json_schema(mode="serialization")
