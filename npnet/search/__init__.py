"""Search: what to try next, by pure functions of what may be tried, a seed, and what was found so far."""

from npnet.search import sampling

# isort: split
from npnet.search import bayesian, halving, listed

# isort: split
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
    "bayesian",
    "halving",
    "listed",
    "methods",
    "sampling",
]
