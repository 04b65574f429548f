"""The problems of the data set sequences: their targets follow from their inputs, the same on every machine."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from npnet.data import SourceSpec, datasets
from npnet.data.sequences.problems import PROBLEMS
from npnet.errors import DataError, OptionError

RAGGED = {"sine": 3, "adding": 4, "parity": 2, "copy": 9, "recall": 3}
SIZES = {name: {"length": 12} for name in PROBLEMS} | {"copy": {"length": 12, "items": 4}, "recall": {"items": 5}}


def load(task, seed=0, **options):
    return datasets["sequences"](task=task, **{**SIZES[task], "samples": 60, **options}).load(Path(), seed)


def steps_of(dataset):
    """Return the rows as (steps, features) arrays without missing steps."""
    values = dataset.X.reshape(len(dataset), dataset.positions[0], -1)
    return [row[~np.isnan(row).any(axis=1)] for row in values]


def is_right(task, row, target, last):
    """Return whether a target follows from the steps of a row."""
    if task == "sine":
        value = row[:, 0]  # each value follows from the two before it: x'' = -w² x
        wave = (value[2:] + value[:-2]) @ value[1:-1] / (value[1:-1] @ value[1:-1])
        return abs(wave * value[-1] - value[-2] - target[last]) < 1e-6
    if task == "adding":
        halves = len(row) // 2
        one_in_each = row[:halves, 1].sum() == 1 == row[halves:, 1].sum()
        return one_in_each and abs(row[:, 0] @ row[:, 1] - target[last]) < 1e-9
    if task == "parity":
        return target[last] == row.sum() % 2
    if task == "copy":
        return list(target[: len(row)]) == [0] * (len(row) - 4) + list(row[:4, 0]) and row[len(row) - 5, 0] == 9
    keys, digits = row[:-1:2, 0], row[1::2, 0]
    return len({*keys}) == len(keys) and digits[list(keys).index(row[-1, 0])] == target[last]


@pytest.mark.parametrize("ragged", [False, True], ids=["full", "ragged"])
@pytest.mark.parametrize("task", PROBLEMS)
def test_targets_follow_from_the_steps(task, ragged):
    dataset = load(task, **({"shortest": RAGGED[task]} if ragged else {}))
    lengths = {len(row) for row in steps_of(dataset)}
    assert max(lengths) == dataset.positions[0]
    assert (len(lengths) > 2) is ragged is dataset.ragged
    for row, target in zip(steps_of(dataset), dataset.y.reshape(60, -1), strict=True):
        assert is_right(task, row, target, -1)
    if dataset.tokens:
        assert {*np.unique(dataset.X[~np.isnan(dataset.X)])} <= {*range(dataset.tokens)}


@pytest.mark.parametrize("task", ["sine", "parity"])
def test_each_step_has_its_target(task):
    whole, stepped = load(task, shortest=3), load(task, shortest=3, steps=True)
    np.testing.assert_array_equal(whole.X, stepped.X)
    for row, target, last in zip(steps_of(whole), stepped.y, whole.y.reshape(-1), strict=True):
        known = target[: len(row)]
        following = row.cumsum() % 2 if task == "parity" else np.append(row[1:], last)
        np.testing.assert_allclose(known, following)
        assert (np.isnan(target) if task == "sine" else target == -1)[len(row) :].all()


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("sine", "7c816a5051867ae98497b5506b0a6feca7c997065eb134b81ed10f7c90d491f4"),
        ("adding", "5e22f816dc65217e227d8d32f3f45078781d7f7d304dadc86d9a208440a21c01"),
        ("parity", "7596e6c3b0340215ef8f1805dc5a39b50ed2f076e75a6032e4c25cd9fe332918"),
        ("copy", "81f175eb973333af781af0c182dc5ab08bcbc8db62a4771746531326994b6b46"),
        ("recall", "e7ddd5ed894399941d086d72a31635de8d490eacb87ddc179b97fa6445709ded"),
    ],
)
def test_sequences_are_the_same_on_every_machine_and_in_every_version(task, expected):
    dataset = load(task, 42, shortest=RAGGED[task])
    values = np.nan_to_num(np.column_stack([dataset.X, dataset.y]), nan=-9).round(9) + 0.0
    assert hashlib.sha256(np.ascontiguousarray(values, "<f8").tobytes()).hexdigest() == expected
    assert not np.array_equal(load(task, 43).X, load(task, 42).X)


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"task": "recall", "length": 33}, "the length of recall is that of its pairs", "write items: 16"),
        ({"task": "adding", "items": 3}, "adding has no items to remember", "take items out"),
        ({"task": "copy", "noise": 0.1}, "copy has no noise", "take noise out"),
        ({"task": "adding", "steps": True}, "adding has one target for each sequence", "take steps out"),
        ({"task": "copy", "steps": False}, "copy has a target at each step", "take steps out"),
        ({"task": "copy", "length": 20}, "20 steps are too few for 10 items to copy", "write length: 21, or more"),
        ({"task": "sine", "shortest": 101}, "shortest: 101 is not between 2 and the length, 100", "shortest: 50"),
        ({"task": "recall", "shortest": 2}, "shortest: 2 is not between 3 and the length, 33", "shortest: 16"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options, message, hint):
    with pytest.raises(ValidationError) as raised:
        datasets["sequences"](**options)
    error = raised.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, OptionError)
    assert message in error.message
    assert hint in error.hint


@pytest.mark.parametrize(
    "options",
    [{}, {"task": "sort"}, {"task": "sine", "length": 0}, {"task": "sine", "samples": 1}, {"task": "copy", "items": 0}],
)
def test_options_without_sense_are_refused(options):
    with pytest.raises(ValidationError):
        TypeAdapter(SourceSpec).validate_python({"sequences": options})


def test_sequences_that_do_not_fit_into_the_memory_are_refused_before_they_are_drawn():
    with pytest.raises(DataError, match=r"10000000 sequences of 100000 steps need 80.0 TB, .* are free") as raised:
        load("adding", samples=10**7, length=10**5)
    assert raised.value.hint == "write fewer samples, or a shorter length"
