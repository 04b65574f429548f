"""PyTorch: as many trainings, one after another in one process; eager, with the fused Adam."""

from itertools import pairwise
from pathlib import Path

import torch
from torch import nn

from benchmarks.sweeps import BATCH, EPOCHS, RATES, SEEDS, SIZES
from benchmarks.sweeps.worker import main, rows, stacked_loss


class Trainings:
    """The loop of the tutorials but for the DataLoader, which is slower: rows are gathered once an epoch."""

    def __init__(self, folder: Path) -> None:
        torch.set_num_threads(1)
        self.data = rows(folder)
        self.X, self.y = torch.from_numpy(self.data.X), torch.from_numpy(self.data.y).float()[:, None]
        self.nets: list[nn.Sequential] = []

    def train(self) -> None:
        for rate in RATES:
            for seed in range(SEEDS):
                torch.manual_seed(seed)
                self.nets.append(self.trained(rate))

    def trained(self, rate: float) -> nn.Sequential:
        layers = [layer for sizes in pairwise(SIZES) for layer in (nn.Linear(*sizes), nn.ReLU())]
        net, loss = nn.Sequential(*layers[:-1]), nn.BCEWithLogitsLoss()
        optimizer = torch.optim.Adam(net.parameters(), lr=rate, fused=True)
        for _ in range(EPOCHS):
            order = torch.randperm(len(self.X))
            X, y = self.X.index_select(0, order), self.y.index_select(0, order)
            for x, target in zip(X.split(BATCH), y.split(BATCH), strict=True):
                optimizer.zero_grad(set_to_none=True)
                loss(net(x), target).backward()
                optimizer.step()
        return net

    def loss(self) -> float:
        weights = [
            [(layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in net[::2]] for net in self.nets
        ]
        return stacked_loss(weights, self.data)


if __name__ == "__main__":
    main(Trainings)
