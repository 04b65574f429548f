"""Convolutions and pooling: windows that do not fit are refused, names are PyTorch's, norms are bounded."""

from typing import Any

import numpy as np
import pytest

from npnet.engine.network import Network
from npnet.engine.updates import Constraints
from npnet.errors import AdvisedError
from npnet.nn import Conv2d, Flatten, Linear, Positions
from npnet.nn.convolution.windows import windows
from npnet.nn.layer import layers
from npnet.nn.shape import Shape
from tests.nn.builders import network, run, samples

IMAGE = Shape(4, (5, 6))


@pytest.mark.parametrize(
    ("name", "options", "inputs", "message"),
    [
        ("conv2d", {}, Shape(64), "conv2d needs positions along 2 axes and gets 64 values without positions"),
        ("conv2d", {}, Shape(4, (9,)), "conv2d needs positions along 2 axes and gets 4 x 9, along 1"),
        ("conv1d", {}, IMAGE, "conv1d needs positions along one axis and gets 4 x 5 x 6, along 2"),
        ("conv1d", {}, Shape(4, (9,), ragged=True), "conv1d needs every position, and ragged ones may not exist"),
        ("conv2d", {"kernel": 6}, IMAGE, "a window of 6 x 6 values does not fit into 5 x 6 positions; write a smaller"),
        (
            "conv1d",
            {"kernel": (3, 2)},
            Shape(4, (9,)),
            "2 sizes do not fit 9 positions: one for each axis; write kernel",
        ),
        ("conv2d", {"stride": 2, "padding": "same"}, IMAGE, "same padding keeps the positions, a stride of 2 x 2 does"),
        ("conv2d", {"padding": "causal"}, IMAGE, "causal padding is for sequences, and 5 x 6 positions are an image"),
        ("conv2d", {"padding": 3}, IMAGE, "3 positions around the input are more than a window of 3 x 3 needs"),
        ("conv2d", {"groups": 3}, IMAGE, "4 input features do not divide into 3 groups; write groups: 2"),
        ("conv2d", {"groups": 4}, IMAGE, "6 filters do not divide into 4 groups; write groups: 2"),
        ("max_pool", {"size": 7}, IMAGE, "a window of 7 x 7 values does not fit into 5 x 6 positions"),
        ("max_pool", {}, Shape(4), "max_pool needs positions and gets 4 values without positions; write positions"),
        ("upsample", {}, Shape(4), "upsample needs positions and gets 4 values without positions; write positions"),
    ],
)
def test_windows_that_do_not_fit_are_refused_with_both_shapes(
    name: str, options: dict[str, Any], inputs: Shape, message: str
) -> None:
    options = {"filters": 6, **options} if name.startswith("conv") else options
    layer = layers[name](**options)
    with pytest.raises(AdvisedError) as error:
        layer.shape(inputs)
    assert message in str(error.value)


@pytest.mark.parametrize("padding", [0, 1, 2, "same", "causal"])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("dilation", [1, 2])
def test_every_value_of_every_window_is_copied_or_missing(padding: Any, stride: int, dilation: int) -> None:
    if isinstance(padding, str) and stride == 2:
        return
    along = windows((7,), 3, stride, padding, dilation)
    low = {"same": dilation, "causal": 2 * dilation}.get(padding, padding)
    for k, window in enumerate(along):
        (outputs,), (inputs,) = window.outputs, window.inputs
        reads = dict(zip(np.arange(along.counts[0])[outputs], np.arange(7)[inputs], strict=True))
        wanted = {o: o * stride + k * dilation - low for o in range(along.counts[0])}
        assert reads == {o: place for o, place in wanted.items() if 0 <= place < 7}
        missing = [o for (strip,) in window.missing for o in np.arange(along.counts[0])[strip]]
        assert sorted([*reads, *missing]) == list(wanted)


def test_weights_have_the_names_and_shapes_of_a_state_dict() -> None:
    stack = Network([(Positions(size=(5, 6)), Conv2d(filters=6, kernel=(3, 2), groups=2), Flatten())], 120)
    shapes = {name: values.shape for name, values in stack.named(stack.theta).items()}
    assert shapes == {"layers.1.weight": (1, 6, 2, 3, 2), "layers.1.bias": (1, 6)}


def test_max_norm_bounds_the_weights_of_each_filter() -> None:
    chain = [Linear(units=9), Positions(size=(3, 3)), Conv2d(filters=3, kernel=2), Flatten(), Linear(units=2)]
    stack = network([chain])
    run(stack, samples(), epochs=3, constraints=Constraints(max_norm=0.5), rates=[0.1])
    weight = stack.named(stack.theta)["layers.2.weight"][0]
    assert (np.linalg.norm(weight.reshape(3, -1), axis=1) <= 0.5 + 1e-12).all()
