"""The experiment: every key of a config file, with its type, default and description."""

from collections.abc import Iterator
from os.path import normpath
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PositiveInt

from npnet.config.files import known_preset
from npnet.config.nodes import KeyIssue
from npnet.config.recording import Record
from npnet.config.sweep import SweepSpec, known_score
from npnet.config.type_info import Shorthand
from npnet.data import SourceSpec, Split
from npnet.data.datasets.table import Table
from npnet.data.preprocessing import PrepareSpec
from npnet.data.preprocessing.target_transform import TransformName
from npnet.data.split.folds import Folds
from npnet.errors import AdvisedError
from npnet.metrics import metrics
from npnet.metrics.calibration import RATES
from npnet.nn.augmentation import Augment
from npnet.nn.layer import Layer, LayerSpec, draws
from npnet.nn.layer import layers as layer_types
from npnet.nn.losses import LossSpec
from npnet.nn.optimizers import Adam, OptimizerSpec, optimizers
from npnet.nn.residual import with_inner
from npnet.nn.schedules import Constant, ScheduleSpec
from npnet.registry import nearest
from npnet.spec import Spec
from npnet.text import plural, quoted

OF_TARGETS = ("class_weight", "threshold", "temperature", "target_transform")
"""Keys that have no meaning where the network reproduces its inputs."""
MONITORED_SPLITS = ("train", "validation")


class EarlyStopping(Spec):
    """Stop when the monitored score has not improved for `patience` epochs."""

    patience: int = Field(ge=1, le=10**7, description="Stop after this many epochs without an improvement.")
    min_delta: float = Field(0.0, ge=0, le=1e6, description="The smallest change that counts as an improvement.")


def _stopping_of(value: object) -> object:
    if value is False or value == "off":
        return None
    return {"patience": value} if type(value) in (int, float) else value


def _known_metrics(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        metrics.find(name)
    return names


def _known_rate(name: str) -> str:
    if name not in RATES:
        near = nearest(name, list(RATES))
        hint = f'did you mean "{near}"?' if near else f"write 0.5, or {', '.join(RATES)}"
        raise AdvisedError(f'no threshold is chosen for "{name}"', hint)
    return name


Stopping = Annotated[
    EarlyStopping | None,
    BeforeValidator(_stopping_of),
    Shorthand(
        'a number of epochs, "off"', ({"type": "integer", "minimum": 1}, {"const": "off"}, {"const": False}), "off"
    ),
]
Folding = Annotated[
    Folds | None,
    BeforeValidator(lambda value: {"folds": value} if type(value) is int else value),
    Shorthand("a number of folds", ({"type": "integer", "minimum": 2},)),
]
Preset = Annotated[str, AfterValidator(known_preset)]
MonitoredScore = Annotated[str, AfterValidator(lambda name: known_score(name, "_", MONITORED_SPLITS))]
Metrics = Annotated[tuple[str, ...], Field(strict=False, max_length=100), AfterValidator(_known_metrics)]
Layers = Annotated[tuple[LayerSpec, ...], Field(strict=False, min_length=1, max_length=1000)]
Batch = Annotated[PositiveInt, Field(le=10**9)] | Literal["all"]
ClassWeight = Literal["balanced"] | dict[str, Annotated[float, Field(ge=0, le=1e9)]]
Threshold = Annotated[str, AfterValidator(_known_rate)] | Annotated[float, Field(gt=0, lt=1)]
Limit = Annotated[float, Field(gt=0, le=1e30)]
Penalty = Annotated[float, Field(ge=0, le=1e6)]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]
Threads = Annotated[PositiveInt, Field(le=1024)] | Literal["auto"]


