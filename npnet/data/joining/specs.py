"""The options `join` and `aggregate` of a table: the columns of another file to add, and the key of its rows."""

from pathlib import PurePath
from typing import Annotated, Self

from pydantic import Field, model_validator

from npnet.data.columns.schema import Filled, Function, ReadOptions
from npnet.data.readers.data_file import STDIN
from npnet.data.readers.packed import SUFFIXES

SELF = "self"  # the path of the table itself

Listed = Annotated[tuple[Filled, ...], Field(strict=False, min_length=1)]
On = Filled | Listed | Annotated[dict[Filled, Filled], Field(min_length=1)]
Functions = Function | Annotated[tuple[Function, ...], Field(strict=False, min_length=1)]


class Side(ReadOptions):
    """Another table: its file, how it is read, and the key by which its rows belong to those of the table."""

    on: On = Field(
        description="The columns of the key: a name, a list of names, or {COLUMN: its name in the other file}."
    )
    name: Filled | None = Field(None, description="What the other table is called, where not the stem of its file.")

    @model_validator(mode="before")
    @classmethod
    def _path_alone(cls, value: object) -> object:
        return {"path": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _is_a_file(self) -> Self:
        if self.path == STDIN:
            raise ValueError("standard input can be the table alone; path: names a file")
        return self

    @property
    def pairs(self) -> dict[str, str]:
        """The columns of the key: each of the table, and the one of the other file that it equals."""
        if isinstance(self.on, dict):
            return self.on
        return dict.fromkeys([self.on], self.on) if isinstance(self.on, str) else {name: name for name in self.on}

    @property
    def title(self) -> str:
        """The name of the other table."""
        path = PurePath(self.path)
        while path.suffix in SUFFIXES:
            path = path.with_suffix("")
        return self.name or path.stem

    @property
    def reading(self) -> ReadOptions:
        """The options by which the file is read: columns of the key are texts unless they have another kind."""
        options = {key: getattr(self, key) for key in self.model_fields_set & set(ReadOptions.model_fields)}
        texts = [name for name in self.pairs.values() if name not in self.named]
        return ReadOptions(**{**options, "categorical": (*self.categorical, *dict.fromkeys(texts))})


class Join(Side):
    """Columns of another file, which has one row for each key."""

    columns: Listed | None = Field(None, description="The columns to take; default: all but the key.")
    prefix: Filled | None = Field(None, description="A text to put before the names of the columns.")


class Aggregate(Side):
    """Counts, means and the like of the rows of another file, or of the table itself, that belong to a row."""

    time: Filled | Annotated[dict[Filled, Filled], Field(min_length=1, max_length=1)] | None = Field(
        None,
        description="A column of times: only rows from before the row's own time count. {COLUMN: TIME} names the "
        "column of the table too; else it is its `time`, or its column of the same name.",
    )
    columns: Annotated[dict[Filled, Functions], Field(min_length=1)] = Field(
        description="By column: count, mean, sum, min, max, last, or a list of these."
    )

    @property
    def functions(self) -> list[tuple[str, Function]]:
        """Each column with each of its functions."""
        each = {name: (one,) if isinstance(one, str) else one for name, one in self.columns.items()}
        return [(name, function) for name, functions in each.items() for function in dict.fromkeys(functions)]
