"""Scores of a whole set: they hold while the parameters do, and no longer."""

import numpy as np

from npnet.nn.batches import Samples
from npnet.nn.linear import Linear
from npnet.nn.losses import BinaryCrossEntropy
from npnet.nn.network import Network
from npnet.nn.normalization import BatchNorm
from npnet.nn.scoring import Scorer


def _scorer() -> Scorer:
    network = Network([(Linear(units=3), BatchNorm(), Linear(units=1))], 2, dtype=np.float64)
    rng = np.random.default_rng(0)
    samples = Samples.of(rng.standard_normal((2500, 2)), rng.integers(0, 2, (2500, 1)), dtype=np.float64)
    return Scorer(network, BinaryCrossEntropy(), samples)


def test_what_was_found_is_not_computed_again_before_the_parameters_change() -> None:
    scorer = _scorer()
    loss = scorer.run()
    scores = scorer.scores.copy()
    scorer.scores[...] = 7.0
    assert np.array_equal(scorer.run(), loss)
    assert (scorer.predict() == 7.0).all()
    for changed in (scorer.network.theta, scorer.network.state):
        before = changed.copy()
        changed += 0.5
        assert not np.array_equal(scorer.run(), loss)
        changed[...] = before
    assert np.array_equal(scorer.predict(), scores)
    assert np.array_equal(scorer.run(), loss)


def test_scores_that_were_predicted_are_no_loss() -> None:
    scorer, other = _scorer(), _scorer()
    scorer.run()
    for one in (scorer, other):
        one.network.theta *= 0.5
        one.predict()
    assert np.array_equal(scorer.run(), other.run())
