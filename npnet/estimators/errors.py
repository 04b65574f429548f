"""Errors of the estimators: npnet's words and hints, in the types that scikit-learn expects."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

from npnet.config import Experiment
from npnet.config.reader import read
from npnet.errors import ConfigError, DataError, NpnetError, UsageError

NESTED = re.compile(r"write (\w+): (\S+) under (\w+)")
MAPPING = re.compile(r"\bwrite (\w+): ([\w.]+)")
OPTION = re.compile(rf"\b({'|'.join(Experiment.model_fields)}): (\[.*?\]|\{{.*?\}}|[\w.-]+)")


class InvalidSetting(UsageError, ValueError):
    """A parameter of an estimator that is not valid."""


class InvalidData(DataError, ValueError):
    """X, y or sample_weight that cannot be used."""


@contextmanager
def value_errors() -> Iterator[None]:
    """Turn errors about a config and about data into ValueErrors, with hints written as Python code."""
    try:
        yield
    except (InvalidSetting, InvalidData):
        raise
    except ConfigError as error:
        first, *others = error.problems
        message = "; ".join([first.message, *(other.message for other in others)])
        raise InvalidSetting(in_python(message), first.hint and in_python(first.hint)) from None
    except UsageError as error:
        raise InvalidSetting(in_python(error.message), error.hint and in_python(error.hint)) from None
    except DataError as error:
        raise InvalidData(in_python(error.message), error.hint and in_python(error.hint)) from None
    except NpnetError as error:
        raise type(error)(in_python(error.message), error.hint and in_python(error.hint)) from None


def in_python(text: str) -> str:
    """Return a message about a config with its keys as keyword arguments, and other mappings as dicts."""
    return MAPPING.sub(_mapping, OPTION.sub(_argument, NESTED.sub(r"write \3: {\1: \2}", text)))


def _mapping(found: re.Match[str]) -> str:
    name, value = found.groups()
    return f"write {json.dumps({name: read(value.encode(), '')[0].plain()})}"


def _argument(found: re.Match[str]) -> str:
    name, value = found.groups()
    try:
        plain = read(value.encode(), "")[0].plain()
    except ConfigError:
        return found.group()
    return f"{name}={json.dumps(plain)}".replace("true", "True").replace("false", "False").replace("null", "None")
