"""Neural networks from the command line, on an engine written in NumPy alone."""

__version__ = "0.1.0"

TYPE_CHECKING = False  # importing typing takes 10 ms, during which Ctrl-C would print a traceback
if TYPE_CHECKING:
    from typing import Any

    from npnet.api import Model, load

__all__ = ["Model", "load"]


def __getattr__(name: str) -> "Any":
    """Import `Model`, `load` and the layers at their first use: the command line starts without NumPy."""
    if name == "load" or name[0].isupper():
        from npnet import api

        known = {"Model": api.Model, "load": api.load, **api.LAYERS}
        if name in known:
            return known[name]
    raise AttributeError(f"module 'npnet' has no attribute {name!r}")
