"""What the page shows of the inside of a network: bytes that stand for its values, few enough of them."""

from base64 import b64decode
from dataclasses import replace

import numpy as np
import pytest

from npnet.report.inside_data import BYTES, field_of, inside_data
from npnet.report.sections import inside as section
from tests.plots.materials import attention, images, large, sequences


def values_of(field):
    """Return the values that a page reads from the bytes of a field."""
    data = field["values"]
    levels = np.frombuffer(b64decode(data["data"]), np.uint8).reshape(data["shape"])
    found = field["low"] + (field["high"] - field["low"]) * (levels / 254.0) ** field["power"]
    return np.where(levels == 255, np.nan, found)


@pytest.mark.parametrize("make", [images, sequences, attention])
def test_the_page_has_the_values_of_each_layer_within_a_step_of_a_byte(make):
    inside = make().inside()
    data = inside_data(inside)
    assert [row["label"] for row in data["rows"]] == list(inside.labels)
    for layer, found in zip(inside.layers, data["layers"], strict=True):
        for values, field in zip(layer.values.values(), found["fields"], strict=True):
            shown = values_of(field).reshape(values.shape)
            step = (field["high"] - field["low"]) / 254
            assert np.array_equal(np.isnan(shown), np.isnan(values))
            assert np.nanmax(np.abs(shown - values)) <= step * field["power"]
    assert values_of(data["inputs"]).reshape(inside.inputs.shape) == pytest.approx(inside.inputs, abs=0.01)


@pytest.mark.parametrize("kind", ["feature_maps", "gates", "attention"])
def test_large_layers_are_a_choice_that_has_bytes_enough(kind):
    data = inside_data(large(kind).inside())
    fields = [data["inputs"], *(field for layer in data["layers"] for field in layer["fields"])]
    assert sum(np.prod(field["values"]["shape"]) for field in fields) <= BYTES
    assert all(len(layer["numbers"]) >= 1 for layer in data["layers"])


def test_neighbours_are_averaged_where_there_are_too_many():
    values = np.arange(10.0).reshape(1, 1, 1, 10)
    field = field_of("map", values, (1, 4))
    assert field["every"] == [1, 3]
    assert (field["low"], field["high"]) == (1.0, 9.0)
    assert field["values"].shape == (1, 1, 1, 4)


@pytest.mark.parametrize("values", [[-0.31, 0.0, 5.2], [-1e-9, 0.0, 1.0], [0.0, 2.0, 3.0], [-3.0, -1.0, 0.0]])
def test_zero_is_zero(values):
    field = field_of("map", np.array(values).reshape(1, 1, 1, 3), (1, 3))
    levels = field["values"].ravel()
    shown = field["low"] + (field["high"] - field["low"]) * (levels / 254.0)
    assert shown[values.index(0.0)] == pytest.approx(0, abs=1e-12)
    assert shown == pytest.approx(values, abs=0.02)


def test_without_a_script_the_first_row_is_a_picture_and_names_stay_text():
    inside = replace(images().inside(), labels=("row 1: <b>",) * 3)
    html = section.section(inside).content
    assert html.count('src="data:image/png;base64,') == 1
    assert "row 1: &lt;b&gt;" in html
    assert "<b>" not in html
