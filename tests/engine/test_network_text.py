"""The text of a network."""

import pytest

from npnet.config import load
from npnet.engine.graph import network_text


@pytest.mark.parametrize(
    ("layers", "text"),
    [
        ("[{linear: 16}, relu, {linear: 16}, relu, {linear: 1}]", "2-16-16-1"),
        ("[{linear: 16}, relu, {residual: [{linear: 16}, relu]}, {linear: 1}]", "2-16-[16+]-1"),
        (
            "[{linear: 8}, {residual: [batch_norm, {linear: 32}, relu, dropout, {linear: 8}]}, {linear: 3}]",
            "2-8-[32-8+]-3",
        ),
        ("[{linear: 4}, {residual: [{linear: 4}, {residual: [{linear: 4}, tanh]}]}, {linear: 1}]", "2-4-[4-[4+]+]-1"),
        ("[{residual: [relu]}, {linear: 1}]", "2-[+]-1"),
        (f"[{{linear: 64}}, {', '.join(['{residual: [{linear: 64}]}'] * 6)}, {{linear: 1}}]", "2-64-[64+]x6-1"),
        (f"[{', '.join(['{linear: 8}'] * 4)}, {{linear: 1}}]", "2-8x4-1"),
        ("[{periodic: {size: 4}}, {linear: 16}, layer_norm, {linear: 1}]", "2-periodic:10-16-1"),
    ],
)
def test_a_network_is_read_from_its_widths(layers, text, tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text(f"dataset: xor\nlayers: {layers}\n")
    assert network_text(load(file).experiment.layers, 2) == text
