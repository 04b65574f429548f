"""The trace: recorded calls compute the same as the method, and calls that would allocate are refused."""

import weakref

import numpy as np
import pytest

from npnet.engine.trace import CallTrace
from npnet.nn.layer import Memory


def _both(method, *arrays: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return the arrays after a method, and after its trace."""
    direct, traced = ([array.copy() for array in arrays] for _ in range(2))
    method(*direct)
    trace = CallTrace()
    trace.trace(method, *traced)
    assert all(np.array_equal(a, b) for a, b in zip(traced, arrays, strict=True)), "tracing computes nothing"
    trace.play()
    return direct, traced


SHAPES = [(1, 5, 7), (3, 5, 7), (1, 1, 7), (3, 1, 7), (1, 5, 1), (1, 300, 40), (2, 300, 40)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("models", "rows", "inner"), SHAPES)
@pytest.mark.parametrize("columns", [1, 2, 33])
def test_products_are_those_of_matmul_bit_for_bit(
    models: int, rows: int, inner: int, columns: int, dtype: type
) -> None:
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((models, rows, inner)), rng.standard_normal((1, columns, inner))
    arrays = [one.astype(dtype) for one in (a, b, np.zeros((models, rows, columns)))]
    direct, traced = _both(lambda a, b, out: np.matmul(a, b.mT, out=out), *arrays)
    assert np.array_equal(direct[2], traced[2])
    direct, traced = _both(lambda a, b, out: np.matmul(a[..., :-1], b.mT[..., :-1, :], out=out), *arrays)
    assert np.array_equal(direct[2], traced[2])


@pytest.mark.parametrize("models", [1, 3])
def test_numbers_views_reductions_copies_and_masks_are_recorded(models: int) -> None:
    def method(x: np.ndarray, y: np.ndarray, row: np.ndarray, mask: np.ndarray) -> None:
        np.multiply(x, 0.3, out=y)
        np.maximum(y, 0, out=y)
        np.greater(y[..., 1:, :], 0.1, out=mask[..., 1:, :])
        np.multiply(y, mask, out=y)
        np.add.reduce(y, axis=-2, keepdims=True, out=row)
        np.subtract(1.0, row, out=row)
        np.vecdot(x, y, out=y[..., 0])
        y[..., -1, :] = 2.0
        np.copyto(y[..., :1, :], row)

    rng = np.random.default_rng(1)
    arrays = [rng.standard_normal((models, 4, 6)).astype(np.float32) for _ in range(2)]
    direct, traced = _both(method, *arrays, np.zeros((models, 1, 6), np.float32), np.zeros((models, 4, 6), bool))
    for one, other in zip(direct, traced, strict=True):
        assert np.array_equal(one, other)
        assert one.dtype == other.dtype


def test_memories_are_traced_too() -> None:
    trace, m = CallTrace(), Memory(W=np.ones((1, 2, 2)), factor=3.0)
    trace.trace(lambda m: np.multiply(m.W, m.factor, out=m.W), m)
    trace.play()
    trace.play()
    assert (m.W == 9).all()


REFUSED = [
    lambda x: np.sqrt(x),
    lambda x: x + 1,
    lambda x: x.sum(),
    lambda x: np.concatenate([x, x]),
    lambda x: np.where(x, 1, 2),
]


@pytest.mark.parametrize("method", REFUSED, ids=range(len(REFUSED)))
def test_calls_that_would_allocate_are_refused(method) -> None:
    with pytest.raises(TypeError, match=r"out=|ufuncs"):
        CallTrace().trace(method, np.ones((1, 2, 2)))


def test_a_trace_is_freed_with_its_arrays() -> None:
    arrays = [np.ones((1, 2, 3)), np.ones((1, 2, 3)), np.ones((1, 2, 2))]
    left = [weakref.ref(array) for array in arrays]
    trace = CallTrace()
    trace.trace(lambda x, y, z: np.matmul(x[..., 1:], y.mT[:, 1:], out=z), *arrays)
    trace.play()
    del arrays, trace
    assert [one() for one in left] == [None, None, None]
