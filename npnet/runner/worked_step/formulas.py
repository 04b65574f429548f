"""Formulas of docstrings, and expressions in which their symbols are replaced by numbers."""

import re
from collections.abc import Container, Mapping, Sequence
from inspect import cleandoc

from npnet.runner.worked_step.structure import Expression, Value

END = re.compile(r"(.*?)\.(?:\s{2,}|\n|$)", re.DOTALL)
BETWEEN = re.compile(r"[,;](?:  |\n)\s*")
ASSIGNED = re.compile(r"(?:\S+(?: at .{1,10}?)?|\w_\([^)]*\)) [=←~] ")
DEFINED = re.compile(r"\b([a-z]) = ([^,;]+)")
WORD = re.compile(r"[^\W\d_²³]+")
KNOWN = frozenset(["max", "min", "exp", "tanh", "ln", "cosh", "sign", "clip", "if", "else", "where", "σ", "π"])
"""Words that may remain in an expression: functions, and what joins two cases."""


def formulas_of(thing: object) -> tuple[str, ...]:
    """Return the formulas in the docstring of a class, without sources and shapes, or its text where it has none.

    >>> class Tanh:
    ...     '''Hyperbolic tangent.
    ...
    ...     y = tanh(x),  dx = dy (1 - y²).  LeCun et al. (1998).
    ...     '''
    >>> formulas_of(Tanh)
    ('y = tanh(x)', 'dx = dy (1 - y²)')
    """
    _, _, body = cleandoc(thing.__doc__ or "").partition("\n\n")
    found = END.match(body)
    pieces = BETWEEN.split(found[1]) if found else []
    lines = [" ".join(piece.split()) for piece in pieces]
    return tuple(line for line in lines if ASSIGNED.match(line)) or tuple(lines[:1])


def formula_of_method(method: object) -> str:
    """Return the formula in the first line of a method's docstring, "" where it has none.

    >>> def forward(): '''Write y = x · mask.'''
    >>> formula_of_method(forward)
    'y = x · mask'
    """
    first = cleandoc(method.__doc__ or "").partition("\n")[0].removeprefix("Write ").removesuffix(".")
    return first if ASSIGNED.match(first) else ""


def side_of(formulas: tuple[str, ...], symbol: str, known: Container[str] = ()) -> str:
    """Return the right side of a symbol's formula, "" where it has none; letters defined beside it are replaced.

    >>> side_of(("L = ln cosh(e) = |e|", "e = z - t"), "L")
    'ln cosh(z - t)'
    """
    for formula in formulas:
        if formula.startswith((f"{symbol} = ", f"{symbol} ← ")):
            right = re.split(" = | ← ", formula)[1]
            meanings = {
                letter: meaning for one in formulas if one != formula for letter, meaning in DEFINED.findall(one)
            }
            for letter, meaning in meanings.items():
                if letter not in known:
                    right = _with_meaning(right, letter, meaning.partition(" = ")[0].strip())
            return right
    return ""


def _with_meaning(right: str, letter: str, meaning: str) -> str:
    """Replace a letter by what it means, in brackets where it needs them."""
    right = re.sub(rf"(?<=[(|]){letter}(?=[)|,])", lambda _: meaning, right)
    whole = f"({meaning})" if " " in meaning else meaning
    return re.sub(rf"(?<!\w){letter}(?![^\W\d²³]|\()", lambda _: whole, right)


def substitute(right: str, values: Mapping[str, Value]) -> Expression | None:
    """Return the right side of a formula with numbers for its symbols; None where it has other symbols.

    >>> [piece if isinstance(piece, str) else piece.number for piece in substitute("x (1 - x)", {"x": Value(0.5)})]
    [0.5, ' · (1 - ', 0.5, ')']
    """
    if "[" in right or not right:
        return None
    names = "|".join(map(re.escape, sorted(values, key=len, reverse=True)))
    pieces = re.split(rf"(?<![\w.])({names})(?![^\W\d²³]|[̂])", right)
    found = list[str | Value]()
    for number, piece in enumerate(pieces):
        if number % 2:
            found.append(values[piece])
        elif set(WORD.findall(piece)) - KNOWN:
            return None
        elif piece:
            found.append(_multiplied(re.sub(r"(?<=\d) (?=[\d(])", " · ", piece), number > 0, number + 1 < len(pieces)))
    return bracketed(found)


def _multiplied(piece: str, after: bool, before: bool) -> str:
    """Write the sign of a product where two factors stand side by side."""
    if piece == " " and after and before:
        return " · "
    if after and re.match(r" (?:[a-z]*\(|√)", piece):
        piece = " ·" + piece
    if before and re.search(r"[\d)²³] $", piece):
        piece += "· "
    return piece


def bracketed(pieces: Sequence[str | Value]) -> Expression:
    """Put negative numbers in brackets where another sign or a power stands beside them.

    >>> bracketed((Value(-1.0), "·", Value(-2.0)))
    (Value(number=-1.0, given=False), '·', '(', Value(number=-2.0, given=False), ')')
    """
    found = list[str | Value]()
    for index, piece in enumerate(pieces):
        before = pieces[index - 1] if index else "("
        after = pieces[index + 1] if index + 1 < len(pieces) else ")"
        alone = str(before).endswith(("(", "|", ", ", "= ", "if ", "where ")) and not str(after).startswith(("²", "³"))
        negative = isinstance(piece, Value) and piece.number < 0
        found += ["(", piece, ")"] if negative and not alone else [piece]
    return tuple(found)
