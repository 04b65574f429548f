"""Losses against one-line references, at ordinary and at extreme scores."""

import numpy as np
import pytest

from npnet.engine.batches import Batch, Samples
from npnet.engine.gradcheck import check_gradients
from npnet.engine.passes import Pass
from npnet.nn.activations import Sigmoid, Softmax
from npnet.nn.linear import Linear
from npnet.nn.losses import BinaryCrossEntropy, CrossEntropy, losses
from npnet.nn.losses.regression import MeanSquaredError
from tests.nn.builders import network, reference_of, run, targets_of


def _focal(p, t):
    right = (p * t).sum(axis=1, keepdims=True)
    return (1 - right) ** 2 * -np.log(right)


REFERENCES = {
    "binary_cross_entropy": lambda z, t: np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0) - (t + 1) / 2 * z,
    "cross_entropy": lambda z, t: np.log(np.exp(z).sum(axis=1, keepdims=True)) - (t * z).sum(axis=1, keepdims=True),
    "binary_focal": lambda z, t: (0.5 - 0.25 * t) * (1 + np.exp(t * z)) ** -2.0 * np.log1p(np.exp(-t * z)),
    "focal": lambda z, t: _focal(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True), t),
    "contrastive": lambda z, t: ((1 + t) * (0.5 - z) ** 2 + (1 - t) * np.maximum(0, 0.5 + z) ** 2) / 4,
    "hinge": lambda z, t: np.maximum(0, 1 - t * z),
    "mean_squared_error": lambda z, t: (z - t) ** 2,
    "mean_absolute_error": lambda z, t: np.abs(z - t),
    "huber": lambda z, t: np.where(np.abs(z - t) <= 1, (z - t) ** 2 / 2, np.abs(z - t) - 0.5),
    "log_cosh": lambda z, t: np.log(np.cosh(z - t)),
    "quantile": lambda z, t: np.abs(z - t) / 2,
    "poisson": lambda z, t: np.exp(z) - t * z,
}
FILE = "REFERENCES in tests/nn/test_losses.py"


def _value(loss, z, t, w=None):
    """Return the loss of raw scores (rows, outputs), passed on by a linear layer, and its derivative."""
    stack = network([[Linear(units=z.shape[1])]], features=z.shape[1])
    views = stack.named(stack.theta)
    views["layers.0.weight"][...], views["layers.0.bias"][...] = np.eye(z.shape[1]), 0.0
    rows = Samples.of(z, t, w, np.float64)
    batch = Batch(rows, slice(None))
    one = Pass(stack, batch, loss, training=True)
    one.take(batch)
    one.train()
    return float(one.total_loss()[0] / len(z)), one.dz.copy()


