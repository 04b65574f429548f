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


class Ragged(nn.Module):
    """The inputs of a row as steps of which the last may be missing; `exists` tells which are not."""

    def forward(self, x):
        x = x.reshape(len(x), STEPS, -1)
        self.exists = torch.isfinite(x).any(dim=2)
        return torch.nan_to_num(x)


class Mean(nn.Module):
    """The mean over the steps that exist."""

    def __init__(self, ragged):
        super().__init__()
        self.ragged = [ragged]  # in a list it is no part of this module

    def forward(self, x):
        share = self.ragged[0].exists / self.ragged[0].exists.sum(dim=1, keepdim=True)
        return (x * share[..., None]).sum(dim=1)


class Attention(nn.MultiheadAttention):
    """Self-attention: of all steps, of earlier ones, or of those that exist."""

    def __init__(self, features, heads, *, causal=False, ragged=None):
        super().__init__(features, heads, batch_first=True)
        self.causal, self.ragged = causal, [ragged]

    def forward(self, x):
        later = torch.triu(torch.ones(x.shape[1], x.shape[1], dtype=torch.bool), 1) if self.causal else None
        absent = ~self.ragged[0].exists if self.ragged[0] else None
        return super().forward(x, x, x, attn_mask=later, key_padding_mask=absent, need_weights=False)[0]


class Tokens(nn.Embedding):
    """Values of the code at each step; `positions` of a row are its inputs."""

    def forward(self, x):
        return super().forward(x.long())


class Learned(nn.Embedding):
    """Values of each position, added."""

    def forward(self, x):
        return x + self.weight


class Scores(nn.Module):
    """Scores of each token by the weights of an embedding, and a bias of its own."""

    def __init__(self, embedding):
        super().__init__()
        self.embedding = [embedding]
        self.bias = nn.Parameter(torch.zeros(len(embedding.weight)))

    def forward(self, x):
        return x @ self.embedding[0].weight.T + self.bias
