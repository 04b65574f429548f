"""One page in one file: its sections, its style, its scripts and its data, and a policy that refuses all else."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from npnet import __version__
from npnet.report.elements import Markup, element, joined
from npnet.report.squeeze import squeezed_script, squeezed_style

DATA = "npnet-data"  # the id of the block of JSON from which scripts read
FIRST = 4096  # bytes of a file by which a page is recognised


@dataclass(frozen=True)
class Section:
    """A section of a page: an id for links, a heading, a sentence below it, and its content."""

    id: str
    title: str
    lede: str
    content: Markup


@dataclass(frozen=True)
class Page:
    """A page: its title, its head, its sections, the scripts and styles it needs by name, and their data by key.

    A page without sections has the head as its whole body. `command` is the one that wrote it.
    """

    title: str
    head: Markup
    sections: Sequence[Section]
    scripts: Sequence[str] = ()
    styles: Sequence[str] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    command: str = "report"

    def reloading(self, seconds: float) -> "Page":
        """Return the page that loads itself again after some seconds, as it is rewritten while a run goes on."""
        button = element("button", "Pause", type="button", id="live", class_="button needs-js")
        note = element("span", f"This page follows the run: it loads itself again every {seconds:g} s.")
        head = joined(element("div", note, button, class_="live"), self.head)
        return replace(
            self, head=head, scripts=[*self.scripts, "live"], data={**self.data, "live": {"seconds": seconds}}
        )


def html_of(page: Page) -> bytes:
    """Return the file of a page, which makes no request and runs no other script or style than its own."""
    style = "".join(_static(f"{name}.css") for name in ("style", *page.styles))
    scripts = [_static(f"{name}.js") for name in ("page", *page.scripts)]
    head = joined(
        element("meta", charset="utf-8"),
        Markup(f'{_mark(page.command)}{__version__}">'),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(style, scripts)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", page.title),
        Markup(f"<style>{style}</style>"),
    )
    data = element("script", Markup(json_text(page.data)), type="application/json", id=DATA) if page.data else ""
    code = [Markup(f"<script>{script}</script>") for script in scripts]
    body = joined(_body(page) if page.sections else page.head, Markup(data), *code)
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{body}</body></html>\n'.encode()


def written_by(command: str, path: Path) -> bool:
    """Return whether a file is a page that a command of npnet wrote, which the command may replace."""
    with suppress(OSError):
        if path.is_file():  # a pipe would wait
            with path.open("rb") as file:
                return _mark(command).encode() in file.read(FIRST)
    return False


def json_text(value: Any) -> str:
    """Return JSON that can stand inside a script element: no `<`, no line separators of Unicode, no NUL.

    >>> json_text({"</script>": "\\u2028\\0"})
    '{"\\\\u003c/script>":"\\\\u2028\\\\u0000"}'
    """
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _mark(command: str) -> str:
    """Return the part of every page by which its file is recognised as one of a command."""
    return f'<meta name="generator" content="npnet {command} '


def _policy(style: str, scripts: Sequence[str]) -> str:
    """Return the Content-Security-Policy: nothing but this style, these scripts, and pictures made in the page."""
    sources = {
        "default-src": "'none'",
        "style-src": _hash(style),
        "script-src": " ".join(map(_hash, scripts)),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in sources.items())


def _hash(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


def _static(name: str) -> str:
    """Return a script or style of the package, squeezed."""
    text = (files("npnet.report") / "static" / name).read_text("utf-8")
    return squeezed_style(text) if name.endswith(".css") else squeezed_script(text)


def _body(page: Page) -> Markup:
    links = [element("li", element("a", one.title, href=f"#{one.id}")) for one in page.sections]
    foot = joined(
        element("span", f"Made by npnet {__version__}"),
        element("span", "This file is complete: it needs no network and no server."),
    )
    return joined(
        element("a", "Skip to the content", href="#content", class_="skip"),
        element(
            "div",
            element("header", page.head, class_="top"),
            element("nav", element("ol", *links), class_="toc", aria_label="Sections"),
            element("main", *map(_section, page.sections), id="content"),
            element("footer", foot, class_="foot"),
            class_="page",
        ),
    )


def _section(section: Section) -> Markup:
    lede = element("p", section.lede, class_="lede") if section.lede else None
    head = element("div", element("h2", section.title, id=f"{section.id}-title"), lede, class_="head")
    where = f"{section.id}-title"
    return element("section", head, section.content, class_="section", id=section.id, aria_labelledby=where)
