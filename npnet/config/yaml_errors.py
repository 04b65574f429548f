"""Faults: what PyYAML says about broken YAML, in words that tell what to do."""

import yaml

from npnet.config.locations import lines_of, shown

FROM_THE_START = ("could not find", "found unexpected end", "expected ',' or")  # pointed at where the thing begins

# how PyYAML's sentence begins: what npnet says, and its hint
WORDS = {
    "mapping values are not allowed": (
        "a colon where none may stand",
        'check the indentation; a key is written "key: value", with a space after the colon',
    ),
    "could not find expected ':'": ("a colon is missing", 'write "key: value", with a space after the colon'),
    "found unexpected end of stream": ("the text that begins here has no end", "close it with the same quote"),
    "expected <block end>": ("this line does not fit the lines above", "check its indentation"),
    "expected ',' or": ("a comma or the closing bracket is missing in what begins here", "close it"),
    "expected the node content": ("a value is missing", "write one, or take out the sign before it"),
    "sequence entries are not allowed": ("a list cannot begin here", "begin it on a line of its own"),
    "block sequence entries are not allowed": ("a list cannot begin here", "begin it on a line of its own"),
    "found unknown escape character": ("an unknown escape in a text", "double the backslash, or use single quotes"),
    "expected escape sequence": ("an unknown escape in a text", "double the backslash, or use single quotes"),
}


def explain_syntax(error: yaml.MarkedYAMLError, text: str) -> tuple[int, int, str, str | None]:
    """Line and column, from 0, of a syntax error, what is wrong, and a hint."""
    problem = error.problem or "unreadable"
    mark = error.context_mark if problem.startswith(FROM_THE_START) else error.problem_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if _letter(text, line, column) == "\t" or "'\\t'" in problem:
        return line, column, "a tab where YAML wants spaces", "indent with spaces"
    if "cannot start any token" in problem:
        letter = _letter(text, line, column)
        return line, column, f"a text cannot begin with {shown(letter)}", "put it in quotes"
    for begin, (message, hint) in WORDS.items():
        if problem.startswith(begin):
            return line, column, message, hint
    return line, column, f"this is not YAML: {shown(problem, 200)}", None


def _letter(text: str, line: int, column: int) -> str:
    return (lines_of(text)[line : line + 1] or [""])[0][column : column + 1]
