"""Neural networks from the command line, on an engine written in NumPy alone."""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from npnet.api import Model, load

__all__ = ["Model", "load"]


def __getattr__(name: str) -> Any:
    """`Model`, `load` and the layers, imported when they are asked for: the command line starts without NumPy."""
    if name == "load" or name[0].isupper():
        import npnet.api as estimators

        known = {"Model": estimators.Model, "load": estimators.load, **estimators.PUBLIC}
        if name in known:
            return known[name]
    raise AttributeError(f"module 'npnet' has no attribute {name!r}")
