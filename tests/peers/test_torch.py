"""Step for step the same numbers as PyTorch, in float64, from the same weights under the same names."""

import numpy as np
import pytest

import npnet.nn  # noqa: F401 - fills the registries
from npnet.nn.batches import Samples
from npnet.nn.layer import layers
from npnet.nn.losses import losses
from npnet.nn.network import Network
from npnet.nn.optimizers import optimizers
from npnet.nn.passes import Pass
from npnet.nn.updates import Constraints, Updates
from npnet.spec import Named

torch = pytest.importorskip("torch")
nn = torch.nn
pytestmark = pytest.mark.peers


@pytest.fixture(autouse=True)
def _double():
    """Float64 throughout: NAdam keeps a product of its own in the default dtype."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


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

    def __init__(self, written, modules, loss, criterion, outputs, optimizer, rule, constraints=None, weights=False):
        parse = Named(layers).parse
        specs = (*map(parse, written), parse({"linear": outputs}))
        self.network = Network([specs], INPUTS, seeds=[3], dtype=np.float64)
        self.net = Stack(*modules, nn.Linear(8, outputs))
        self.loss, self.criterion = Named(losses).parse(loss), criterion
        self.load()
        self.updates = Updates(self.network, Named(optimizers).parse(optimizer), constraints or Constraints())
        self.rule = rule(self.net)
        self.passes = {mode: Pass(self.network, BATCH, self.loss, training=mode) for mode in (True, False)}
        self.random = np.random.default_rng(5)
        self.weights = weights

    def load(self):
        named = self.network.named(self.network.theta) | self.network.named_state(self.network.state)
        state = {name: torch.from_numpy(value[0].copy()) for name, value in named.items()}
        found = self.net.load_state_dict(state, strict=False)
        assert found.unexpected_keys == []
        assert all(name.endswith("num_batches_tracked") for name in found.missing_keys)

    def step(self, rate):
        x = self.random.standard_normal((BATCH, INPUTS))
        y, t = targets(self.loss, self.random, self.network.outputs)
        w = self.random.uniform(0.5, 2.0, (BATCH, 1)) if self.weights else None
        batch = Samples.of(x, t, w, np.float64).part(slice(None), 1)
        own = self.passes[True]
        own.take(batch.x, batch.t, batch.w)
        own.train()
        mean_loss = own.total_loss()[0] / BATCH
        self.updates.step(rate)
        x, y = torch.from_numpy(x), torch.from_numpy(y)
        self.rule.zero_grad()
        loss = self.criterion(self.net(x), y)
        if w is not None:
            loss = (loss * torch.from_numpy(w / w.mean())).mean()
        loss.backward()
        self.rule.step()
        assert mean_loss == pytest.approx(loss.item(), rel=WITHIN, abs=WITHIN)
        return batch, x

    def train_and_compare(self, rate):
        for _ in range(STEPS):
            batch, x = self.step(rate)
            self.compare()
        self.net.eval()
        own = self.passes[False]
        own.take(batch.x, batch.t)
        np.testing.assert_allclose(own.scores()[0].T, self.net(x).detach().numpy(), rtol=WITHIN, atol=WITHIN)

    def compare(self):
        named = self.network.named(self.network.theta) | self.network.named_state(self.network.state)
        theirs = self.net.state_dict()
        for name, value in named.items():
            np.testing.assert_allclose(value[0], theirs[name].numpy(), rtol=WITHIN, atol=WITHIN, err_msg=name)


def targets(loss, random, outputs):
    """Targets as PyTorch takes them, and as npnet's loss encodes them."""
    name = losses.name_of(loss)
    if name == "cross_entropy":
        y = random.integers(0, outputs, BATCH)
        return y, loss.encode(y, outputs)
    if name in ("binary_cross_entropy", "hinge"):
        y = random.integers(0, 2, BATCH)
        t = loss.encode(y, 2)
        return t, t
    y = random.poisson(2.0, (BATCH, outputs)) if name == "poisson" else random.standard_normal((BATCH, outputs))
    return y.astype(np.float64), loss.encode(y, 0)


def sgd(net):
    return torch.optim.SGD(net.parameters(), lr=0.05)


