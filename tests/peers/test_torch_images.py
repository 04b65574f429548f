"""Convolutions and pooling train step for step as in PyTorch, in float64."""

from typing import Any

import pytest

torch = pytest.importorskip("torch")
nn = torch.nn
pytestmark = pytest.mark.peers

from tests.peers.both import Both  # noqa: E402 - it needs torch
from tests.peers.modules import Image, Signal  # noqa: E402

HEIGHT, WIDTH, FEATURES, STEPS = 6, 5, 4, 9


def check(written, modules, inputs):
    """Train both, with a linear layer at the end."""
    modules = [*modules, nn.Flatten()]
    width = nn.Sequential(*modules)(torch.zeros(2, inputs)).shape[1]
    rule = lambda net: torch.optim.Adam(net.parameters(), lr=0.01)  # noqa: E731
    written = [*written, "flatten"]
    both = Both(written, modules, "mean_squared_error", nn.MSELoss(), 2, "adam", rule, inputs=inputs, width=width)
    both.train_and_check(0.01)


IMAGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "plain": ({}, {}),
    "stride": ({"stride": 2}, {"stride": 2}),
    "padding": ({"padding": [2, 1]}, {"padding": (2, 1)}),
    "same padding, even kernel": ({"kernel": [2, 4], "padding": "same"}, {"kernel_size": (2, 4), "padding": "same"}),
    "dilation": ({"dilation": 2, "kernel": [3, 2]}, {"dilation": 2, "kernel_size": (3, 2)}),
    "groups": ({"groups": 2}, {"groups": 2}),
    "depthwise": ({"groups": "depthwise"}, {"groups": 4}),
    "all of it": (
        {"stride": [2, 1], "padding": 2, "dilation": [2, 1], "groups": 2},
        {"stride": (2, 1), "padding": 2, "dilation": (2, 1), "groups": 2},
    ),
}


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("case", IMAGES)
def test_a_convolution_of_images_trains_as_in_torch(case):
    ours, theirs = IMAGES[case]
    module = nn.Conv2d(FEATURES, 8, **{"kernel_size": 3, **theirs})
    tanh = nn.Sequential(module, nn.Tanh(), nn.Conv2d(8, 3, 2))
    first, second = {"filters": 8, **ours}, {"filters": 3, "kernel": 2}
    written = [{"positions": [HEIGHT, WIDTH]}, {"conv2d": first}, "tanh", {"conv2d": second}]
    check(written, [Image(HEIGHT, WIDTH), *tanh], HEIGHT * WIDTH * FEATURES)


@pytest.mark.parametrize("case", ["plain", "stride", "groups", "depthwise"])
def test_a_convolution_of_signals_trains_as_in_torch(case):
    ours, theirs = IMAGES[case]
    more = {"padding": 2, "dilation": 2, "kernel": 3}
    module = nn.Conv1d(FEATURES, 8, **{"kernel_size": 3, "padding": 2, "dilation": 2, **theirs})
    written = [{"positions": STEPS}, {"conv1d": {"filters": 8, **more, **ours}}, "tanh"]
    check(written, [Signal(STEPS), module, nn.Tanh()], STEPS * FEATURES)


POOLING = {
    "max_pool": ({"max_pool": 2}, lambda: nn.MaxPool2d(2)),
    "max_pool, overlapping": (
        {"max_pool": {"size": 3, "stride": 1, "padding": 1}},
        lambda: nn.MaxPool2d(3, stride=1, padding=1),
    ),
    "average_pool": ({"average_pool": [3, 2]}, lambda: nn.AvgPool2d((3, 2))),
    "average_pool, padded": (
        {"average_pool": {"size": 3, "stride": 2, "padding": 1}},
        lambda: nn.AvgPool2d(3, stride=2, padding=1),
    ),
    "upsample": ({"upsample": 3}, lambda: nn.Upsample(scale_factor=3)),
    "batch_norm": ("batch_norm", lambda: nn.BatchNorm2d(4)),
    "global_average_pool": ("global_average_pool", lambda: nn.AdaptiveAvgPool2d(1)),
}


@pytest.mark.parametrize("name", POOLING)
def test_pooling_trains_as_in_torch(name):
    written, module = POOLING[name]
    first = {"conv2d": {"filters": 4, "kernel": 3, "padding": 1, "bias_init": {"normal": 0.1}}}
    layers = [{"positions": [HEIGHT, WIDTH]}, first, "relu", written]
    modules = [Image(HEIGHT, WIDTH), nn.Conv2d(FEATURES, 4, 3, padding=1), nn.ReLU(), module()]
    check(layers, modules, HEIGHT * WIDTH * FEATURES)
