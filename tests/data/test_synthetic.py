import hashlib
import inspect
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from npnet.data import SourceSpec, datasets, prepare
from npnet.data.datasets.synthetic import Synthetic
from npnet.data.split import Split
from npnet.errors import DataError

SYNTHETIC = [name for name, source in datasets.items() if issubclass(source, Synthetic)]


def load(name, seed=0, **options):
    return datasets[name](**options).load(Path(), seed)


def by_rows(X):
    return X[np.lexsort(X.round(9).T)]


@pytest.mark.parametrize("name", SYNTHETIC)
def test_a_synthetic_dataset_is_the_same_for_the_same_seed_only(name):
    first, again, other = load(name, 3), load(name, 3), load(name, 4)
    assert first.X.shape[0] == len(first.y) == 1000
    assert first.features == tuple(f"x{i}" for i in range(1, first.X.shape[1] + 1))
    assert np.isfinite(first.X).all()
    np.testing.assert_array_equal(first.X, again.X)
    np.testing.assert_array_equal(first.y, again.y)
    assert not np.array_equal(first.X, other.X)


@pytest.mark.parametrize("name", SYNTHETIC)
@pytest.mark.parametrize("samples", [2, 7, 501])
def test_a_synthetic_dataset_has_as_many_samples_as_asked(name, samples):
    dataset = load(name, samples=samples)
    assert len(dataset.X) == len(dataset.y) == samples
    if dataset.classes and samples == 501:
        counts = np.bincount(dataset.y)
        assert len(counts) == len(dataset.classes)
        if name not in ("xor", "checkerboard"):
            assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("circles", "c05db01be5d44c63c4beab708a593b9bebf95c6e8742a617bb578daec8998de8"),
        ("moons", "d64030ea4d17577d6449b3b881315fae19e59085d793cb161145084f246253a3"),
        ("blobs", "d84267d915e9e4c184228b6b26abb1029e5648e1da6d667bc0b21ef27de5ef34"),
        ("spirals", "3e06e7a7d2f064f424bc1da7623ac8cb8adb9c353060f387ab38d9c39231f1e2"),
        ("xor", "91dc758bc1b3a0a39aeb813d41944e3e2217902734918d48ef8c18264c3342cc"),
        ("checkerboard", "0fa2f3e296e50cd592f0256898a37be76512a2e4ad33a3cda2d911537db89b9c"),
        ("gaussian_quantiles", "0eedbcb560f911652c7d3b17ec43841951f4406bee34a3550d6e43a20ae4bfa3"),
        ("swiss_roll", "2172e1c5eebce5390efbd99c2ca0ce52a6b28091f4f233cf766760166ca2339d"),
        ("friedman1", "1709f4e02a276d9535d8b200a3a1c5f2be1734b7d57c8618f1644ea87e3caba2"),
        ("noisy_sine", "f1893a8eba64cc9c61b8f292d2d928aaf54743af3fdb06c4cf7fdf122c5f0b1b"),
    ],
)
def test_a_synthetic_dataset_is_the_same_on_every_machine_and_in_every_version(name, expected):
    dataset = load(name, 42, samples=200)
    values = np.column_stack([dataset.X, dataset.y]).round(9) + 0.0  # sin and cos differ in the last digit
    assert hashlib.sha256(np.ascontiguousarray(values, "<f8").tobytes()).hexdigest() == expected


@pytest.mark.parametrize("samples", [100, 101])
@pytest.mark.parametrize(("name", "options"), [("circles", {"factor": 0.5}), ("moons", {})])
def test_circles_and_moons_without_noise_are_those_of_scikit_learn(name, options, samples):
    import sklearn.datasets

    mine = load(name, samples=samples, noise=0, **options)
    X, y = getattr(sklearn.datasets, f"make_{name}")(samples, shuffle=False, **options)
    np.testing.assert_allclose(by_rows(np.column_stack([mine.X, mine.y])), by_rows(np.column_stack([X, y])), atol=1e-9)


def test_circles_have_radius_one_and_factor_inside_as_class_one():
    circles = load("circles")
    np.testing.assert_allclose(np.hypot(*circles.X.T), np.where(circles.y == 1, 0.8, 1.0))
    assert (circles.task, circles.classes, circles.targets) == ("binary", ("0", "1"), ("class",))


