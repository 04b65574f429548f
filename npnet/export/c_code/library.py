"""The C functions that stand beside this module, and text of C."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

FILES = ("reading.c", "inputs.c", "layers.c", "outputs.c", "positions.c")
NAME = re.compile(r"\bnpnet_\w+")
FUNCTION = re.compile(r"(?:/\*(?:(?!\*/).)*\*/\n)?static inline [^{;]*?\b(npnet_\w+)\(.*?\n}\n", re.DOTALL)
WIDTH = 116


@cache
def functions() -> dict[str, str]:
    """Return the text of each function by its name, in their order."""
    texts = [(files("npnet.export.c_code") / name).read_text("utf-8") for name in FILES]
    return {found[1]: found[0] for text in texts for found in FUNCTION.finditer(text)}


def functions_used(code: str) -> Iterable[str]:
    """Return the functions that code uses, with those that they use, in an order in which each is defined first."""
    known, used = functions(), set()
    left = {name for name in NAME.findall(code) if name in known}
    while left:
        used |= left
        left = {other for name in left for other in NAME.findall(known[name]) if other in known} - used
    return [text for name, text in known.items() if name in used]


def literal(text: str) -> str:
    """Return a text as a C string: bytes that are not plain ASCII in octal."""
    plain = {ord('"'): '\\"', ord("\\"): "\\\\", ord("?"): "\\?"}
    return '"' + "".join(plain.get(b, chr(b) if 32 <= b < 127 else f"\\{b:03o}") for b in text.encode()) + '"'


def array(kind: str, name: str, values: Sequence[str]) -> str:
    """Return the definition of an array of constants, of one 0 where there are none."""
    return f"static const {kind} {name}[] = {{\n{wrapped(values or ['0'])}\n}};\n"


def wrapped(values: Sequence[str]) -> str:
    """Return values with commas, in lines of a bearable width."""
    lines, line = [], "   "
    for value in values:
        if len(line) + len(value) > WIDTH and line.strip():
            lines.append(line)
            line = "   "
        line += f" {value},"
    return "\n".join([*lines, line])


def comment(text: str) -> str:
    """Return a text that ends no comment and begins none, in ASCII."""
    shown = text.replace("*/", "* /").replace("/*", "/ *").encode("ascii", "backslashreplace").decode()
    return "".join(one if one.isprintable() else "." for one in shown)
