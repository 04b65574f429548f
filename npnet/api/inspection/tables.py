"""Tables of Python objects: as text, and as HTML in a notebook."""

from collections.abc import Sequence
from dataclasses import dataclass

from npnet.cli.console.screen import Output
from npnet.cli.console.tables import table, text_of
from npnet.report.elements import Markup, element

TABLE = "color:inherit;font-size:inherit"
CELL = "padding:2px 10px;text-align:"


@dataclass(frozen=True, repr=False)
class TextTable:
    """Rows below the names of their columns, and a line below; columns in `numbers` are aligned at the right."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    numbers: Sequence[str] = ()
    foot: str = ""

    def __repr__(self) -> str:
        text = text_of(table(self.columns, self.rows, self.numbers), Output(None))
        return text + self.foot

    def _repr_html_(self) -> str:
        return self.html

    @property
    def html(self) -> Markup:
        """The table as HTML."""
        sides = ["right" if name in self.numbers else "left" for name in self.columns]
        heads = [element("th", name, style=CELL + side) for name, side in zip(self.columns, sides, strict=True)]
        lines = [element("tr", *map(_cell, row, sides)) for row in self.rows]
        body = element("table", element("thead", element("tr", *heads)), element("tbody", *lines), style=TABLE)
        return Markup(body + element("p", self.foot)) if self.foot else body


def _cell(value: object, side: str) -> Markup:
    return element("td", str(value), style=CELL + side)
