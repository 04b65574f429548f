"""Pairs: whether the loss that compares two rows has the layer that compares them."""

from collections.abc import Iterator

from npnet.config.nodes import KeyIssue
from npnet.experiment.resolved import ResolvedExperiment
from npnet.nn.pairs import Contrastive, Similarity


def pair_issues(r: ResolvedExperiment) -> Iterator[KeyIssue]:
    """Yield what keeps a loss of pairs from its layer, and the layer from its loss."""
    last, loss = r.layers[-1], r.loss
    if isinstance(loss, Contrastive) and not isinstance(last, Similarity):
        hint = "write similarity as the last layer, and positions: 2 as the first, for rows that hold a pair"
        yield ("loss",), "contrastive compares pairs, and the network does not", hint
    elif isinstance(loss, Contrastive) and isinstance(last, Similarity) and loss.margin != last.margin:
        what = f"the margin of contrastive is {loss.margin:g}, and similarity has {last.margin:g}"
        yield ("loss",), what, f"write contrastive: {last.margin:g}"
