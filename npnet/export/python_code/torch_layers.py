"""Layers in PyTorch exports that torch.nn does not have: modules of x (rows, features)."""

import torch
from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """Layers whose input is added to their output."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Return x + f(x)."""
        return x + self.layers(x)


class FeatureNorm(nn.BatchNorm1d):
    """Batch normalization that rounds at prediction as npnet does."""

    def forward(self, x: Tensor) -> Tensor:
        """Return each feature normalized, by its running statistics at prediction, then scaled and shifted."""
        if self.training:
            return super().forward(x)
        return (x - self.running_mean) * (self.weight / (self.running_var + self.eps).sqrt()) + self.bias


class RowNorm(nn.LayerNorm):
    """Layer normalization that rounds, and overflows, as npnet's does."""

    def forward(self, x: Tensor) -> Tensor:
        """Return each row with mean 0 and variance 1, then scaled and shifted."""
        centered = x - x.mean(dim=1, keepdim=True)
        deviation = ((centered**2).mean(dim=1, keepdim=True) + self.eps).sqrt()
        return centered / deviation * self.weight + self.bias


class FeatureScale(nn.Module):
    """A learned factor 1 + speed s for each feature."""

    def __init__(self, features: int, speed: float) -> None:
        super().__init__()
        self.speed, self.weight = speed, nn.Parameter(torch.zeros(features))

    def forward(self, x: Tensor) -> Tensor:
        """Return each feature times its factor."""
        return x * (1 + self.speed * self.weight)


class CodeEmbedding(nn.Module):
    """Learned values of each code; the codes are the last inputs, the others pass."""

    def __init__(self, codes: list[int], size: int) -> None:
        super().__init__()
        self.tables = nn.ParameterList(torch.zeros(count, size) for count in codes)

    def forward(self, x: Tensor) -> Tensor:
        """Return the inputs that pass, then the values of each code."""
        passed = x.shape[1] - len(self.tables)
        values = [table[x[:, passed + n].long()] for n, table in enumerate(self.tables)]
        return torch.cat([x[:, :passed], *values], dim=1)


class PeriodicWaves(nn.Module):
    """Learned waves of each number; the numbers are the first inputs."""

    def __init__(self, numbers: int, frequencies: int, size: int) -> None:
        super().__init__()
        self.frequency = nn.Parameter(torch.zeros(numbers, frequencies))
        self.weight = nn.Parameter(torch.zeros(numbers * size, 2 * frequencies))
        self.bias = nn.Parameter(torch.zeros(numbers * size))

    def forward(self, x: Tensor) -> Tensor:
        """Return max(0, W [sin(2π c x), cos(2π c x)] + b) of each number x, then the inputs."""
        numbers, k = self.frequency.shape
        phase = x[:, :numbers, None] * (2 * torch.pi * self.frequency)
        waves = torch.cat([phase.sin(), phase.cos()], dim=2)
        values = torch.einsum("rnk,nsk->rns", waves, self.weight.view(numbers, -1, 2 * k))
        return torch.cat([(values.flatten(1) + self.bias).relu(), x], dim=1)
