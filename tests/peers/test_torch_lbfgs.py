"""L-BFGS beside PyTorch's, which has the same recursion and another search for the same conditions."""

import numpy as np
import pytest

from npnet.engine.batches import Batches, Samples
from npnet.engine.loop import Rates, train
from npnet.engine.network import Network, weights_of
from npnet.engine.searching import SearchUpdates
from npnet.engine.updates import Constraints
from npnet.nn import LBFGS, Linear, MeanSquaredError, Tanh

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.peers
STEPS = 40


def _ours(network, rows):
    updates, losses = SearchUpdates(network, LBFGS(), Constraints()), []
    batches = Batches(rows, None, 0)
    for _ in train(network, MeanSquaredError(), updates, Rates([1.0], STEPS), batches, STEPS):
        losses.append(float(updates._loss[0]))
    return losses


def _theirs(net, x, t):
    rule = torch.optim.LBFGS(
        net.parameters(), max_iter=1, history_size=10, line_search_fn="strong_wolfe", tolerance_change=0
    )
    losses = []

    def closure():
        rule.zero_grad()
        loss = torch.nn.functional.mse_loss(net(x), t)
        loss.backward()
        return loss

    for _ in range(STEPS):
        rule.step(closure)
        losses.append(closure().item())
    return losses


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_lbfgs_falls_as_fast_as_in_torch(seed):
    random = np.random.default_rng(seed)
    x = random.standard_normal((80, 3))
    t = np.sin(x[:, :1]) * x[:, 1:2]
    network = Network([(Linear(units=8), Tanh(), Linear(units=1))], 3, seeds=[seed], dtype=np.float64)
    net = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1)).double()
    parts = {name.removeprefix("layers."): torch.from_numpy(v.copy()) for name, v in weights_of(network).items()}
    net.load_state_dict(parts)
    theirs = _theirs(net, torch.from_numpy(x), torch.from_numpy(t))
    ours = _ours(network, Samples.of(x, t, None, np.float64))
    for step in (10, 20, STEPS):
        assert ours[step - 1] < 1.5 * theirs[step - 1]
