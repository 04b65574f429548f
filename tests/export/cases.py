"""Runs to export: one for every layer, loss, scaling, feature, task and form, from the registries."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

from npnet.data.preprocessing.derived import features
from npnet.data.preprocessing.scaling import Method
from npnet.data.preprocessing.target_transform import TRANSFORMS
from npnet.errors import DataError
from npnet.export.describe import describe
from npnet.export.document import Document
from npnet.nn.layer import Layer, layers
from npnet.nn.losses import losses
from npnet.rundir.run import RunFolder, best_trial_of
from npnet.runner.predictions.predicting import RunPredictor
from npnet.runner.results import rows_of
from tests.cli.conftest import call
from tests.nn.builders import written
from tests.round_trip import runs
from tests.round_trip.runs import FORMS, SETTINGS, TARGETS, config

TASKS = {"multilabel": "labels", "counts": "counts", "binary": "binary", "multiclass": "multiclass"}
SPECIAL = {"quantile": "{quantile: [0.9, 0.1, 0.5]}"}
TABULAR = (
    "layers=[embedding, {periodic: 8}, {scale: 20.0}, {linear: 16}, mish, {dropout: 0.15}, {linear: 16}, mish, linear]"
)
SEQUENCE, IMAGE = "{linear: 12}, {positions: 4}", "{linear: 72}, {positions: [6, 6]}"
LSTM = "{lstm: {units: 3, bidirectional: true, states: last}}"
GRU, RELU = "{gru: {units: 2, bidirectional: true}}", "{units: 3, activation: relu, states: last}"
SAME = "{conv2d: {filters: 4, kernel: [3, 2], padding: same, groups: 2}}"
STRIDED = "{conv2d: {filters: 3, stride: [2, 1], padding: 2, dilation: 2}}"
CAUSAL = "{linear: 4}, {positional: sinusoidal}, {residual: [{attention: {heads: 2, causal: true}}]}, layer_norm"
POOL = "{max_pool: {size: 2, stride: 1, padding: 1}}, {average_pool: {size: [2, 3], padding: [1, 0]}}"
OTHERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "codes for an embedding": ("regression", ("prepare.embed_above=2", "layers=[{embedding: 3}, {linear: 6}, linear]")),
    "inputs reproduced": ("regression", ("target=inputs",)),
    "no clipping": ("regression", ("prepare.clip=false",)),
    "rare levels pooled": ("regression", ("prepare.rare=41",)),
    "no scaling": ("regression", ("scale=none", "learning_rate=1e-9")),
    "gaps refused": (
        "regression",
        ("prepare.missing=error", "dataset.table.drop=[x, sure, kind, rock, jazz, area, visits]"),
    ),
    "float64": ("regression", ("dtype=float64",)),
    "temperature of two classes": ("binary", ("temperature=true", "epochs=20")),
    "temperature of several classes": ("multiclass", ("temperature=true", "epochs=20")),
    "temperature of labels": ("labels", ("temperature=true", "epochs=20")),
    "threshold chosen": ("binary", ("threshold=f1",)),
    "transform without correction": ("regression", ("target_transform=log", "loss=mean_absolute_error")),
    "transform of quantiles": ("regression", ("target_transform=log", "loss={quantile: [0.1, 0.5, 0.9]}")),
    "transform of folds and members": ("several targets", ("target_transform=square_root", "ensemble=2", "cv=2")),
    "preset tabular": ("multiclass", ("preset=tabular", "epochs=2", TABULAR)),
    "both directions, last states": ("regression", (f"layers=[{SEQUENCE}, {LSTM}, linear]",)),
    "both directions, all states": ("regression", (f"layers=[{SEQUENCE}, {GRU}, {{rnn: {RELU}}}, linear]",)),
    "convolutions of odd windows": (
        "regression",
        (f"layers=[{IMAGE}, {SAME}, relu, {STRIDED}, {POOL}, flatten, linear]",),
    ),
    "causal attention of a sequence": ("regression", (f"layers=[{SEQUENCE}, {CAUSAL}, last, linear]",)),
    "quantiles": ("several targets", ("loss={quantile: [0.2, 0.8]}",)),
    "cross-entropy of two classes": ("binary", ("loss=cross_entropy",)),
    "squared error of several classes": ("multiclass", ("loss=mean_squared_error",)),
}


@dataclass(frozen=True)
class Parity:
    """A run to export: the row of the table of parity, and how it is trained."""

    group: str
    name: str
    task: str
    settings: tuple[str, ...] = ()
    form: str = "one network"

    @property
    def id(self) -> str:
        """The name in a test."""
        return f"{self.group} {self.name}"


PAIRS = "[{linear: 4}, tanh, {positions: 2}, similarity]"


def cases() -> Iterator[Parity]:
    """Yield all cases; what is registered later is among them."""
    for name, layer in layers.items():
        chain = [name, {"linear": 6}, "tanh", "linear"] if _reads_data(layer) else written(name)
        yield Parity("layer", name, "regression", ("epochs=2", f"layers={json.dumps(chain)}"))
    for name, loss in losses.items():
        task = next(iter(loss.tasks))
        yield Parity(
            "loss",
            name,
            TASKS.get(task, task),
            (
                f"loss={SPECIAL.get(name, name)}",
                f"layers={PAIRS if name == 'contrastive' else '[{linear: 4}, tanh, linear]'}",
            ),
        )
    for task in TARGETS:
        for form in FORMS:
            yield Parity("task", f"{task}, {form}", task, SETTINGS.get(task, ()), form)
    for method in get_args(Method):
        yield Parity("preparation", f"numbers: {method}", "regression", (f"prepare.numbers={method}",))
    for name in features:
        yield Parity("preparation", f"feature {name}", "regression", (f"prepare.features=[{name}]",))
    for name in TRANSFORMS:
        yield Parity("preparation", f"target_transform: {name}", "regression", (f"target_transform={name}",))
    for name, (task, settings) in OTHERS.items():
        yield Parity("other", name, task, settings)


def _reads_data(layer: type[Layer]) -> bool:
    return layer.fitted is not Layer.fitted and "layers" not in layer.model_fields


@dataclass(frozen=True)
class Exported:
    """A finished run, and rows of texts whose predictions by npnet every export has to give."""

    folder: Path

    @cached_property
    def run(self) -> RunFolder:
        """The run whose network answers."""
        return best_trial_of(RunFolder(self.folder / "run"))

    @cached_property
    def rows(self) -> list[dict[str, str]]:
        """Rows of the table, and odd ones behind: missing, unseen, and extreme values where npnet accepts them."""
        table = runs.table().drop(columns=list(runs.ANSWERS))
        texts = [["" if cell != cell else str(cell) for cell in row] for row in table.itertuples(index=False)]
        usual = [dict(zip(table.columns, row, strict=True)) for row in texts]
        odd = [dict(usual[number], **cells) for number, cells in enumerate(ODD)]
        return usual + [row for row in odd if self._is_accepted([*usual[:2], row])]

    def _is_accepted(self, rows: list[dict[str, str]]) -> bool:
        try:
            self.answers(rows)
        except DataError:
            return False
        return True

    @cached_property
    def predictor(self) -> RunPredictor:
        """The predictor of the run."""
        return RunPredictor.of(self.run)

    @cached_property
    def document(self) -> Document:
        """The document of the run."""
        return describe(self.run, self.predictor)

    def answers(self, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
        """Return the predictions of rows by npnet, with probabilities."""
        frame = self.predictor.read_table([{name: cell or None for name, cell in row.items()} for row in rows])
        return list(rows_of(self.predictor.predictions(frame, proba=True)))


ODD: tuple[dict[str, str], ...] = (
    *({name: ""} for name in ("x", "y", "town", "day", "open")),
    {"town": "Atlantis", "open": "maybe"},
    {"x": "1e30", "y": "-1e30"},
    {"x": "-1.7e308", "y": "1e-320"},
    {"x": " 0.5 ", "town": " Oslo ", "open": "TRUE"},
    {"open": "1", "day": "2031-12-31 23:59:59.5"},
    {"day": "1900-02-28T00:00Z", "y": "+1.5E-1"},
)


def trained(folder: Path, case: Parity) -> Exported:
    """Train a case in a new folder."""
    folder.mkdir(parents=True)
    runs.table().to_csv(folder / "t.csv", index=False)
    (folder / "c.yaml").write_text(config(case.task))
    command, *settings = FORMS[case.form]
    options = ("--run-dir", folder / "run", "--no-plots", "-q")
    result = call(command, folder / "c.yaml", *settings, *case.settings, *options)
    assert result.code == 0, result.err
    return Exported(folder)
