"""Warnings and errors of npnet in Python, at the line that called it."""

import re
import sys
import warnings
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import wraps
from typing import ParamSpec, TypeVar

from npnet.api.arguments import in_python
from npnet.config.nodes import COMMAND_LINE
from npnet.errors import ConfigError, NpnetError, NpnetWarning
from npnet.machine.signals import Interrupted

INSIDE = ("npnet.", "contextlib", "sklearn.", "joblib.")
"""Modules between a warning and the line that called npnet."""
IN_PYTHON_WORDS = (
    (COMMAND_LINE, ""),
    (r"--(runs?)-dir(?: FOLDER)?", r"\1_dir"),
    (r"--quiet", "quiet=True"),
    (r"--(jobs|seeds|trials) N", r"\1=N"),
    (r"--(trials) (\d+)", r"\1=\2"),
    (r"npnet sweep CONFIG (\w+)=\[0\.01,0\.1\]", r"npnet.sweep(config, \1=[0.01, 0.1])"),
    (r"`npnet runs` lists", "npnet.runs() lists"),
    (r"`npnet train CONFIG`", "npnet.train(config)"),
    (r"add --plugin (\S+)", r'npnet.Run, npnet.Sweep and npnet.load accept plugins=["\1"]'),
    (r"--accept-plugin", "accept_plugin=True"),
)
"""Parts of messages of the command line, and what Python code writes instead."""
P = ParamSpec("P")
R = TypeVar("R")


def warn(texts: Iterable[str], words: Callable[[str], str] = in_python) -> None:
    """Warn at the line that called npnet; `words` writes the keys of a config as the caller does."""
    frame, level = sys._getframe(), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(INSIDE):
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
            raise in_python_words(error).with_traceback(None) from error.__cause__
        except Interrupted as halted:
            raise halted.with_traceback(None) from None

    return call


def in_python_words(error: NpnetError) -> NpnetError:
    """Return an error of the command line as Python code meets it: overrides are keys, options are arguments."""
    if isinstance(error, ConfigError):
        problems = [
            replace(
                one,
                where=_words(one.where),
                message=_words(one.message),
                hint=_words(one.hint),
                excerpt=None if COMMAND_LINE in one.where else one.excerpt,
            )
            for one in error.problems
        ]
        return error if problems == list(error.problems) else ConfigError(problems)
    message, hint = _words(error.message), _words(error.hint)
    if (message, hint) == (error.message, error.hint):
        return error
    found = type(error)(message, hint or None)
    for note in getattr(error, "__notes__", ())[1 if error.hint else 0 :]:  # the first is the hint
        found.add_note(note)
    return found


def _words(text: str | None) -> str:
    for pattern, words in IN_PYTHON_WORDS:
        text = re.sub(pattern, words, text or "")
    return text or ""
