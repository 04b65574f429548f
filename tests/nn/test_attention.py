"""Attention and tokens: positions, masks, codes, and tied weights."""

import numpy as np
import pytest

from npnet.engine.batches import Samples
from npnet.engine.gradcheck import check_gradients
from npnet.engine.network import Network
from npnet.engine.scoring import Scorer
from npnet.errors import AdvisedError
from npnet.nn import Attention, Linear, Positional, Positions, TokenEmbedding, Unembedding
from npnet.nn.layer import Layer
from npnet.nn.losses import CrossEntropy
from npnet.nn.losses.regression import MeanSquaredError
from npnet.nn.shape import Shape
from tests.nn.builders import network

LENGTHS = (4, 1, 3, 2)


def _outputs(stack: Network, x: np.ndarray) -> np.ndarray:
    """Return the outputs of the first model, (features, positions, rows)."""
    shape = stack.graph.shapes[-1]
    scorer = Scorer(stack, MeanSquaredError(), Samples.of(x, np.zeros((len(x), shape.values)), dtype=np.float64))
    return np.moveaxis(scorer.predict()[0].reshape(shape.features, len(x), *shape.positions), 1, -1)


def _rows(features: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((len(LENGTHS), 4 * features))


def test_waves_are_those_of_the_paper() -> None:
    found = _outputs(network([[Positions(size=4), Positional(kind="sinusoidal")]], 20), np.zeros((1, 20)))[..., 0]
    for p in range(4):
        for i in range(5):
            phase = p / 10000 ** (2 * (i // 2) / 5)
            assert np.isclose(found[i, p], np.cos(phase) if i % 2 else np.sin(phase))


@pytest.mark.parametrize("causal", [False, True])
def test_a_ragged_sequence_attends_to_what_exists(causal: bool) -> None:
    x = _rows(4)
    for row, length in zip(x, LENGTHS, strict=True):
        row[4 * length :] = np.nan
    layer = Attention(heads=2, causal=causal, rotary=True)
    stack = network([[Positions(size=4, ragged=True), layer]], 16)
    together = _outputs(stack, x)
    for row, length in enumerate(LENGTHS):
        alone = network([[Positions(size=length), layer]], 4 * length)
        alone.theta[...] = stack.theta
        assert np.allclose(together[:, :length, row], _outputs(alone, x[row : row + 1, : 4 * length])[..., 0])


def test_causal_attention_knows_nothing_of_later_positions() -> None:
    stack, x = network([[Positions(size=4), Attention(heads=2, causal=True)]], 16), _rows(4)
    later = x.copy()
    later[:, 8:] += 1.0
    before, after = _outputs(stack, x), _outputs(stack, later)
    assert np.array_equal(before[:, :2], after[:, :2])
    assert not np.allclose(before[:, 2:], after[:, 2:])


def test_rotary_attention_depends_on_distances_alone() -> None:
    stack = network([[Positions(size=6), Attention(heads=1, rotary=True, causal=True)]], 24)
    x = np.random.default_rng(0).standard_normal(4)
    y = np.random.default_rng(1).standard_normal(4)
    one = np.concatenate([x, x, y, x, x, y])[np.newaxis]
    found = _outputs(stack, one)[..., 0]
    plain = network([[Positions(size=6), Attention(heads=1, causal=True)]], 24)
    plain.theta[...] = stack.theta
    assert np.allclose(_outputs(plain, one)[:, 0, 0], found[:, 0])
    assert not np.allclose(_outputs(plain, one)[:, 5, 0], found[:, 5])
    scores = [_score(stack, x, y, i, j) for i, j in ((2, 0), (3, 1), (5, 3))]
    assert np.allclose(scores, scores[0])


def _score(stack: Network, x: np.ndarray, y: np.ndarray, i: int, j: int) -> float:
    """Return q_i · k_j of two inputs by the formula of the paper."""
    named = stack.named(stack.theta)
    w, b = named["layers.1.in_proj_weight"][0], named["layers.1.in_proj_bias"][0]

    def turned(v: np.ndarray, p: int) -> np.ndarray:
        angle = p / 10000 ** (np.arange(0, 4, 2) / 4)
        even, odd = v[0::2], v[1::2]
        return np.stack([even * np.cos(angle) - odd * np.sin(angle), even * np.sin(angle) + odd * np.cos(angle)])

    return float((turned((w @ x + b)[:4], i) * turned((w @ y + b)[4:8], j)).sum())


@pytest.mark.parametrize("models", [1, 2])
def test_gradients_of_rotary_causal_ragged_attention_are_right(models: int) -> None:
    x = _rows(3)
    x[1, 6:] = np.nan
    chain = [Positions(size=4, ragged=True), Linear(units=4), Attention(heads=2, causal=True, rotary=True)]
    rows = Samples.of(x, _rows(4, 1), dtype=np.float64)
    checks = check_gradients(network([chain] * models, 12), MeanSquaredError(), rows, most=30)
    assert max(check.error for check in checks) < 1e-6, checks


def test_codes_are_rounded_into_the_range_of_tokens() -> None:
    stack = network([[Positions(size=4), TokenEmbedding(tokens=3, size=2)]], 4)
    found = _outputs(stack, np.array([[-7.0, 0.6, 2.0, 9.0]]))[..., 0]
    assert np.array_equal(found.T, stack.named(stack.theta)["layers.1.weight"][0][[0, 1, 2, 2]])


@pytest.mark.parametrize("models", [1, 2])
def test_tied_weights_get_the_gradients_of_both_layers(models: int) -> None:
    chain = [Positions(size=4), TokenEmbedding(tokens=3, size=2), Linear(units=2), Unembedding(tokens=3)]
    codes = np.random.default_rng(0).integers(0, 3, (2, 5, 4))
    rows = Samples.of(codes[0], np.eye(3)[codes[1]].reshape(5, 12), dtype=np.float64)
    stack = network([chain] * models, 4)
    assert [name for name in stack.named(stack.theta) if "3" in name] == ["layers.3.bias"]
    assert max(check.error for check in check_gradients(stack, CrossEntropy(), rows)) < 1e-6


@pytest.mark.parametrize(
    ("chain", "message"),
    [
        ([Unembedding(tokens=3)], "unembedding has no token_embedding before it; write token_embedding, or linear"),
        (
            [TokenEmbedding(tokens=3, size=2), Unembedding(tokens=4)],
            "unembedding has 4 tokens and gets 2 x 4 values; its token_embedding has 3 tokens of 2 values",
        ),
        ([Linear(units=5), Attention(heads=2)], "5 x 4 values do not divide into 2 heads; write heads: 1, or another"),
        ([Linear(units=6), Attention(heads=2, rotary=True)], "rotary positions need an even number of values, a head"),
        ([Linear(units=5), TokenEmbedding(tokens=3)], "token_embedding takes one code at each position and gets 5 x 4"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(chain: list[Layer], message: str) -> None:
    with pytest.raises(AdvisedError) as error:
        Network([(Positions(size=4), *chain)], 4)
    assert message in str(error.value)


@pytest.mark.parametrize("layer", [Attention(heads=1), Positional()])
def test_positions_are_needed(layer: Layer) -> None:
    with pytest.raises(AdvisedError, match="needs positions and gets 4 values without positions"):
        layer.shape(Shape(4))
