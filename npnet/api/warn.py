"""Warnings of npnet in Python, at the line that called it."""

import sys
import warnings
from collections.abc import Callable, Iterable

from npnet.api.arguments import in_python
from npnet.errors import NpnetWarning


def warn(texts: Iterable[str], words: Callable[[str], str] = in_python) -> None:
    """Warn at the line that called npnet; `words` writes the keys of a config as the caller does."""
    frame, level = sys._getframe(), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("npnet."):
        frame, level = frame.f_back, level + 1
    for text in texts:
        warnings.warn(words(text), NpnetWarning, stacklevel=level)
