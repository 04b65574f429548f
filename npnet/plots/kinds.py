"""Kinds of plots: their registry, and how a drawing becomes files through matplotlib."""

import csv
import logging
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from npnet.errors import MachineError, UsageError
from npnet.plots.layout import STYLE, Look
from npnet.plots.material import Material
from npnet.plots.sweeps import SweepMaterial
from npnet.registry import Registry
from npnet.storage.disk import make_folders, write_atomic

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Numbers = Mapping[str, NDArray[np.generic]]
M = TypeVar("M", Material, SweepMaterial)

USUAL = ("loss", "boundary", "roc", "confusion", "predicted_against_true", "summary")
OTHERWISE = {Material: "shows one training, and this is a sweep", SweepMaterial: "shows a sweep, and this is none"}
# No dates and no versions: the same numbers give the same bytes. Level 3 takes half the time for 12 % more bytes.
OPTIONS: dict[str, Look] = {
    "png": {"metadata": {"Software": "npnet"}, "pil_kwargs": {"compress_level": 3}},
    "svg": {"metadata": {"Date": None, "Creator": None}},
    "pdf": {"metadata": {"CreationDate": None, "Creator": None, "Producer": None}},
}


@dataclass(frozen=True)
class Drawing:
    """A picture and the numbers that it shows, as columns of equal length."""

    figure: "Figure"
    numbers: Numbers


class Plot(Generic[M]):
    """A kind of plot of one training or of a sweep: call it with its material.

    `needs` returns why a material cannot be drawn, or None; `shows` names the other kinds that the plot contains.
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
        """Draw a material for which `needs` returns None."""
        with styled(), np.errstate(all="ignore"):
            return self.paint(material)


plots: Registry[Plot[Any]] = Registry("plot", "plots")


def plot(
    name: str, needs: Callable[[Material], str | None], shows: Sequence[str] = ()
) -> Callable[[Callable[[Material], Drawing]], Plot[Material]]:
    """Register a function as a plot of a training; it is drawn where `needs` returns None."""
    return lambda paint: plots.add(name)(Plot(Material, paint, needs, shows))


def sweep_plot(
    name: str, needs: Callable[[SweepMaterial], str | None]
) -> Callable[[Callable[[SweepMaterial], Drawing]], Plot[SweepMaterial]]:
    """Register a function as a plot of a sweep; it is drawn only where `needs` returns None."""
    return lambda paint: plots.add(name)(Plot(SweepMaterial, paint, needs))


def suits(name: str, material: Material | SweepMaterial) -> str | None:
    """Return why a plot cannot be drawn, or None; raise UnknownName for an unknown plot."""
    found = plots.find(name)
    reason: str | None = found.needs(material) if isinstance(material, found.of) else OTHERWISE[found.of]
    return reason


def suitable(kinds: Iterable[str], material: Material | SweepMaterial) -> list[str]:
    """Return the kinds that can be drawn, and those that only lack the data."""
    missing = material.missing if isinstance(material, Material) else None
    return [kind for kind in kinds if suits(kind, material) in (None, missing)]


def usual(material: Material | SweepMaterial) -> list[str]:
    """Return the kinds that `npnet train` draws; of a sweep all."""
    if isinstance(material, SweepMaterial):
        return suitable(plots, material)
    return suitable([kind for kind in USUAL if kind != "confusion" or material.task != "binary"], material)


def lacking_data(names: Sequence[str], material: Material) -> list[str]:
    """Return the plots, also those that others contain, which cannot be drawn without the data."""
    if material.missing is None:
        return []
    wanted = dict.fromkeys(kind for name in names for kind in (name, *plots.find(name).shows))
    return [kind for kind in wanted if suits(kind, material) == material.missing]


def draw(
    material: Material | SweepMaterial, kinds: Sequence[str], folder: Path, formats: Sequence[str] = ("png",)
) -> list[Path]:
    """Write `<kind>.<format>` and `<kind>.csv` of each kind into the folder; return their paths.

    Raise UsageError where a kind does not apply, before anything is drawn; UnknownName for an unknown plot;
    MachineError where matplotlib cannot be loaded.
    """
    for kind in kinds:
        if reason := suits(kind, material):
            raise UsageError(f"no {kind} plot: it {reason}")
    make_folders(folder)
    paths = []
    for kind in kinds:
        for form, data in files_of(plots[kind](material), formats).items():
            paths.append(folder / f"{kind}.{form}")
            write_atomic(paths[-1], data)
    return paths


def files_of(drawing: Drawing, formats: Sequence[str]) -> dict[str, bytes]:
    """Return the bytes of a drawing in each format, and last its numbers as csv."""
    return {form: render(drawing.figure, form) for form in formats} | {"csv": _csv(drawing.numbers)}


def render(figure: "Figure", form: str) -> bytes:
    """Return a picture as png, svg or pdf; the same figure gives the same bytes."""
    buffer = BytesIO()
    with styled():
        figure.savefig(buffer, format=form, **OPTIONS[form])
    return buffer.getvalue()


def _csv(numbers: Numbers) -> bytes:
    """Return columns as CSV: UTF-8, LF, floats in full, NaN as an empty field."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(numbers)
    columns = [["" if value != value else value for value in column.tolist()] for column in numbers.values()]
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode("utf-8", "backslashreplace")


@contextmanager
def styled() -> Iterator[None]:
    """Give matplotlib its defaults and npnet's style inside, whatever a matplotlibrc contains."""
    _load_matplotlib()
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        # A name may have letters that the font lacks: they are drawn as boxes, which is message enough.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from (current )?font")
        warnings.filterwarnings("ignore", message=r"Matplotlib currently does not support .* natively")
        settings: Any = matplotlib.rcParamsDefault | STYLE
        matplotlib.rcParams.update({key: value for key, value in settings.items() if not key.startswith("backend")})
        yield


def _load_matplotlib() -> None:
    """Import matplotlib without pyplot; raise MachineError where it is missing or broken.

    Where its cache folder is unwritable (HOME unset, a read-only disk) it uses a temporary one, without a message.
    """
    log = logging.getLogger("matplotlib")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        import matplotlib.figure  # noqa: F401
    except Exception as error:  # a damaged package, or one built for another NumPy, raises anything
        hint = "pip install --force-reinstall matplotlib"
        raise MachineError(f"matplotlib cannot be loaded: {error}", hint) from error
    finally:
        log.setLevel(level)
