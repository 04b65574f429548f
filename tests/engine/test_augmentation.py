"""Augmented batches: what each change does, and that seed, epoch and place in the order alone decide it."""

import numpy as np
import pytest
from scipy import ndimage

from npnet.engine.augmentation import Augmentation
from npnet.engine.batches import Batches, Samples
from npnet.nn.augmentation import Augment
from npnet.nn.shape import Shape

GRAY, COLOR, SEQUENCE = Shape(1, (6, 8)), Shape(3, (5, 7)), Shape(2, (12,))
ALL = Augment(flip="both", shift=2, rotate=20.0, noise=0.1, cutout=3)


def rows_of(shape: Shape, rows: int = 50, models: int = 0, dtype=np.float64) -> Samples:
    random = np.random.default_rng(3)
    x = random.standard_normal((*([models] if models else []), rows, shape.values))
    t = np.broadcast_to(np.arange(rows, dtype=float)[:, np.newaxis], (*x.shape[:-1], 1))
    return Samples.of(x, t, None, dtype)


def epoch_of(samples: Samples, augment: Augment | None, shape: Shape, size=8, epoch=1, start=0, seed=5) -> list:
    """Return the inputs (models, rows, values) of each batch."""
    by = None if augment is None else Augmentation(augment, shape, seed)
    batches = Batches(samples, size, seed, augmentation=by)
    found = [batch.x.copy() for several in batches.epoch(epoch, start) for batch in several]
    assert all((x[:, -1] == 1).all() for x in found)
    return [x[:, :-1].mT for x in found]


def images(batches: list, shape: Shape) -> np.ndarray:
    """Return the images of one model, (rows, height, width, channels)."""
    x = np.concatenate(batches, axis=1)[0]
    return x.reshape(len(x), *(1, *shape.positions)[-2:], shape.features)


@pytest.mark.parametrize("shape", [GRAY, COLOR], ids=["gray", "color"])
def test_shifted_and_flipped_images_have_the_pixels_of_others(shape: Shape) -> None:
    samples, augment = rows_of(shape), Augment(flip="both", shift=2)
    before, after = (images(epoch_of(samples, one, shape), shape) for one in (None, augment))
    seen = set()
    for image, changed in zip(before, after, strict=True):
        edges = np.pad(image, ((2, 2), (2, 2), (0, 0)), mode="edge")
        found = [
            (flips, shifts)
            for flips in ((), (0,), (1,), (0, 1))
            for shifts in np.ndindex(5, 5)
            if np.array_equal(_cropped(np.flip(edges, flips), shifts, image.shape), changed)
        ]
        assert len(found) == 1
        seen |= set(found)
    assert len({flips for flips, _ in seen}) == 4
    assert {shift for _, shifts in seen for shift in shifts} == {0, 1, 2, 3, 4}


def _cropped(image: np.ndarray, shifts: tuple[int, ...], like: tuple[int, ...]) -> np.ndarray:
    return image[shifts[0] : shifts[0] + like[0], shifts[1] : shifts[1] + like[1]]


@pytest.mark.parametrize("shape", [GRAY, COLOR], ids=["gray", "color"])
def test_rotated_images_are_those_of_scipy(shape: Shape) -> None:
    samples, augment = rows_of(shape), Augment(flip="horizontal", shift=1, rotate=30.0)
    before, after = (images(epoch_of(samples, one, shape), shape) for one in (None, augment))
    maps, middle = Augmentation(augment, shape, 5).draws(1, len(before)).maps, (np.array(shape.positions) - 1) / 2
    assert np.ptp(np.arcsin(maps[:, 1, 0])) > np.deg2rad(40)
    for image, changed, at in zip(before, after, maps, strict=True):
        offset = middle + at[:, 2] - at[:, :2] @ middle
        for channel in range(shape.features):
            expected = ndimage.affine_transform(image[..., channel], at[:, :2], offset, order=1, mode="nearest")
            np.testing.assert_allclose(changed[..., channel], expected, atol=1e-12)


