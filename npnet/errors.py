"""All errors, each with its exit code, a message, and a hint how to correct it."""

from collections.abc import Sequence
from dataclasses import dataclass


class NpnetError(Exception):
    """An error with a message of one line, a hint how to correct it, and an exit code."""

    code = 1

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint
        if hint:
            self.add_note(f"hint: {hint}")  # which a traceback shows in Python


class UsageError(NpnetError):
    """A wrong command line: an unknown flag, value or name."""

    code = 2


class PluginFault(UsageError):
    """A mistake in the code of a plugin, with its file and line."""


@dataclass(frozen=True)
class Problem:
    """An issue of a config: message, location, hint, and the line with a caret."""

    message: str
    where: str = ""
    hint: str | None = None
    excerpt: str | None = None

    @property
    def text(self) -> str:
        """The location and the message."""
        return f"{self.where}: {self.message}" if self.where else self.message


class ConfigError(NpnetError):
    """A config that cannot be run, with every issue found, in the order of the file."""

    code = 3

    def __init__(self, problems: Sequence[Problem] | str, hint: str | None = None) -> None:
        self.problems = (Problem(problems, hint=hint),) if isinstance(problems, str) else tuple(problems)
        first, *others = self.problems
        super().__init__(first.text, first.hint)
        for line in (first.excerpt or "").splitlines():  # in Python, where a traceback shows the notes
            self.add_note(f"    {line}")
        for one in others:
            self.add_note(f"also {one.text}{f' (hint: {one.hint})' if one.hint else ''}")


class DataError(NpnetError):
    """Data that cannot be used: missing files or columns, gaps, text among numbers."""

    code = 4
    key: str | None = None
    """The key of the config that is to blame, where it is not the dataset."""


class RunError(NpnetError):
    """A run folder or checkpoint that is missing, damaged or of another network."""

    code = 5


class PluginError(RunError):
    """A run whose plugin is missing, or differs from that of its training.

    `arguments` are what the command lacks.
    """

    def __init__(self, message: str, hint: str | None = None, arguments: Sequence[str] = ()) -> None:
        super().__init__(message, hint)
        self.arguments = tuple(arguments)


class MachineError(NpnetError):
    """A refusal of the machine: disk, memory or permissions."""

    code = 6


class DiskFull(MachineError):
    """No space left on the disk, or in the quota."""


class Diverged(NpnetError):
    """A training whose loss or parameters are no longer finite."""

    code = 7


class Unmet(NpnetError):
    """A sweep with failed trials, or a `--fail-under` that is not met."""

    code = 8


class InUse(NpnetError):
    """A run folder in use by another process."""

    code = 9


class AdvisedError(ValueError):
    """A wrong value, with a message and a hint; its text contains both."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.message, self.hint = message, hint


class OptionError(AdvisedError):
    """An option whose value does not fit another option or the data, with its path."""

    def __init__(self, option: str, message: str, hint: str | None = None, above: tuple[str | int, ...] = ()) -> None:
        super().__init__(message, hint)
        self.path = (*above, option)

    def inside(self, *above: str | int) -> "OptionError":
        """Return the same error for an option nested deeper."""
        *inner, option = self.path
        return OptionError(str(option), self.message, self.hint, (*above, *inner))


class NpnetWarning(UserWarning):
    """A possible problem of a training or a prediction in Python."""


class UnknownName(AdvisedError):
    """A name that is not registered; the hint is the nearest name, or all names."""

    def __init__(self, kind: str, name: str, names: Sequence[str], near: str | None) -> None:
        self.kind, self.name = kind, name
        hint = f'did you mean "{near}"?' if near else f"the {kind} names are: {', '.join(names)}"
        first, colon, value = name.partition(":")
        if colon and value and first in names:
            hint = f"write {first}: {value}, with a blank after the colon"
        super().__init__(f'unknown {kind} "{name}"', hint)
