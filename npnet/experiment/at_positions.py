"""Data at positions: what the layers and the loss say of them, and what the data are."""

from collections.abc import Iterator

from npnet.config.nodes import KeyIssue
from npnet.experiment.resolved import ResolvedExperiment
from npnet.nn.attention.tokens import TokenEmbedding
from npnet.nn.layer import layers
from npnet.nn.pairs import Contrastive, Similarity
from npnet.nn.positions.reshape import Positions


def position_issues(r: ResolvedExperiment) -> Iterator[KeyIssue]:
    """Yield what does not fit the positions of the data, their codes, or the pairs that they are."""
    data, first, written = r.data, r.sized_layers[0], r.given.layers
    if data.ragged and isinstance(first, Positions) and not first.ragged:
        message = "layers[0]: sequences of the data end at different positions, and positions is not ragged"
        hint = "take positions out: it then comes by itself; or add ragged: true"
        yield ("layers", 0, layers.name_of(written[0])), message, hint
    if data.steps and r.loss.quantiles:
        message = "a quantile loss with several quantiles is for one target of each row, not at each position"
        yield ("loss",), message, "write one quantile"
    for position, layer in enumerate(written):
        if data.tokens and isinstance(layer, TokenEmbedding) and layer.tokens not in (None, data.tokens):
            key = ("layers", position, "token_embedding", "tokens")
            message = f"layers[{position}]: the data have {data.tokens} tokens, and token_embedding has {layer.tokens}"
            yield key, message, "take tokens out: the layer has then as many as the data"
    yield from _pairs(r)


def _pairs(r: ResolvedExperiment) -> Iterator[KeyIssue]:
    """Yield what keeps a loss of pairs from its layer."""
    last, loss = r.layers[-1], r.loss
    if isinstance(loss, Contrastive) and not isinstance(last, Similarity):
        hint = "write similarity as the last layer, and positions: 2 as the first, for rows that hold a pair"
        yield ("loss",), "contrastive compares pairs, and the network does not", hint
    elif isinstance(loss, Contrastive) and isinstance(last, Similarity) and loss.margin != last.margin:
        what = f"the margin of contrastive is {loss.margin:g}, and similarity has {last.margin:g}"
        yield ("loss",), what, f"write contrastive: {last.margin:g}"
