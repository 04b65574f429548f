"""Weights: the parameters and statistics of networks by the names and shapes of a PyTorch state_dict."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from npnet.engine.network import Network
from npnet.errors import RunError

ALL = slice(None)


def weights_of(network: Network, models: slice = ALL) -> dict[str, NDArray[Any]]:
    """Views of parameters and statistics by name; one model has no model axis."""
    return named(network, network.theta[models], network.state[models])


def named(network: Network, theta: NDArray[Any], state: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Views of arrays like theta and state of some models by name; one model has no model axis."""
    whole = {**network.named(theta), **network.named_state(state)}
    return {name: values[0] if len(theta) == 1 else values for name, values in whole.items()}


def set_weights(network: Network, weights: Mapping[str, NDArray[Any]], models: slice = ALL) -> None:
    """Put values under such names into a network; RunError with the first differences where they do not fit."""
    own = weights_of(network, models)
    differences = [
        f"{name}: {_shape(weights.get(name))} instead of {_shape(own.get(name))}"
        for name in {**own, **weights}
        if _shape(weights.get(name)) != _shape(own.get(name))
    ]
    if differences:
        raise RunError(
            f"the weights are of another network: {'; '.join(differences[:5])}",
            "layers, columns, ensemble and cv must be those that the weights were trained with",
        )
    for name, values in own.items():
        values[...] = weights[name]


def _shape(values: NDArray[Any] | None) -> str:
    return "nothing" if values is None else str(tuple(values.shape))
