"""Readout: what is predicted from raw scores is a number for every row, whatever the scores."""

import numpy as np
import pytest

from npnet.data import Scaler
from npnet.model.outputs import OutputTransform
from npnet.nn.losses.regression import Huber, MeanSquaredError


@pytest.mark.parametrize("loss", [MeanSquaredError(), Huber()])
def test_scores_below_0_of_every_class_are_shared_evenly(loss):
    z = np.array([[[-1.0, 0.5, 2.0, 5e-324], [-2.0, -1.0, 2.0, 0.0], [-1e300, 0.5, 0.0, 0.0]]])
    output = OutputTransform(loss, "multiclass", Scaler.none(1))(z)
    expected = [[1 / 3, 0.5, 0.5, 1.0], [1 / 3, 0.0, 0.5, 0.0], [1 / 3, 0.5, 0.0, 0.0]]
    np.testing.assert_allclose(output[0], expected, rtol=1e-15)


def test_two_classes_by_a_squared_error_on_one_score_each_add_up_to_one():
    z = np.array([[[-3.0, 0.25], [-1.0, 0.75]]])
    np.testing.assert_allclose(OutputTransform(MeanSquaredError(), "binary", Scaler.none(1))(z), [[[0.5, 0.75]]])
