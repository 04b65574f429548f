"""The networks of a run on a text: the probabilities of the next symbol at each position of windows."""

import numpy as np
from numpy.typing import NDArray

from npnet.data.datasets.text import Text
from npnet.data.text.vocabulary import Vocabulary
from npnet.engine.batches import Batch, Samples
from npnet.engine.passes import Pass
from npnet.errors import RunError
from npnet.rundir.run import RunFolder
from npnet.runner.predictions.predicting import RunPredictor

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]


class TextNetwork:
    """The networks of a run on a text, as their mean; a position sees those of its window that are not after it.

    Windows of fewer symbols are the beginning of one: what is in the positions after them changes nothing.
    """

    def __init__(self, run: RunPredictor, source: Text) -> None:
        self.predictor, self.source, self.threads = run.predictor, source, run.threads
        self.vocabulary = Vocabulary.named(source.level, run.data.classes)
        self._passes: dict[int, tuple[Batch, Pass]] = {}

    @classmethod
    def of(cls, run: RunFolder) -> "TextNetwork":
        """Restore the networks of a run, without its text; raise RunError where it was not trained on a text."""
        predictor = RunPredictor.of(run)
        if not isinstance(predictor.source, Text):
            hint = f"npnet predict {run.id} FILE predicts rows; npnet init characters writes a config for a text"
            raise RunError(f"{run.id} was not trained on a text", hint)
        return cls(predictor, predictor.source)

    @property
    def length(self) -> int:
        """The number of symbols in a window."""
        return self.source.length

    def probabilities(self, windows: Codes, at: slice) -> Floats:
        """Return the probabilities of the symbol after some positions of windows, (symbols, windows, positions).

        `windows` are codes (windows, at most `length`). Raise RunError where they are not finite. The number of BLAS
        threads is left to the caller: setting it takes longer than a pass over a window.
        """
        batch, current = self._pass(len(windows))
        inputs = batch.x[0, :-1].T
        inputs[...] = 0.0
        inputs[:, : windows.shape[1]] = windows
        transform, network = self.predictor.folds[0][1], self.predictor.network
        with np.errstate(all="ignore"):
            current.take(batch)
            each = current.scores().reshape(network.models, network.outputs, self.length, len(windows))[..., at, :]
            output = transform(each.reshape(*each.shape[:2], -1)).mean(axis=0)
            found = self.predictor.calibration.apply_temperature(output, transform.task)
        if not np.isfinite(found).all():
            raise RunError("the outputs of the network are not finite", "train again with a smaller learning_rate")
        return found.reshape(len(found), -1, len(windows)).swapaxes(1, 2)

    def _pass(self, rows: int) -> tuple[Batch, Pass]:
        """Return a batch of windows, whose inputs can be written to, and the pass over it."""
        if rows not in self._passes:
            network = self.predictor.network
            samples = Samples.of(np.zeros((rows, self.length)), np.zeros((rows, network.outputs * self.length)))
            batch = Batch(samples, slice(None))
            self._passes = {rows: (batch, Pass(network, batch, self.predictor.loss, training=False))}
        return self._passes[rows]
