"""Colours, marks and fonts of all pictures, and matplotlib with them as its settings."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from npnet.errors import MachineError

Look = dict[str, Any]  # keywords of a matplotlib call

BLACK, BLUE, ORANGE, GREEN = "#000000", "#0072B2", "#E69F00", "#009E73"
VERMILLION, PURPLE, SKY = "#D55E00", "#CC79A7", "#56B4E9"  # yellow is too pale on white
INK, GREY, PALE = "#262626", "#6B6B6B", "#E4E4E4"
ABSENT = "#DCDCDC"  # of a value that does not exist

# Seven colours with nine markers and four line styles: no two of the first 28 classes look the same.
CLASS_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, VERMILLION, SKY, BLACK)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")
LINES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
PART_COLOURS = {"train": BLUE, "validation": VERMILLION, "test": BLACK}
PART_LINES = {"train": "-", "validation": (0, (5, 1.5)), "test": "-"}
PART_MARKERS = {"train": "o", "validation": "s", "test": "D"}

STYLE: Look = {
    "agg.path.chunksize": 20_000,
    "axes.axisbelow": True,
    "axes.edgecolor": GREY,
    "axes.formatter.useoffset": False,
    "axes.formatter.limits": (-4, 6),
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 9.5,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.dpi": 150,
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same letters on every machine
    "font.size": 9,
    "grid.color": PALE,
    "grid.linewidth": 0.7,
    "legend.borderaxespad": 0,
    "legend.fontsize": 8.5,
    "legend.title_fontsize": 8.5,
    "legend.frameon": False,
    "legend.handlelength": 1.9,
    "lines.linewidth": 1.7,
    "pdf.fonttype": 42,
    "svg.hashsalt": "npnet",
    "text.color": INK,
    "text.parse_math": False,  # a `$` in a name is a dollar
    "xtick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.color": GREY,
    "ytick.labelcolor": INK,
}


def signed_shades() -> Any:
    """Return the colour map of values inside a network: 0 white, below it blue, above it orange; grey where none is."""
    from matplotlib.colors import LinearSegmentedColormap

    below, above = ("#002B4A", BLUE, "#A9CFE6"), ("#F8D3A8", VERMILLION, "#5C2200")
    stops = zip((0, 0.2, 0.38, 0.5, 0.62, 0.8, 1), (*below, "#FFFFFF", *above), strict=True)
    return LinearSegmentedColormap.from_list("blue-white-orange", list(stops)).with_extremes(bad=ABSENT)


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
