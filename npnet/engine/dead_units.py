"""Silence: units that are 0 whatever the row, as a rectifier is that nothing lifts above 0 any more."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.engine.network import Network
from npnet.engine.passes import Pass


class DeadUnits:
    """Which units of layers that `can_die` were 0 on every row looked at since `begin`.

    Their gradient is 0 on all of these rows: they learn nothing from them. Lu et al. (2020), Dying ReLU.
    """

    def __init__(self, network: Network) -> None:
        self._steps = [step for step in network.graph.of_layers() if step.layer.can_die]
        size = network.models, network.dtype
        self._silent = {step.name: np.ones((size[0], network.graph.widths[step.y]), bool) for step in self._steps}
        self._sums = {name: np.empty(silent.shape, size[1]) for name, silent in self._silent.items()}
        self._ones: dict[int, NDArray[Any]] = {}

    def begin(self) -> None:
        """Look at all rows anew."""
        for silent in self._silent.values():
            silent[...] = True

    def look(self, one: Pass) -> None:
        """Note the units that the batch which just went forward has made speak."""
        ones = self._ones.setdefault(one.batch, np.ones(one.batch, one.network.dtype))
        for step in self._steps:
            # Nothing is below 0, so that a sum of 0 is all zeros; a product with ones is the quickest sum.
            sums = np.vecdot(one.nodes[step.y].values, ones, out=self._sums[step.name])
            self._silent[step.name] &= sums == 0

    @property
    def shares(self) -> dict[str, NDArray[np.float64]]:
        """The share of silent units of each layer, by its name, in every model (models,)."""
        return {name: silent.mean(axis=1) for name, silent in self._silent.items()}
