"""Options of how a new file is written, given as KEY=VALUE beside it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from npnet.config.loaded import load_alone
from npnet.config.overrides import SHORT, key_of
from npnet.config.suggestions import as_override
from npnet.data.columns.schema import Layout
from npnet.data.datasets.table import Table
from npnet.errors import DataError, UsageError
from npnet.registry import nearest

CONFIG = "dataset: {table: {path: new.csv, target: y}}\nlayers: [linear]\n"


def layout_of(overrides: Sequence[str]) -> dict[str, Any]:
    """Return the options of `Layout` that `KEY=VALUE` texts set.

    Raise UsageError for another key, ConfigError for a value that is not valid.
    """
    for text in overrides:
        _refuse_other(key_of(text).removeprefix(f"{SHORT}."))
    table = load_alone(Path("new.yaml"), CONFIG.encode(), overrides).experiment.dataset
    written = table.model_dump(exclude_unset=True)
    return {key: value for key, value in written.items() if key in Layout.model_fields}


def _refuse_other(key: str) -> None:
    names = list(Layout.model_fields)
    if key in names:
        return
    if key in Table.model_fields:
        what = f"{key}= says what the values of a table mean, which comes from the run"
        raise UsageError(what, f"take it out; {', '.join(names[:-1])} and {names[-1]} say how a file is written")
    near = nearest(key, names)
    raise UsageError(
        f"{key}= does not say how a file is written",
        f"did you mean {near}=?" if near else f"there are: {', '.join(names)}; a file of this name does not exist",
    )


@contextmanager
def hints_as_overrides() -> Iterator[None]:
    """Inside, the hints of a DataError are written as overrides of the command line."""
    try:
        yield
    except DataError as error:
        if error.hint is None or (hint := as_override(error.hint)) == error.hint:
            raise
        raise type(error)(error.message, hint) from error
