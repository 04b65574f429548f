"""The kinds of pictures: functions from material to a drawing, with what each needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from npnet.plots.backend import styled
from npnet.plots.material import Material
from npnet.plots.sweeps.trials import SweepMaterial
from npnet.registry import Registry

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Numbers = Mapping[str, NDArray[np.generic]]
M = TypeVar("M", Material, SweepMaterial)
OTHERWISE = {Material: "shows one training, and this is a sweep", SweepMaterial: "shows a sweep, and this is none"}


@dataclass(frozen=True)
class Drawing:
    """A picture and the numbers that it shows, as columns of equal length."""

    figure: "Figure"
    numbers: Numbers


class Plot(Generic[M]):
    """A kind of picture: call it with material `of` its kind; `needs` says why it cannot be drawn, or None.

    `shows` names the other kinds of which it is made, as far as they can be drawn.
    """

    def __init__(
        self, of: type[M], paint: Callable[[M], Drawing], needs: Callable[[M], str | None], shows: Sequence[str] = ()
    ) -> None:
        self.of: type[M] = of
        self.shows = shows
        self.paint: Callable[[M], Drawing] = paint
        self.needs: Callable[[M], str | None] = needs
        self.__doc__ = paint.__doc__

    def __call__(self, material: M) -> Drawing:
        """Draw; the material must suit."""
        with styled(), np.errstate(all="ignore"):
            return self.paint(material)


plots: Registry[Plot[Any]] = Registry("plot", "plots")


def plot(
    name: str, needs: Callable[[Material], str | None], shows: Sequence[str] = ()
) -> Callable[[Callable[[Material], Drawing]], Plot[Material]]:
    """Register a function as the plot of that name; it is drawn only where `needs` gives None."""
    return lambda paint: plots.add(name)(Plot(Material, paint, needs, shows))


def sweep_plot(
    name: str, needs: Callable[[SweepMaterial], str | None]
) -> Callable[[Callable[[SweepMaterial], Drawing]], Plot[SweepMaterial]]:
    """Register a function as a plot of sweeps; it is drawn only where `needs` gives None."""
    return lambda paint: plots.add(name)(Plot(SweepMaterial, paint, needs))


def suits(name: str, material: Material | SweepMaterial) -> str | None:
    """Why a plot cannot be drawn from this material, or None; UnknownName for no such plot."""
    found = plots.find(name)
    if not isinstance(material, found.of):
        return OTHERWISE[found.of]
    reason: str | None = found.needs(material)
    return reason


def lacking_data(names: Sequence[str], material: Material) -> list[str]:
    """Which plots, or of those that they show, cannot be drawn because the data are not at hand."""
    if material.missing is None:
        return []
    wanted = dict.fromkeys(kind for name in names for kind in (name, *plots.find(name).shows))
    return [kind for kind in wanted if suits(kind, material) == material.missing]
