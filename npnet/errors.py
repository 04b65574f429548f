"""What can go wrong, each with its exit code: `npnet: error: what, where` and a `hint:` line."""

from collections.abc import Sequence
from dataclasses import dataclass


class NpnetError(Exception):
    """An error that npnet explains: what happened and where, in one line, a hint, and an exit code."""

    code = 1

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint
        if hint:
            self.add_note(f"hint: {hint}")  # which a traceback shows in Python


class UsageError(NpnetError):
    """The command line is off: an unknown flag, a value that does not fit, a name of nothing."""

    code = 2


@dataclass(frozen=True)
class Problem:
    """One mistake in a config: what, where (`circles.yaml:7:3`), a hint, and the line with a caret."""

    message: str
    where: str = ""
    hint: str | None = None
    excerpt: str | None = None


class ConfigError(NpnetError):
    """A config that cannot be run; it holds every mistake that was found, in the order of the file."""

    code = 3

    def __init__(self, problems: Sequence[Problem] | str, hint: str | None = None) -> None:
        self.problems = (Problem(problems, hint=hint),) if isinstance(problems, str) else tuple(problems)
        first = self.problems[0]
        super().__init__(f"{first.where}: {first.message}" if first.where else first.message, first.hint)


class DataError(NpnetError):
    """Data that cannot be used as they are: missing files or columns, gaps, text among numbers."""

    code = 4
    key: str | None = None
    """The key of the config that is to blame, where it is not the dataset."""


class RunError(NpnetError):
    """A run folder or checkpoint that is missing, damaged or of another network."""

    code = 5


class MachineError(NpnetError):
    """The machine refuses: disk, memory or permissions."""

    code = 6


class DiskFull(MachineError):
    """No room is left on the disk, or in the quota."""


class Diverged(NpnetError):
    """A training whose loss or parameters are no longer finite."""

    code = 7


class Unmet(NpnetError):
    """A sweep with failed trials, or a `--fail-under` that is not met."""

    code = 8


class InUse(NpnetError):
    """A run folder in which another process works."""

    code = 9


class AdvisedError(ValueError):
    """A value that does not fit: what is wrong, and a hint; its text says both."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.message, self.hint = message, hint


class OptionError(AdvisedError):
    """An option whose value does not fit another one, or sizes known only from data: the options on the way to it."""

    def __init__(self, option: str, message: str, hint: str | None = None, above: tuple[str | int, ...] = ()) -> None:
        super().__init__(message, hint)
        self.path = (*above, option)

    def inside(self, *above: str | int) -> "OptionError":
        """The same error of an option that stands deeper."""
        *inner, option = self.path
        return OptionError(str(option), self.message, self.hint, (*above, *inner))


class NpnetWarning(UserWarning):
    """What may be wrong with a training or a prediction in Python, in the words that the command line prints."""


class UnknownName(AdvisedError):
    """A name that nothing is registered under; its hint is the nearest one, or all."""

    def __init__(self, kind: str, name: str, names: Sequence[str], near: str | None) -> None:
        self.kind, self.name = kind, name
        hint = f'did you mean "{near}"?' if near else f"the {kind} names are: {', '.join(names)}"
        first, colon, value = name.partition(":")
        if colon and value and first in names:
            hint = f"write {first}: {value}, with a blank after the colon"
        super().__init__(f'unknown {kind} "{name}"', hint)
