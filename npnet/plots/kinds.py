"""The kinds of pictures: functions from material to a drawing, with what each needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from npnet.plots.backend import styled
from npnet.plots.material import Material
from npnet.registry import Registry

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Numbers = Mapping[str, NDArray[np.generic]]
Needs = Callable[[Material], str | None]


@dataclass(frozen=True)
class Drawing:
    """A picture and the numbers that it shows, as columns of equal length."""

    figure: "Figure"
    numbers: Numbers


class Plot:
    """A kind of picture: call it with material; `needs` says why it cannot be drawn, or None."""

    def __init__(self, paint: Callable[[Material], Drawing], needs: Needs) -> None:
        self.paint, self.needs, self.__doc__ = paint, needs, paint.__doc__

    def __call__(self, material: Material) -> Drawing:
        """Draw; the material must suit."""
        with styled():
            return self.paint(material)


plots: Registry[Plot] = Registry("plot", "plots")


def plot(name: str, needs: Needs) -> Callable[[Callable[[Material], Drawing]], Plot]:
    """Register a function as the plot of that name; it is drawn only where `needs` gives None."""

    def register(paint: Callable[[Material], Drawing]) -> Plot:
        return plots.add(name)(Plot(paint, needs))

    return register


def suits(name: str, material: Material) -> str | None:
    """Why a plot cannot be drawn from this material, or None; UnknownName for no such plot."""
    return plots.find(name).needs(material)
