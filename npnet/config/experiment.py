"""The experiment: everything that a config file can say, with its defaults."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PositiveInt

from npnet.config.presets import known
from npnet.config.score_names import known_score
from npnet.config.sweep import SweepSpec
from npnet.config.type_info import Also
from npnet.data import SourceSpec, Split
from npnet.data.datasets.table import Table
from npnet.data.preprocessing.preprocessing import PrepareSpec
from npnet.data.split.folds import Folds
from npnet.errors import AdvisedError
from npnet.metrics import metrics
from npnet.metrics.calibration import RATES
from npnet.nn.layer import LayerSpec
from npnet.nn.losses import LossSpec
from npnet.nn.optimizers import Adam, OptimizerSpec
from npnet.nn.schedules import Constant, ScheduleSpec
from npnet.registry import nearest
from npnet.spec import Spec

PARTS = ("train", "validation")


class EarlyStopping(Spec):
    """Stop when the monitored value has not improved for `patience` epochs."""

    patience: int = Field(ge=1, le=10**7, description="Epochs without an improvement after which training stops.")
    min_delta: float = Field(0.0, ge=0, le=1e6, description="The least change that counts as an improvement.")


def _short(value: object) -> object:
    if value is False or value == "off":
        return None
    short = isinstance(value, int | float) and not isinstance(value, bool)
    return {"patience": value} if short else value


def _known_metrics(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        metrics.find(name)
    return names


def _known_monitor(name: str) -> str:
    return known_score(name, "_", PARTS)


def _known_rate(name: str) -> str:
    if name not in RATES:
        near = nearest(name, list(RATES))
        hint = f'did you mean "{near}"?' if near else f"write 0.5, or {', '.join(RATES)}"
        raise AdvisedError(f'no threshold is chosen for "{name}"', hint)
    return name


Stopping = Annotated[
    EarlyStopping | None,
    BeforeValidator(_short),
    Also('a number of epochs, "off"', ({"type": "integer", "minimum": 1}, {"const": "off"}, {"const": False}), "off"),
]
Folding = Annotated[
    Folds | None,
    BeforeValidator(
        lambda value: {"folds": value} if isinstance(value, int) and not isinstance(value, bool) else value
    ),
    Also("a number of folds", ({"type": "integer", "minimum": 2},)),
]
ClassWeight = Literal["balanced"] | dict[str, Annotated[float, Field(ge=0, le=1e9)]]
Metrics = Annotated[tuple[str, ...], Field(strict=False, max_length=100), AfterValidator(_known_metrics)]
Layers = Annotated[tuple[LayerSpec, ...], Field(strict=False, min_length=1, max_length=1000)]
Batch = Annotated[PositiveInt, Field(le=10**9)] | Literal["all"]
Threads = Annotated[PositiveInt, Field(le=1024)] | Literal["auto"]


class Experiment(Spec):
    """One training: its data, network, loss and optimizer, and how to run it."""

    model_config = ConfigDict(allow_inf_nan=False)

    dataset: SourceSpec = Field(description="The data: a built-in set or a table.")
    preset: Annotated[str, AfterValidator(known)] | None = Field(
        None, description="A recipe that stands for the keys that are not there; keys beside it win."
    )
    split: Split = Field(Split(), description="Shares of the rows for test and validation; the rest trains.")
    scale: Literal["standard", "none"] = Field(
        "standard", description="Bring every feature to mean 0 and deviation 1, as measured on the train part, or not."
    )
    prepare: PrepareSpec | None = Field(
        None, description="How columns become inputs; left out, numbers as `scale` says and categories one-hot."
    )
    layers: Layers = Field(description="The network's layers, first to last; their inputs are inferred.")
    loss: LossSpec | None = Field(None, description="What training makes small; left out, the usual one of the task.")
    optimizer: OptimizerSpec = Field(Adam(), description="The rule that moves the parameters along the gradient.")
    learning_rate: float | None = Field(
        None, gt=0, le=1e6, description="The size of a step; left out, the optimizer's usual one."
    )
    schedule: ScheduleSpec = Field(Constant(), description="How the learning rate changes over the training.")
    epochs: int = Field(100, ge=0, le=10**7, description="Passes over the train part; 0 leaves the initial weights.")
    batch_size: Batch = Field(32, description="Rows per step; all is full-batch gradient descent.")
    early_stopping: Stopping = Field(None, description="When to stop before the last epoch, or off.")
    monitor: Annotated[str, AfterValidator(_known_monitor)] | None = Field(
        None,
        description="The value whose best epoch is kept; left out, validation_loss, or train_loss without validation.",
    )
    metrics: Metrics | None = Field(None, description="Metrics of each epoch, beside the monitored one.")
    evaluate_every: int = Field(1, ge=1, le=10**7, description="Epochs from one evaluation to the next.")
    cv: Folding = Field(None, description="Cross-validation: a number of folds, or folds, repeats and validation.")
    class_weight: ClassWeight | None = Field(
        None, description="How much each class counts: balanced, so that all count the same, or a number by class."
    )
    threshold: Annotated[str, AfterValidator(_known_rate)] | Annotated[float, Field(gt=0, lt=1)] | None = Field(
        None,
        description="The probability from which two classes are decided; a metric's name chooses it on validation.",
    )
    temperature: bool = Field(False, description="Divide logits by a number that makes probabilities honest.")
    ensemble: int = Field(
        1, ge=1, le=10_000, description="Networks that are trained as one stack, and whose predictions are averaged."
    )
    own_validation: bool = Field(
        False,
        description="Whether each network of an ensemble draws a validation part of its own from train and validation.",
    )
    l1: float = Field(0.0, ge=0, le=1e6, description="Penalty on the absolute values of the weights.")
    l2: float = Field(0.0, ge=0, le=1e6, description="Penalty on half the squares of the weights; biases are spared.")
    max_norm: float | None = Field(None, gt=0, le=1e30, description="The longest that a unit's weights may grow.")
    clip_norm: float | None = Field(None, gt=0, le=1e30, description="The longest gradient; longer ones are cut.")
    clip_value: float | None = Field(None, gt=0, le=1e30, description="The largest value in a gradient.")
    checkpoint_every: float = Field(
        10.0, ge=0, le=1e9, description="Seconds from one checkpoint to the next; 0 writes one after every epoch."
    )
    diverge_factor: float | None = Field(
        1e6,
        gt=1,
        le=1e30,
        description="How many times the first loss, or 1 if that is less, ends a training as diverged.",
    )
    seed: int = Field(0, ge=0, le=2**63 - 1, description="The number that all random draws are derived from.")
    model_seed: int | None = Field(
        None, ge=0, le=2**63 - 1, description="The same for initial values and dropout alone; left out, `seed`."
    )
    dtype: Literal["float32", "float64"] = Field("float32", description="The numbers that the network computes in.")
    threads: Threads = Field(
        "auto",
        description="BLAS threads, on which the last bits depend; `auto`: every core for large products, else 1.",
    )
    weights: str | None = Field(None, description="A run whose weights to start from, instead of initial values.")
    sweep: SweepSpec | None = Field(None, description="What npnet sweep tries; a training leaves it aside.")

    @property
    def preparing(self) -> PrepareSpec | Literal["standard", "none"]:
        """How columns become inputs: `prepare`, or what `scale` says where that is left out."""
        return self.prepare or self.scale

    @property
    def given_threshold(self) -> float:
        """The threshold of two classes while training: the one given, or one half until one is chosen."""
        return self.threshold if isinstance(self.threshold, float) else 0.5

    @property
    def monitored(self) -> str:
        """The value whose best epoch is kept, the default filled in."""
        return self.monitor or ("validation_loss" if self.validates else "train_loss")

    @property
    def validates(self) -> bool:
        """Whether there is a validation part: of each fold, a file of its own, or a share of the rows."""
        if self.cv is not None:
            return bool(self.cv.validation)
        files = self.dataset.own_files if isinstance(self.dataset, Table) else ()
        return "validation" in files if files else bool(self.split.validation)
