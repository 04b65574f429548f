"""Portable parts: the same split, order, initial values and masks on every platform, by hashes that are kept here."""

import hashlib
from collections.abc import Callable, Iterable

import numpy as np
import pytest

from npnet.data import Split
from npnet.data.datasets import classification
from npnet.data.split import by_group, divided
from npnet.data.split.folds import Folds, folds_by_class
from npnet.engine.batches import Batches, Samples
from npnet.nn.dropout import Dropout
from npnet.nn.initializers import initializers
from npnet.nn.layer import Memory
from npnet.rng import member_seed, stream, trial_seed

Y = np.arange(1000) ** 2 % 7 % 3
DATASET = classification(np.arange(2000.0).reshape(1000, 2), Y, ("u", "v"), "y", ("a", "b", "c"))


def _order(seed: int, epoch: int) -> Iterable[np.ndarray]:
    batches = Batches(Samples(np.zeros((1000, 2)), np.arange(1000.0)[:, np.newaxis]), 32, seed)
    numbers = [batch.t.flatten() for block in batches.epoch(epoch) for batch in block]
    return [np.concatenate(numbers).astype(np.intp)]


def _initial(name: str) -> Iterable[np.ndarray]:
    return [initializers[name]().draw(stream(7, "init", 2, 0), (16, 9))]


def _mask(dtype: str) -> Iterable[np.ndarray]:
    m = Memory(drawn=np.empty((2, 8, 50), dtype), kept=np.empty((2, 8, 50), bool), mask=np.empty((2, 8, 50), dtype))
    m.rate, m.factor, m.streams = 0.5, 2.0, [stream(seed, "dropout", 0, 3) for seed in (7, 8)]
    Dropout().draw(m)
    return [m.mask]


GOLDEN: dict[str, tuple[Callable[[], Iterable[np.ndarray]], str]] = {
    "split": (lambda: divided(DATASET, Split(), 0).values(), "0bc5b2ac38f6de64e2efd91a806bd725"),
    "split of another seed": (
        lambda: divided(DATASET, Split(test=0.3, validation=0.1), 2**63 - 1).values(),
        "a2661f2705342d23d593dbd023594945",
    ),
    "split by group": (lambda: by_group(np.arange(1000) % 17, Split(), 3).values(), "b0a30872641f91be7c5ab569c5fbda99"),
    "folds": (
        lambda: (f.held for f in folds_by_class(Y, Folds(folds=5, repeats=2), 4)),
        "48ab192e418b45a68af1f62635745aae",
    ),
    "order of the first epoch": (lambda: _order(0, 1), "19b78d9c42b0cad98f90526c0af8da50"),
    "order of a late epoch": (lambda: _order(12345, 99), "0f46e379d644ad167ea2cd1edda5c123"),
    "he_uniform": (lambda: _initial("he_uniform"), "29c50d938827bb38e421701f0964c4d7"),
    "glorot_uniform": (lambda: _initial("glorot_uniform"), "b5a9423516abbc8aa6151df706e1eeb0"),
    "lecun_uniform": (lambda: _initial("lecun_uniform"), "c1061e7ff606c5c27e4a1850dca42e16"),
    "dropout in float32": (lambda: _mask("float32"), "5e7f90e274f5186c17fd382e07480749"),
    "dropout in float64": (lambda: _mask("float64"), "78c8fefb9ae1fa24aa6f1743e29ded27"),
    "seeds of members and trials": (
        lambda: [np.array([f(5, n) for n in range(20)]) for f in (member_seed, trial_seed)],
        "98dc3dd3fc68593c1b084b9e2a9116c9",
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_what_is_portable_has_the_bits_that_it_always_had(name: str) -> None:
    arrays, digest = GOLDEN[name]
    found = hashlib.sha256()
    for array in arrays():
        found.update(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes())
    assert found.hexdigest()[:32] == digest
