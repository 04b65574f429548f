"""Activations and losses at the limits of float32: equal to references of higher precision, without needless flags.

References are formulas in decimals of 60 digits; a new activation or loss without one is compared with itself in
extended precision.
"""

from collections.abc import Callable
from decimal import Context, Decimal, localcontext

import numpy as np
import pytest

from npnet.nn.activations import ReLU
from npnet.nn.layer import Activations, Layer, Memory, decimals, draws, layers
from npnet.nn.losses import Loss, losses
from npnet.nn.shape import Shape
from tests.nn.builders import layer_of

FAR = [1e38, 1e30, 1e20, 1e10]
NEAR = [1e4, 750.0, 104.0, 88.0, 30.0, 3.0, 0.5, 1e-6]
TINY = [1e-39, 1e-45, 0.0]  # below the smallest normal float32
ONE, TWO = Decimal(1), Decimal(2)
SELU = (Decimal("1.0507009873554805"), Decimal("1.6732632423543772"))


def shrunk(x: Decimal) -> Decimal:
    """exp(-|x|), which cannot overflow."""
    return (-abs(x)).exp()


def sigmoid(x: Decimal) -> Decimal:
    return (ONE if x >= 0 else shrunk(x)) / (ONE + shrunk(x))


def tanh(x: Decimal) -> Decimal:
    e = shrunk(2 * x)
    return (ONE - e) / (ONE + e) * (1 if x >= 0 else -1)


def slope_of_tanh(x: Decimal) -> Decimal:
    e = shrunk(2 * x)
    return 4 * e / (ONE + e) ** 2


def softplus(x: Decimal) -> Decimal:
    return max(x, Decimal(0)) + (ONE + shrunk(x)).ln()


def bend(x: Decimal) -> Decimal:
    return Decimal("0.7978845608028653558798921198687637") * (x + Decimal("0.044715") * x**3)


def gelu(x: Decimal) -> Decimal:
    return x * sigmoid(2 * bend(x))


def slope_of_gelu(x: Decimal) -> Decimal:
    inner = Decimal("0.7978845608028653558798921198687637") * (ONE + 3 * Decimal("0.044715") * x**2)
    return sigmoid(2 * bend(x)) + x * slope_of_tanh(bend(x)) * inner / 2


def slope_of_mish(x: Decimal) -> Decimal:
    return tanh(softplus(x)) + x * slope_of_tanh(softplus(x)) * sigmoid(x)


def exponential(x: Decimal, scale: Decimal = ONE, alpha: Decimal = ONE) -> Decimal:
    return scale * x if x > 0 else scale * alpha * (x.exp() - ONE)


def slope_of_exponential(x: Decimal, scale: Decimal = ONE, alpha: Decimal = ONE) -> Decimal:
    return scale if x > 0 else scale * alpha * x.exp()