def test_what_is_cut_out_is_a_square_of_zeros() -> None:
    after = images(epoch_of(rows_of(COLOR, 300), Augment(cutout=3), COLOR), COLOR)
    holes = (after == 0).all(axis=-1)
    assert ((after == 0).any(axis=-1) == holes).all()
    down, across = holes.any(axis=2).sum(axis=1), holes.any(axis=1).sum(axis=1)
    assert np.array_equal(holes.sum(axis=(1, 2)), down * across)
    assert (set(down), set(across)) == ({2, 3}, {2, 3})


def test_a_sequence_is_shifted_and_cut_along_its_steps() -> None:
    samples = rows_of(SEQUENCE)
    before = images(epoch_of(samples, None, SEQUENCE), SEQUENCE)[:, 0]
    shifted = images(epoch_of(samples, Augment(shift=3), SEQUENCE), SEQUENCE)[:, 0]
    for row, changed in zip(before, shifted, strict=True):
        edges = np.pad(row, ((3, 3), (0, 0)), mode="edge")
        assert any(np.array_equal(edges[shift : shift + 12], changed) for shift in range(7))
    cut = images(epoch_of(samples, Augment(cutout=4), SEQUENCE), SEQUENCE)[:, 0]
    assert set((cut == 0).all(axis=-1).sum(axis=1)) == {2, 3, 4}


def test_noise_is_normal_with_its_deviation_and_differs_by_epoch() -> None:
    samples, noise = rows_of(GRAY, 400), Augment(noise=0.5)
    plain, first, again, other = (
        images(epoch_of(samples, by, GRAY, size=None, epoch=epoch), GRAY)
        for by, epoch in ((None, 1), (noise, 1), (noise, 1), (noise, 2))
    )
    assert np.array_equal(first, again)
    added = (first - plain).ravel()
    assert abs(added.std() - 0.5) < 0.01
    assert abs(added.mean()) < 0.02
    assert abs(np.corrcoef(added, (other - plain).ravel())[0, 1]) < 0.03


@pytest.mark.parametrize("block", [1, 3000, 1 << 18])
@pytest.mark.parametrize("start", [0, 3, 6])
def test_blocks_and_the_batch_of_a_start_change_no_bit(block: int, start: int) -> None:
    samples = rows_of(COLOR, dtype=np.float32)
    whole = epoch_of(samples, ALL, COLOR)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("npnet.engine.batches.BLOCK_BYTES", block)
        rest = epoch_of(samples, ALL, COLOR, start=start)
    assert len(rest) == 7 - start
    for one, other in zip(whole[start:], rest, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_rows_of_each_model_of_a_stack_change_as_alone(dtype: type) -> None:
    stack = rows_of(COLOR, models=3, dtype=dtype)
    together = epoch_of(stack, ALL, COLOR)
    for model in range(3):
        alone = epoch_of(Samples(stack.x[model], stack.t[model]), ALL, COLOR)
        for one, several in zip(alone, together, strict=True):
            assert np.array_equal(one[0], several[model])


def test_a_change_draws_the_same_whatever_else_is_changed() -> None:
    alone = Augmentation(Augment(shift=2), GRAY, 5).draws(4, 30).maps
    both = Augmentation(Augment(shift=2, flip="both", cutout=2), GRAY, 5).draws(4, 30).maps
    assert np.array_equal(alone[:, :, 2], both[:, :, 2])
    assert not np.array_equal(alone, Augmentation(Augment(shift=2), GRAY, 6).draws(4, 30).maps)


def test_rows_that_are_scored_and_the_samples_stay_as_they_are() -> None:
    samples = rows_of(GRAY)
    before = samples.x.copy()
    for size in (8, None):
        epoch_of(samples, ALL, GRAY, size=size)
    assert np.array_equal(samples.x, before)


def test_an_augmentation_that_changes_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="augment changes nothing"):
        Augment()
