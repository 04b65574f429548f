"""PyTorch modules that take and give what npnet's layers do."""

import torch
from torch import nn

STEPS, FEATURES, UNITS = 7, 3, 5


class Steps(nn.Module):
    """The inputs of a row as steps: (batch, steps, features)."""

    def forward(self, x):
        return x.reshape(len(x), STEPS, FEATURES)


class Flat(nn.Module):
    """What npnet's flatten gives: all steps of the first feature, then all of the next."""

    def forward(self, x):
        return x.swapaxes(1, 2).flatten(1)


class Last(nn.Module):
    def forward(self, x):
        return x[:, -1]


def recurrent(kind, *, last=False, truncate=None, **options):
    """Make a recurrent module that gives its states, and may cut the gradient after some steps."""

    class Module(getattr(nn, kind)):  # type: ignore[misc]
        def forward(self, x):
            states, state = [], None
            for start in range(0, x.shape[1], truncate or x.shape[1]):
                output, state = super().forward(x[:, start : start + (truncate or x.shape[1])], state)
                states.append(output)
                kept = state
                state = tuple(one.detach() for one in state) if kind == "LSTM" else state.detach()
            h = kept[0] if kind == "LSTM" else kept
            return h.swapaxes(0, 1).flatten(1) if last else torch.cat(states, dim=1)

    return Module(FEATURES, UNITS, batch_first=True, **options)


class Signal(nn.Module):
    """The inputs of a row as a signal: (batch, features, steps)."""

    def __init__(self, steps):
        super().__init__()
        self.steps = steps

    def forward(self, x):
        return x.reshape(len(x), self.steps, -1).swapaxes(1, 2)


class Image(nn.Module):
    """The inputs of a row as an image: (batch, features, height, width)."""

    def __init__(self, height, width):
        super().__init__()
        self.size = height, width

    def forward(self, x):
        return x.reshape(len(x), *self.size, -1).permute(0, 3, 1, 2)