class Experiment(Spec):
    """One training: its data, network, loss and optimizer, and how to run it."""

    model_config = ConfigDict(allow_inf_nan=False)

    dataset: SourceSpec = Field(description="The data: a built-in data set or a table.")
    preset: Preset | None = Field(None, description="A recipe for every key that the config does not set.")
    target: Literal["inputs"] | None = Field(
        None, description="`inputs`: the network reproduces its prepared inputs, in place of the target of the data."
    )
    split: Split = Field(Split(), description="Shares of the rows for the test and validation sets.")
    scale: Literal["standard", "none"] = Field(
        "standard", description="Whether to scale features to mean 0 and standard deviation 1 on the training set."
    )
    prepare: PrepareSpec | None = Field(
        None, description="How columns become inputs; default: numbers as in `scale`, categories one-hot."
    )
    target_transform: TransformName | None = Field(
        None,
        description="Train on the logarithm or the square root of a positive target; predictions and scores are in its "
        "own units.",
    )
    layers: Layers = Field(description="The layers of the network in order; the number of inputs is inferred.")
    loss: LossSpec | None = Field(None, description="The loss to minimize; default: the usual loss of the task.")
    optimizer: OptimizerSpec = Field(Adam(), description="The rule that updates the parameters from the gradient.")
    learning_rate: float | None = Field(
        None, gt=0, le=1e6, description="The initial learning rate; default: the optimizer's usual learning rate."
    )
    schedule: ScheduleSpec = Field(Constant(), description="How the learning rate changes during training.")
    epochs: int = Field(100, ge=0, le=10**7, description="Passes over the training set; 0 keeps the initial weights.")
    batch_size: Batch = Field(32, description="Rows per gradient step; `all` for full-batch gradient descent.")
    accumulate: int = Field(
        1,
        ge=1,
        le=10**6,
        description="Batches whose mean gradient makes one step: a larger batch in the memory of a small one.",
    )
    augment: Augment | None = Field(
        None, description="Random changes of training images or sequences: flip, shift, rotate, noise, cutout."
    )
    early_stopping: Stopping = Field(None, description="When to stop before the last epoch, or `off`.")
    monitor: MonitoredScore | None = Field(
        None,
        description="The score whose best epoch is restored; default: validation_loss, or train_loss without a "
        "validation set.",
    )
    metrics: Metrics | None = Field(None, description="Metrics of each evaluation besides the monitored score.")
    evaluate_every: int = Field(1, ge=1, le=10**7, description="Evaluate every this many epochs.")
    cv: Folding = Field(None, description="Cross-validation: a number of folds, or folds, repeats and validation.")
    class_weight: ClassWeight | None = Field(
        None, description="Weights of classes: `balanced` for the same total weight each, or a mapping."
    )
    threshold: Threshold | None = Field(
        None,
        description="Decision threshold for two classes: a probability, or a metric to maximize on the validation set.",
    )
    temperature: bool = Field(
        False, description="Calibrate probabilities by temperature scaling, fitted on the validation set."
    )
    ensemble: int = Field(1, ge=1, le=10_000, description="Number of networks whose predictions are averaged.")
    own_validation: bool = Field(
        False,
        description="Whether each network of an ensemble draws a validation set of its own.",
    )
    l1: Penalty = Field(0.0, description="Penalty on the absolute values of the weights; biases excluded.")
    l2: Penalty = Field(0.0, description="Penalty on half the squared weights; biases excluded.")
    max_norm: Limit | None = Field(None, description="Upper limit of the norm of each unit's weights.")
    clip_norm: Limit | None = Field(None, description="Scale the gradient down to at most this norm.")
    clip_value: Limit | None = Field(None, description="Clip each component of the gradient to this absolute value.")
    checkpoint_every: float = Field(
        10.0, ge=0, le=1e9, description="Seconds between checkpoints; 0 writes one after every epoch."
    )
    record: Record = Field(
        None, description="Whether to keep the weights of many steps, for a replay: true, or frames and max_bytes."
    )
    diverge_factor: float | None = Field(
        1e6,
        gt=1,
        le=1e30,
        description="Stop as diverged when train_loss exceeds this many times max(1, initial train_loss).",
    )
    seed: Seed = Field(0, description="Seed of all random numbers: split, weights, batches.")
    model_seed: Seed | None = Field(None, description="Seed of the initial weights and dropout alone; default: `seed`.")
    dtype: Literal["float32", "float64"] = Field("float32", description="Floating-point type of the computation.")
    threads: Threads = Field(
        "auto",
        description="BLAS threads; they affect the last bits of results. `auto`: all cores for large matrix products, "
        "else 1.",
    )
    weights: str | None = Field(None, description="A run to take the initial weights from.")
    sweep: SweepSpec | None = Field(None, description="The values that `npnet sweep` tries; ignored by `npnet train`.")

    @property
    def preparing(self) -> PrepareSpec | Literal["standard", "none"]:
        """How columns become inputs: `prepare`, or `scale` where `prepare` is not set."""
        return self.prepare or self.scale

    @property
    def given_threshold(self) -> float:
        """The threshold of two classes during training: as given, or 0.5 until one is chosen."""
        return self.threshold if isinstance(self.threshold, float) else 0.5

    @property
    def monitored(self) -> str:
        """The monitored score, with its default filled in."""
        return self.monitor or ("validation_loss" if self.validates else "train_loss")

    @property
    def validates(self) -> bool:
        """Whether there is a validation set: in each fold, in a separate file, or split off."""
        if self.cv is not None:
            return bool(self.cv.validation)
        files = self.dataset.own_files if isinstance(self.dataset, Table) else ()
        return "validation" in files if files else bool(self.split.validation)


