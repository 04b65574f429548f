"""From a run folder to its document."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

import numpy as np

from npnet import __version__
from npnet.config import Experiment
from npnet.data.columns.at_positions import endings_at
from npnet.data.columns.schema import DURATION, ColumnSchema, Schema
from npnet.data.datasets import VALUES
from npnet.data.preprocessing import Preparation
from npnet.data.preprocessing.derived import features
from npnet.engine.network import weights_of
from npnet.errors import ConfigError, RunError
from npnet.experiment.resolved import without_final_activation
from npnet.export.document import (
    MARK,
    DerivedInput,
    Document,
    ExportedModel,
    ExportedOutput,
    FoldPreparation,
    LayerNode,
    Origin,
    RawColumn,
    Reader,
    TableWriting,
    TargetScale,
)
from npnet.nn.dropout import Dropout
from npnet.nn.initializers import Initializer
from npnet.nn.layer import Layer, Layers, layers
from npnet.nn.residual import Residual
from npnet.nn.shape import Shape
from npnet.rundir.names import RESOLVED
from npnet.rundir.restore import experiment_of
from npnet.rundir.run import RunFolder
from npnet.runner.predictions.predicting import RunPredictor
from npnet.text import quoted


def describe(run: RunFolder, predictor: RunPredictor) -> Document:
    """Return the document of a run and its predictor.

    Raise ConfigError for columns from side tables or from rows of the training set, RunError for weights that are not
    finite.
    """
    _refuse_other_rows(predictor)
    experiment, data = experiment_of(run)[0], predictor.data
    loss, network = predictor.predictor.loss, predictor.predictor.network
    if not (np.isfinite(network.theta).all() and np.isfinite(network.state).all()):
        raise RunError(f"the weights of {run.id} are not finite", "train it again, with a smaller learning_rate")
    schema = predictor.schema
    chain = without_final_activation(experiment.layers, loss)
    return Document(
        origin=Origin(
            written_by=f"{MARK} {__version__}",
            run=run.id,
            config_sha256=hashlib.sha256(run.read(RESOLVED)).hexdigest(),
            weights_sha256=run.weights_digest(),
        ),
        writing=_writing(schema, experiment.dataset.files),
        columns=tuple(_columns(predictor, schema)),
        preparations=tuple(_preparation(_of_columns(one)) for one in data.preparations),
        dtype=experiment.dtype,
        layers=tuple(_nodes(chain, Shape(data.preparations[0].width), "layers")),
        models=tuple(_models(experiment, predictor)),
        output=_output(predictor),
    )


def _refuse_other_rows(predictor: RunPredictor) -> None:
    """Raise ConfigError where a row alone does not give all inputs."""
    if predictor.data.steps:
        what = f"no export gives predictions at each of {predictor.steps} positions"
        raise ConfigError(what, "npnet predict does; a network with a target for each row can be exported")
    if predictor.whole:
        raise ConfigError("no export cuts a table into windows", "npnet predict does, and npnet.load(RUN) in Python")
    hint = "npnet predict reads such tables; train without them to export"
    if predictor.schema.sides:
        names = ", ".join(quoted(side.name) for side in predictor.schema.sides)
        raise ConfigError(f"no export joins side tables: the run has {names}", hint)
    if own := predictor.data.preparations[0].aggregates:
        names = ", ".join(quoted(column.name) for one in own for column in one.columns)
        raise ConfigError(f"no export looks up aggregates of the training set: the run has {names}", hint)


def _of_columns(preparation: Preparation) -> Preparation:
    """Return a preparation at positions as one of columns, which gives the same inputs; ConfigError where none does."""
    if not preparation.positions:
        return preparation
    steps = preparation.steps
    if (
        preparation.ragged
        or preparation.derived
        or not all(one.kind == "number" and len(one.outputs) == 1 for one in steps)
    ):
        what = "no export prepares data at positions that may not exist, or are not all numbers"
        raise ConfigError(what, "npnet predict does")
    ends = endings_at(preparation.positions)
    each = (one.model_copy(update={"column": f"{one.column}{end}"}) for end in ends for one in steps)
    return Preparation(missing=preparation.missing, steps=tuple(each))


def _writing(schema: Schema, files: Sequence[str]) -> TableWriting:
    usual = "\t" if any(".tsv" in file.lower() for file in files) else ","
    style = schema.number_style
    names = ("decimal", "thousands", "units", "percent")
    return TableWriting(
        encoding=schema.encoding or "utf-8-sig",
        delimiter=schema.delimiter or usual,
        quote=schema.quote or '"',
        lossy=schema.lossy,
        **{name: getattr(style, name) for name in names},
    )


def _columns(predictor: RunPredictor, schema: Schema) -> Iterator[RawColumn]:
    """Yield the columns that the network needs, in the order of the table."""
    for column in schema.columns:
        if column.name not in predictor.needed:
            continue
        missing = tuple(dict.fromkeys(text.strip() for text in (*schema.na_values, *column.na_values)))
        known = tuple(sorted(predictor.known.get(column.name, ()))) if column.kind == "category" else ()
        read = {"reader": _reader(column), "missing": tuple(filter(None, missing)), "known": known}
        yield RawColumn(**{**dict(column), **read})


def _reader(column: ColumnSchema) -> Reader:
    if column.kind != "number":
        return "text" if column.kind == "category" else "date"
    return "rank" if column.ranks else "duration" if column.form == DURATION else "number"


def _preparation(preparation: Preparation) -> FoldPreparation:
    """Return the steps of a fold, and where their outputs stand among the inputs."""
    derived = [
        DerivedInput(feature=features.name_of(one.feature), columns=one.columns, fills=one.fills, scaling=one.scaling)
        for one in preparation.derived
    ]
    places = [place for several in preparation.output_indices for place in several]
    places += range(preparation.first_derived, preparation.numbers)
    return FoldPreparation(
        missing=preparation.missing,
        steps=preparation.steps,
        derived=tuple(derived),
        order=tuple(np.argsort(places).tolist()),
        inputs=preparation.names,
    )


def _nodes(chain: Layers, inputs: Shape, prefix: str) -> Iterator[LayerNode]:
    """Yield the layers in their form at prediction, each by the name of its weights."""
    for number, layer in enumerate(chain):
        name, outputs = f"{prefix}.{number}", layer.shape(inputs)
        if not isinstance(layer, Dropout):
            yield LayerNode(
                op=layers.name_of(layer),
                name=name,
                options=_options(layer, inputs),
                inputs=inputs.features,
                outputs=outputs.features,
                input_positions=inputs.positions,
                positions=outputs.positions,
                layers=tuple(_nodes(layer.layers, inputs, f"{name}.layers")) if isinstance(layer, Residual) else (),
            )
        inputs = outputs


def _options(layer: Layer, inputs: Shape) -> dict[str, object]:
    """Return the options of a layer that count at prediction; those of windows as the windows along each axis."""
    written = layer.model_dump(mode="json")
    names = [name for name in type(layer).model_fields if not isinstance(getattr(layer, name), Initializer)]
    found = {name: written[name] for name in names if name != "layers"}
    constants = layer.constants(inputs, inputs.count)
    if "windows" in constants:
        found["windows"] = [asdict(axis) for axis in constants["windows"].axes]
        found["groups"] = constants.get("groups", 1)
    return found


def _models(experiment: Experiment, predictor: RunPredictor) -> Iterator[ExportedModel]:
    network, smearing = predictor.predictor.network, predictor.data.calibration.smearing
    corrects = bool(smearing) and predictor.predictor.folds[0][1].smears
    for number in range(network.models):
        weights = weights_of(network, slice(number, number + 1))
        own = smearing[number] if corrects else None
        yield ExportedModel(fold=number // experiment.ensemble, weights=weights, smearing=own)


def _output(predictor: RunPredictor) -> ExportedOutput:
    data, loss = predictor.data, predictor.predictor.loss
    scaled = data.task in VALUES and loss.scales_target
    scales = [TargetScale(mean=_numbers(one.mean), scale=_numbers(one.scale)) for one in data.target_scalers]
    quantiles, labels = loss.quantiles, predictor.schema.labels
    return ExportedOutput(
        task=data.task,
        targets=data.targets,
        classes=data.classes,
        negatives=data.negatives,
        label_delimiter=None if labels is None else labels.delimiter,
        link=loss.link,
        scales=tuple(scales) if scaled else (),
        transform=data.target_transform,
        quantiles=quantiles,
        middle=int(np.argmin(np.abs(np.array(quantiles) - 0.5))) if quantiles else None,
        temperature=data.calibration.temperature if data.task not in VALUES else 1.0,
        threshold=data.calibration.threshold,
    )


def _numbers(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
