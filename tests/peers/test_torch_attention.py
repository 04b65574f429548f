"""Attention, tokens and a small transformer train step for step as in PyTorch, in float64."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
nn = torch.nn
pytestmark = pytest.mark.peers

from npnet.engine.batches import Batch, Samples  # noqa: E402 - it needs torch
from tests.peers.both import BATCH, Both, Residual  # noqa: E402
from tests.peers.modules import STEPS, Attention, Flat, Learned, Mean, Ragged, Scores, Steps, Tokens  # noqa: E402

FEATURES, TOKENS = 6, 5


def adam(net):
    return torch.optim.Adam(net.parameters(), lr=0.01)


class OfRagged(Both):
    """Rows of which the last steps are missing."""

    def batch(self):
        x = self.random.standard_normal((BATCH, STEPS, FEATURES))
        for row, length in zip(x, self.random.integers(1, STEPS + 1, BATCH), strict=True):
            row[length:] = np.nan
        x, y = x.reshape(BATCH, -1), self.random.standard_normal((BATCH, 2))
        return Batch(Samples.of(x, y, None, np.float64), slice(None)), x, y, None


class OfText(Both):
    """Rows of codes, with a token to predict at each."""

    def batch(self):
        x, y = self.random.integers(0, TOKENS, (2, BATCH, STEPS))
        t = np.eye(TOKENS)[y].reshape(BATCH, -1)
        return Batch(Samples.of(x, t, None, np.float64), slice(None)), x.astype(float), y, None


@pytest.mark.parametrize("causal", [False, True])
def test_attention_trains_as_in_torch(causal):
    written = [{"positions": STEPS}, {"linear": FEATURES}, {"attention": {"heads": 2, "causal": causal}}, "flatten"]
    modules = [Steps(), nn.Linear(3, FEATURES), Attention(FEATURES, 2, causal=causal), Flat()]
    sizes = {"inputs": STEPS * 3, "width": STEPS * FEATURES}
    Both(written, modules, "mean_squared_error", nn.MSELoss(), 2, "adam", adam, **sizes).train_and_check(0.01)


@pytest.mark.parametrize("causal", [False, True])
def test_attention_to_the_steps_that_exist_trains_as_in_torch(causal):
    positions = {"positions": {"size": STEPS, "ragged": True}}
    written = [positions, {"attention": {"heads": 3, "causal": causal}}, "tanh", "global_average_pool"]
    ragged = Ragged()
    modules = [ragged, Attention(FEATURES, 3, causal=causal, ragged=ragged), nn.Tanh(), Mean(ragged)]
    sizes = {"inputs": STEPS * FEATURES, "width": FEATURES}
    both = OfRagged(written, modules, "mean_squared_error", nn.MSELoss(), 2, "adam", adam, **sizes)
    both.train_and_check(0.01)


def test_a_transformer_with_tied_weights_trains_as_in_torch():
    written = [
        {"positions": STEPS},
        {"token_embedding": {"tokens": TOKENS, "size": FEATURES}},
        "positional",
        {"residual": ["layer_norm", {"attention": {"heads": 2, "causal": True}}]},
        {"residual": ["layer_norm", {"linear": 12}, "gelu", {"linear": FEATURES}]},
        "layer_norm",
        {"unembedding": TOKENS},
    ]
    tokens = Tokens(TOKENS, FEATURES)
    more = nn.LayerNorm(FEATURES), nn.Linear(FEATURES, 12), nn.GELU(approximate="tanh"), nn.Linear(12, FEATURES)
    modules = [
        nn.Identity(),
        tokens,
        Learned(STEPS, FEATURES),
        Residual(nn.LayerNorm(FEATURES), Attention(FEATURES, 2, causal=True)),
        Residual(*more),
        nn.LayerNorm(FEATURES),
        Scores(tokens),
    ]

    def loss(z, y):
        return nn.functional.cross_entropy(z.flatten(0, 1), y.flatten())

    both = OfText(written, modules, "cross_entropy", loss, TOKENS, "adam", adam, inputs=STEPS, ends=True)
    both.train_and_check(0.01)
