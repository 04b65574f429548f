"""Embeddings of numbers: their formula, the inputs that pass, and tables without numbers."""

import numpy as np
import pytest

from npnet.engine.batches import Batch
from npnet.engine.gradcheck import check_gradients
from npnet.engine.network import Network
from npnet.engine.passes import Pass
from npnet.errors import OptionError
from npnet.nn.embeddings import Periodic
from npnet.nn.linear import Linear
from npnet.nn.losses import losses
from npnet.nn.losses.regression import MeanSquaredError
from npnet.nn.normalization import Scale
from tests.nn.builders import network, run, samples


def _outputs(stack: Network) -> tuple[np.ndarray, np.ndarray]:
    """Return the first layer's input and output for a few rows, (models, features, rows)."""
    batch = Batch(samples(), slice(None))
    one = Pass(stack, batch, MeanSquaredError(), training=False)
    one.take(batch)
    one.scores()
    return one.nodes[0].values, one.nodes[1].values


def test_each_number_gets_periodic_features_and_passes_unchanged() -> None:
    stack = network([[Periodic(frequencies=3, size=2, numbers=2), Linear(units=2)]] * 2)
    x, y = _outputs(stack)
    named = stack.named(stack.theta)
    c, w, b = (named[f"layers.0.{name}"] for name in ("frequency", "weight", "bias"))
    for j in range(2):
        phase = 2 * np.pi * c[:, j, :, None] * x[:, None, j]
        mine = slice(2 * j, 2 * j + 2)
        expected = np.maximum(w[:, mine] @ np.concatenate([np.sin(phase), np.cos(phase)], axis=1) + b[:, mine, None], 0)
        assert np.allclose(y[:, mine], expected, atol=1e-12)
    assert np.array_equal(y[:, 4:], x)


def test_more_numbers_than_inputs_are_refused() -> None:
    with pytest.raises(OptionError, match="9 numbers are too many for 4 inputs") as caught:
        network([[Periodic(numbers=9), Linear(units=2)]])
    assert caught.value.path == ("numbers",)


@pytest.mark.parametrize("numbers", [0, 1, 3, 4, None])
def test_any_count_of_numbers_has_right_gradients(numbers: int | None) -> None:
    for chain in ([Periodic(numbers=numbers), Linear(units=2)], [Scale(), Periodic(numbers=numbers), Linear(units=2)]):
        checks = check_gradients(network([chain]), MeanSquaredError(), samples())
        assert max(check.error for check in checks) < 1e-6, checks


def test_its_parameters_have_names_and_shapes() -> None:
    stack = Network([(Periodic(frequencies=8, size=4, numbers=3), Linear(units=1))], 5)
    shapes = {name: values.shape[1:] for name, values in stack.named(stack.theta).items()}
    assert shapes["layers.0.frequency"] == (3, 8)
    assert shapes["layers.0.weight"] == (12, 16)
    assert shapes["layers.0.bias"] == (12,)
    assert shapes["layers.1.weight"] == (1, 17)


def test_only_the_weights_of_an_embedding_decay() -> None:
    stack = Network([(Scale(), Periodic(), Linear(units=1))], 2)
    decaying = stack.named(stack.decaying())
    assert {name for name, mask in decaying.items() if mask.all()} == {"layers.1.weight", "layers.2.weight"}


def test_it_learns_a_wave_that_a_linear_layer_cannot() -> None:
    rows = samples(rows=200, features=1, outputs=1)
    rows.t[:, 0] = np.sin(6 * rows.x[:, 0])
    last = []
    for chain in ([Periodic(sigma=1.0)], []):
        stack = Network([(*chain, Linear(units=1))], 1, dtype=np.float64)
        run(stack, rows, epochs=40, batch=32)
        batch = Batch(rows, slice(None))
        one = Pass(stack, batch, losses["mean_squared_error"](), training=False)
        one.take(batch)
        one.scores()
        last.append(float(one.total_loss()[0]))
    assert last[0] < 0.5 * last[1]
