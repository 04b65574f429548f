"""Memory: a training too large for the machine is refused at once, with both sizes."""

import time
from collections.abc import Callable

import pytest

from npnet.config import Loaded
from npnet.errors import ConfigError
from npnet.experiment.resolved import DataInfo, resolve
from npnet.experiment.resources import check_memory
from npnet.nn.layer import Inputs

Load = Callable[..., Loaded]
DATA = DataInfo("binary", 2, 1, 2, {"train": 600, "validation": 200}, Inputs(2))


@pytest.mark.parametrize(
    ("layers", "widest"),
    [
        ("[linear: 10000000, linear: 10000000, linear]", 1),
        ("[linear: 8, relu, linear: 10000000, relu, linear: 10000000, linear]", 4),
        ("[linear: 10000000, residual: [relu, linear: 10000000], linear]", 1),
    ],
)
def test_a_network_too_large_is_refused_with_both_figures_at_its_widest_layer(
    load_text: Load, layers: str, widest: int
) -> None:
    loaded = load_text(f"dataset: xor\nlayers: {layers}\n")
    start = time.perf_counter()
    with pytest.raises(ConfigError, match=r"^c\.yaml.*needs 3\.[12] PB, .* are available") as caught:
        check_memory(resolve(loaded.experiment, DATA), loaded)
    assert time.perf_counter() - start < 0.5
    assert caught.value.problems[0].where == loaded.where("layers", widest, "linear", "units")


def test_a_network_that_fits_passes_and_one_byte_less_than_its_share_does_not(load_text: Load) -> None:
    loaded = load_text()
    need = resolve(loaded.experiment, DATA).training_bytes
    check_memory(resolve(loaded.experiment, DATA), loaded, free=round(need / 0.9) + 1)
    with pytest.raises(ConfigError, match="the training needs"):
        check_memory(resolve(loaded.experiment, DATA), loaded, free=round(need / 0.9) - 2)


@pytest.mark.parametrize(
    ("override", "more"),
    [("batch_size=all", True), ("dtype=float64", True), ("layers.0.linear=64", True), ("optimizer=sgd", False)],
)
def test_a_setting_that_needs_more_raises_the_estimate(load_text: Load, valid: str, override: str, more: bool) -> None:
    before, after = (
        resolve(load_text(valid, *changes).experiment, DATA).training_bytes for changes in ([], [override])
    )
    assert after != before
    assert (after > before) is more


def test_a_batch_larger_than_the_data_needs_no_more_than_the_data(load_text: Load, valid: str) -> None:
    sizes = {
        resolve(load_text(valid, f"batch_size={size}").experiment, DATA).training_bytes
        for size in ("all", "600", "1000000000")
    }
    assert len(sizes) == 1
