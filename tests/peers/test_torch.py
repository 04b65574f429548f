"""Step for step the same numbers as PyTorch, in float64, from the same weights under the same names."""

import pytest

from npnet.engine.updates import Constraints

torch = pytest.importorskip("torch")
nn = torch.nn
pytestmark = pytest.mark.peers

from tests.peers.both import BODY, INPUTS, Both, Residual, body  # noqa: E402 - it needs torch


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
    both.train_and_check(0.05)


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
    both.train_and_check(0.02)


# A bias before a batch_norm has gradient 0 but for rounding, of which Adam makes whole steps: not comparable.
@pytest.mark.parametrize("name", ["batch_norm after relu", "layer_norm", "residual", "norm first"])
def test_a_network_with_norms_and_residuals_trains_by_adam_as_in_torch(name):
    written, modules = NETWORKS[name]
    rule = lambda net: torch.optim.Adam(net.parameters(), lr=0.01)  # noqa: E731
    both = Both(written, modules(), "cross_entropy", nn.CrossEntropyLoss(), 3, "adam", rule)
    both.train_and_check(0.01)


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
    both.train_and_check(0.05)


def _sigmoid_focal_loss(z, t):
    """Return the mean of torchvision.ops.sigmoid_focal_loss, written as it is there."""
    p = torch.sigmoid(z)
    each = nn.functional.binary_cross_entropy_with_logits(z, t, reduction="none")
    p_t = p * t + (1 - p) * (1 - t)
    return ((0.3 * t + 0.7 * (1 - t)) * each * (1 - p_t) ** 1.5).mean()


def _focal_loss(z, y):
    each = nn.functional.cross_entropy(z, y, reduction="none")
    return ((1 - torch.exp(-each)) ** 2 * each).mean()


def _contrastive_loss(z, t):
    distance = 1 - z
    return ((1 + t) * distance**2 + (1 - t) * (2 - distance).clamp(min=0) ** 2).mean() / 4


FORMULAS = {
    "binary_focal": ({"binary_focal": {"gamma": 1.5, "alpha": 0.3}}, _sigmoid_focal_loss, 1),
    "focal": ("focal", _focal_loss, 4),
    "contrastive": ({"contrastive": 2.0}, _contrastive_loss, 1),
    "hinge": ("hinge", lambda z, t: (1 - t * z).clamp(min=0).mean(), 1),
    "log_cosh": ("log_cosh", lambda z, t: torch.log(torch.cosh(z - t)).mean(), 2),
    "quantile": ({"quantile": 0.8}, lambda z, t: torch.maximum(0.8 * (t - z), -0.2 * (t - z)).mean(), 1),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_a_loss_that_torch_lacks_trains_as_its_formula_does_there(name):
    written, criterion, outputs = FORMULAS[name]
    both = Both(BODY, body(), written, criterion, outputs, "sgd", sgd)
    both.train_and_check(0.05)


@pytest.mark.parametrize("name", ["binary_cross_entropy", "mean_squared_error", "huber", "poisson"])
def test_weights_of_samples_with_mean_one_count_as_in_torch(name):
    written, criterion, outputs = LOSSES[name]
    both = Both(BODY, body(), written, criterion(reduction="none"), outputs, "sgd", sgd, weights=True)
    both.train_and_check(0.05)


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
    both.train_and_check(0.02)


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
    both.train_and_check(0.02)
