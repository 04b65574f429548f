"""Layers in PyTorch exports that torch.nn does not have: modules of x (rows, ..., features)."""

import math

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
        centered = x - x.mean(dim=-1, keepdim=True)
        deviation = ((centered**2).mean(dim=-1, keepdim=True) + self.eps).sqrt()
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


class AsPositions(nn.Module):
    """The values of each row at positions, those of a position side by side."""

    def __init__(self, *sizes: int) -> None:
        super().__init__()
        self.sizes = sizes

    def forward(self, x: Tensor) -> Tensor:
        """Return x as (rows, positions, features)."""
        return x.reshape(len(x), *self.sizes, -1)


class FlatPositions(nn.Module):
    """All positions of the first feature, then all of the next."""

    def forward(self, x: Tensor) -> Tensor:
        """Return (rows, features)."""
        return x.movedim(-1, 1).flatten(1)


class LastPosition(nn.Module):
    """The last position."""

    def forward(self, x: Tensor) -> Tensor:
        """Return (rows, features)."""
        return x[:, -1]


class PositionMean(nn.Module):
    """The mean over all positions."""

    def forward(self, x: Tensor) -> Tensor:
        """Return (rows, features)."""
        return x.flatten(1, -2).mean(dim=1)


class SlidingWindow(nn.Module):
    """A convolution or a pooling, with values around the input."""

    def __init__(self, inner: nn.Module, margins: list[int], around: float = 0.0) -> None:
        super().__init__()
        self.inner, self.margins, self.around = inner, margins, around

    def forward(self, x: Tensor) -> Tensor:
        """Return (rows, positions, features)."""
        return self.inner(nn.functional.pad(x.movedim(-1, 1), self.margins, value=self.around)).movedim(1, -1)


class RepeatPositions(nn.Module):
    """Each position several times along each axis."""

    def __init__(self, factor: int) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        """Return (rows, positions, features)."""
        for axis in range(1, x.ndim - 1):
            x = x.repeat_interleave(self.factor, dim=axis)
        return x


class RecurrentStates(nn.Module):
    """The states of a recurrent layer: after each step, or after the last of each direction."""

    def __init__(self, inner: nn.Module, states: str) -> None:
        super().__init__()
        self.inner, self.states = inner, states

    def forward(self, x: Tensor) -> Tensor:
        """Return (rows, steps, units), or (rows, units)."""
        every, state = self.inner(x)
        if self.states == "all":
            return every
        return (state[0] if isinstance(state, tuple) else state).movedim(0, 1).flatten(1)


class PositionalValues(nn.Module):
    """Values that are added to each position: learned ones, or waves."""

    def __init__(self, positions: list[int], features: int, kind: str) -> None:
        super().__init__()
        self.positions, count = positions, math.prod(positions)
        if kind == "learned":
            self.weight = nn.Parameter(torch.zeros(count, features))
        else:
            feature = torch.arange(features)
            phase = torch.arange(count, dtype=torch.float64)[:, None] / 10000 ** (feature // 2 * 2 / features)
            self.register_buffer("weight", torch.where(feature % 2 > 0, phase.cos(), phase.sin()), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return x plus the values."""
        return x + self.weight.view(*self.positions, -1)


class SelfAttention(nn.Module):
    """Attention of all positions to each other, or of each to itself and those before it."""

    def __init__(self, inner: nn.MultiheadAttention, causal: bool) -> None:
        super().__init__()
        self.inner, self.causal = inner, causal

    def forward(self, x: Tensor) -> Tensor:
        """Return (rows, positions, features)."""
        rows = x.flatten(1, -2)
        count = rows.shape[1]
        mask = torch.ones(count, count, dtype=torch.bool).triu(1) if self.causal else None
        return self.inner(rows, rows, rows, attn_mask=mask, need_weights=False)[0].view(x.shape)


class TokenValues(nn.Module):
    """Learned values of the code at each position."""

    def __init__(self, tokens: int, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(tokens, size))

    def forward(self, x: Tensor) -> Tensor:
        """Return (rows, positions, size)."""
        return self.weight[x[..., 0].round().clamp(0, len(self.weight) - 1).long()]
