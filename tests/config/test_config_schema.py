"""The JSON Schema: valid, in agreement with the loader, one branch to blame for an issue."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from npnet.config import Experiment, Loaded
from npnet.config.reader import read
from npnet.config.schema import KINDS, schema
from npnet.config.writer import plain_options
from npnet.errors import ConfigError

Load = Callable[..., Loaded]
SHIPPED = sorted((Path(__file__).parents[2] / "configs").rglob("*.yaml"))
VALIDATOR = jsonschema.Draft7Validator(schema())


def faults(text: str | bytes) -> list[tuple[str, str]]:
    value = read(text.encode() if isinstance(text, str) else text, "c.yaml")[0].plain()
    return [(error.json_path, error.message) for error in VALIDATOR.iter_errors(value)]


def test_the_schema_is_a_schema_and_plain_json() -> None:
    jsonschema.Draft7Validator.check_schema(schema())
    text = json.dumps(schema(), allow_nan=False)
    assert "named" not in text
    assert "oneOf" not in text
    assert "anyOf" not in text


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_a_shipped_config_is_valid(path: Path) -> None:
    assert faults(path.read_bytes()) == []


def test_every_key_and_every_registered_name_is_in_the_schema() -> None:
    made = schema()
    assert set(made["properties"]) == {*Experiment.model_fields, "extends"}
    assert all("description" in part for part in made["properties"].values())
    for kind in KINDS:
        choices = made["$defs"][kind.plural]["else"]["properties"]
        assert list(choices) == list(kind)
        assert all(choice["description"] for choice in choices.values())


VALID: list[str] = [
    "dataset: xor\nlayers: [linear]",
    "extends: a.yaml",
    "extends: [a.yaml, b.yaml]\nepochs: 3",
    "dataset: {xor: {samples: 100}}\nlayers: [linear: 3, linear: {units: 3, init: zeros}, {linear: null}]",
    "dataset: xor\nlayers: [residual: [linear: 3, relu], {residual: {layers: [relu]}}]",
    "dataset: xor\nlayers: [linear]\nearly_stopping: 20\nbatch_size: all\nthreads: auto\nloss: null",
    "dataset: xor\nlayers: [linear]\nearly_stopping: off\nlearning_rate: 1e-3\nschedule: cosine",
    "dataset: xor\nlayers: [linear]\nearly_stopping: {patience: 3}\nmetrics: [f1]\nmonitor: validation_f1",
]


@pytest.mark.parametrize("text", VALID)
def test_a_config_that_loads_fits_the_schema(load_text: Load, text: str) -> None:
    assert faults(text) == []
    if "extends" not in text:
        resolved = plain_options(load_text(text).experiment)
        assert list(VALIDATOR.iter_errors(resolved)) == []


INVALID: list[tuple[str, str, str]] = [
    ("layers: [linear]", "$", "'dataset' is a required property"),
    ("dataset: xor\nlayers: [rleu]", "$.layers[0]", "'rleu' is not one of"),
    ("dataset: xor\nlayers: [linear: 0]", "$.layers[0].linear", "less than the minimum of 1"),
    ("dataset: xor\nlayers: [linear: {units: 0}]", "$.layers[0].linear.units", "less than the minimum of 1"),
    ("dataset: xor\nlayers: [linear: {unit: 3}]", "$.layers[0].linear", "'unit' was unexpected"),
    ("dataset: xor\nlayers: [{linear: 1, relu: null}]", "$.layers[0]", "too many properties"),
    ("dataset: xor\nlayers: [residual: [linear: 0]]", "$.layers[0].residual[0].linear", "less than the minimum"),
    ("dataset: xor\nlayers: []", "$.layers", "non-empty"),
    ("dataset: table\nlayers: [linear]", "$.dataset", "'table' is not one of"),
    ("dataset: {table: {target: y}}\nlayers: [linear]", "$.dataset.table", "'path' is a required property"),
    ("dataset: xor\nlayers: [linear]\nlearning_rate: '1'", "$.learning_rate", "is not of type 'number'"),
    ("dataset: xor\nlayers: [linear]\nlearning_rate: 0", "$.learning_rate", "minimum of 0"),
    ("dataset: xor\nlayers: [linear]\nearly_stopping: {patience: 0}", "$.early_stopping.patience", "minimum of 1"),
    ("dataset: xor\nlayers: [linear]\nbatch_size: 0", "$.batch_size", "minimum of 0"),
    ("dataset: xor\nlayers: [linear]\nbatch_size: most", "$.batch_size", "'all' was expected"),
    ("dataset: xor\nlayers: [linear]\nmetrics: [acuracy]", "$.metrics[0]", "'acuracy' is not one of"),
    ("dataset: xor\nlayers: [linear]\nlearning_rte: 1", "$", "'learning_rte' was unexpected"),
]


@pytest.mark.parametrize(("text", "path", "message"), INVALID)
def test_an_issue_is_reported_once_and_at_its_branch(load_text: Load, text: str, path: str, message: str) -> None:
    with pytest.raises(ConfigError):
        load_text(text)
    ((place, reported),) = faults(text)
    assert place == path
    assert message in reported


def test_unions_of_the_schema_name_types_that_json_has() -> None:
    def types(part: Any) -> list[Any]:
        if isinstance(part, list):
            return [found for item in part for found in types(item)]
        if not isinstance(part, dict):
            return []
        own = [part["if"]["type"]] if "type" in part.get("if", {}) else []
        return own + [found for value in part.values() for found in types(value)]

    assert all(kind for kind in types(schema()))
