"""Installed packages that offer layers by entry points of the group `npnet.layers`.

A package is imported only where a config names one of its layers, or where all are listed. Metadata of the current
folder do not count, which `python -m npnet` would find there.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, EntryPoint, distributions
from pathlib import Path

from npnet.errors import AdvisedError, PluginFault
from npnet.registry import Registry
from npnet.registry.plugins import Plugin, is_foreign, registering
from npnet.text import listed, one_line

GROUP = "npnet.layers"


@dataclass(frozen=True)
class Offer:
    """A layer that an installed package offers: its name, the package and its version, and where the code is."""

    layer: str
    package: str
    version: str
    entry: EntryPoint


@cache
def offers() -> dict[str, tuple[Offer, ...]]:
    """Return the layers that installed packages offer, by name; nothing is imported."""
    found: dict[str, list[Offer]] = {}
    for distribution in _installed():
        for entry in distribution.entry_points:
            if entry.group == GROUP:
                offer = Offer(entry.name, distribution.metadata["Name"], distribution.version, entry)
                found.setdefault(entry.name, []).append(offer)
    return {name: tuple(some) for name, some in sorted(found.items())}


def offered(layer: str) -> Offer | None:
    """Return the package that offers a layer; None where none does, raise AdvisedError where several do."""
    some = offers().get(layer, ())
    if len(some) > 1:
        packages = " and ".join(offer.package for offer in some)
        raise AdvisedError(f'the packages {packages} both offer the layer "{layer}"', "uninstall one of them")
    return some[0] if some else None


def load_offered(layer: str) -> None:
    """Import the package that offers a layer, if any; raise AdvisedError where it fails or registers no such layer."""
    if (offer := offered(layer)) is None:
        return
    plugin = Plugin(offer.package, offer.version, offer.entry.module)
    try:
        with registering(plugin):
            offer.entry.load()
            if layer not in Registry.every["layers"]:
                what = f'the package {offer.package} {offer.version} registers no layer "{layer}"'
                raise PluginFault(what, f'its entry point names it: @layers.add("{layer}") registers it')
    except PluginFault as fault:
        raise AdvisedError(f"the package {offer.package} cannot be loaded: {fault.message}", fault.hint) from fault


def load_all() -> list[str]:
    """Import every package that offers layers; return a line for each offer that is ignored."""
    notes, layers = list[str](), Registry.every["layers"]
    for name, some in offers().items():
        if name in layers and not is_foreign(layers[name]):
            packages = listed(offer.package for offer in some)
            notes.append(f'{packages} offers a layer "{one_line(name, 60)}", which is ignored: npnet has one')
            continue
        try:
            layers.look_up(name)
        except AdvisedError as error:
            notes.append(f"{error.message}{f'; {error.hint}' if error.hint else ''}")
    return notes


def _installed() -> Iterator[Distribution]:
    """Yield the distributions of the search path, without the current folder, each name once."""
    here, seen = Path.cwd(), set[str]()
    path = [entry for entry in sys.path if entry and Path(entry).resolve() != here]
    for distribution in distributions(path=path):
        name = distribution.metadata["Name"]
        if name and name not in seen:
            seen.add(name)
            yield distribution
