"""The recorded network of a run at each of its frames, for predictions without the data."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Frame
from npnet.engine.network import set_weights
from npnet.model.predictor import Predictor
from npnet.rundir.frames import frames_of
from npnet.rundir.restore import experiment_of, restored
from npnet.rundir.run import RunFolder


class Replay:
    """The first network of a run, of the first fold, with the weights of one frame at a time.

    Raises RunError where the run has no frames, or frames of another network.
    """

    def __init__(self, run: RunFolder) -> None:
        predictor, self.data = restored(run, experiment_of(run)[0])
        self.frames = frames_of(run, predictor.network)
        preparation, transform = predictor.folds[0]
        if transform.smearing is not None:
            transform = replace(transform, smearing=transform.smearing[:1])
        self._network = predictor.network.take([0])
        self._predictor = Predictor(self._network, predictor.loss, [(preparation, transform)], predictor.calibration)

    def outputs(self, index: int, rows: Frame) -> NDArray[np.float64]:
        """Return the outputs (outputs, samples) of a frame for rows as they were read."""
        set_weights(self._network, self.frames.at(index))
        return self._predictor.outputs(rows)
