"""Search: the points of a sweep, from its parameters, a seed, and the results so far."""

from npnet.search.method import Grid, Method, MethodSpec, Stage, Tried, methods
from npnet.search.space import Choice, Parameter, Point, Range, Space

__all__ = [
    "Choice",
    "Grid",
    "Method",
    "MethodSpec",
    "Parameter",
    "Point",
    "Range",
    "Space",
    "Stage",
    "Tried",
    "methods",
]
