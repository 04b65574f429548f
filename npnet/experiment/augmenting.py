"""Settings of `augment` that do not fit the data or the first layer."""

from collections.abc import Iterator
from contextlib import suppress

from npnet.config.nodes import KeyIssue
from npnet.errors import AdvisedError
from npnet.experiment.resolved import ResolvedExperiment
from npnet.nn.augmentation import GEOMETRIC, Augment
from npnet.nn.positions.reshape import Positions
from npnet.nn.shape import Shape

OF_IMAGES = ("flip", "rotate")
KEY = "augment"


def augmentation_issues(r: ResolvedExperiment, augment: Augment) -> Iterator[KeyIssue]:
    """Yield each change that the inputs do not allow: where there are no positions, none is allowed."""
    first, given = r.sized_layers[0], [name for name in type(augment).model_fields if getattr(augment, name)]
    if not isinstance(first, Positions):
        message = "augment is for images and sequences, and the inputs of this network have no positions"
        yield (KEY,), message, "write positions: [8, 8], or other sizes, as the first layer, or take augment out"
        return
    if r.data.tokens:
        yield (KEY,), "augment changes numbers, and the values of these data are codes", "take augment out"
        return
    with suppress(AdvisedError):  # reported as an issue of the layer
        yield from _of_shape(augment, given, first.shape(Shape(r.data.features)))
    if r.data.steps:
        for name in given:
            if name != "noise":
                message = f"{name} changes where the inputs are, and there is a target at each position"
                yield (KEY, name), message, f"take {name} out"
    moving, preparing = [name for name in given if name in GEOMETRIC], r.given.preparing
    scaling = preparing if isinstance(preparing, str) else preparing.numbers
    if moving and scaling != "none" and not r.data.positions:
        message = f"{moving[0]} moves values from one column to another, and each column has a scaling of its own"
        hint = "write scale: none" if r.given.prepare is None else "write numbers: none under prepare"
        yield (KEY, moving[0]), message, hint


def _of_shape(augment: Augment, given: list[str], shape: Shape) -> Iterator[KeyIssue]:
    """Yield the changes that positions of a shape do not allow."""
    sizes = " x ".join(map(str, shape.positions))
    for name in given:
        if name in OF_IMAGES and len(shape.positions) == 1:
            yield (KEY, name), f"{name} is for images, and the positions are a sequence", f"take {name} out"
    least = min(shape.positions)
    if augment.shift >= least:
        message = f"shift: {augment.shift} moves everything out of {sizes} positions"
        yield (KEY, "shift"), message, f"write shift: {max(least // 8, 1)}, or another number below {least}"
    if augment.cutout > least:
        message = f"cutout: {augment.cutout} is larger than {sizes} positions"
        yield (KEY, "cutout"), message, f"write cutout: {max(least // 2, 1)}, or another number up to {least}"
