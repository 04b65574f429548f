"""Points as the rows of a table, its columns named by the keys."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from npnet.config.nodes import Node, SourceLocation, parse_scalar
from npnet.errors import DataError
from npnet.storage.disk import UnsafeFileError, read_regular_file

LARGEST = 5000  # cells, which a plan can hold


def tries_of(path: Path) -> tuple[Mapping[str, Node], str]:
    """The values of each key that a table names, and the method that lists its points, as an override has it.

    Cells are read as YAML has them. DataError for a table that is none, or too large for a plan.
    """
    keys, rows = _rows(path)
    if len(keys) * len(rows) > LARGEST:
        raise DataError(f"{path} has {len(rows)} rows, which is too many points to list", "several tables, or a grid?")
    points = [[parse_scalar(cell.strip()) for cell in row] for row in rows]
    place = SourceLocation(str(path))
    columns = zip(keys, zip(*points, strict=True), strict=True)
    tries = {key: Node.of(_distinct(values), place) for key, values in columns}
    return tries, json.dumps({"listed": {"points": points}})


def _rows(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        text = read_regular_file(path, 2**22).decode()
        header, *rows = list(csv.reader(text.splitlines(), strict=True)) or [[]]
    except FileNotFoundError:
        raise DataError(f"there is no file {path}", "its first line names keys, each other line is a trial") from None
    except (UnsafeFileError, OSError) as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is no table of text: {error}") from None
    keys = [key.strip() for key in header]
    if not keys or not rows:
        raise DataError(f"{path} has no rows", "its first line names keys, each other line is a trial")
    for number, row in enumerate(rows, 2):
        if len(row) != len(keys):
            raise DataError(f"{path}: line {number} has {len(row)} cells, the first line has {len(keys)}")
    return keys, rows


def _distinct(values: tuple[Any, ...]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if not any(value == other and type(value) is type(other) for other in found):
            found.append(value)
    return found
