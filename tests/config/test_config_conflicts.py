"""Settings that exclude each other are refused, with every way to resolve the conflict."""

from collections.abc import Callable
from pathlib import Path

import pytest

from npnet.config import Loaded
from npnet.config.experiment import conflicts
from npnet.config.writer import write_resolved
from npnet.errors import ConfigError, Problem

Load = Callable[..., Loaded]
Problems = Callable[..., list[Problem]]

TABLE = "dataset: {{table: {{path: t.csv, target: y{options}}}}}\nlayers: [linear]\n{more}"

OF_A_TABLE = {
    "group: g, time: t": (
        "dataset.table.time: a table is divided by group or by time, not by both",
        "take time out to keep groups whole, or group out to test on the latest rows",
    ),
    "group: g, validation: v.csv": (
        "dataset.table.group: group divides no rows where the parts are files of their own",
        "take group out, or validation",
    ),
    "time: t, validation: v.csv, test: e.csv": (
        "dataset.table.time: time divides no rows where the parts are files of their own",
        "take time out, or validation and test",
    ),
}


@pytest.mark.parametrize("options", OF_A_TABLE)
def test_a_table_is_split_in_a_single_way(options: str, problems_of: Problems) -> None:
    (problem,) = problems_of(TABLE.format(options=f", {options}", more=""))
    assert (problem.message, problem.hint) == OF_A_TABLE[options]


OF_A_CONFIG = {
    (", test: e.csv", "split: {test: 0.1}"): (
        "split has no effect where the sets are files of their own",
        "take split out, or test out of dataset",
    ),
    (", validation: v.csv", "cv: 3"): (
        "cv splits all rows, but the sets are files of their own",
        "take cv out, or validation out of dataset",
    ),
    ("", "scale: none\nprepare: {numbers: min_max}"): (
        "prepare sets how numbers are scaled, so scale: none has no effect",
        "take scale out, or write prepare: {numbers: none}",
    ),
    ("", "accumulate: 4\nbatch_size: all"): (
        "batch_size: all makes a step of all rows, so there are no batches to accumulate",
        "write batch_size: 32, or take accumulate out",
    ),
    ("", "accumulate: 4\nbatch_size: all\noptimizer: lbfgs"): (
        "batch_size: all makes a step of all rows, so there are no batches to accumulate",
        "take accumulate out",
    ),
    ("", "optimizer: lbfgs"): (
        "lbfgs searches for steps that lower the loss of all rows, and batch_size is 32",
        "write batch_size: all, or write optimizer: adam",
    ),
    ("", "clip_norm: 1\nbatch_size: all\noptimizer: lbfgs"): (
        "lbfgs searches along its own direction, which clip_norm would bend",
        "take clip_norm out, or write optimizer: adam",
    ),
    ("", "l1: 0.1\nbatch_size: all\noptimizer: lbfgs"): (
        "lbfgs needs a loss with a slope everywhere, and the penalty l1 has none at 0",
        "write l2 in place of l1, or write optimizer: adam",
    ),
    ("", "augment: {noise: 0.1}\nbatch_size: all\noptimizer: lbfgs"): (
        "augment changes the rows from one step to the next, between which lbfgs measures the curvature",
        "take augment out, or write optimizer: adam",
    ),
    ("", "optimizer: {lbfgs: {weight_decay: 0.1}}\nbatch_size: all"): (
        "weight_decay is no part of the loss that lbfgs searches along",
        "take it out and write l2: 0.1, or write optimizer: adam",
    ),
    ("", "early_stopping: 3\nevaluate_every: 5"): (
        "early_stopping after 3 epochs would stop before the next evaluation, one in 5 epochs",
        "write early_stopping: 5, or evaluate_every: 3",
    ),
}


@pytest.mark.parametrize(("options", "more"), OF_A_CONFIG, ids=[more for _, more in OF_A_CONFIG])
def test_settings_that_exclude_each_other_are_refused_at_their_line(options: str, more: str, load_text: Load) -> None:
    loaded = load_text(TABLE.format(options=options, more=more))
    with pytest.raises(ConfigError) as caught:
        loaded.raise_for(conflicts(loaded.experiment))
    (problem,) = caught.value.problems
    assert (problem.message, problem.hint) == OF_A_CONFIG[options, more]
    assert problem.where == "c.yaml:3:" + problem.where.rpartition(":")[2]


@pytest.mark.parametrize(
    ("options", "more"),
    [
        (", group: g", "split: {test: 0.1}\ncv: 3"),
        (", time: t", "cv: 3"),
        ("", "early_stopping: 5\nevaluate_every: 5"),
    ],
)
def test_settings_that_go_together_pass(options: str, more: str, load_text: Load) -> None:
    assert not list(conflicts(load_text(TABLE.format(options=options, more=more)).experiment))


@pytest.mark.parametrize(
    ("options", "more", "monitored"),
    [
        ("", "", "validation_loss"),
        ("", "split: {validation: 0}", "train_loss"),
        (", test: e.csv", "", "train_loss"),
        (", validation: v.csv", "", "validation_loss"),
        ("", "cv: {folds: 3, validation: 0}", "train_loss"),
        ("", "cv: 3\nsplit: {validation: 0}", "validation_loss"),
    ],
)
def test_the_default_monitor_is_measured_on_a_set_that_exists(
    options: str, more: str, monitored: str, load_text: Load, tmp_path: Path
) -> None:
    assert load_text(TABLE.format(options=options, more=more)).experiment.monitored == monitored


@pytest.mark.parametrize(
    ("layer", "name"), [("{dropout: 0.1}", "dropout"), ("{residual: [batch_norm]}", "batch_norm"), ("tanh", None)]
)
def test_a_searched_step_needs_layers_that_compute_the_same_twice(layer: str, name: str, load_text: Load) -> None:
    text = f"dataset: xor\nlayers: [{{linear: 4}}, {layer}, linear]\nbatch_size: all\noptimizer: lbfgs"
    found = list(conflicts(load_text(text).experiment))
    message = f"{name} computes otherwise in each trial of a step that lbfgs searches for"
    expected = [(("layers", 1), message, f"take {name} out, or write optimizer: adam")]
    assert found == (expected if name else [])


@pytest.mark.parametrize("scale", ["standard", "none"])
def test_scale_beside_prepare_is_refused_whatever_it_says(scale: str, load_text: Load) -> None:
    text = TABLE.format(options="", more=f"prepare: {{}}\nscale: {scale}")
    assert [message for _, message, _ in conflicts(load_text(text).experiment)] == [
        f"prepare sets how numbers are scaled, so scale: {scale} has no effect"
    ]


def test_a_split_that_is_written_as_its_default_is_a_conflict_too(load_text: Load) -> None:
    text = TABLE.format(options=", test: e.csv", more="split: {}")
    assert len(list(conflicts(load_text(text).experiment))) == 1


@pytest.mark.parametrize(
    ("options", "more"), [("", "prepare: {}"), (", validation: v.csv", "epochs: 3")], ids=["prepare", "own files"]
)
def test_what_is_resolved_has_no_conflict_of_its_own(options: str, more: str, load_text: Load) -> None:
    experiment = load_text(TABLE.format(options=options, more=more)).experiment
    again = load_text(write_resolved(experiment)).experiment
    assert again == experiment
    assert not list(conflicts(again))
