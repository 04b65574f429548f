"""npnet: the loop of `npnet train` itself, without evaluation."""

from itertools import pairwise

import npnet.nn  # noqa: F401 - fills the registries
from benchmarks.worker import Affine, main
from benchmarks.works import Table, Work
from npnet.engine.batches import Batches, Samples
from npnet.engine.loop import Rates, train
from npnet.engine.network import Network
from npnet.engine.updates import Constraints, Updates
from npnet.nn.activations import ReLU
from npnet.nn.layer import Layer
from npnet.nn.linear import Linear
from npnet.nn.losses import losses
from npnet.nn.optimizers import optimizers


class Npnet:
    """One model or a stack of them; every call of `train` goes on where the last one ended."""

    def __init__(self, work: Work, data: Table) -> None:
        self.work, self.done = work, 0
        seeds = range(work.models)
        layers: list[Layer] = [layer for _, units in pairwise(work.sizes) for layer in (Linear(units=units), ReLU())]
        self.network = Network([tuple(layers[:-1])] * work.models, work.sizes[0], seeds=seeds)
        self.loss = losses["binary_cross_entropy" if work.binary else "cross_entropy"]()
        self.updates = Updates(self.network, optimizers[work.optimizer](), Constraints())
        self.rates = Rates([work.learning_rate] * work.models, epochs=1)
        samples = Samples.of(data.X, self.loss.encode(data.y, classes=max(2, work.sizes[-1])))
        self.batches = Batches(samples, None if work.full_batch else work.batch, seed=0)

    def train(self, epochs: int) -> None:
        parts = self.network, self.loss, self.updates, self.rates, self.batches
        end = self.done + epochs
        for progress in train(*parts, end, start=self.done, every=end + 1):
            self.done = progress.epoch

    def weights(self) -> list[Affine]:
        named = self.network.named(self.network.theta)
        pairs = [
            (named[f"layers.{n}.weight"], named[f"layers.{n}.bias"]) for n in range(0, 2 * len(self.work.sizes) - 2, 2)
        ]
        return pairs if self.work.models > 1 else [(W[0], b[0]) for W, b in pairs]


if __name__ == "__main__":
    main(Npnet)
