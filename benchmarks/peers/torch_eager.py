"""PyTorch, eager: a Sequential and a fused optimizer; rows gathered once an epoch, then cut into views."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from benchmarks.worker import Affine, main
from benchmarks.works import Table, Work


class Eager:
    """The training loop of the tutorials but for the DataLoader, which is slower."""

    def __init__(self, work: Work, data: Table) -> None:
        torch.set_num_threads(1)
        torch.manual_seed(0)
        self.work = work
        self.net = network(work)
        self.loss = nn.BCEWithLogitsLoss() if work.binary else nn.CrossEntropyLoss()
        rule = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[work.optimizer]
        self.optimizer = rule(self.net.parameters(), lr=work.learning_rate, fused=True)
        self.X = torch.from_numpy(data.X)
        y = torch.from_numpy(data.y)
        self.y = y.float()[:, None] if work.binary else y

    def train(self, epochs: int) -> None:
        for _ in range(epochs):
            for x, y in self.batches():
                self.step(x, y)

    def step(self, x: Tensor, y: Tensor) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        self.loss(self.net(x), y).backward()
        self.optimizer.step()

    def batches(self) -> list[tuple[Tensor, Tensor]]:
        if self.work.full_batch:
            return [(self.X, self.y)]
        order = torch.randperm(self.work.rows)
        X, y = self.X.index_select(0, order), self.y.index_select(0, order)
        return list(zip(X.split(self.work.batch), y.split(self.work.batch), strict=True))

    def weights(self) -> list[Affine]:
        layers = [layer for layer in self.net if isinstance(layer, nn.Linear)]
        return [(layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in layers]


def network(work: Work) -> nn.Sequential:
    layers = [layer for sizes in pairwise(work.sizes) for layer in (nn.Linear(*sizes), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


if __name__ == "__main__":
    main(Eager)