@pytest.mark.parametrize(("name", "options"), [("circles", {}), ("moons", {}), ("spirals", {}), ("swiss_roll", {})])
def test_noise_has_the_spread_that_is_asked_for(name, options):
    clean, noisy = (load(name, samples=20_000, noise=noise, **options) for noise in (0, 0.3))
    if name == "swiss_roll":
        np.testing.assert_array_equal(clean.y, noisy.y)
    assert np.std(noisy.X - clean.X) == pytest.approx(0.3, rel=0.02)


def test_rows_are_mixed_so_that_any_beginning_holds_all_classes():
    for name in ("circles", "moons", "blobs", "gaussian_quantiles"):
        assert len(np.unique(load(name).y[:30])) == len(load(name).classes)


def test_blobs_lie_around_their_centres():
    blobs = load("blobs", samples=5000, classes=4, features=3, noise=0.5)
    spread = [blobs.X[blobs.y == code].std(axis=0) for code in range(4)]
    np.testing.assert_allclose(spread, 0.5, rtol=0.1)


def test_spirals_turn_as_they_go_out():
    spirals = load("spirals", noise=0, turns=2.0, classes=3)
    radius = np.hypot(*spirals.X.T)
    angle = 2 * np.pi * (2 * radius + spirals.y / 3)
    np.testing.assert_allclose(spirals.X, radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1), atol=1e-9)


def test_xor_and_checkerboard_follow_their_signs_and_squares():
    xor, board = load("xor"), load("checkerboard", cells=3)
    np.testing.assert_array_equal(xor.y, (xor.X[:, 0] * xor.X[:, 1] < 0).astype(int))
    np.testing.assert_array_equal(board.y, np.floor(board.X).sum(axis=1) % 2)
    assert board.X.max() < 3


def test_gaussian_quantiles_are_shells():
    shells = load("gaussian_quantiles", classes=4, features=3)
    radius = np.linalg.norm(shells.X, axis=1)
    assert all(radius[shells.y == code].max() < radius[shells.y == code + 1].min() for code in range(3))


def test_regressions_follow_their_formulas():
    roll, friedman, sine = load("swiss_roll"), load("friedman1", noise=0), load("noisy_sine", noise=0)
    t = roll.y[:, 0]
    np.testing.assert_allclose(roll.X[:, [0, 2]], np.stack([t * np.cos(t), t * np.sin(t)], axis=1))
    assert (roll.targets, roll.task) == (("t",), "regression")
    x = friedman.X.T
    y = 10 * np.sin(np.pi * x[0] * x[1]) + 20 * (x[2] - 0.5) ** 2 + 10 * x[3] + 5 * x[4]
    np.testing.assert_allclose(friedman.y[:, 0], y)
    np.testing.assert_allclose(sine.y, np.sin(2 * np.pi * sine.X))


@pytest.mark.parametrize(
    "written", ["moons", {"circles": 500}, {"circles": {"samples": 5000, "noise": 0.04}}, {"blobs": {"classes": 5}}]
)
def test_the_first_option_is_the_number_of_samples_and_a_spec_is_written_as_it_was_read(written):
    adapter = TypeAdapter(SourceSpec)
    source = adapter.validate_python(written)
    assert adapter.dump_python(source) == written
    assert source.main_option() == "samples"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("circles", {"samples": 1}),
        ("circles", {"samples": 10**12}),
        ("circles", {"samples": 100.0}),
        ("circles", {"samples": True}),
        ("circles", {"noise": -0.1}),
        ("circles", {"noise": float("nan")}),
        ("circles", {"noise": float("inf")}),
        ("circles", {"factor": 1.0}),
        ("blobs", {"classes": 1}),
        ("friedman1", {"features": 4}),
        ("iris", {"samples": 10}),
    ],
)
def test_options_out_of_range_are_refused(name, options):
    with pytest.raises(ValidationError):
        datasets[name](**options)


def test_fewer_samples_than_classes_are_refused():
    with pytest.raises(DataError, match="has no rows"):
        prepare(load("blobs", samples=3, classes=5), Split(), "standard", 0)


def test_every_dataset_says_what_it_is_in_one_line():
    for source in datasets.values():
        assert 20 < len(inspect.getdoc(source).splitlines()[0]) <= 90
