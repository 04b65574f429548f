"""Two runs differ in settings, scores and machine, and in nothing that they share."""

import json

import pytest

from npnet.errors import RunError
from npnet.rundir.diff import Difference, difference

FIRST = b"layers: [{linear: 16}, relu]\nseed: 1\nloss: {huber: {delta: 1.0}}\nmetrics: [mae, rmse]\n"
SECOND = b"layers: [{linear: 32}, relu]\nseed: 1\nloss: {huber: {delta: 1.0}}\nepochs: 5\nmetrics: [mae]\n"


def test_equal_runs_do_not_differ(make_run):
    assert difference(make_run(), make_run()) == Difference({}, {}, {}, ())


def test_only_settings_and_metrics_that_differ_are_named(make_run):
    second = make_run(resolved=SECOND + b"checkpoint_every: 1\n", roc_auc=0.75)
    found = difference(make_run(resolved=FIRST, roc_auc=0.5), second)
    assert found.settings == {
        "layers.0.linear": (16, 32),
        "metrics": (["mae", "rmse"], ["mae"]),
        "epochs": (None, 5),
        "checkpoint_every": (None, 1),
    }
    assert found.metrics == {"test.roc_auc": (0.5, 0.75)}
    assert found.machine == {}
    assert set(found.explains) == {"layers.0.linear", "epochs", "metrics"}


def test_a_run_without_metrics_is_compared_by_the_rest(make_run):
    first, second = make_run(), make_run()
    (second.path / "metrics.json").unlink()
    assert difference(first, second).metrics["test.roc_auc"] == (0.5, None)


def test_the_field_of_the_machine_that_explains_other_numbers_is_named(make_run):
    first, second = make_run(data="a"), make_run(data="b")
    path = second.path / "run.json"
    info = json.loads(path.read_text())
    info["versions"]["numpy"] = "1.0"
    info["machine"]["blas"]["architecture"] = "Prescott"
    path.write_text(json.dumps(info))
    assert difference(first, second).explains == ()  # of scores that are the same
    (second.path / "metrics.json").write_text('{"test": {"roc_auc": 0.75}}')
    assert difference(first, second).explains == ("data",)
    path.write_text(json.dumps(info | {"data": "a", "bitwise": False}))
    bits = ("numpy", "BLAS architecture", "a resume under other conditions")
    assert difference(first, second).explains == bits
    path.write_text(json.dumps(info))
    found = difference(first, second).machine
    assert set(found) == {"numpy", "blas.architecture", "data"}
    assert found["data"] == ("a", "b")
    assert found["blas.architecture"][1] == "Prescott"


@pytest.mark.parametrize("text", [b"a: !!python/object/apply:os.system [id]\n", b"a: [\n", b"\xff"])
def test_a_damaged_resolved_config_is_an_error_of_the_run(make_run, text):
    with pytest.raises(RunError, match=r"resolved\.yaml cannot be used") as caught:
        difference(make_run(), make_run(resolved=text))
    assert caught.value.code == 5