Function = Callable[[Decimal], Decimal]
ACTIVATIONS: dict[str, tuple[Function, Function]] = {
    "relu": (lambda x: max(x, Decimal(0)), lambda x: Decimal(x > 0)),
    "leaky_relu": (lambda x: max(x, x / 100), lambda x: ONE if x > 0 else ONE / 100),
    "elu": (exponential, slope_of_exponential),
    "selu": (lambda x: exponential(x, *SELU), lambda x: slope_of_exponential(x, *SELU)),
    "tanh": (tanh, slope_of_tanh),
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x)),
    "softplus": (softplus, sigmoid),
    "gelu": (gelu, slope_of_gelu),
    "silu": (lambda x: x * sigmoid(x), lambda x: sigmoid(x) + x * sigmoid(x) * sigmoid(-x)),
    "mish": (lambda x: x * tanh(softplus(x)), slope_of_mish),
}
LOSSES: dict[str, tuple[Callable[[Decimal, Decimal], Decimal], Callable[[Decimal, Decimal], Decimal]]] = {
    "binary_cross_entropy": (lambda z, t: softplus(z) - (t + 1) / 2 * z, lambda z, t: sigmoid(z) - (t + 1) / 2),
    "binary_focal": (
        lambda z, t: weight(t) * sigmoid(-t * z) ** 2 * softplus(-t * z),
        lambda z, t: -t * weight(t) * sigmoid(-t * z) ** 2 * (sigmoid(-t * z) + 2 * sigmoid(t * z) * softplus(-t * z)),
    ),
    "contrastive": (
        lambda z, t: ((ONE + t) * (ONE / 2 - z) ** 2 + (ONE - t) * max(Decimal(0), ONE / 2 + z) ** 2) / 4,
        lambda z, t: ((ONE - t) * max(Decimal(0), ONE / 2 + z) - (ONE + t) * (ONE / 2 - z)) / 2,
    ),
    "hinge": (lambda z, t: max(Decimal(0), ONE - t * z), lambda z, t: -t if t * z < 1 else Decimal(0)),
    "mean_squared_error": (lambda z, t: (z - t) ** 2, lambda z, t: 2 * (z - t)),
    "mean_absolute_error": (lambda z, t: abs(z - t), lambda z, t: Decimal((z > t) - (z < t))),
    "huber": (
        lambda z, t: (z - t) ** 2 / 2 if abs(z - t) <= 1 else abs(z - t) - ONE / 2,
        lambda z, t: max(-ONE, min(ONE, z - t)),
    ),
    "log_cosh": (lambda z, t: abs(z - t) + (ONE + shrunk(2 * (z - t))).ln() - TWO.ln(), lambda z, t: tanh(z - t)),
    "quantile": (lambda z, t: abs(z - t) / 2, lambda z, t: Decimal((z > t) - (z < t)) / 2),
    "poisson": (lambda z, t: exp(z) - t * z, lambda z, t: exp(z) - t),
}


def weight(t: Decimal) -> Decimal:
    return (TWO - t) / 4


def exp(x: Decimal) -> Decimal:
    return x.exp() if x < 10**6 else Decimal("Infinity")


def at(values: list[float], dtype: type) -> np.ndarray:
    signed = np.array([sign * value for value in values for sign in (1, -1)], dtype)
    return signed.reshape(1, 1, -1)


def exact(function: Callable[..., Decimal], *arrays: np.ndarray) -> np.ndarray:
    """Evaluate a reference at the numbers of an array and round once to its dtype: infinite beyond its range."""
    with localcontext(Context(prec=60, Emax=10**15, Emin=-(10**15))), np.errstate(over="ignore", under="ignore"):
        each = zip(*(map(Decimal, map(float, array.ravel())) for array in arrays), strict=True)
        found = np.array([float(function(*numbers)) for numbers in each])
        return found.astype(arrays[0].dtype).reshape(arrays[0].shape)


