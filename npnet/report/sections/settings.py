"""The settings of a run with their defaults, those that differ marked, and the config as it was given."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticUndefined

from npnet.config.writer import changed_options, flow
from npnet.errors import ConfigError, RunError
from npnet.report.elements import Markup, element, lines
from npnet.report.page import Section
from npnet.report.parts import card, folded_text, grid
from npnet.report.view import RunView
from npnet.rundir import names
from npnet.rundir.diff import flat_settings
from npnet.rundir.run import RunFolder

FILLED = ("loss", "learning_rate", "monitor", "threads")  # by npnet where they are not given
LONG = 160  # letters of a value


@dataclass(frozen=True)
class Setting:
    """A key with its value, its default as YAML, and whether they differ."""

    key: str
    value: str
    default: str
    changed: bool


def section(view: RunView) -> Section:
    """Return every key with its value and default, and the file that was given."""
    found = list(settings_of(view))
    changed = [one for one in found if one.changed]
    lede = f"{len(changed)} of {len(found)} settings differ from their defaults, and are marked."
    given = _given(view.run)
    file = card("As given", element("pre", element("code", given), tabindex="0"), note=names.CONFIG) if given else None
    rest = folded_text(f"All {len(found)} settings", _table(found, "all settings"))
    return Section("settings", "Config", lede, grid(card("Changed", _table(changed, "changed settings"), rest), file))


def settings_of(view: RunView) -> Iterator[Setting]:
    """Yield every key, with its default; those that npnet fills in from the data are changed only if given."""
    given = _given_keys(view)
    for key, info in type(view.experiment).model_fields.items():
        value = getattr(view.experiment, key)
        required = info.default is PydanticUndefined
        changed = required or value != info.default
        if key in FILLED:
            changed = key in given
        default = "" if required else _shown(info.default)
        yield Setting(key, _shown(value), default, changed)


def _given_keys(view: RunView) -> set[str]:
    """Return the keys that the config or an override sets."""
    overrides = [text.partition("=")[0] for text in view.info["argv"][2:] if "=" in text]
    try:
        keys = [*flat_settings(view.run.read(names.CONFIG), names.CONFIG), *overrides]
    except (ConfigError, RunError):
        keys = overrides
    return {key.partition(".")[0] for key in keys}


def _shown(value: Any) -> str:
    """Return a value as YAML on one line, of specs inside it only the options that are not the default."""
    brief = changed_options(value)
    text = "its defaults" if brief == {} else flow(brief)
    return text if len(text) <= LONG else f"{text[: LONG - 3]}..."


def _table(found: list[Setting], title: str) -> Markup:
    heads = [element("th", name, scope="col") for name in ("key", "value", "default")]
    lines = []
    for one in found:
        value = element("mark", one.value, class_="changed") if one.changed else one.value
        lines.append(
            element(
                "tr",
                element("th", one.key, scope="row"),
                element("td", value),
                element("td", one.default or "–"),
            )
        )
    made = element("table", element("thead", element("tr", *heads)), element("tbody", *lines), class_="settings")
    return element("div", made, class_="scroll", tabindex="0", role="region", aria_label=f"Table: {title}")


def _given(run: RunFolder) -> Markup | None:
    """Return the config file as it was given, line by line."""
    try:
        text = run.read(names.CONFIG).decode("utf-8", "replace")
    except RunError:
        return None
    return lines(text.rstrip("\n"))
