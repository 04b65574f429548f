"""Parts of a page: figures with their numbers, legends, tables, lists of facts, commands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from npnet.plots.layout import plain, short
from npnet.report.elements import Child, Markup, element, joined
from npnet.text import plural

Legend = Sequence[tuple[Markup, str, Child]]  # of each entry a sample, a name and a value
Cell = str | float | int | bool | None
MOST_ROWS = 40  # of a table of numbers
NAME = 60  # letters of a name
FITTING = 20  # letters of a name that has room everywhere
SCROLLS = 12  # rows: longer tables have a height of their own


@dataclass(frozen=True)
class NumberTable:
    """Columns of equal length by heading; those of numbers are aligned right. Of very many rows `most` are shown."""

    columns: Mapping[str, Sequence[Cell] | NDArray[np.generic]]
    most: int = MOST_ROWS

    @property
    def rows(self) -> int:
        """The number of rows."""
        return max((len(column) for column in self.columns.values()), default=0)


def figure(
    id: str,  # noqa: A002 - the attribute
    title: str,
    drawing: Markup,
    numbers: NumberTable | None = None,
    note: str = "",
    legend: Legend = (),
    wide: bool = False,
) -> Markup:
    """Return a drawing on a card, with its legend and its numbers folded below."""
    head = element("figcaption", element("h3", title), element("p", note, class_="note") if note else None)
    return element(
        "figure",
        head,
        drawing,
        legend_of(legend) if legend else None,
        None if numbers is None else folded("Numbers", numbers, title),
        class_="card wide" if wide else "card",
        id=id,
    )


def legend_of(legend: Legend) -> Markup:
    """Return the samples of marks with their names and values."""
    return element(
        "ul",
        *(
            element("li", sample, element("span", name), element("b", value) if value else None)
            for sample, name, value in legend
        ),
        class_="legend",
    )


def folded(summary: str, table: NumberTable, title: str) -> Markup:
    """Return a table that opens with a click or a key."""
    return element("details", element("summary", summary), table_of(table, title), class_="numbers")


def table_of(table: NumberTable, title: str) -> Markup:
    """Return a table in a box that scrolls; of very many rows, evenly spread ones."""
    count = table.rows
    shown = np.unique(np.linspace(0, count - 1, min(count, table.most)).astype(np.int64)).tolist() if count else []
    columns = {
        name: list(column.tolist() if isinstance(column, np.ndarray) else column)
        for name, column in table.columns.items()
    }
    aligned = [
        "n" if any(cell not in ("", None) for cell in c) and all(map(_is_number, c)) else None for c in columns.values()
    ]
    look = "nums" if all(aligned[1:]) else None  # of all columns but the first: no cell needs a class of its own
    own = [None] * len(aligned) if look else aligned
    heads = [
        element("th", plain(name, NAME), scope="col", class_=one, title=whole(name))
        for name, one in zip(columns, own, strict=True)
    ]
    lines = [
        element("tr", *(_cell(at, column[row], own[at]) for at, column in enumerate(columns.values()))) for row in shown
    ]
    note = element("caption", f"{len(shown)} of {count:,} rows, evenly spread") if len(shown) < count else None
    body = element("thead", element("tr", *heads)), element("tbody", *lines)
    box = "scroll tall" if len(shown) > SCROLLS else "scroll"
    made = element("table", note, *body, class_=look)
    return element("div", made, class_=box, tabindex="0", role="region", aria_label=f"Table: {title}")


def facts(pairs: Iterable[tuple[str, Child]]) -> Markup:
    """Return names with their values, without those that have none."""
    return element(
        "dl", *(joined(element("dt", name), element("dd", value)) for name, value in pairs if value), class_="facts"
    )


def command(name: str, note: str, line: str) -> Markup:
    """Return a command line with a button that copies it."""
    id = f"command-{name}"  # noqa: A001 - the attribute
    button = element(
        "button", "Copy", type="button", class_="button needs-js", data_copy=id, aria_label=f"Copy: {note}"
    )
    return element(
        "div",
        element("p", note, class_="note"),
        element("div", element("pre", element("code", line, id=id)), button),
        class_="command",
    )


def card(title: str, *content: Child, note: str = "", wide: bool = False) -> Markup:
    """Return content on a card with a heading."""
    head = element("div", element("h3", title), element("p", note, class_="note") if note else None, class_="head")
    return element("div", head, *content, class_="card wide" if wide else "card")


def grid(*cards: Child) -> Markup:
    """Return cards side by side where there is room."""
    return element("div", *cards, class_="grid")


def callout(*content: Child) -> Markup:
    """Return a remark that should not be overlooked."""
    return element("div", *content, class_="callout")


def counted(count: int, noun: str) -> str:
    """Return a count with thousands separated, and its noun.

    >>> counted(1, "row"), counted(12000, "row")
    ('1 row', '12,000 rows')
    """
    return plural(count, noun).replace(str(count), f"{count:,}", 1)


def cell_text(value: Cell) -> str:
    """Return a value as a table shows it: decimals short, whole numbers in full, a dash for none."""
    if value is None:
        return "–"
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    if isinstance(value, float):
        return short(value)
    return f"{value:,}" if isinstance(value, int) else plain(value, 200)


def _cell(index: int, value: Cell, look: str | None) -> Markup:
    if index or isinstance(value, float | int):  # a number names no row
        return element("td", cell_text(value), class_=look)
    return element("th", cell_text(value), class_=look, scope="row", title=whole(value))


def whole(name: Cell) -> str | None:
    """Return a name that its place may cut, for the title of its element; None for a short one."""
    return name if isinstance(name, str) and len(name) > FITTING else None


def _is_number(value: Cell) -> bool:
    """Return whether a cell is aligned right: a number, a percentage, or nothing."""
    if isinstance(value, str):
        return not value or value.endswith(" %")
    return not isinstance(value, bool)


def folded_text(summary: str, *content: Child) -> Markup:
    """Return content that opens with a click or a key."""
    return element("details", element("summary", summary), *content, class_="numbers")
