"""Settings that the data decide: the number of numeric inputs, and the last layer's size."""

import pytest

from npnet.config import Experiment
from npnet.config.writer import write_resolved
from npnet.experiment.resolved import DataInfo, resolve
from npnet.nn.activations import ReLU
from npnet.nn.embeddings import Periodic
from npnet.nn.layer import Inputs, Layer
from npnet.nn.linear import Linear
from npnet.nn.normalization import Scale
from npnet.nn.residual import Residual

DATA = DataInfo("binary", 9, 1, 2, {"train": 600}, Inputs(4))
THREE_OF_THEM = Periodic(numbers=3)


@pytest.mark.parametrize(
    ("written", "suits"),
    [
        ((Periodic(),), (Periodic(numbers=4),)),
        ((THREE_OF_THEM,), (THREE_OF_THEM,)),
        ((Scale(), ReLU(), Periodic()), (Scale(), ReLU(), Periodic(numbers=4))),
        ((Residual(layers=(Periodic(), Linear(units=9))),), (Residual(layers=(Periodic(numbers=4), Linear(units=9))),)),
        ((Linear(units=9), Periodic()), (Linear(units=9), Periodic())),
        ((Periodic(), Periodic()), (Periodic(numbers=4), Periodic())),
        ((Residual(layers=(Linear(units=9), Periodic())),), (Residual(layers=(Linear(units=9), Periodic())),)),
        ((Residual(layers=(Linear(units=9),)), Periodic()), (Residual(layers=(Linear(units=9),)), Periodic(numbers=4))),
    ],
    ids=[
        "alone",
        "as written",
        "after others",
        "in a block",
        "after a mix",
        "twice",
        "after a mix in a block",
        "a sum",
    ],
)
def test_a_layer_gets_the_number_of_inputs_while_they_keep_their_positions(
    written: tuple[Layer, ...], suits: tuple[Layer, ...]
) -> None:
    experiment = Experiment.model_validate({"dataset": "xor", "layers": ["linear"]})
    resolved = resolve(experiment.model_copy(update={"layers": (*written, Linear())}), DATA)
    assert resolved.sized_layers == (*suits, Linear(units=1))


def test_filled_in_settings_are_in_the_resolved_config() -> None:
    experiment = Experiment.model_validate({"dataset": "xor", "layers": ["periodic", "linear"]})
    layers = resolve(experiment, DATA).config.layers
    assert layers == (Periodic(numbers=4), Linear(units=1))
    assert "sigma: 0.3, size: 4, numbers: 4}" in write_resolved(resolve(experiment, DATA).config)
