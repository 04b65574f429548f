"""Layers of sequences train step for step as in PyTorch, in float64."""

from typing import Any

import pytest

torch = pytest.importorskip("torch")
nn = torch.nn
pytestmark = pytest.mark.peers

from tests.peers.both import Both  # noqa: E402 - it needs torch
from tests.peers.modules import FEATURES, STEPS, UNITS, Flat, Last, Steps, recurrent  # noqa: E402

CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "all states": ({}, {}),
    "last state": ({"states": "last"}, {"last": True}),
    "both directions": ({"bidirectional": True}, {"bidirectional": True}),
    "last states of both": ({"bidirectional": True, "states": "last"}, {"bidirectional": True, "last": True}),
    "truncated": ({"truncate": 3}, {"truncate": 3}),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_a_recurrent_layer_trains_as_in_torch(kind, case):
    ours, theirs = CASES[case]
    last = ours.get("states") == "last"
    written = [{"positions": STEPS}, {kind.lower(): {"units": UNITS, **ours}}, *([] if last else ["flatten"])]
    modules = [Steps(), recurrent(kind, **theirs), *([] if last else [Flat()])]
    width = UNITS * (1 + ours.get("bidirectional", False)) * (1 if last else STEPS)
    rule = lambda net: torch.optim.Adam(net.parameters(), lr=0.01)  # noqa: E731
    both = Both(
        written, modules, "mean_squared_error", nn.MSELoss(), 2, "adam", rule, inputs=STEPS * FEATURES, width=width
    )
    both.train_and_check(0.01)


def test_rnn_of_relu_and_stacked_layers_train_as_in_torch():
    written = [{"positions": STEPS}, {"rnn": {"units": 5, "activation": "relu"}}, {"gru": 4}, {"lstm": 6}, "last"]
    Gru, Lstm = (type(recurrent(kind)) for kind in ("GRU", "LSTM"))
    rnn, gru, lstm = recurrent("RNN", nonlinearity="relu"), Gru(5, 4, batch_first=True), Lstm(4, 6, batch_first=True)
    rule = lambda net: torch.optim.Adam(net.parameters(), lr=0.01)  # noqa: E731
    modules = [Steps(), rnn, gru, lstm, Last()]
    both = Both(written, modules, "mean_squared_error", nn.MSELoss(), 2, "adam", rule, inputs=STEPS * FEATURES, width=6)
    both.train_and_check(0.01)
