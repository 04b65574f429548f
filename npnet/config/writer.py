"""Values and experiments as YAML that the reader of configs reads back as the same."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from npnet.config.experiment import Experiment
from npnet.config.files import SIZE
from npnet.config.nodes import PATTERNS, plain_float
from npnet.config.reader import DEPTH, NODES
from npnet.config.type_info import Shorthand
from npnet.data.datasets.table import Table
from npnet.data.joining.specs import SELF
from npnet.data.readers.data_file import STDIN
from npnet.errors import ConfigError
from npnet.registry import Registry
from npnet.spec import Spec

TAG = "tag:yaml.org,2002:"
NOT_TEXT = re.compile("[\ud800-\udfff]")  # Python's stand-ins for bytes of a path that are not UTF-8
NOTES = {
    "loss": "null: the task's default",
    "learning_rate": "null: the optimizer's default",
    "monitor": "null: validation_loss, or train_loss without a validation set",
    "metrics": "null: the monitored one alone",
}


class Dumper(yaml.SafeDumper):
    """A YAML writer by the rules of `parse_scalar`, without aliases."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - YAML 1.1's, which take `no` for a bool

    def ignore_aliases(self, data: Any) -> bool:
        """Return True: no value is written as an alias."""
        return True


for _kind, (_pattern, _) in PATTERNS.items():
    Dumper.add_implicit_resolver(f"{TAG}{_kind}", re.compile(rf"(?:{_pattern.pattern})\Z"), None)
Dumper.add_representer(float, lambda dumper, number: dumper.represent_scalar(f"{TAG}float", plain_float(number)))
Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(f"{TAG}str", text, style=None if text.isprintable() else '"'),
)


def _dump(value: Any, flow: bool | None, width: int) -> str:
    text: str = yaml.dump(
        value, Dumper=Dumper, allow_unicode=True, default_flow_style=flow, width=width, sort_keys=False
    )
    return text


def flow(value: Any) -> str:
    """Write a plain value as one line of YAML."""
    return _dump([value], flow=True, width=10**6).strip()[1:-1]


def write_resolved(experiment: Experiment) -> str:
    """Write an experiment as YAML with all keys; it loads back to an equal experiment.

    Raise ConfigError where the text would exceed the reader's limits or hold bytes that are not UTF-8.
    """
    fields = plain_options(experiment)
    if experiment.prepare is not None:  # replaces scale, as files of their own replace split
        fields.pop("scale")
    if isinstance(experiment.dataset, Table) and experiment.dataset.own_files:
        fields.pop("split")
    if NOT_TEXT.search(json.dumps(fields, ensure_ascii=False)):
        message = "a path from the folder of the run to a file of the config has bytes that are not UTF-8"
        raise ConfigError(message, "rename that folder, or choose one for the run beside the config")
    values, depth = _extent(fields)
    text = write_plain(fields)
    for found, limit, unit, hint in (
        (depth, DEPTH, "levels", "nest fewer layers in each other"),
        (values, NODES, "values", "shorten its lists"),
        (len(text.encode()), SIZE, "bytes", "shorten its lists"),
    ):
        if found > limit:
            message = f"with everything filled in the config has {found} {unit}; at most {limit} can be read again"
            raise ConfigError(message, hint)
    return text


def write_plain(fields: Mapping[str, Any]) -> str:
    """Write plain values by their keys, each key on a line of its own."""
    return "".join(_block(key, json.dumps(value)) for key, value in fields.items())


def _extent(value: Any) -> tuple[int, int]:
    """Return the numbers of values and of levels that the reader would count."""
    if not isinstance(value, dict | list):
        return 1, 1
    inner = [_extent(item) for item in (value.values() if isinstance(value, dict) else value)]
    keys = len(value) if isinstance(value, dict) else 0
    return 1 + keys + sum(count for count, _ in inner), 1 + max((depth for _, depth in inner), default=0)


@lru_cache(maxsize=1000)
def _block(key: str, value: str) -> str:
    """Write a key with its value, given as JSON; cached, as trials share most of their keys."""
    item = json.loads(value)
    return _dump({key: item}, flow=None if isinstance(item, dict | list) else False, width=110)


