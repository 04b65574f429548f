"""The reference pages of everything that is registered, one page a kind, and of the keys of a config."""

from collections.abc import Iterator
from inspect import cleandoc
from typing import Any

import npnet.diagnosis.diagnose  # noqa: F401 - fills the registry
from docs.markdown import code, page, table
from npnet.config import EarlyStopping, Experiment
from npnet.config.nodes import plain_float
from npnet.config.schema import KINDS
from npnet.config.type_info import accepted, describe, type_of
from npnet.data import Split
from npnet.diagnosis.verdict import VerdictKind, verdicts
from npnet.metrics import Metric, metrics
from npnet.nn.losses import Loss
from npnet.nn.optimizers import Optimizer
from npnet.plots import plots
from npnet.registry import Registry
from npnet.spec import Spec

PLACES = {
    "datasets": ("dataset", "dataset: {moons: {noise: 0.2}}"),
    "layers": ("layers", "layers:\n  - linear: 16\n  - relu\n  - dropout: {rate: 0.2}\n  - linear"),
    "losses": ("loss", "loss: {huber: 0.5}"),
    "optimizers": ("optimizer", "optimizer: {adamw: {weight_decay: 0.1}}"),
    "schedules": ("schedule", "schedule: {cosine: {warm_up: 5}}"),
    "initializers": ("init", "layers:\n  - linear: {units: 16, init: glorot_uniform, bias_init: {normal: 0.01}}"),
    "methods": (
        "method",
        "sweep:\n  method: {halving: {reduction: 3}}\n  parameters: {learning_rate: [0.001, 0.01, 0.1]}",
    ),
    "features": ("prepare.features", "prepare: {features: [square, {product: [x1, x2]}, sine]}"),
    "metrics": ("metrics", "metrics: [roc_auc, accuracy]"),
}
"""Where each kind is named in a config."""
LINES = ("name", "what it is")
VERDICT_HEADS = ("verdict", "what it says", "number", "threshold", "why", "source")
VERDICTS = """
What [`npnet diagnose`](../diagnosis.md) finds. The number is in `--json`; a verdict is raised where it is beyond the
threshold.
"""
HEADS = ("option", "takes", "default", "what it is")


def kind_pages() -> Iterator[tuple[str, str]]:
    """Return the file name and the text of each kind's page."""
    kinds: tuple[Registry[Any], ...] = (*KINDS, metrics)
    for kind in kinds:
        yield f"{kind.plural}.md", page(kind.plural.capitalize(), _opening(kind), *_entries(kind))
    lines = table(LINES, ((f"`{name}`", _first(plot)) for name, plot in plots.items()))
    yield "verdicts.md", page("Verdicts", VERDICTS.strip(), table(VERDICT_HEADS, map(_verdict, verdicts.items())))
    yield "plots.md", page("Plots", "What `npnet plot RUN --kind NAME` draws, where it suits the run.", lines)


def _opening(kind: Registry[Any]) -> str:
    key, example = PLACES[kind.plural]
    lines = table(LINES, ((f"[`{name}`](#{name})", _first(kind[name])) for name in kind))
    return f"What `{key}` in a config may name:\n\n{code(example, 'yaml')}\n\n{lines}"


def _entries(kind: Registry[Any]) -> Iterator[str]:
    for name, thing in kind.items():
        first, _, rest = cleandoc(thing.__doc__ or "").partition("\n")
        yield f"## {name}"
        yield "\n\n".join([first, *([code(cleandoc(rest))] if rest.strip() else []), *_facts(thing)])
        if isinstance(thing, type):
            yield options(thing)


def _verdict(item: tuple[str, type[VerdictKind]]) -> tuple[str, ...]:
    """Return the row of a kind of verdict."""
    name, kind = item
    return f"`{name}`", _first(kind), kind.number, kind.threshold, kind.why, kind.source


def _first(thing: Any) -> str:
    return cleandoc(thing.__doc__ or "").partition("\n")[0]


def _facts(thing: Any) -> Iterator[str]:
    """Return the docstring of a class or function beside its options."""
    if isinstance(thing, Metric):
        yield f"For: {', '.join(thing.tasks)}. {'More' if thing.goal == 'maximize' else 'Less'} is better."
    elif isinstance(thing, type) and issubclass(thing, Loss):
        yield f"For: {', '.join(thing.tasks)}. From raw scores to predictions: {thing.link}."
    elif isinstance(thing, type) and issubclass(thing, Optimizer):
        yield f"Its usual learning rate: {plain_float(thing.usual_rate)}."


def options(spec: type[Spec]) -> str:
    """Return the table of a spec's options."""
    rows = []
    for name, field in spec.model_fields.items():
        kind = type_of(field)
        default = "required" if field.is_required() else f"`{written(field.default, kind)}`"
        rows.append((f"`{name}`", _takes(kind), default, field.description or ""))
    return table(HEADS, rows)


def _takes(kind: Any) -> str:
    registry = accepted(accepted(kind).item or kind).registry
    words = describe(kind).replace("*", "\\*")
    return words.replace(registry.kind, f"[{registry.kind}]({registry.plural}.md)") if registry else words


def written(value: Any, kind: Any) -> str:
    """Write a default as a config has it."""
    registry = accepted(kind).registry
    if isinstance(value, Spec):
        return registry.name_of(value) if registry else f"{{{', '.join(f'{key}: {part}' for key, part in value)}}}"
    if isinstance(value, float):
        return plain_float(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    return (accepted(kind).none_word or "null") if value is None else str(value)


THREE_WAYS = """
`dataset` and `layers` are all that a config must say; the rest has defaults that train well. A thing is written as
its name, as its name with a value for its main option (the first in its table), or with several options:
"""
REST = """
Overrides follow the config on the command line: dotted keys, items of a list by number, values as YAML.
`npnet train circles.yaml learning_rate=1e-3 layers.0.linear.units=32 epochs=5`.

`extends` names a config that this one builds on, or a list of them: mappings merge, lists replace, the later one
wins. All paths are relative to the config file. Numbers, truth values and null are those of YAML 1.2 (`1e-3` is a
number, `no` is text); tags, anchors and duplicate keys are refused. All mistakes in a file are reported at once, each
with its line and column.

## In an editor

[`config.schema.json`](../config.schema.json) is the JSON Schema of a config; `npnet config schema` prints it.
In VS Code the [YAML extension](https://marketplace.visualstudio.com/items?itemName=redhat.vscode-yaml) completes and
checks with it. Either a first line in each config,

```yaml
# yaml-language-server: $schema=../docs/config.schema.json
```

or, for a whole folder, in `.vscode/settings.json`:

```json
{"yaml.schemas": {"docs/config.schema.json": "configs/**/*.yaml"}}
```
"""
WAYS = """
optimizer: adam
optimizer: {momentum: 0.9}                # momentum, its main option
optimizer: {adam: {beta1: 0.8, beta2: 0.99}}
"""


def config_page() -> str:
    """Return the page of every key of a config."""
    return page(
        "The keys of a config",
        f"{THREE_WAYS.strip()}\n\n{code(WAYS.strip(), 'yaml')}",
        "What each kind may name: " + ", ".join(f"[{kind.plural}]({kind.plural}.md)" for kind in (*KINDS, metrics)),
        "## Keys",
        options(Experiment),
        "## split",
        options(Split),
        "## early_stopping",
        "A number alone is the patience.",
        options(EarlyStopping),
        "## Beside the keys",
        REST.strip(),
    )
