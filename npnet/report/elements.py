"""Elements of HTML and SVG as text, in which everything is escaped that is not Markup."""

import html

from npnet.text import escaped, visible

VOID = frozenset({"br", "hr", "img", "input", "meta"})
SHAPES = frozenset({"circle", "line", "path", "polygon", "rect", "use"})  # of SVG: they close themselves
Attribute = str | float | bool | None


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | None


def element(tag: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """Return an element. In names of attributes `_` stands for `-`, and the last one is left out: `class_`.

    None and False leave an attribute out, True has no value; None leaves a child out.

    >>> element("p", "a < b", class_="note", aria_label='"')
    '<p class="note" aria-label="&quot;">a &lt; b</p>'
    """
    head = tag + "".join(_attribute(name, value) for name, value in attributes.items())
    if tag in VOID:
        return Markup(f"<{head}>")
    if tag in SHAPES and not children:
        return Markup(f"<{head}/>")
    return Markup(f"<{head}>{joined(*children)}</{tag}>")


def joined(*children: Child) -> Markup:
    """Return children one after the other, texts escaped."""
    return Markup("".join(child if isinstance(child, Markup) else text(child) for child in children if child))


def text(words: str) -> Markup:
    """Return a text as HTML: control characters and marks of direction are shown, not obeyed.

    >>> text("<b>\\0\\u202e")
    '&lt;b&gt;\\\\x00\\\\u202e'
    """
    return Markup(html.escape(escaped(words)))


def lines(words: str) -> Markup:
    """Return a text of several lines as HTML, for an element that keeps them apart.

    >>> lines("a: <\\nb: \\0")
    'a: &lt;\\nb: \\\\x00'
    """
    return Markup(html.escape(visible(words)))


def number(value: float) -> str:
    """Return a length of a drawing with at most two decimals.

    >>> number(3.004), number(12), number(0.25), number(-0.001)
    ('3', '12', '0.25', '0')
    """
    short = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    if value is True:
        return f" {name}"
    return f' {name}="{text(value) if isinstance(value, str) else number(value)}"'
