"""The one door to matplotlib: loaded when a picture is drawn, quiet, without pyplot."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

from npnet.errors import MachineError
from npnet.plots.style import STYLE, Look

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# No dates and no versions: the same numbers give the same bytes. Level 3 takes half the time for 12 % more bytes.
OPTIONS: dict[str, Look] = {
    "png": {"metadata": {"Software": "npnet"}, "pil_kwargs": {"compress_level": 3}},
    "svg": {"metadata": {"Date": None, "Creator": None}},
    "pdf": {"metadata": {"CreationDate": None, "Creator": None, "Producer": None}},
}


@contextmanager
def styled() -> Iterator[None]:
    """Inside, matplotlib has its defaults and npnet's style, whatever a matplotlibrc says."""
    load()
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        # A name may have letters that the font lacks: they are drawn as boxes, which is message enough.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from (current )?font")
        warnings.filterwarnings("ignore", message=r"Matplotlib currently does not support .* natively")
        settings: Any = matplotlib.rcParamsDefault | STYLE
        matplotlib.rcParams.update({key: value for key, value in settings.items() if not key.startswith("backend")})
        yield


def load() -> None:
    """Import matplotlib; MachineError where it is missing or broken, in whatever way.

    Where its cache folder is unwritable (HOME unset, a read-only disk) it takes a temporary one, without a word.
    """
    log = logging.getLogger("matplotlib")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        import matplotlib.figure  # noqa: F401
    except Exception as error:  # a damaged package, or one built for another NumPy, raises anything
        raise MachineError(
            f"matplotlib cannot be loaded: {error}", "pip install --force-reinstall matplotlib"
        ) from error
    finally:
        log.setLevel(level)


def render(figure: "Figure", form: str) -> bytes:
    """The bytes of a picture as png, svg or pdf; the same figure gives the same bytes."""
    buffer = BytesIO()
    with styled():
        figure.savefig(buffer, format=form, **OPTIONS[form])
    return buffer.getvalue()
