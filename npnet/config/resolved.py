"""Resolved: an experiment with everything filled in, as YAML that loads back to the same."""

import json
import os
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from npnet.config.dumper import Dumper
from npnet.config.experiment import Experiment
from npnet.config.files import SIZE
from npnet.config.reader import DEPTH, NODES
from npnet.config.type_info import item_of, nothing_of, registry_of, type_of, values_of
from npnet.data.datasets.table import Table
from npnet.errors import ConfigError
from npnet.registry import Registry
from npnet.spec import Spec

NO_TEXT = re.compile("[\ud800-\udfff]")  # what Python makes of bytes in a path that are not UTF-8
NOTES = {
    "loss": "null: the usual one of the data's task",
    "learning_rate": "null: the optimizer's usual one",
    "monitor": "null: validation_loss, or train_loss without a validation part",
    "metrics": "null: the monitored one alone",
}


def write_resolved(experiment: Experiment) -> str:
    """The experiment as YAML, all keys in the order of declaration; loads back to an equal one.

    ConfigError where it would be longer or nested deeper than a config that can be read, or hold what no text holds.
    """
    fields = spelled(experiment)
    if experiment.prepare is not None:  # which takes the place of scale, as own files take that of split
        fields.pop("scale")
    if isinstance(experiment.dataset, Table) and experiment.dataset.own_files:
        fields.pop("split")
    values, depth = _extent(fields)
    _refuse_more(depth, DEPTH, "levels", "nest fewer layers in each other")
    _refuse_more(values, NODES, "values", "shorten its lists")
    _refuse_no_text(fields)
    text = "".join(_block(key, json.dumps(value)) for key, value in fields.items())
    _refuse_more(len(text.encode()), SIZE, "bytes", "shorten its lists")
    return text


def _refuse_more(found: int, most: int, what: str, hint: str) -> None:
    if found > most:
        message = f"with everything filled in the config has {found} {what}; at most {most} can be read again"
        raise ConfigError(message, hint)


def _refuse_no_text(fields: dict[str, Any]) -> None:
    if NO_TEXT.search(json.dumps(fields, ensure_ascii=False)):
        message = "a path from the folder of the run to a file of the config has bytes that are not UTF-8"
        raise ConfigError(message, "rename that folder, or choose one for the run beside the config")


def _extent(value: Any) -> tuple[int, int]:
    """How many values the reader of a config counts in a plain value, and how many levels."""
    if not isinstance(value, dict | list):
        return 1, 1
    inner = [_extent(item) for item in (value.values() if isinstance(value, dict) else value)]
    keys = len(value) if isinstance(value, dict) else 0
    return 1 + keys + sum(count for count, _ in inner), 1 + max((depth for _, depth in inner), default=0)


@lru_cache(maxsize=1000)
def _block(key: str, written: str) -> str:
    """A key with its value, given as JSON; the trials of a sweep share most of theirs."""
    value = json.loads(written)
    flow = None if isinstance(value, dict | list) else False  # a mapping of one scalar would go into braces
    block: str = yaml.dump(
        {key: value}, Dumper=Dumper, sort_keys=False, allow_unicode=True, default_flow_style=flow, width=110
    )
    return block


def show(experiment: Experiment) -> str:
    """The same with a comment on every key that nobody gave, and on what null stands for."""
    return "\n".join(_commented(experiment, line) for line in write_resolved(experiment).splitlines()) + "\n"


def _commented(experiment: Experiment, line: str) -> str:
    key = line.partition(":")[0]
    if key not in type(experiment).model_fields:
        return line
    notes = [] if key in experiment.model_fields_set else ["default"]
    notes += [NOTES[key]] if line.endswith(": null") and key in NOTES else []
    return f"{line}  # {', '.join(notes)}" if notes else line


def relocated(experiment: Experiment, base: Path, folder: Path) -> Experiment:
    """The experiment with relative paths that started at `base` made to start at `folder`."""
    source = experiment.dataset
    if not isinstance(source, Table):
        return experiment
    files = {"path": source.path, "validation": source.validation, "test": source.test}
    apply_threshold = {
        key: os.path.relpath(base.resolve() / file, folder.resolve())
        for key, file in files.items()
        if file not in (None, "-") and not Path(file).is_absolute() and not file.startswith("~/")
    }
    return experiment.model_copy(update={"dataset": source.model_copy(update=apply_threshold)})


def spelled(spec: Spec) -> dict[str, Any]:
    """All options of a spec as plain values, registered things by name with all their options."""
    return {key: _plain(getattr(spec, key), kind) for key, kind in _kinds_of(type(spec)).items()}


@dataclass(frozen=True)
class _Kind:
    """What there is to know of a type to spell its values: from which registry, the word for None, what is inside."""

    registry: Registry[Any] | None
    nothing: str | None
    item: "_Kind | None"
    value: "_Kind | None"

    @classmethod
    def of(cls, kind: Any) -> "_Kind | None":
        """The same of an annotation; None of none."""
        if kind is None:
            return None
        return cls(registry_of(kind), nothing_of(kind), cls.of(item_of(kind)), cls.of(values_of(kind)))


@cache
def _kinds_of(spec: type[Spec]) -> dict[str, _Kind | None]:
    """What the options of a spec are; to ask their annotations takes longer than to write a trial's files."""
    return {key: _Kind.of(type_of(field)) for key, field in spec.model_fields.items()}


def _plain(value: Any, kind: _Kind | None) -> Any:
    if isinstance(value, Spec):
        options = spelled(value)
        if kind is None or kind.registry is None:
            return options
        name = kind.registry.name_of(value)
        return {name: options} if options else name
    if value is None:
        return kind and kind.nothing
    if isinstance(value, dict):
        return {key: _plain(item, kind and kind.value) for key, item in value.items()}
    return [_plain(item, kind and kind.item) for item in value] if isinstance(value, tuple) else value
