"""Markdown: tables whose cells may hold anything, and the note on top of every generated page."""

from collections.abc import Iterable, Sequence

NOTE = "<!-- Written by `make docs` from the code; changes here are lost. -->"


def page(title: str, *blocks: str) -> str:
    """Return a generated page: the note, the title, and blocks with an empty line between."""
    return "\n\n".join([NOTE, f"# {title}", *(block.rstrip() for block in blocks if block)]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; empty where there are no rows."""
    lines = [_line(row) for row in rows]
    return "\n".join([_line(heads), _line(["---"] * len(heads)), *lines]) if lines else ""


def code(text: str, language: str = "text") -> str:
    """Return a block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def _line(cells: Sequence[str]) -> str:
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