def write_commented(experiment: Experiment, shapes: Sequence[str] = ()) -> str:
    """Write an experiment with comments on default keys, on the meaning of null, and on the shape after each layer."""
    lines, left, top = [], iter(shapes), ""
    for line in write_resolved(experiment).splitlines():
        top = line if line[:1] not in (" ", "-") else top
        key = line.partition(":")[0]
        is_default = key in Experiment.model_fields and key not in experiment.model_fields_set
        notes = ["default"] if is_default else []
        notes += [NOTES[key]] if line.endswith(": null") and key in NOTES else []
        if top.startswith("layers:"):
            notes += [next(left, "")] if line.startswith("- ") else [*left] if line.startswith("layers: [") else []
        notes = [note for note in notes if note]
        lines.append(f"{line}  # {', '.join(notes)}\n" if notes else f"{line}\n")
    return "".join(lines)


def relocated(experiment: Experiment, base: Path, folder: Path) -> Experiment:
    """Return the experiment with its paths, relative to `base`, made relative to `folder`."""
    table = experiment.dataset
    if not isinstance(table, Table):
        given = {key: getattr(table, key) for key in table.path_options}
        options = {key: moved_path(path, base, folder) for key, path in given.items() if path is not None}
        return experiment.model_copy(update={"dataset": table.model_copy(update=options)}) if options else experiment
    files = {"path": table.path, "validation": table.validation, "test": table.test}
    paths = {key: moved_path(file, base, folder) for key, file in files.items() if file is not None}
    sides = {}
    for key in ("join", "aggregate"):
        written = getattr(table, key)
        several = written if isinstance(written, tuple) else () if written is None else (written,)
        moved = tuple(one.model_copy(update={"path": moved_path(one.path, base, folder)}) for one in several)
        sides[key] = moved if isinstance(written, tuple) else next(iter(moved), None)
    changed = {key: value for key, value in {**paths, **sides}.items() if value != getattr(table, key)}
    return experiment.model_copy(update={"dataset": table.model_copy(update=changed)})


def moved_path(file: str, base: Path, folder: Path) -> str:
    """Return a path relative to one folder as one relative to another; others stay as they are."""
    if file in (STDIN, SELF) or Path(file).is_absolute() or file.startswith("~/"):
        return file
    return os.path.relpath(base.resolve() / file, folder.resolve())


def plain_options(spec: Spec) -> dict[str, Any]:
    """Return all options of a spec as plain values, registered specs by their names."""
    _, none_words = _name_and_none_words(type(spec))
    return {key: _plain(getattr(spec, key), word) for key, word in none_words.items()}


def changed_options(value: Any, none: str | None = None) -> Any:
    """Return a value as plain values, of a spec only the options that differ from their defaults.

    >>> from npnet.nn.linear import Linear
    >>> changed_options((Linear(units=16), Linear()))
    [{'linear': 16}, 'linear']
    """
    if isinstance(value, tuple):
        return [changed_options(item) for item in value]
    if not isinstance(value, Spec):
        return _plain(value, none)
    (name, words), fields = _name_and_none_words(type(value)), type(value).model_fields
    changed = {key: word for key, word in words.items() if getattr(value, key) != fields[key].default}
    options = {key: changed_options(getattr(value, key), word) for key, word in changed.items()}
    if name is None or not options:
        return options if name is None else name
    main = next(iter(fields))
    return {name: options[main] if list(options) == [main] else options}


@cache
def _name_and_none_words(spec: type[Spec]) -> tuple[str | None, dict[str, str | None]]:
    """Return the name of a registered spec, and for each option the word that stands for None."""
    name = next((name for kind in Registry.every.values() for name, thing in kind.items() if thing is spec), None)
    return name, {
        key: next((note.none for note in field.metadata if isinstance(note, Shorthand)), None)
        for key, field in spec.model_fields.items()
    }


def _plain(value: Any, none: str | None = None) -> Any:
    if isinstance(value, Spec):
        options, (name, _) = plain_options(value), _name_and_none_words(type(value))
        return options if name is None else {name: options} if options else name
    if value is None:
        return none
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
