"""Scripts and styles without comments and needless blanks: the same code in fewer bytes."""

import re

PUNCTUATION = frozenset("=,;:?(){}[]<>&|*!")  # beside which a blank means nothing; `+`, `-` and `/` need theirs
OPENING, CLOSING = frozenset("{;,(["), frozenset("})].,;")
CODE = re.compile(
    r"""(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    |(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<regex>(?:(?<=[(=,:\[!&|?{};])|(?<=return\ ))/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*)
    |(?P<blank>\s+)
    |(?P<mark>[`{}])
    |(?P<other>[^\s`{}"'/]+|.)""",
    re.VERBOSE | re.DOTALL,
)
TEMPLATE = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*(?:`|\$\{)", re.DOTALL)
STYLE = re.compile(r"/\*.*?\*/|\s*([{};,])\s*|(?<=:) |\n\s*", re.DOTALL)


def squeezed_style(text: str) -> str:
    """Return a style sheet without comments and the blanks around its marks.

    >>> squeezed_style("a, b { color: red; } /* x */")
    'a,b{color:red;}'
    """
    return STYLE.sub(r"\1", text).strip()


def squeezed_script(text: str) -> str:
    """Return a script without comments and needless blanks; its texts, templates and patterns stay as they are.

    >>> squeezed_script("const a = { b: 1 }; // one\\nf(`x = ${a ? `, y` : \\"\\"}`) ;")
    'const a={b:1};f(`x = ${a?`, y`:""}`);'
    """
    found, at, depths = [""], 0, list[int]()  # of each open template, the braces open inside
    while at < len(text):
        match = CODE.match(text, at)
        assert match is not None  # any character is other
        at, kind, piece = match.end(), match.lastgroup, match[0]
        if kind == "comment":
            piece = "\n" if "\n" in piece else ""
        if kind == "mark":
            piece, at = _mark(text, piece, at, depths)
        if kind == "blank" or (kind == "comment" and piece):
            following = text[at : at + 1]
            piece = _blank("\n" in piece, found[-1][-1:], following)
        if piece:
            found.append(piece)
    return re.sub(r"\n+", "\n", "".join(found)).strip()


def _mark(text: str, mark: str, at: int, depths: list[int]) -> tuple[str, int]:
    """Return a brace or a back quote with the text of the template that it begins or continues, and its end."""
    if mark == "{" and depths:
        depths[-1] += 1
    inside = mark == "`"
    if mark == "}" and depths:
        depths[-1] -= 1
        inside = depths[-1] < 0
        if inside:
            depths.pop()
    if not inside:
        return mark, at
    match = TEMPLATE.match(text, at)
    if match is None:
        raise ValueError("a template of a script has no end")
    if match[0].endswith("${"):
        depths.append(0)
    return mark + match[0], match.end()


def _blank(line: bool, before: str, following: str) -> str:
    """Return what must stay of a blank between two characters."""
    if line:
        return "" if before in OPENING or following in CLOSING or before in ("", "\n") else "\n"
    return "" if before in PUNCTUATION or following in PUNCTUATION or before == "\n" else " "