ACTIVATIONS = {
    "relu": nn.ReLU(),
    "leaky_relu": nn.LeakyReLU(0.01),
    "elu": nn.ELU(),
    "selu": nn.SELU(),
    "gelu": nn.GELU(approximate="tanh"),
    "silu": nn.SiLU(),
    "mish": nn.Mish(),
    "tanh": nn.Tanh(),
    "sigmoid": nn.Sigmoid(),
    "softplus": nn.Softplus(),
    "softmax": nn.Softmax(dim=1),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_trains_as_in_torch(name):
    written = [{"linear": 8}, name, {"linear": 8}, name]
    modules = nn.Linear(INPUTS, 8), ACTIVATIONS[name], nn.Linear(8, 8), ACTIVATIONS[name]
    both = Both(written, modules, "mean_squared_error", nn.MSELoss(), 2, "sgd", sgd)
    both.train_and_compare(0.05)


NETWORKS = {
    "batch_norm": (
        [{"linear": 8}, "batch_norm", "relu", {"linear": 8}, {"batch_norm": {"momentum": 0.3, "epsilon": 1e-3}}],
        lambda: [
            nn.Linear(INPUTS, 8),
            nn.BatchNorm1d(8),
            nn.ReLU(),
            nn.Linear(8, 8),
            nn.BatchNorm1d(8, eps=1e-3, momentum=0.3),
        ],
    ),
    "batch_norm after relu": (
        [{"linear": 8}, "relu", "batch_norm"],
        lambda: [nn.Linear(INPUTS, 8), nn.ReLU(), nn.BatchNorm1d(8)],
    ),
    "layer_norm": (
        [{"linear": 8}, "layer_norm", "gelu"],
        lambda: [nn.Linear(INPUTS, 8), nn.LayerNorm(8), nn.GELU(approximate="tanh")],
    ),
    "residual": (
        [{"linear": 8}, "relu", {"residual": [{"linear": 12}, "silu", {"linear": 8}]}, "relu"],
        lambda: [nn.Linear(INPUTS, 8), nn.ReLU(), Residual(nn.Linear(8, 12), nn.SiLU(), nn.Linear(12, 8)), nn.ReLU()],
    ),
    "residual first, one inside another, with norms": (
        [
            {"residual": ["layer_norm", {"linear": 6}, {"residual": ["gelu", {"linear": 6}]}]},
            {"linear": 8},
            "batch_norm",
            "relu",
        ],
        lambda: [
            Residual(nn.LayerNorm(6), nn.Linear(6, 6), Residual(nn.GELU(approximate="tanh"), nn.Linear(6, 6))),
            nn.Linear(INPUTS, 8),
            nn.BatchNorm1d(8),
            nn.ReLU(),
        ],
    ),
    "norm first": (
        ["batch_norm", {"linear": 8}, "mish"],
        lambda: [nn.BatchNorm1d(INPUTS), nn.Linear(INPUTS, 8), nn.Mish()],
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_with_norms_and_residuals_trains_as_in_torch(name):
    written, modules = NETWORKS[name]
    rule = lambda net: torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9)  # noqa: E731
    both = Both(written, modules(), "cross_entropy", nn.CrossEntropyLoss(), 3, "momentum", rule)
    both.train_and_compare(0.02)


# A bias before a batch_norm has gradient 0 but for rounding, of which Adam makes whole steps: not comparable.
@pytest.mark.parametrize("name", ["batch_norm after relu", "layer_norm", "residual", "norm first"])
def test_a_network_with_norms_and_residuals_trains_by_adam_as_in_torch(name):
    written, modules = NETWORKS[name]
    rule = lambda net: torch.optim.Adam(net.parameters(), lr=0.01)  # noqa: E731
    both = Both(written, modules(), "cross_entropy", nn.CrossEntropyLoss(), 3, "adam", rule)
    both.train_and_compare(0.01)


LOSSES = {
    "binary_cross_entropy": ("binary_cross_entropy", nn.BCEWithLogitsLoss, 1),
    "binary_cross_entropy, smoothed": ({"binary_cross_entropy": {"label_smoothing": 0.1}}, nn.BCEWithLogitsLoss, 1),
    "cross_entropy": ("cross_entropy", nn.CrossEntropyLoss, 4),
    "cross_entropy, smoothed": (
        {"cross_entropy": {"label_smoothing": 0.1}},
        lambda **more: nn.CrossEntropyLoss(label_smoothing=0.1, **more),
        4,
    ),
    "mean_squared_error": ("mean_squared_error", nn.MSELoss, 2),
    "mean_absolute_error": ("mean_absolute_error", nn.L1Loss, 2),
    "huber": ({"huber": 0.7}, lambda **more: nn.HuberLoss(delta=0.7, **more), 2),
    "poisson": ("poisson", nn.PoissonNLLLoss, 1),
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_trains_as_in_torch(name):
    written, criterion, outputs = LOSSES[name]
    both = Both(BODY, body(), written, criterion(), outputs, "sgd", sgd)
    both.train_and_compare(0.05)


FORMULAS = {
    "hinge": ("hinge", lambda z, t: (1 - t * z).clamp(min=0).mean(), 1),
    "log_cosh": ("log_cosh", lambda z, t: torch.log(torch.cosh(z - t)).mean(), 2),
    "quantile": ({"quantile": 0.8}, lambda z, t: torch.maximum(0.8 * (t - z), -0.2 * (t - z)).mean(), 1),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_a_loss_that_torch_lacks_trains_as_its_formula_does_there(name):
    written, criterion, outputs = FORMULAS[name]
    both = Both(BODY, body(), written, criterion, outputs, "sgd", sgd)
    both.train_and_compare(0.05)


@pytest.mark.parametrize("name", ["binary_cross_entropy", "mean_squared_error", "huber", "poisson"])
def test_weights_of_samples_with_mean_one_count_as_in_torch(name):
    written, criterion, outputs = LOSSES[name]
    both = Both(BODY, body(), written, criterion(reduction="none"), outputs, "sgd", sgd, weights=True)
    both.train_and_compare(0.05)


def decaying(net, rate):
    """Two groups, for biases and norms do not decay."""
    weights = [value for name, value in net.named_parameters() if name.endswith("weight") and value.ndim == 2]
    rest = [value for name, value in net.named_parameters() if not (name.endswith("weight") and value.ndim == 2)]
    return [{"params": weights, "weight_decay": rate}, {"params": rest, "weight_decay": 0.0}]


# NAdam's momentum in PyTorch rises to beta1; with so large a momentum_decay it is beta1 from the first step.
OPTIMIZERS = {
    "sgd": ("sgd", lambda net: torch.optim.SGD(net.parameters(), lr=0.02)),
    "momentum": ("momentum", lambda net: torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9)),
    "nesterov": (
        {"nesterov": 0.8},
        lambda net: torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.8, nesterov=True),
    ),
    "adagrad": ("adagrad", lambda net: torch.optim.Adagrad(net.parameters(), lr=0.02)),
    "rmsprop": ("rmsprop", lambda net: torch.optim.RMSprop(net.parameters(), lr=0.02)),
    "adam": ("adam", lambda net: torch.optim.Adam(net.parameters(), lr=0.02)),
    "adam, other options": (
        {"adam": {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}},
        lambda net: torch.optim.Adam(net.parameters(), lr=0.02, betas=(0.8, 0.95), eps=1e-3),
    ),
    "adamw": ("adamw", lambda net: torch.optim.AdamW(decaying(net, 0.01), lr=0.02)),
    "adamw, strong decay": (
        {"adamw": {"weight_decay": 0.5}},
        lambda net: torch.optim.AdamW(decaying(net, 0.5), lr=0.02),
    ),
    "nadam": ("nadam", lambda net: torch.optim.NAdam(net.parameters(), lr=0.02, momentum_decay=1e6)),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_moves_weights_biases_and_norms_as_in_torch(name):
    written, rule = OPTIMIZERS[name]
    modules = nn.Linear(INPUTS, 8), nn.LayerNorm(8), nn.Tanh()
    both = Both(
        [{"linear": 8}, "layer_norm", "tanh"], modules, "cross_entropy", nn.CrossEntropyLoss(), 3, written, rule
    )
    both.train_and_compare(0.02)


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("momentum", lambda net: torch.optim.SGD(decaying(net, 0.1), lr=0.02, momentum=0.9)),
        ("adam", lambda net: torch.optim.Adam(decaying(net, 0.1), lr=0.02)),
    ],
    ids=["momentum", "adam"],
)
def test_the_penalty_l2_is_the_weight_decay_of_torch_but_for_adamw(written, rule):
    both = Both(BODY, body(), "mean_squared_error", nn.MSELoss(), 2, written, rule, Constraints(l2=0.1))
    both.train_and_compare(0.02)