def conflicts(experiment: Experiment) -> Iterator[KeyIssue]:
    """Yield a key, a message and a hint for all settings that exclude each other."""
    e = experiment
    for key in OF_TARGETS if e.target else ():
        if getattr(e, key):
            what = f"{key} is for the target of the data, which target: {e.target} replaces"
            yield (key,), what, f"take {key} out, or target"
    if isinstance(e.dataset, Table) and not e.dataset.targets and e.target is None:
        hint = "write target: COLUMN under dataset.table, or target: inputs beside dataset, to reproduce the inputs"
        yield ("dataset", "table"), 'dataset.table needs the key "target"', hint
    if isinstance(e.dataset, Table):
        for key, message, hint in _of_table(e.dataset):
            yield ("dataset", "table", key), message, hint
    if isinstance(e.dataset, Table) and e.dataset.own_files:
        named = " and ".join(e.dataset.own_files)
        if "split" in e.model_fields_set:
            message = "split has no effect where the sets are files of their own"
            yield ("split",), message, f"take split out, or {named} out of dataset"
        if e.cv is not None:
            message = "cv splits all rows, but the sets are files of their own"
            yield ("cv",), message, f"take cv out, or {named} out of dataset"
    if e.prepare is not None and "scale" in e.model_fields_set:
        message = f"prepare sets how numbers are scaled, so scale: {e.scale} has no effect"
        other = ", or write prepare: {numbers: none}" if e.scale == "none" else ""
        yield ("scale",), message, f"take scale out{other}"
    if e.accumulate > 1 and e.batch_size == "all":
        message = "batch_size: all makes a step of all rows, so there are no batches to accumulate"
        other = "take accumulate out"
        yield ("accumulate",), message, other if e.optimizer.searches else f"write batch_size: 32, or {other}"
    if e.optimizer.searches:
        yield from _of_search(e, optimizers.name_of(e.optimizer))
    if e.early_stopping is not None and e.early_stopping.patience < e.evaluate_every:
        patience, every = e.early_stopping.patience, e.evaluate_every
        after = plural(patience, "epoch")
        message = f"early_stopping after {after} would stop before the next evaluation, one in {every} epochs"
        yield ("early_stopping",), message, f"write early_stopping: {every}, or evaluate_every: {patience}"


def _of_search(e: Experiment, name: str) -> Iterator[KeyIssue]:
    """Yield what does not go with an optimizer that searches along its steps: it needs one loss, of all rows."""
    other = "or write optimizer: adam"
    if e.batch_size != "all":
        what = f"{name} searches for steps that lower the loss of all rows, and batch_size is {e.batch_size}"
        key = "batch_size" if "batch_size" in e.model_fields_set else "optimizer"
        yield (key,), what, f"write batch_size: all, {other}"
    for key in ("clip_norm", "clip_value", "max_norm"):
        if getattr(e, key) is not None:
            what = f"{name} searches along its own direction, which {key} would bend"
            yield (key,), what, f"take {key} out, {other}"
    if e.l1:
        what = f"{name} needs a loss with a slope everywhere, and the penalty l1 has none at 0"
        yield ("l1",), what, f"write l2 in place of l1, {other}"
    if e.augment is not None:
        what = f"augment changes the rows from one step to the next, between which {name} measures the curvature"
        yield ("augment",), what, f"take augment out, {other}"
    if decay := e.optimizer.weight_decay:
        what = f"weight_decay is no part of the loss that {name} searches along"
        yield ("optimizer", name, "weight_decay"), what, f"take it out and write l2: {decay:g}, {other}"
    for number, layer in enumerate(e.layers):
        for one in with_inner(layer):
            if draws(one) or type(one).state is not Layer.state:
                what = f"{layer_types.name_of(one)} computes otherwise in each trial of a step that {name} searches for"
                yield ("layers", number), what, f"take {layer_types.name_of(one)} out, {other}"


def _of_table(table: Table) -> Iterator[tuple[str, str, str]]:
    """Yield an option of a table, a message and a hint for options that exclude each other."""
    for key in table.own_files:
        if normpath(str(getattr(table, key))) == normpath(table.path):
            yield key, f"{key} is the file of the training set", f"name another file, or take {key} out"
    if table.comment is not None and table.comment in {table.delimiter or ",", table.quote or '"'}:
        message = f"comment: {quoted(table.comment)} is also what divides or encloses the cells"
        yield "comment", message, 'take comment out; comments begin with a sign such as "#"'
    for name, ranks in table.ordered.items():
        missing = {*table.missing, *table.column(name).na_values}
        if both := next((str(text) for text in ranks if str(text) in missing), None):
            message = f"{quoted(both)} is listed under ordered, and means missing by na_values"
            yield "ordered", message, f"name {both} under one of them only"