@pytest.mark.parametrize("name", sorted(losses))
def test_a_loss_equals_its_one_line_reference(name: str) -> None:
    rng = np.random.default_rng(2)
    loss = losses[name]()
    t, outputs = targets_of(loss, 40, rng)
    z = 2 * rng.standard_normal((40, outputs))
    expected = reference_of(losses, name, REFERENCES, FILE)(z, t).mean()
    assert _value(loss, z, t)[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", sorted(losses))
def test_a_weight_of_one_changes_nothing_and_a_weight_of_two_counts_as_two_rows(name: str) -> None:
    rng = np.random.default_rng(3)
    loss = losses[name]()
    t, outputs = targets_of(loss, 6, rng)
    z = rng.standard_normal((6, outputs))
    plain, dz = _value(loss, z, t)
    ones, dz_ones = _value(loss, z, t, np.ones((6, 1)))
    assert plain == ones
    assert np.array_equal(dz, dz_ones)
    double = np.array([[2.0], [1], [1], [1], [1], [1]])
    repeated = _value(loss, np.vstack([z[:1], z]), np.vstack([t[:1], t]))[0]
    assert _value(loss, z, t, double)[0] == pytest.approx(repeated, rel=1e-12)


@pytest.mark.parametrize("size", [1e4, 1e30])
@pytest.mark.parametrize("name", ["binary_cross_entropy", "cross_entropy", "focal"])
def test_cross_entropies_are_exact_at_enormous_scores(name: str, size: float) -> None:
    loss = losses[name]()
    outputs = 1 if name == "binary_cross_entropy" else 3
    z = np.zeros((2, outputs))
    z[:, 0] = size, -size
    t = np.array([[1.0], [1.0]]) if outputs == 1 else np.eye(3)[[0, 0]]
    right, _ = _value(loss, z[:1], t[:1])
    wrong, dz = _value(loss, z[1:], t[1:])
    assert right == pytest.approx(0.0, abs=2.0 if outputs == 1 else 1e-12)
    assert wrong == pytest.approx(size, rel=1e-4)
    assert np.isfinite(dz).all()


def test_binary_cross_entropy_of_logits_equals_sigmoid_and_logarithm() -> None:
    rng = np.random.default_rng(4)
    z, t = rng.standard_normal((30, 1)), rng.integers(0, 2, (30, 1)).astype(float)
    p = 1 / (1 + np.exp(-z))
    value, dz = _value(BinaryCrossEntropy(), z, BinaryCrossEntropy().encode(t[:, 0], 2))
    assert value == pytest.approx(-(t * np.log(p) + (1 - t) * np.log(1 - p)).mean())
    unfused = ((p - t) / (p * (1 - p))) * (p * (1 - p)) / 30
    assert np.allclose(dz[0].T, unfused, atol=1e-14)


def test_cross_entropy_of_scores_equals_softmax_and_logarithm() -> None:
    rng = np.random.default_rng(5)
    z, t = rng.standard_normal((30, 4)), np.eye(4)[rng.integers(0, 4, 30)]
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    value, dz = _value(CrossEntropy(), z, t)
    assert value == pytest.approx(-(t * np.log(p)).sum(axis=1).mean())
    jacobian = np.einsum("ni,ij->nij", p, np.eye(4)) - np.einsum("ni,nj->nij", p, p)
    assert np.allclose(dz[0].T, np.einsum("nij,nj->ni", jacobian, -t / p) / 30, atol=1e-14)


@pytest.mark.parametrize(("last", "loss"), [(Sigmoid(), BinaryCrossEntropy()), (Softmax(), CrossEntropy())])
def test_the_link_of_a_loss_is_the_activation_that_it_contains(last, loss) -> None:
    z = np.random.default_rng(6).standard_normal((1, 3, 7)) * 5
    stack = network([[Linear(units=3), last]], features=3)
    views = stack.named(stack.theta)
    views["layers.0.weight"][...], views["layers.0.bias"][...] = np.eye(3), 0.0
    rows = Samples.of(z[0].T, np.zeros((7, 3)), dtype=np.float64)
    batch = Batch(rows, slice(None))
    one = Pass(stack, batch, MeanSquaredError(), training=False)
    one.take(batch)
    assert np.allclose(one.scores(), loss.predict(z), atol=1e-12)


@pytest.mark.parametrize(("focal", "plain"), [("binary_focal", "binary_cross_entropy"), ("focal", "cross_entropy")])
def test_a_focal_loss_of_gamma_0_is_the_cross_entropy(focal: str, plain: str) -> None:
    rng = np.random.default_rng(8)
    options = {"alpha": 0.5} if focal == "binary_focal" else {}
    t, outputs = targets_of(losses[plain](), 30, rng)
    z = rng.standard_normal((30, outputs)) * 3
    (value, dz), (expected, slope) = (_value(one, z, t) for one in (losses[focal](gamma=0, **options), losses[plain]()))
    times = 2.0 if options else 1.0  # both classes have half the weight
    assert value * times == pytest.approx(expected, rel=1e-12)
    assert np.allclose(dz * times, slope, rtol=0, atol=1e-15)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0, 5.0])
@pytest.mark.parametrize("name", ["binary_focal", "focal"])
def test_the_derivative_of_a_focal_loss_is_right_near_certainty(name: str, gamma: float) -> None:
    loss = losses[name](gamma=gamma)
    z = np.array([[-12.0], [-3.0], [0.0], [3.0], [12.0]]) * ([1.0] if name == "binary_focal" else [1.0, -0.5, 0.0])
    t = np.ones((5, 1)) if name == "binary_focal" else np.eye(3)[[0] * 5]
    _, dz = _value(loss, z, t)
    for row, output in np.ndindex(z.shape):
        step = np.zeros_like(z)
        step[row, output] = 1e-5
        numeric = (_value(loss, z + step, t)[0] - _value(loss, z - step, t)[0]) / 2e-5
        assert dz[0, output, row] == pytest.approx(numeric, abs=1e-9)


def test_label_smoothing_spreads_the_target() -> None:
    y = np.array([0, 2])
    assert np.allclose(CrossEntropy(label_smoothing=0.3).encode(y, 3), [[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]])
    assert np.allclose(BinaryCrossEntropy(label_smoothing=0.2).encode(np.array([0, 1]), 2), [[-0.8], [0.8]])


def test_several_quantiles_are_predicted_in_order_and_cover_their_shares() -> None:
    loss = losses["quantile"](quantile=[0.1, 0.5, 0.9])
    rng = np.random.default_rng(7)
    assert loss.quantiles == (0.1, 0.5, 0.9)
    assert loss.outputs(2, 0) == 6
    y = rng.standard_normal((4000, 1))
    t = loss.encode(y, 0)
    stack = network([[Linear(units=3)]], features=1)
    run(stack, Samples.of(np.zeros((4000, 1)), t, dtype=np.float64), epochs=30, loss=loss, batch=100, rates=[0.02])
    assert np.allclose(stack.named(stack.theta)["layers.0.bias"][0], [-1.28, 0.0, 1.28], atol=0.1)
    checks = check_gradients(
        network([[Linear(units=3)]]), loss, Samples.of(rng.standard_normal((9, 4)), t[:9], dtype=np.float64)
    )
    assert max(check.error for check in checks) < 1e-6
