"""Every registered entry has a docstring that `npnet list` prints, a formula, and described options."""

import re

import pytest

import npnet.data
import npnet.diagnosis.diagnose
import npnet.metrics
import npnet.nn
import npnet.plots  # noqa: F401 - fills the registries
from npnet.nn.losses import losses
from npnet.registry import Registry
from npnet.spec import Spec
from tests.nn.builders import reference_of

THINGS = [(registry, name) for registry in Registry.every.values() for name in registry]


@pytest.mark.parametrize(("registry", "name"), THINGS, ids=[f"{r.plural}.{n}" for r, n in THINGS])
def test_everything_registered_explains_itself(registry: Registry[object], name: str) -> None:
    thing = registry[name]
    doc = (thing.__doc__ or "").strip()
    first = doc.splitlines()[0]
    assert len(first) <= 90
    assert first.endswith(".") or ": " in first
    if isinstance(thing, type) and issubclass(thing, Spec):
        assert all(field.description for field in thing.model_fields.values()), name
        assert registry.plural in ("datasets", "methods") or re.search(r"[=~←]", doc) or "PyTorch" in doc, "a formula"


def test_a_name_is_registered_once() -> None:
    registry: Registry[object] = Registry("thing", "things")
    try:
        registry.add("one")(object())
        with pytest.raises(ValueError, match="registered twice"):
            registry.add("one")(object())
    finally:
        del Registry.every["things"]


def test_an_entry_without_a_reference_fails_with_the_place_to_add_it() -> None:
    with pytest.raises(AssertionError, match=r"huber has no reference: .*CONTRIBUTING.* or add it to TABLE in FILE"):
        reference_of(losses, "huber", {}, "TABLE in FILE")
