"""The same training twice, in npnet and in PyTorch."""

import numpy as np
import pytest
import torch
from torch import nn

import npnet.nn  # noqa: F401 - fills the registries
from npnet.engine.batches import Batch, Samples
from npnet.engine.network import Network, weights_of
from npnet.engine.passes import Pass
from npnet.engine.updates import Constraints, Updates
from npnet.nn.layer import layers
from npnet.nn.losses import losses
from npnet.nn.optimizers import optimizers
from npnet.spec import Named
from tests.nn.builders import move

STEPS, BATCH, INPUTS, WITHIN = 50, 16, 6, 1e-9
BODY = [{"linear": 8}, "tanh", {"linear": 8}, "tanh"]


class Stack(nn.Module):
    """A Sequential whose parameters have npnet's names: layers.0.weight."""

    def __init__(self, *modules):
        super().__init__()
        self.layers = nn.Sequential(*modules)

    def forward(self, x):
        return self.layers(x)


class Residual(Stack):
    def forward(self, x):
        return x + self.layers(x)


def body():
    return nn.Linear(INPUTS, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh()


class Both:
    """The same network, data, loss and optimizer twice; `step` trains both on the same batch."""

    def __init__(
        self,
        written,
        modules,
        loss,
        criterion,
        outputs,
        optimizer,
        rule,
        constraints=None,
        weights=False,
        inputs=INPUTS,
        width=8,
        ends=False,
    ):
        parse = Named(layers).parse
        specs = tuple(map(parse, written if ends else [*written, {"linear": outputs}]))
        self.network = Network([specs], inputs, seeds=[3], dtype=np.float64)
        self.net = Stack(*modules, *([] if ends else [nn.Linear(width, outputs)]))
        self.loss, self.criterion = Named(losses).parse(loss), criterion
        self.load()
        self.updates = Updates(self.network, Named(optimizers).parse(optimizer), constraints or Constraints())
        self.rule = rule(self.net)
        self.random = np.random.default_rng(5)
        self.weights, self.inputs = weights, inputs
        like = self.batch()[0]
        self.passes = {mode: Pass(self.network, like, self.loss, training=mode) for mode in (True, False)}

    def load(self):
        state = {name: torch.from_numpy(value.copy()) for name, value in weights_of(self.network).items()}
        found = self.net.load_state_dict(state, strict=False)
        assert found.unexpected_keys == []
        assert all(name.endswith("num_batches_tracked") for name in found.missing_keys)

    def batch(self):
        x = self.random.standard_normal((BATCH, self.inputs))
        y, t = targets(self.loss, self.random, self.network.outputs)
        w = self.random.uniform(0.5, 2.0, (BATCH, 1)) if self.weights else None
        return Batch(Samples.of(x, t, w, np.float64), slice(None)), x, y, w

    def step(self, rate):
        batch, x, y, w = self.batch()
        own = self.passes[True]
        own.take(batch)
        own.train()
        mean_loss = own.total_loss()[0] / BATCH
        move(self.updates, rate)
        x, y = torch.from_numpy(x), torch.from_numpy(y)
        self.rule.zero_grad()
        loss = self.criterion(self.net(x), y)
        if w is not None:
            loss = (loss * torch.from_numpy(w / w.mean())).mean()
        loss.backward()
        self.rule.step()
        assert mean_loss == pytest.approx(loss.item(), rel=WITHIN, abs=WITHIN)
        return batch, x

    def train_and_check(self, rate):
        for _ in range(STEPS):
            batch, x = self.step(rate)
            self.compare()
        self.net.eval()
        own = self.passes[False]
        own.take(batch)
        theirs = self.net(x).detach().numpy()
        scores = own.scores()[0].reshape(self.network.outputs, -1, BATCH).T.reshape(theirs.shape)
        np.testing.assert_allclose(scores, theirs, rtol=WITHIN, atol=WITHIN)

    def compare(self):
        theirs = self.net.state_dict()
        for name, value in weights_of(self.network).items():
            np.testing.assert_allclose(value, theirs[name].numpy(), rtol=WITHIN, atol=WITHIN, err_msg=name)


def targets(loss, random, outputs):
    """Targets as PyTorch takes them, and as npnet's loss encodes them."""
    name = losses.name_of(loss)
    if name in ("cross_entropy", "focal"):
        y = random.integers(0, outputs, BATCH)
        return y, loss.encode(y, outputs)
    if name in ("binary_cross_entropy", "binary_focal", "contrastive", "hinge"):
        y = random.integers(0, 2, BATCH)
        t = loss.encode(y, 2)
        return t if name in ("contrastive", "hinge") else (t + 1.0) / 2.0, t
    y = random.poisson(2.0, (BATCH, outputs)) if name == "poisson" else random.standard_normal((BATCH, outputs))
    return y.astype(np.float64), loss.encode(y, 0)
