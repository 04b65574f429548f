"""Warnings and errors of npnet in Python, at the line that called it."""

import sys
import warnings
from collections.abc import Callable, Iterable
from functools import wraps
from typing import ParamSpec, TypeVar

from npnet.api.arguments import in_python
from npnet.errors import NpnetError, NpnetWarning

P = ParamSpec("P")
R = TypeVar("R")


def warn(texts: Iterable[str], words: Callable[[str], str] = in_python) -> None:
    """Warn at the line that called npnet; `words` writes the keys of a config as the caller does."""
    frame, level = sys._getframe(), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("npnet."):
        frame, level = frame.f_back, level + 1
    for text in texts:
        warnings.warn(words(text), NpnetWarning, stacklevel=level)


def short_traceback(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function so that the traceback of npnet's own errors, whose messages say all, ends at its call."""

    @wraps(function)
    def call(*arguments: P.args, **options: P.kwargs) -> R:
        try:
            return function(*arguments, **options)
        except NpnetError as error:
            if error.code == NpnetError.code:  # a bug, whose traceback helps
                raise
            raise error.with_traceback(None) from error.__cause__

    return call
