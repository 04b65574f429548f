"""How every picture looks: Okabe-Ito colours, a mark beside each colour, text as text."""

from bisect import bisect_right
from itertools import accumulate
from typing import Any
from unicodedata import east_asian_width

import numpy as np

from npnet.text import escaped

Look = dict[str, Any]  # keywords of a matplotlib call

BLACK, BLUE, ORANGE, GREEN = "#000000", "#0072B2", "#E69F00", "#009E73"
VERMILLION, PURPLE, SKY = "#D55E00", "#CC79A7", "#56B4E9"  # yellow is too pale on white
INK, GREY, PALE = "#262626", "#6B6B6B", "#E4E4E4"

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


def plain(text: str, limit: int = 60) -> str:
    """A name fit to be drawn: the unprintable escaped, too long a middle as an ellipsis.

    >>> plain("a\\tb"), plain("a very long name of a class", 16)
    ('a\\\\tb', 'a very lon…class')
    """
    whole = escaped(text)
    if len(fitting(whole, limit)) == len(whole):
        return whole
    tail = fitting(whole[::-1], limit // 3)[::-1]
    return f"{fitting(whole, limit - limit // 3 - 1)}…{tail}"


def fitting(text: str, room: int) -> str:
    """The beginning of a text that fits; a wide letter (日) takes the room of two."""
    ends = list(accumulate(2 if east_asian_width(letter) in "WF" else 1 for letter in text))
    return text[: bisect_right(ends, room)]


def short(value: float | None) -> str:
    """A number as tables and labels show it: four decimals, or four digits if large or tiny."""
    if value is None or not np.isfinite(value):
        return "–"
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e3 else tidy(f"{value:.4g}")


def tidy(number: str) -> str:
    """The exponent without its zeros: 1e-05 as 1e-5."""
    return number.replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
