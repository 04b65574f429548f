"""Search: the points of a sweep, from its parameters, a seed, and the results so far."""

from npnet.search import sampling, sequential
from npnet.search.method import Method, MethodSpec, Point, Space, Stage, Tried, methods
from npnet.search.parameters import Choice, Parameter, Range

__all__ = [
    "Choice",
    "Method",
    "MethodSpec",
    "Parameter",
    "Point",
    "Range",
    "Space",
    "Stage",
    "Tried",
    "methods",
    "sampling",
    "sequential",
]
