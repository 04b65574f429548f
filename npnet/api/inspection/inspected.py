"""A model that can be looked into: layers, activations, gradients, and whether these are right."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from npnet.api.data import matrix, numbers_of, targets_frame
from npnet.api.inspection.probes import activations_of, double, few, gradients_of, inner_values_of, samples_of
from npnet.api.inspection.summary import ModelSummary, summary_of
from npnet.api.layered import LayeredModel, Rows, Targets
from npnet.api.options import TrainOptions
from npnet.api.reporting import short_traceback
from npnet.data.columns import Frame
from npnet.data.datasets.targets import TaskOption
from npnet.data.readers.in_memory import is_table
from npnet.engine.batches import Samples
from npnet.engine.network import Network
from npnet.errors import DataError
from npnet.model.trainer import Trainer
from npnet.nn.losses import Loss
from npnet.nn.losses.regression import MeanSquaredError
from npnet.text import plural

if TYPE_CHECKING:
    import matplotlib.figure

    from npnet.api.inspection.checking import GradientReport

CHECKED_ROWS = 32  # of X, on which gradients are checked


class InspectedModel(LayeredModel):
    """A model that shows what is inside."""

    def summary(self) -> ModelSummary:
        """Return the layers with their output shapes and parameters, as a table that prints and shows itself.

        >>> npnet.Model(npnet.Linear(2, 5), npnet.ReLU(), npnet.Linear(5, 1)).summary()
        name      layer      output  parameters
        ----------------------------------------
                  inputs     2
        layers.0  Linear(5)  5               15
        layers.1  ReLU()     5
        layers.2  Linear(1)  1                6
        21 parameters; not trained
        """
        known = next((sized.inputs for sized in self.layers if sized.inputs), None)
        inputs = known if self._network is None else self._network.graph.inputs
        return summary_of(self._chain(), self.layers, inputs, self._state())

    def _repr_html_(self) -> str:
        from npnet.api.html import model_html

        return model_html(self.summary().html, self.loss, f"{id(self):x}")

    @short_traceback
    def activations(self, X: "Rows") -> "dict[str, NDArray[Any]]":
        """Return the outputs of each layer for rows X by its name, (samples, units).

        Layers at positions give (samples, features, *positions). Of several networks there is a leading axis for them.

        >>> model = npnet.Model(npnet.Linear(2, 5), npnet.ReLU(), npnet.Linear(5, 1), npnet.Sigmoid())
        >>> {name: values.shape for name, values in model.activations([[0.0, 1.0]]).items()}
        {'layers.0': (1, 5), 'layers.1': (1, 5), 'layers.2': (1, 1), 'layers.3': (1, 1)}
        """
        network, samples = self._rows_inside(X)
        found = activations_of(network, samples)
        if self._predictor is None:
            return found
        predictor = self._predictor.predictor
        last = len(predictor.network.chains[0])
        if last < len(self.layers):  # an activation that the loss contains
            z = found[f"layers.{last - 1}"]
            scores = z[np.newaxis] if predictor.network.models == 1 else z
            output = predictor.folds[0][1](scores.mT).mT
            found[f"layers.{last}"] = output[0] if predictor.network.models == 1 else output
        return found

    @short_traceback
    def inner_values(self, X: "Rows") -> "dict[str, dict[str, NDArray[Any]]]":
        """Return what layers compute on the way to their outputs for rows X, by the layer and the name of the value.

        Recurrent layers give gates and states by their letters, (samples, units, steps), those of the backward
        direction with _reverse behind; attention gives its weights a, (samples, heads, queries, keys). Of several
        networks there is a leading axis for them.

        >>> model = npnet.Model(npnet.Positions(4), npnet.GRU(3, states="last"), npnet.Linear(1))
        >>> {name: values.shape for name, values in model.inner_values([[0.0, 1.0, 2.0, 3.0]])["layers.1"].items()}
        {'r': (1, 3, 4), 'z': (1, 3, 4), 'n': (1, 3, 4), 'h': (1, 3, 4)}
        """
        return inner_values_of(*self._rows_inside(X))

    @short_traceback
    def gradients(
        self, X: "Rows", y: "Targets", *, task: "TaskOption | None" = None, **options: "Unpack[TrainOptions]"
    ) -> "dict[str, NDArray[Any]]":
        """Return the gradient of the mean loss on X and y by the name of each parameter, as in `parameters()`.

        A model that is not trained takes the loss that fits y, or the option `loss`; a trained one its own.

        >>> model = npnet.Model(npnet.Linear(2, 1))
        >>> model.gradients([[0.0, 1.0], [1.0, 0.0]], [0.5, 2.5])["layers.0.weight"].shape
        (1, 2)
        """
        network, loss, samples = self._with_targets(X, y, task, options)
        return gradients_of(network, loss, samples)

    @short_traceback
    def gradcheck(
        self,
        X: "Rows | None" = None,
        y: "Targets | None" = None,
        *,
        task: "TaskOption | None" = None,
        **options: "Unpack[TrainOptions]",
    ) -> "GradientReport":
        """Compare backpropagation with central differences in float64; return a table with a row for each tensor.

        Each layer is checked alone on the values that reach it, so that a mistake is found where it is: `input` is dx,
        the other names are parameters. Without X and y the values are random, and the loss is the squared error.

        >>> npnet.Model(npnet.Linear(2, 5), npnet.Tanh(), npnet.Linear(5, 1)).gradcheck().passed
        True
        """
        from npnet.api.inspection.checking import checked

        if X is None or y is None:
            inputs = self._fitting(None).graph.inputs
            samples = self._plain_samples(np.random.default_rng(0).normal(size=(8, inputs)), np.float64)
            return checked(double(self._fitting(inputs)), MeanSquaredError(), samples)
        network, loss, samples = self._with_targets(X, y, task, options)
        rows = few(samples, CHECKED_ROWS)
        return checked(double(network), loss, Samples(rows.x.astype(np.float64), rows.t.astype(np.float64)))

    @short_traceback
    def plot_boundary(self, X: "Rows", y: "Targets") -> "matplotlib.figure.Figure":
        """Return a figure of what the model predicts over two features, or one of a regression, with rows on it.

        Raises UsageError where there are more features.
        """
        from npnet.api.inspection.boundary import boundary_of

        predictor = self.predictor()
        return boundary_of(predictor, self.frame(predictor, X), targets_frame(y, predictor.data.targets))

    def _rows_inside(self, X: Rows) -> tuple[Network, Samples]:
        """Return the network, and rows as it takes them."""
        if self._predictor is None:
            rows = numbers_of(X) if is_table(X) else matrix(X)
            return self._fitting(rows.shape[1]), self._plain_samples(rows, np.float32)
        network, frame = self._predictor.predictor.network, self.frame(self._predictor, X)
        return network, samples_of(self._predictor.predictor, self._predictor.data, frame, None, network.dtype)

    def _fitting(self, features: int | None) -> Network:
        """Return the network; raise DataError where X has another number of columns."""
        network = self._built(features)
        if features not in (None, network.graph.inputs):
            raise DataError(f"X has {plural(features or 0, 'column')}, the network takes {network.graph.inputs}")
        return network

    def _plain_samples(self, rows: NDArray[Any], dtype: Any) -> Samples:
        """Return rows for a network that is not trained, with random targets."""
        network = self._fitting(rows.shape[1])
        width = network.outputs * network.graph.shapes[-1].count
        return Samples.of(rows, np.random.default_rng(1).normal(size=(len(rows), width)), dtype=dtype)

    def _with_targets(
        self, X: Rows, y: Targets, task: TaskOption | None, options: Mapping[str, Any]
    ) -> tuple[Network, Loss, Samples]:
        """Return the network, its loss, and rows with targets as both take them."""
        if self._predictor is not None:
            own, data, frame = self._predictor.predictor, self._predictor.data, self.frame(self._predictor, X)
            targets: Frame = targets_frame(y, data.targets)
            if len(targets) != len(frame):
                raise DataError(f"X has {plural(len(frame), 'row')}, y has {len(targets)}")
            samples = samples_of(own, data, frame, data.target.encode(targets), own.network.dtype)
            return own.network, own.loss, samples
        resolved, folds, _ = self._prepared(X, y, 0.0, task, options)
        trainer = Trainer(resolved, folds)
        if self._network is not None:
            trainer.set_weights(self.parameters())
        return trainer.stack_trainer.network, trainer.loss, trainer.samples("train")
