"""Warnings of npnet in Python, at the line that called it."""

import sys
import warnings
from collections.abc import Iterable

from npnet.api.arguments import in_python
from npnet.errors import NpnetWarning


def warn(texts: Iterable[str]) -> None:
    """Warn at the line that called npnet."""
    frame, level = sys._getframe(), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("npnet."):
        frame, level = frame.f_back, level + 1
    for text in texts:
        warnings.warn(in_python(text), NpnetWarning, stacklevel=level)
