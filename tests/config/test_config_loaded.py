"""Loading: every issue at its line, files that are not configs, and randomly changed texts."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from npnet.config import Experiment, Loaded, load
from npnet.errors import ConfigError, MachineError, Problem, UsageError

Load = Callable[..., Loaded]
Problems = Callable[..., list[Problem]]

MISTAKES = [
    ("learning_rate", "learning_rte", "9:1", 'unknown key "learning_rte"', 'did you mean "learning_rate"?'),
    ("learning_rate: 0.01", 'learning_rate: "0.1"', "9:16", 'not the text "0.1"', "write it without quotes: 0.1"),
    (
        "learning_rate: 0.01",
        "learning_rate: -1",
        "9:16",
        "must be a number greater than 0 and at most 1e6, it is -1",
        None,
    ),
    ("learning_rate: 0.01", "learning_rate: .nan", "9:16", "must be a number greater than 0", "numbers are finite"),
    ("learning_rate: 0.01", "learning_rate: [1]", "9:16", "not a list", None),
    ("epochs: 100", "epochs: 1.5", "10:9", "epochs must be a whole number from 0 to 10**7, it is 1.5", None),
    ("epochs: 100", "epochs: true", "10:9", "epochs must be a whole number from 0 to 10**7, not true", None),
    ("epochs: 100", "epochs: 010", "10:9", 'not the text "010"', "write 10"),
    ("epochs: 100", "epochs: 1_000", "10:9", 'not the text "1_000"', "write 1000"),
    ("epochs: 100", "epochs:", "10:8", "; it has no value", None),
    ("batch_size: 128", "batch_size: most", "11:13", '"all", not the text "most"', None),
    ("batch_size: 128", "batch_size: 0", "11:13", 'greater than 0 and at most 10**9 or "all", it is 0', None),
    ("linear: 16", "linear: 0", "3:13", "layers[0].linear.units must be a whole number from 1 to 10**7, it is 0", None),
    ("linear: 16", "linear: {units: x}", "3:21", "layers[0].linear.units must be a whole number", None),
    ("linear: 16", "linear: {unit: 3}", "3:14", 'unknown key "unit"', 'did you mean "units"?'),
    ("linear: 16", "linear: {cells: 3}", "3:14", 'unknown key "cells"', "the keys of layers[0].linear are: units"),
    ("- relu", "- rleu", "4:5", 'unknown layer "rleu"', 'did you mean "relu"?'),
    ("- relu", "- {relu: 3}", "4:6", "relu has no options", "write relu"),
    ("- relu", "- 3", "4:5", "a layer is written NAME", "write linear: 3"),
    ("- relu", "- linear:\n    units: 3", "5:5", "layers[1] names 2 things", "indent the options more than linear"),
    ("- relu", "- residual: [linear: 0]", "4:24", "layers[1].residual.layers[0].linear.units must be", None),
    ("circles:", "circels:", "1:11", 'unknown dataset "circels"', 'did you mean "circles"?'),
    ("noise: 0.04", "noise: -1", "1:42", "dataset.circles.noise must be", None),
    ("loss: binary_cross_entropy", "loss: {cross_entropy: {label_smoothing: 2}}", "7:41", "less than 1, it is 2", None),
    ("epochs: 100", "early_stopping: {min_delta: 1}", "10:1", 'early_stopping needs the key "patience"', None),
    ("epochs: 100", "early_stopping: 0", "10:17", "early_stopping.patience must be a whole number from 1", None),
    ("epochs: 100", "early_stopping: true", "10:17", 'a number of epochs, "off" or options', None),
    ("epochs: 100", "monitor: validation_rocauc", "10:10", "unknown score", 'did you mean "validation_roc_auc"?'),
    ("epochs: 100", "metrics: [roc_auc, acuracy]", "10:10", 'unknown metric "acuracy"', 'did you mean "accuracy"?'),
    ("epochs: 100", "metrics: [3]", "10:11", "metrics[0] must be text, it is 3", None),
    ("epochs: 100", "split: {test: 0.5, validation: 0.5}", "10:9", "leave no rows to train on", None),
    ("epochs: 100", "dtype: float16", "10:8", 'dtype must be "float32" or "float64"', None),
    ("epochs: 100", 'dtype: "32"', "10:8", 'not the text "32"', None),
    (
        "- relu",
        "- dropout: .inf",
        "4:14",
        "layers[1].dropout.rate must be a number of at least 0",
        "numbers are finite",
    ),
    ("epochs: 100", "early_stopping: .nan", "10:17", "early_stopping must be a number of epochs", "numbers are finite"),
    ("epochs: 100", "foo: .nan", "10:1", 'unknown key "foo"', "the keys are: dataset"),
    ("epochs: 100", "seed: 99999999999999999999", "10:7", "from 0 to 2**63 - 1", None),
    ("epochs: 100", "threads: 0", "10:10", '"auto"', None),
    ("epochs: 100", "{a: 1}: 3", "10:1", "a key must be a single word", None),
    ("dataset: {circles: {samples: 200, noise: 0.04}}", "dataset: table", "1:10", 'needs the key "path"', None),
]


@pytest.mark.parametrize(("old", "new", "where", "message", "hint"), MISTAKES, ids=[row[1][:40] for row in MISTAKES])
def test_an_issue_is_reported_at_its_location(
    valid: str, problems_of: Problems, old: str, new: str, where: str, message: str, hint: str | None
) -> None:
    first = problems_of(valid.replace(old, new, 1))[0]
    assert first.where == f"c.yaml:{where}"
    assert message in first.message
    assert hint is None or (first.hint or "").startswith(hint)


def test_all_issues_are_reported_at_once_in_the_order_of_the_file(problems_of: Problems) -> None:
    text = "layers: [linear: 0, rleu]\nepochs: -1\nlerning_rate: 1\nepochs: 3\nseed: !x 1\nl1: .inf\n"
    problems = problems_of(text, "l2=-1", "epochs.x=3")
    assert [(problem.where, problem.message[:24]) for problem in problems] == [
        ("c.yaml:1:1", 'the key "dataset" is mis'),
        ("c.yaml:1:18", "layers[0].linear.units m"),
        ("c.yaml:1:21", 'unknown layer "rleu"'),
        ("c.yaml:2:9", "epochs must be a whole n"),
        ("c.yaml:3:1", 'unknown key "lerning_rat'),
        ("c.yaml:4:1", 'the key "epochs" is give'),
        ("c.yaml:5:7", "tags (!x) are not suppor"),
        ("c.yaml:6:5", "l1 must be a number from"),
        ("command line: epochs.x", "epochs has no options, s"),
        ("command line: l2", "l2 must be a number from"),
    ]
    assert problems[3].excerpt == "epochs: -1\n        ^"


@pytest.mark.parametrize("key", [key for key in Experiment.model_fields if len(key) > 3])
@given(data=st.data())
@settings(deadline=None, max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_key_with_one_wrong_letter_is_answered_with_the_right_one(key: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(key) - 2))
    twist = data.draw(st.sampled_from(["drop", "double", "swap"]))
    middle = {"drop": key[place + 1], "double": key[place] * 2 + key[place + 1], "swap": key[place + 1] + key[place]}
    wrong = key[:place] + middle[twist] + key[place + 2 :]
    if wrong in Experiment.model_fields:
        return
    Path("c.yaml").write_text(f"{wrong}: 1\n")
    with pytest.raises(ConfigError) as caught:
        load(Path("c.yaml"), [])
    found = [(problem.message, problem.hint) for problem in caught.value.problems]
    assert (f'unknown key "{wrong}"', f'did you mean "{key}"?') in found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'the key "dataset" is missing'),
        ("# nothing\n", 'the key "dataset" is missing'),
        ("- a\n", "a config is a mapping"),
        ("text", "a config is a mapping"),
        ("3", "a config is a mapping"),
    ],
)
def test_a_file_without_keys_is_refused_at_its_beginning(problems_of: Problems, text: str, message: str) -> None:
    first = problems_of(text)[0]
    assert message in first.message
    assert first.where.startswith("c.yaml:1:")


def test_a_folder_a_pipe_and_a_huge_file_are_refused_without_waiting() -> None:
    Path("folder.yaml").mkdir()
    os.mkfifo("pipe.yaml")
    with Path("huge.yaml").open("wb") as file:
        file.truncate(2**30)
    start = time.perf_counter()
    for name, message in (("folder", "a folder"), ("pipe", "not a regular file"), ("huge", "1073741824 bytes")):
        with pytest.raises(ConfigError, match=message):
            load(Path(f"{name}.yaml"))
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("name", "hint"),
    [("circle.yaml", "did you mean circles.yaml?"), ("circles", "did you mean circles.yaml?"), ("zz", "there are: ")],
)
def test_a_missing_file_is_a_usage_error_that_names_near_ones(name: str, hint: str) -> None:
    Path("circles.yaml").touch()
    with pytest.raises(UsageError, match="no such file") as caught:
        load(Path(name))
    assert (caught.value.hint or "").startswith(hint)


@pytest.mark.parametrize("name", ["a/b/c.yaml", "c.yaml/d", "x" * 5000, "nul\0.yaml"])
def test_an_impossible_path_is_a_usage_error(name: str) -> None:
    Path("c.yaml").touch()
    with pytest.raises(UsageError, match="no such file"):
        load(Path(name))


def test_an_unreadable_file_is_a_machine_error() -> None:
    Path("loop.yaml").symlink_to("loop.yaml")
    with pytest.raises(MachineError, match=r"cannot read loop\.yaml"):
        load(Path("loop.yaml"))


def test_control_characters_in_a_file_name_are_escaped() -> None:
    Path("a\x1b[31m.yaml").write_text("x: 1")
    with pytest.raises(ConfigError) as caught:
        load(Path("a\x1b[31m.yaml"))
    assert caught.value.problems[0].where == "a\\x1b[31m.yaml:1:1"


def test_a_loaded_config_knows_the_locations_of_its_keys(load_text: Load) -> None:
    loaded = load_text()
    assert loaded.where("layers", 0, "linear", "units") == "c.yaml:3:13"
    assert loaded.where("layers", 1) == "c.yaml:4:5"
    assert loaded.where("seed") == "c.yaml:1:1"
    problem = loaded.error(("layers", 2), "layers[2] is off", "mend it").problems[0]
    assert (problem.where, problem.hint) == ("c.yaml:5:5", "mend it")
    assert loaded.base == Path()
    assert loaded.text == Path("c.yaml").read_bytes()


@pytest.mark.parametrize(
    ("written", "patience"), [("20", 20), ("{patience: 5, min_delta: 0.1}", 5), ("off", 0), ("false", 0), ("null", 0)]
)
def test_early_stopping_has_short_forms(load_text: Load, valid: str, written: str, patience: int) -> None:
    stopping = load_text(f"{valid}early_stopping: {written}\n").experiment.early_stopping
    assert (stopping.patience if stopping else 0) == patience


@pytest.mark.parametrize(
    ("extra", "monitored"),
    [("", "validation_loss"), ("split: {validation: 0}", "train_loss"), ("monitor: validation_f1", "validation_f1")],
)
def test_the_default_monitor_depends_on_the_split(load_text: Load, valid: str, extra: str, monitored: str) -> None:
    assert load_text(f"{valid}{extra}\n").experiment.monitored == monitored


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["delete", "double", "insert", "swap", "line"]),
            st.integers(0, 10**6),
            st.sampled_from(
                [*"\t\n :-#[]{}'\"&*!|>%@`,?~\\0é€😀", "  ", "\r\n", "---\n", ".nan", "<<: ", "\x00", "\x85"]
            ),
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_config_changed_at_random_loads_or_is_refused(valid: str, changes: list[tuple[str, int, str]]) -> None:
    text = valid
    for change, number, piece in changes:
        at = number % (len(text) + 1)
        lines = text.split("\n")
        text = {
            "delete": text[:at] + text[at + 1 :],
            "double": text[:at] + text[at : at + 9] + text[at:],
            "insert": text[:at] + piece + text[at:],
            "swap": text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :],
            "line": "\n".join(lines[: at % len(lines)] + lines[at % len(lines) + 1 :]),
        }[change]
    Path("c.yaml").write_bytes(text.encode())
    problems: tuple[Problem, ...] = ()
    try:
        load(Path("c.yaml"))
    except ConfigError as error:
        problems = error.problems
    assert all(problem.where.startswith("c.yaml") and problem.message for problem in problems)