def through(layer: Layer, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the output of a layer, and its derivative."""
    source, target = (Activations(np.ones((1, 2, x.size), x.dtype)) for _ in range(2))
    source.values[...] = x
    m = Memory(**decimals(layer) | layer.constants(Shape(1), x.size))
    for name, (shape, kind) in layer.scratch(Shape(1), x.size).items():
        setattr(m, name, np.empty((1, *shape), kind or x.dtype))
    dx = np.empty_like(x)
    layer.forward(source, target, m)
    layer.grad_input(source, target, np.ones_like(x), dx, m)
    return target.values.copy(), dx


def valued(loss: Loss, z: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the losses, and their derivative by z."""
    m = Memory(**decimals(loss) | loss.constants(z.shape[1]))
    for name, (shape, kind) in loss.scratch(z.shape[1], z.shape[2]).items():
        setattr(m, name, np.empty((1, *shape), kind or z.dtype))
    out, dz = np.empty((1, loss.terms(z.shape[1]), z.shape[2]), z.dtype), np.empty_like(z)
    loss.values(z, t, out, m)
    loss.derivative(z, t, dz, m)
    return out, dz * z.dtype.type(loss.factor)


def check(found: np.ndarray, expected: np.ndarray) -> None:
    """Equal to forty times the precision, of values below 1 absolutely, and infinite only where the truth is."""
    tolerance = 40 * np.finfo(found.dtype).eps
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


def is_elementwise(name: str) -> bool:
    layer = layer_of(name)
    alone = layer.axes is None and not layer.needs_positions and layer.keeps_features and name != "residual"
    return alone and not draws(layer) and not layer.parameters(Shape(1))


ELEMENTWISE = [name for name in layers if is_elementwise(name)]
OF_EACH_SCORE = [name for name in losses if losses[name]().terms(2) == 2]


def test_the_references_are_of_registered_layers_and_losses() -> None:
    assert set(ACTIVATIONS) <= set(ELEMENTWISE)
    assert set(LOSSES) <= set(OF_EACH_SCORE)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_activations_are_right_up_to_the_largest_numbers(name: str, dtype: type) -> None:
    x = at([*FAR, *NEAR, *TINY], dtype)
    with np.errstate(all="ignore"):
        y, dx = through(layers[name](), x)
        wide = through(layers[name](), x.astype(np.longdouble))
        expected = tuple(exact(f, x) for f in ACTIVATIONS[name]) if name in ACTIVATIONS else wide
        check(y, expected[0].astype(dtype))
        smooth = x != 0 if isinstance(layers[name](), ReLU) else np.ones_like(x, bool)
        check(dx[smooth], expected[1].astype(dtype)[smooth])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_activations_raise_no_flag_at_ten_thousand(name: str, dtype: type) -> None:
    with np.errstate(all="raise", under="ignore"):  # exp(-10000) is 0, as it should be
        through(layers[name](), at(NEAR, dtype))


def pairs(name: str, values: list[float], dtype: type) -> tuple[np.ndarray, np.ndarray]:
    """Pair scores with targets: -1 and +1 of two classes, small counts, else small and large values."""
    large = [] if losses[name]().link == "exp" else values[:1]
    targets = [1.0, -1.0] if losses[name]().tasks[0] == "binary" else [0.0, 3.0, *large]
    z, t = np.meshgrid(at(values, dtype).ravel(), np.array(targets, dtype))
    return z.reshape(1, 1, -1), t.reshape(1, 1, -1)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", OF_EACH_SCORE)
def test_losses_are_right_up_to_the_largest_scores(name: str, dtype: type) -> None:
    z, t = pairs(name, [*FAR, *NEAR, *TINY], dtype)
    with np.errstate(all="ignore"):
        found = valued(losses[name](), z, t)
        wide = valued(losses[name](), z.astype(np.longdouble), t.astype(np.longdouble))
        expected = tuple(exact(f, z, t) for f in LOSSES[name]) if name in LOSSES else wide
        check(found[0], expected[0].astype(dtype))
        check(found[1], expected[1].astype(dtype))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", [name for name in OF_EACH_SCORE if losses[name]().link != "exp"])
def test_losses_raise_no_flag_at_ten_thousand(name: str, dtype: type) -> None:
    with np.errstate(all="raise", under="ignore"):
        valued(losses[name](), *pairs(name, NEAR, dtype))


@pytest.mark.parametrize("size", [*FAR, 1e4, 3.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_and_its_cross_entropy_are_right_at_any_scores(size: float, dtype: type) -> None:
    z = np.array([[1, 0, -1], [-1, 1, 1], [0, 0, 0]], dtype).T[np.newaxis] * dtype(size)
    t = np.zeros_like(z)
    t[0, 1] = 1
    with np.errstate(all="raise", under="ignore"):
        value, slope = valued(losses["cross_entropy"](), z, t)
    with localcontext(Context(prec=60)):
        columns = [[Decimal(float(one)) for one in column] for column in z[0].T]
        shares = [[(one - max(column)).exp() for one in column] for column in columns]
        sums = [sum(share) for share in shares]
        expected = [float(max(c) + s.ln() - c[1]) for c, s in zip(columns, sums, strict=True)]
        chances = np.array([[float(e / s) for e in share] for share, s in zip(shares, sums, strict=True)])
    check(value[0, 0], np.array(expected, dtype))
    check(slope[0].T, (chances - [0, 1, 0]).astype(dtype))
