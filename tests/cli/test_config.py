"""npnet config, gradcheck, init and list: what a config can say, and whether it is right."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

import npnet.nn.losses
from npnet.cli.listing import KINDS, templates
from npnet.config import load
from npnet.registry import Registry
from tests.cli.conftest import call

CONFIGS = Path(__file__).parents[2] / "configs"


def test_a_right_config_is_called_right(folder: Path) -> None:
    assert call("config", "check", "small.yaml").out == "small.yaml can be trained\n"
    assert json.loads(call("config", "check", "small.yaml", "--json").out) == {"config": "small.yaml", "valid": True}


def test_what_is_shown_loads_back_to_the_same(folder: Path) -> None:
    shown = call("config", "show", "small.yaml", "epochs=7")
    assert shown.code == 0
    (folder / "shown.yaml").write_text(shown.out)
    assert load(folder / "shown.yaml").experiment == load(folder / "small.yaml", ["epochs=7"]).experiment
    assert json.loads(call("config", "show", "small.yaml", "--json").out)["epochs"] == 3


def test_a_sigmoid_that_the_loss_contains_is_pointed_out(folder: Path) -> None:
    (folder / "fused.yaml").write_text("dataset: xor\nlayers: [linear, sigmoid]\nloss: binary_cross_entropy\n")
    assert call("config", "show", "fused.yaml").out.startswith("# sigmoid is trained together with the loss")


def test_the_shape_after_each_layer_stands_beside_it(folder: Path) -> None:
    layers = "layers=[{linear: 12}, {positions: [2, 3]}, relu, flatten, linear]"
    shown = call("config", "show", "small.yaml", layers).out
    lines = [line for line in shown.splitlines() if line.startswith("- ")]
    assert [line.partition("  # ")[2] for line in lines] == ["12", "2 x 2 x 3", "2 x 2 x 3", "12", "1"]
    assert "2 x 2 x 3" in call("train", "small.yaml", layers, "--dry-run").out
    plan = json.loads(call("train", "small.yaml", layers, "--dry-run", "--json").out)
    assert [line["positions"] for line in plan["layers"]] == [[], [2, 3], [2, 3], [], []]


def test_shapes_of_data_that_cannot_be_read_are_left_out(folder: Path) -> None:
    (folder / "gone.yaml").write_text("dataset: {table: {path: gone.csv, target: y}}\nlayers: [linear]\n")
    shown = call("config", "show", "gone.yaml")
    assert (shown.code, shown.out.startswith("# the shapes after each layer are not known: ")) == (0, True)


def test_the_schema_is_one_and_takes_the_configs_that_come_with_npnet() -> None:
    schema = json.loads(call("config", "schema").out)
    for text in templates().values():
        assert list(jsonschema.Draft7Validator(schema).iter_errors(yaml.safe_load(text))) == []


@pytest.mark.parametrize("key", ["", "learning_rate", "optimizer", "layers.linear.units", "split.test"])
def test_every_key_is_explained(key: str) -> None:
    result = call("config", "explain", *([key] if key else []))
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(key)
    assert json.loads(call("config", "explain", *([key] if key else []), "--json").out)["text"] == result.out


def test_the_gradients_of_a_config_are_right(folder: Path) -> None:
    result = call("gradcheck", "small.yaml", "l2=0.1", "layers.1.dropout.rate=0.5")
    assert result.code == 3  # layers[1] is tanh
    result = call("gradcheck", "small.yaml", "l2=0.1", "layers.1=dropout")
    assert result.code == 0
    assert result.out.count("right") == 4


def test_the_check_of_gradients_is_an_object_too(folder: Path) -> None:
    check = json.loads(call("gradcheck", "small.yaml", "--json").out)
    assert (check["samples"], check["passed"]) == (32, True)
    assert [tensor["shape"] for tensor in check["tensors"]] == [[4, 2], [4], [1, 4], [1]]
    assert all(tensor["error"] < 1e-6 for tensor in check["tensors"])


def test_a_wrong_gradient_is_found_and_exits_with_8(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loss = npnet.nn.losses.BinaryCrossEntropy
    right = loss.derivative

    def wrong(self, z, t, dz, m):  # type: ignore[no-untyped-def]
        right(self, z, t, dz, m)
        dz /= 32

    monkeypatch.setattr(loss, "derivative", wrong)
    result = call("gradcheck", "small.yaml")
    assert result.code == 8
    assert "1/32: a sum over the batch too few" in " ".join(result.out.split())
    assert result.err.startswith("npnet: error: 4 of 4 gradients are wrong: layers.0.weight")


def test_a_template_is_written_once(folder: Path) -> None:
    result = call("init", "xor")
    assert (result.code, result.out) == (0, "")
    assert "npnet train xor.yaml" in result.err
    assert (folder / "xor.yaml").read_text() == templates()["xor"]
    (folder / "xor.yaml").write_text("mine")
    again = call("init", "xor")
    assert again.code == 2
    assert (folder / "xor.yaml").read_text() == "mine"
    assert call("init", "xor", "--force").code == 0
    assert (folder / "xor.yaml").read_text() == templates()["xor"]


def test_a_template_goes_to_the_named_file(folder: Path) -> None:
    assert call("init", "-o", "-").out == templates()["circles"]
    assert json.loads(call("init", "iris", "-o", "mine.yaml", "--json").out)["file"] == "mine.yaml"
    assert (folder / "mine.yaml").read_text() == templates()["iris"]


def test_the_templates_are_listed(folder: Path) -> None:
    lines = call("init", "--list").out.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == list(templates())
    assert len(json.loads(call("init", "--list", "--json").out)["templates"]) == len(templates())


@pytest.mark.parametrize("name", sorted(set(templates()) - {"table", "windows"}))
def test_every_template_can_be_trained(name: str, folder: Path) -> None:
    assert call("init", name, "-o", "config.yaml").code == 0
    assert call("config", "check", "config.yaml").code == 0


@pytest.mark.parametrize("name", ["table", "windows"])
def test_the_templates_of_tables_fit_one(name: str, folder: Path) -> None:
    call("init", name)
    (folder / "data.csv").write_text("time,a,y\n" + "".join(f"{n},{n % 7},{n * n / 7}\n" for n in range(40)))
    assert call("config", "check", f"{name}.yaml").code == 0


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_configs_of_the_repository_are_templates(path: Path) -> None:
    assert templates()[path.stem] == path.read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_listed_with_its_descriptions(kind: str) -> None:
    entries = json.loads(call("list", kind, "--json").out)[kind]
    assert entries
    assert all(entry["description"] for entry in entries)
    if kind != "templates":
        assert [entry["name"] for entry in entries] == list(Registry.every[kind])
    text = call("list", kind).out
    assert all(entry["name"] in text for entry in entries)


def test_options_are_listed_with_what_they_take_and_their_defaults() -> None:
    entries = json.loads(call("list", "layers", "--json").out)["layers"]
    rate = next(entry for entry in entries if entry["name"] == "dropout")["options"][0]
    assert rate["name"] == "rate"
    assert "a number" in rate["takes"]
    assert "default" in call("list", "layers").out


def test_all_kinds_are_listed_where_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    text = call("list").out
    assert [line for line in text.splitlines() if line.endswith(":") and line[:-1] in KINDS] == [f"{k}:" for k in KINDS]
    monkeypatch.setenv("COLUMNS", "30")
    assert max(map(len, call("list").out.splitlines())) <= 30
