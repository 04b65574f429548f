"""The file of the playground: its frame, its scripts and styles, and the data that it starts with."""

from typing import Any

from npnet import __version__
from npnet.report.elements import Markup, element
from npnet.report.page import Page, html_of
from npnet.report.page_engine import SCRIPTS, STYLES
from npnet.report.play.catalog import catalog
from npnet.report.play.start import Start

MODULES = (
    "drawn",
    "numbers",
    "dates",
    "notes",
    "table",
    "prepare",
    "network",
    "config",
    "chart",
    "session",
    "controls",
    "layers",
    "data",
    "training",
    "transport",
    "play",
)
NOT_PLAYED = ("pictures/lane", "pictures/comparison", "network/editor", "network/player")
"""Scripts of a report that show a training that was recorded."""


def html_of_play(start: Start | None = None, source: str = "") -> bytes:
    """Return the file of a playground that starts with a config or a table, or as it is; `source` names that file."""
    data: dict[str, Any] = {"catalog": catalog(), "start": None, "table": None, "lacking": []}
    if start is not None:
        data |= {"start": start.settings, "table": start.table, "lacking": list(start.lacking)}
    scripts = [*(name for name in SCRIPTS if name not in NOT_PLAYED), *(f"play/{name}" for name in MODULES)]
    title = f"Playground: {source}" if source else "Playground"
    return html_of(Page(title, _body(source), (), scripts, (*STYLES, "play/play"), {"play": data}, command="play"))


def _body(source: str) -> Markup:
    return element(
        "div",
        _head(source),
        element("main", _lacking(), _config(), id="play"),
        element("footer", element("span", f"Made by npnet {__version__}"), element("span", _OFFLINE), class_="foot"),
        class_="playground",
    )


_OFFLINE = "This file is complete: it needs no network and no server, and what you drop on it stays in it."


def _head(source: str) -> Markup:
    what = f"Starting from {source}. " if source else ""
    note = f"{what}Choose data, change the network, and watch it learn; then take the config to npnet train."
    theme = element("button", "Dark theme", type="button", id="theme", class_="button needs-js")
    without = element("p", "This page trains networks by JavaScript, which is switched off.", class_="callout")
    return element(
        "header",
        element("div", element("h1", "Playground"), element("p", note, class_="note"), class_="words"),
        theme,
        element("div", without, class_="without-js"),
        class_="play-head",
    )


def _lacking() -> Markup:
    """Return the place where the page names what it cannot do of a config."""
    heading = element("h2", "What this page does otherwise than the config")
    return element(
        "section", heading, element("ul", id="play-lacking-list"), id="play-lacking", class_="callout", hidden=True
    )


def _config() -> Markup:
    """Return the place of the config, with its button."""
    copy = element(
        "button", "Copy", type="button", class_="button", data_copy="play-config", aria_label="Copy the config"
    )
    head = element("div", element("h2", "Config"), copy, class_="head")
    note = element(
        "p", element("span", "npnet train takes it as it is. "), element("span", id="play-config-note"), class_="note"
    )
    text = element("pre", element("code", id="play-config"), tabindex="0", role="region", aria_label="Config as YAML")
    return element("section", head, note, text, class_="card config needs-js")
