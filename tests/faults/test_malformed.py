"""A checkpoint that was changed and signed again is read or refused with a reason, and never more."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from npnet.rundir import names
from tests.cli.conftest import call
from tests.faults import malformed
from tests.faults.forging import checkpoint_of, cut, signed
from tests.faults.malformed import Ending, held, read, trained
from tests.faults.mutants import mutant


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("malformed"))


@pytest.fixture(scope="module")
def written(weights: Path) -> bytes:
    return weights.read_bytes()


@pytest.mark.long
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(0, 10**9))
def test_any_mutant_is_read_or_refused(number: int, weights: Path, written: bytes) -> None:
    assert not held(mutant((written, checkpoint_of(1_500)), 1, number), weights).broken


def test_an_unchanged_checkpoint_predicts(weights: Path, written: bytes) -> None:
    assert held(signed(*cut(written)), weights) == Ending("predicted")


def test_mutants_get_past_the_hash_and_each_is_always_the_same(written: bytes) -> None:
    mutants = [mutant((written,), 0, number) for number in range(100)]
    assert mutants == [mutant((written,), 0, number) for number in range(100)]
    assert sum(read(data) is None for data in mutants) > 10


def described(written: bytes, key: str, value: object) -> bytes:
    """Return the weights with one field of their data changed; a dotted key leads into a step."""
    header, values = cut(written)
    layout = json.loads(header)
    fields = json.loads(layout["__metadata__"]["npnet.data"])
    if key.startswith("steps."):
        preparation = json.loads(fields["preparations"][0])
        _, place, name = key.split(".")
        preparation["steps"][int(place)][name] = value
        fields["preparations"] = [json.dumps(preparation)]
    else:
        fields[key] = value
    layout["__metadata__"]["npnet.data"] = json.dumps(fields)
    return signed(json.dumps(layout, separators=(",", ":")).encode(), values)


COLUMNS = ("size", "colour", "day", "count", "kind")
CONTRADICTIONS: dict[str, tuple[str, object]] = {
    "a text with a code that is none": ("steps.1.places", {"red": 7}),
    "signs for three levels": ("steps.1.coding", "signs"),
    "a column that no step reads": ("steps.0.column", "nothing"),
    "numbers that are read as words": ("schema", {"columns": [{"name": n, "kind": "category"} for n in COLUMNS]}),
    "a column that becomes nothing": ("steps.0.scaling", None),
    "a scale of another number of targets": ("target_scalers", [{"mean": [0.0], "scale": [0.0]}]),
    "a scale without preparation": ("target_scalers", []),
    "an integer beyond floats": ("decisions", {"temperature": 10**400, "threshold": 0.5}),
    "a temperature of zero": ("decisions", {"temperature": 0.0, "threshold": 0.5}),
    "one class": ("classes", ["k0"]),
    "two classes of one name": ("classes", ["k0", "k0"]),
    "no target": ("targets", []),
    "two targets": ("targets", ["kind", "colour"]),
    "a column twice": ("schema", {"columns": [{"name": "size", "kind": "number"}] * 2}),
    "an encoding that is none": ("schema", {"columns": [], "encoding": "no-such"}),
    "a task that is none": ("task", "rm -rf"),
}


@pytest.mark.parametrize(("key", "value"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_description_that_contradicts_itself_is_refused(
    key: str, value: object, weights: Path, written: bytes
) -> None:
    assert held(described(written, key, value), weights) == Ending("exit code 5")


def test_a_description_of_ten_thousand_brackets_is_refused(weights: Path, written: bytes) -> None:
    header, values = cut(written)
    layout = json.loads(header)
    layout["__metadata__"]["npnet.data"] = "[" * 10_000
    data = signed(json.dumps(layout, separators=(",", ":")).encode(), values)
    assert held(data, weights) == Ending("exit code 5")
    weights.write_bytes(data)
    result = call("predict", weights.parent, weights.parent.parent / "table.csv")
    assert result.err == "npnet: error: the weights of run do not say what data they were trained on\n"


def test_a_reader_that_crashes_fails_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(*_: object) -> None:
        raise IndexError("over the end")

    weights = trained(tmp_path)
    monkeypatch.setattr(malformed, "trained", lambda folder: weights)
    assert malformed.main(["--checkpoints", "3"]) == 0
    monkeypatch.setattr(malformed.tensor_file, "parse", crash)
    weights.write_bytes(signed(*cut(checkpoint_of(1_500))))
    assert malformed.main(["--checkpoints", "3"]) == 1
    assert "FAILED --seed 0 --first 0 --checkpoints 1: IndexError: over the end" in capsys.readouterr().out
    assert weights.name == names.WEIGHTS
