"""What npnet understands of a table file, in the terms of the catalogue."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from npnet.config import load
from npnet.data.columns import Column
from npnet.data.columns.schema import DURATION, ColumnSchema
from npnet.data.datasets.table import Table
from npnet.errors import NpnetError
from npnet.runner.proposal import propose
from tests.tables.case import Case
from tests.tables.compare import Understood, differences, message_differences

TRUTHS = {"true": True, "t": True, "yes": True, "y": True, "on": True, "1": True, "1.0": True}
TRUTHS |= dict.fromkeys(("ja", "oui", "si", "sí", "sim", "wahr", "vrai", "vero"), True)
TRUTHS |= dict.fromkeys(("nein", "non", "não", "nao", "falsch", "faux", "falso"), False)
TRUTHS |= {"false": False, "f": False, "no": False, "n": False, "off": False, "0": False, "0.0": False}


def faults(case: Case, file: Path) -> list[str]:
    """Return what is wrong with what `npnet init` understands of a case's file; nothing where it is right."""
    try:
        found = understood(case, file)
    except NpnetError as error:
        message = f"{error.message} {error.hint}"
        if case.error is None:
            return [f"refused: {message}"]
        return message_differences(case.error, message)
    if case.error is not None and not case.columns:
        return ["not refused"]
    return differences(case, found)


def understood(case: Case, file: Path) -> Mapping[str | int, Understood]:
    """Return the columns of a file as a training would read them by the config that `npnet init` proposes."""
    target = f"column_{case.target + 1}" if isinstance(case.target, int) else case.target or "target"
    proposal = propose(str(file), [target], file.parent, case.init)
    config = file.with_name(f"{file.name}.yaml")
    config.write_text(proposal.text)
    table = load(config).experiment.dataset
    assert isinstance(table, Table)
    read = table.read(file.parent)
    schema = {one.name: one for one in read.schema.columns}
    columns: dict[str | int, Understood] = {}
    for name, column in read.frame.columns.items():
        found = _understood(column, schema[name])
        if name == target and found.kind == "number" and set(found.values) <= {0, 1, None}:
            texts = [None if value is None else bool(value) for value in found.values]
            found = Understood("truth", texts)  # two classes
        columns[_key(name, case)] = found
    return columns


def _key(name: str, case: Case) -> str | int:
    """Return the name of a column in its case: its position, where the file has no names."""
    by_position = any(isinstance(key, int) for key in case.columns)
    return int(name.removeprefix("column_")) - 1 if by_position and name.startswith("column_") else name


def _understood(column: Column, schema: ColumnSchema) -> Understood:
    values = column.values
    if column.kind == "category":
        texts = [None if code < 0 else column.levels[code] for code in values.tolist()]
        known = {text.lower() for text in texts if text is not None}
        if known <= TRUTHS.keys():
            return Understood("truth", [None if text is None else TRUTHS[text.lower()] for text in texts])
        return Understood("category", texts)
    if column.kind == "datetime":
        moments = [
            None if np.isnan(value) else datetime.fromtimestamp(value, UTC).isoformat() for value in values.tolist()
        ]
        return Understood("datetime", moments)
    numbers = [None if np.isnan(value) else value for value in values.tolist()]
    if schema.ranks is not None:
        texts_of = {rank: text for text, rank in schema.ranks.items()}
        return Understood(
            "ordered", [None if number is None else texts_of[number] for number in numbers], tuple(schema.ranks)
        )
    return Understood("duration" if schema.form == DURATION else "number", numbers)
