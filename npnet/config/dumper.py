"""Dumper: plain values as YAML that the reader of configs reads back as the same."""

import re
from typing import Any

import yaml

from npnet.config.scalars import PATTERNS, plain_float

TAG = "tag:yaml.org,2002:"


def flow(value: Any) -> str:
    """A plain value as one line of YAML."""
    text: str = yaml.dump(
        [value], Dumper=Dumper, allow_unicode=True, default_flow_style=True, width=10**6, sort_keys=False
    )
    return text.strip()[1:-1]


class Dumper(yaml.SafeDumper):
    """Writes plain what our own reader reads back as the same, and nothing as an alias."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - YAML 1.1's, which take `no` for a bool

    def ignore_aliases(self, data: Any) -> bool:
        """Nothing is written as an alias."""
        return True


for _kind, _pattern in PATTERNS.items():
    Dumper.add_implicit_resolver(f"{TAG}{_kind}", re.compile(rf"(?:{_pattern.pattern})\Z"), None)
Dumper.add_representer(float, lambda dumper, number: dumper.represent_scalar(f"{TAG}float", plain_float(number)))
Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(f"{TAG}str", text, style=None if text.isprintable() else '"'),
)
