"""Initial values: the spread that each rule promises, and the same bits for the same seed."""

import hashlib

import numpy as np
import pytest

from npnet.engine.network import Network
from npnet.nn.initializers import initializers
from npnet.nn.linear import Linear
from npnet.rng import stream
from tests.nn.builders import reference_of

SHAPE = (300, 200)
DEVIATIONS = {
    "he_uniform": lambda shape: (2 / shape[1]) ** 0.5,
    "he_normal": lambda shape: (2 / shape[1]) ** 0.5,
    "glorot_uniform": lambda shape: (2 / sum(shape)) ** 0.5,
    "glorot_normal": lambda shape: (2 / sum(shape)) ** 0.5,
    "lecun_uniform": lambda shape: (1 / shape[1]) ** 0.5,
    "lecun_normal": lambda shape: (1 / shape[1]) ** 0.5,
    "orthogonal": lambda shape: (1 / max(shape)) ** 0.5,
    "uniform": lambda shape: 0.1 / 12**0.5,
    "normal": lambda shape: 0.05,
    "zeros": lambda shape: 0.0,
    "ones": lambda shape: 0.0,
}
FILE = "DEVIATIONS in tests/nn/test_initializers.py"


@pytest.mark.parametrize("name", sorted(initializers))
def test_an_initializer_has_the_spread_that_it_promises(name: str) -> None:
    values = initializers[name]().draw(stream(0, "init"), SHAPE)
    assert values.shape == SHAPE
    assert values.std() == pytest.approx(reference_of(initializers, name, DEVIATIONS, FILE)(SHAPE), rel=0.02)


@pytest.mark.parametrize("name", sorted(initializers))
def test_the_same_seed_gives_the_same_values_also_for_vectors(name: str) -> None:
    one, other = (initializers[name]().draw(stream(3, "init", 1), (7,)) for _ in range(2))
    assert np.array_equal(one, other)
    assert one.shape == (7,)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4)])
def test_orthogonal_is_orthonormal_along_its_shorter_side(shape: tuple[int, int]) -> None:
    q = initializers["orthogonal"](gain=2.0).draw(stream(0, "init"), shape) / 2.0
    gram = q @ q.T if shape[0] <= shape[1] else q.T @ q
    assert np.allclose(gram, np.eye(min(shape)), atol=1e-12)


def test_uniform_initial_weights_are_the_same_bits_on_every_machine() -> None:
    network = Network([(Linear(units=8), Linear(units=3))], 4, seeds=(7,), dtype=np.float64)
    digest = hashlib.sha256(network.theta.astype("<f8").tobytes()).hexdigest()
    assert digest == "343784980e80113b507bb7e60df4cb6cf10f6e2f69a8fc8fd01197b1bb566fda"


def test_biases_start_at_zero_and_weights_do_not() -> None:
    named = (network := Network([(Linear(units=8),)], 4)).named(network.theta)
    assert not named["layers.0.bias"].any()
    assert named["layers.0.weight"].all()
