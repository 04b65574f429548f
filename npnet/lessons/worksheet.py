"""A worked step as a worksheet in LaTeX that leaves blanks for the results, and as the key to it."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from npnet import __version__
from npnet.lessons.tex import tex_math, tex_number, tex_text
from npnet.runner.worked_step.structure import (
    StepStage,
    Value,
    ValueGrid,
    WorkedStep,
    WrittenLine,
    column_texts,
    number_text,
)
from npnet.text import plural

USUAL, NUMBERS = 5, 7  # columns of a table beside each other
LONG = 20  # rows: longer tables may break over pages
NAME = 24  # letters of a name in a table
COPIES = ("z", "dy")
"""Arrays that are the results of an earlier stage."""
HEAD = r"""% Written by npnet VERSION: npnet explain-step
\documentclass[11pt,a4paper]{article}
\usepackage[margin=2cm]{geometry}
\usepackage{amsmath,longtable}
\setlength{\parindent}{0pt}
\setlength{\LTpre}{4pt}\setlength{\LTpost}{6pt}
\setlength{\tabcolsep}{4pt}
\renewcommand{\arraystretch}{1.35}
\raggedright\raggedbottom
\newcommand{\room}{\par\dimen0=\pagegoal\advance\dimen0-\pagetotal\ifdim\dimen0<12\baselineskip\newpage\fi}
\newcommand{\stage}[2]{\room\bigskip\textbf{\texttt{#1}}\quad#2\par\nopagebreak}
\newcommand{\formula}[1]{\hspace*{1em}$\displaystyle #1$\par\nopagebreak}
\newcommand{\remark}[1]{{\small\itshape #1\par}\nopagebreak}
\newcommand{\heading}[1]{\smallskip\textit{#1}\par\nopagebreak}
\newcommand{\written}[1]{{\hangindent=4em\hangafter=1\baselineskip=19pt\lineskiplimit=-5pt\hspace*{2em}$#1$\par}}
"""
BLANK = r"\newcommand{\blank}{\underline{\hspace{1.75cm}}}"
ANSWER = r"\newcommand{\answer}[1]{\underline{\makebox[1.75cm]{$#1$}}}"


def worksheet(step: WorkedStep, *, answers: bool) -> bytes:
    """Return the LaTeX source of the worksheet of a step, or of the key to it, which has the same lines."""
    head = HEAD.replace("VERSION", __version__) + (ANSWER if answers else BLANK)
    return "\n".join([head, r"\begin{document}", *_Sheet(answers).body(step), r"\end{document}", ""]).encode()


class _Sheet:
    """The body of a worksheet, or of its key."""

    def __init__(self, answers: bool) -> None:
        self.answers = answers

    def body(self, step: WorkedStep) -> Iterator[str]:
        """Yield the lines of the document."""
        kind = "answers" if self.answers else "worksheet"
        yield rf"{{\LARGE\bfseries One step of {tex_text(step.network)}: {kind}\par}}\medskip"
        if not self.answers:
            yield r"Name: \underline{\hspace{7cm}}\qquad Date: \underline{\hspace{3.5cm}}\par\medskip"
        rows = ", ".join(map(tex_text, step.rows))
        size = plural(step.parameters, "parameter")
        rate = tex_number(number_text(step.learning_rate))
        settings = rf"loss {tex_text(step.loss)}, optimizer {tex_text(step.optimizer)}, learning rate ${rate}$"
        yield f"{size}; {settings}; {rows}.\\par"
        yield r"Numbers are rounded to four decimals here; calculate with as many.\par"
        for part in step.parts:
            yield rf"\section*{{{part.name.capitalize()}}}\nopagebreak"
            yield rf"{tex_text(part.note)}\par\nopagebreak"
            for stage in part.stages:
                yield from self._stage(stage)

    def _stage(self, stage: StepStage) -> Iterator[str]:
        yield rf"\stage{{{tex_text(stage.name)}}}{{{tex_text(stage.title)}}}"
        yield from (rf"\formula{{{tex_math(formula)}}}" for formula in stage.formulas)
        if stage.note:
            yield rf"\remark{{{tex_text(stage.note)}}}"
        for grid in stage.reads:
            if grid.name not in COPIES:
                yield from self._table(grid)
        for heading, lines in groupby(stage.lines, lambda line: line.heading):
            if heading:
                yield rf"\heading{{{tex_text(heading)}}}"
            yield from map(self._line, lines)
        for grid in stage.tables:
            yield from self._table(grid)

    def _line(self, line: WrittenLine) -> str:
        index = rf"_{{{','.join(map(str, line.index))}}}" if line.index else ""
        expression = line.expression if self.answers else _without_signs(line.expression)
        pieces = map(self._piece, expression)
        return rf"\written{{{tex_math(line.symbol)}{index} = {''.join(pieces)} = {self._result(line.value)}}}"

    def _piece(self, piece: str | Value) -> str:
        if isinstance(piece, str):
            return tex_math(piece).replace(r"\surd ", r"\sqrt ")
        return f"{{{tex_number(number_text(piece.number))}}}" if piece.given else self._result(piece.number)

    def _result(self, value: float) -> str:
        return rf"{{\answer{{{tex_number(number_text(value))}}}}}" if self.answers else r"{\blank}"

    def _table(self, grid: ValueGrid) -> Iterator[str]:
        """Yield a table, in several where it has many columns; blanks stand for results."""
        for first in range(0, len(grid.columns), NUMBERS):
            columns = range(first, min(first + NUMBERS, len(grid.columns)))
            size = r"\footnotesize" if len(columns) > USUAL else r"\normalsize"
            kind, place = ("longtable", "l") if len(grid.rows) > LONG else ("tabular", "t")
            yield rf"{{{size}\begin{{{kind}}}[{place}]{{@{{\hspace{{2em}}}}l*{{{len(columns)}}}{{r}}@{{}}}}"
            heads = [tex_text(grid.columns[at][:NAME]) for at in columns]
            head = _row([f"${tex_math(grid.name)}$" if grid.name else "", *heads])
            yield head + (r"\hline\endhead" if kind == "longtable" else r"\hline")
            cells = {at: self._column(grid, at) for at in columns}
            for row, name in enumerate(grid.rows):
                yield _row([tex_text(name[:NAME]), *(cells[at][row] for at in columns)])
            yield rf"\end{{{kind}}}\par}}\smallskip"

    def _column(self, grid: ValueGrid, at: int) -> list[str]:
        texts = [tex_number(text) for text in column_texts(grid.values[:, at])]
        if grid.given[at]:
            return [f"${text}$" for text in texts]
        return [rf"\answer{{{text}}}" if self.answers else r"\blank" for text in texts]


def _row(cells: Sequence[str]) -> str:
    return f"{' & '.join(cells)} \\\\"


def _without_signs(expression: Sequence[str | Value]) -> Iterator[str | Value]:
    """Yield an expression without the brackets around negative results, which would tell their sign."""
    at = 0
    while at < len(expression):
        first, middle, *last = (*expression[at : at + 3], "")[:3]
        if first == "(" and isinstance(middle, Value) and not middle.given and last == [")"]:
            yield middle
            at += 3
        else:
            yield first
            at += 1
