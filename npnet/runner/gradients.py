"""Gradients: the check of a config's own network, loss and penalties, on rows of its own data."""

from dataclasses import dataclass

from npnet.engine.batches import Samples
from npnet.engine.gradcheck import TensorCheck, check_gradients, hint
from npnet.experiment.resolved import resolve
from npnet.model.fitting import Fitting
from npnet.runner.prepared_run import PreparedRun

ROWS = 32


@dataclass(frozen=True)
class GradientCheck:
    """The check of every tensor of a network, and how many rows it was made on."""

    samples: int
    tensors: list[TensorCheck]

    @property
    def passed(self) -> bool:
        """Whether every gradient is right."""
        return all(tensor.passed for tensor in self.tensors)

    def hint(self, tensor: TensorCheck) -> str:
        """What a wrong gradient looks like; empty where it is right."""
        return hint(tensor, self.samples)


def check_gradients_of(ready: PreparedRun) -> GradientCheck:
    """Compare the gradients of an experiment's network with central differences, in float64, at its initial values."""
    alone = ready.experiment.config.model_copy(update={"dtype": "float64", "ensemble": 1})
    fitting = Fitting(resolve(alone, ready.experiment.data), ready.folds[0][0])
    whole = fitting.samples("train")
    samples = Samples(whole.x[:ROWS], whole.t[:ROWS])
    limits = fitting.trainer.learners[0].constraints
    return GradientCheck(len(samples), check_gradients(fitting.network, fitting.loss, samples, limits))
