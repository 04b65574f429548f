"""What `npnet.nn` exports: every class that is registered, linear first."""

import npnet.nn
from npnet.nn import Adam, BinaryCrossEntropy, Linear, ReLU
from npnet.nn.layer import layers
from npnet.registry import Registry


def test_classes_are_imported_from_the_package() -> None:
    assert layers["linear"] is Linear
    assert layers["relu"] is ReLU
    assert {Adam.__name__, BinaryCrossEntropy.__name__} <= set(npnet.nn.__all__)  # type: ignore[attr-defined]


def test_everything_registered_is_exported_and_linear_comes_first() -> None:
    kinds = ("layers", "losses", "optimizers", "initializers", "schedules")
    classes = [spec for kind in kinds for spec in Registry.every[kind].values()]
    assert all(getattr(npnet.nn, name) is spec for name, spec in zip(npnet.nn.__all__, classes, strict=True))  # type: ignore[attr-defined]
    assert next(iter(layers)) == "linear"
