"""Advice: where npnet has what other libraries write elsewhere, such as momentum beside the optimizer."""

import re
import shlex
from collections.abc import Callable
from typing import Any

from npnet.config.dumper import flow
from npnet.config.experiment import Experiment
from npnet.config.files import TABLES
from npnet.config.locations import SourceLocation
from npnet.config.nodes import Node, Path
from npnet.config.scalars import resolve
from npnet.nn.layer import layers
from npnet.nn.optimizers import optimizers
from npnet.registry import nearest
from npnet.registry.synonyms import squashed

# words beside the key of a config, squashed, and the key under which their value stands; {optimizer}, {loss} and
# {dataset} are those of the config
MOVED = {
    "momentum": "optimizer.momentum",
    "weightdecay wd decay": "optimizer.{optimizer}.weight_decay",
    "beta1": "optimizer.{optimizer}.beta1",
    "beta2": "optimizer.{optimizer}.beta2",
    "epsilon eps": "optimizer.{optimizer}.epsilon",
    "rho": "optimizer.rmsprop.rho",
    "patience niternochange": "early_stopping",
    "validation val valid valsplit validationsplit valsize validationsize validationfraction": "split.validation",
    "test testsplit testsize": "split.test",
    "warmup warmupepochs": "schedule.cosine.warm_up",
    "labelsmoothing": "loss.{loss}.label_smoothing",
    "target label labels y targets targetcolumn": "dataset.table.target",
    "path file filename csv filepath table": "dataset.table.path",
    "task": "dataset.table.task",
    "group groups": "dataset.table.group",
    "time": "dataset.table.time",
    "drop dropcolumns": "dataset.table.drop",
    "navalues": "dataset.table.na_values",
    "delimiter sep": "dataset.table.delimiter",
    "encoding": "dataset.table.encoding",
    "positiveclass poslabel": "dataset.table.positive_class",
    "droprows": "dataset.table.drop_rows",
    "categorical": "dataset.table.categorical",
    "samples nsamples": "dataset.{dataset}.samples",
    "noise": "dataset.{dataset}.noise",
    "clip": "prepare.clip",
    "missing": "prepare.missing",
    "embedabove": "prepare.embed_above",
    "trials ntrials": "sweep.trials",
    "seeds": "sweep.seeds",
    "method": "sweep.method",
    "parameters": "sweep.parameters",
}
# the same for the options of an optimizer, which are keys of the config
BESIDE_OPTIMIZER = {
    "lr learningrate eta": "learning_rate",
    "l1": "l1",
    "l2": "l2",
    "clipnorm gradclip maxgradnorm": "clip_norm",
    "clipvalue": "clip_value",
    "momentum": "optimizer.momentum",
}
HIDDEN = (
    "hidden hiddenlayers hiddenlayersizes hiddensizes hiddenunits hiddendim hiddendims hiddensize units neurons nhidden"
    " numhidden width nodes numlayers nlayers depth"
)
TAKE_OUT = {
    "features usecols inputcolumns xcolumns": "every other column is a feature, drop names those left out",
    "device gpu cuda accelerator usegpu": "npnet computes on the processor",
    "shuffle": "rows are shuffled in every epoch",
    "verbose verbosity": "--quiet says less",
    "trainsplit trainsize train": "what split leaves trains",
    "tmax totalsteps": "a schedule knows the epochs",
    "cache pinmemory persistentworkers compile jit amp": "npnet has nothing like it",
    "inputdim inputs infeatures inputshape inputsize inputunits nin": "inputs are inferred",
    "bias usebias withbias": "every linear layer has a bias",
    "amsgrad foreach fused maximize capturable": "npnet has nothing like it",
}
ON_COMMAND_LINE = {
    "name runname experimentname": "--name NAME",
    "tag tags": "--tag TAG",
    "outputdir savedir logdir rundir output outdir": "--run-dir FOLDER",
}
NO_LAYERS = {
    "flatten reshape": "take it out: every row is flat",
    "input inputlayer": "take it out: inputs are inferred",
    "identity noop": "take it out",
}
PENALTIES = {"l1": "l1", "l2 weightdecay wd": "l2"}
TAKEN_OUT_OF = ("optimizer", "split", "schedule", "dataset")
ACTIVATION = "activation act activationfunction activationfn nonlinearity"

VALUE = r"\{[^}]*\}|\[[^]]*\]|[\w.+-]*\w"  # of a key, as a hint has it
OWN_LAYER = "take it out, and write it as a layer of its own"

Table = dict[str, str]


def misplaced(root: Node, path: Path, key: str, node: Node | None) -> str | None:
    """What to write for a key that stands where there is none; None where npnet has nothing like it."""
    word, value = squashed(key), node.plain() if node else None
    place = (node.key if node else None) or root.place
    if not path:
        return _of_config(root, word, value, place)
    if path[0] == "layers" and path[-1] in layers:
        return _of_layer(word, value) or _found(TAKE_OUT, word, "take it out: {}".format)
    if path[0] == "optimizer" and (apply_threshold := beside_optimizer(key, value, place)):
        return apply_threshold
    if path == ("early_stopping",) and word in ("monitor", "metric"):
        return "write monitor: validation_loss beside early_stopping instead"
    if path == ("sweep",) and isinstance(value, list | dict) and (near := nearest(key, list(Experiment.model_fields))):
        return written("sweep.parameters", {near: value}, place)
    return _found(TAKE_OUT, word, "take it out: {}".format) if path[0] in TAKEN_OUT_OF else None


def moved_option(name: str, value: str) -> str | None:
    """What to write for --momentum 0.9; None where the config has no such key, or npnet nothing like it."""
    place = SourceLocation.of_override(name, 1, "")
    text = _of_config(Node({}, place), squashed(name), resolve(value), place)
    return text if text and text.startswith("write") else None


def no_layer(name: str, value: Any, place: SourceLocation) -> str | None:
    """What to write for a name of no layer; None where npnet has nothing like it."""
    penalty = value if isinstance(value, float) else 0.001
    apply_threshold = _found(PENALTIES, squashed(name), lambda to: written(to, penalty, place))
    return apply_threshold or _found(NO_LAYERS, squashed(name), str)


def table_of(path: str, place: SourceLocation) -> str | None:
    """How the file of a table is written as a dataset; None for a name of no such file."""
    if not path.lower().endswith(TABLES):
        return None
    return written("dataset.table", {"path": path, "target": "COLUMN"}, place)


def beside_optimizer(name: str, value: Any, place: SourceLocation) -> str | None:
    """What to write for an option that no optimizer has; None where npnet has nothing like it."""
    return _found(BESIDE_OPTIMIZER, squashed(name), lambda to: written(to, value, place))


def written(key: str, value: Any, place: SourceLocation) -> str:
    """How a value stands under a dotted key: in a file as YAML, on the command line as KEY=VALUE."""
    if place.on_command_line:
        return f"write {shlex.quote(f'{key}={flow(value)}')} instead"
    first, *others = key.split(".")
    text = flow(value)
    for one in reversed(others):
        text = f"{{{one}: {text}}}"
    return f"write {first}: {text} instead"


def as_override(hint: str, path: Path = ()) -> str:
    """A hint to write a key of a config as the same for the command line; `path` leads to the value that is wrong.

    >>> as_override("write split: {test: 0.2}"), as_override("write validation: 0.2 under split")
    ("write 'split={test: 0.2}'", 'write split.validation=0.2')
    """

    def setting(match: re.Match[str]) -> str:
        key = match["key"]
        if key in path[1:]:
            key = ".".join(map(str, path[: len(path) - path[::-1].index(key)]))
        elif key.partition(".")[0] not in Experiment.model_fields:
            return match.group()
        quoted = shlex.quote(f"{key}={match['value']}")
        return f"{match['verb']} {quoted}"

    whole = re.sub(rf"\bwrite (\w+): ({VALUE}) under ([\w.]+)", r"write \3.\1: \2", hint)
    return re.sub(rf"\b(?P<verb>write|or) (?P<key>[\w.]+): (?P<value>{VALUE})", setting, whole)


def _of_config(root: Node, word: str, value: Any, place: SourceLocation) -> str | None:
    if word in ("data", "dataset", "traindata") and isinstance(value, str) and (table := table_of(value, place)):
        return table
    if word == "nesterov" and value is True:
        return written("optimizer", "nesterov", place)
    if word == "betas" and isinstance(value, list) and len(value) == 2:
        name = _name(root, "optimizer", "adam")
        return written(f"optimizer.{name}", dict(zip(("beta1", "beta2"), value, strict=True)), place)
    if word == "mindelta":
        return written("early_stopping", {"patience": 10, "min_delta": value}, place)
    if word in HIDDEN.split():
        return _hidden(root, value, place)
    apply_threshold = _found(MOVED, word, lambda to: _moved(root, _to(root, to), value, place))
    asked = _found(ON_COMMAND_LINE, word, "take it out, and write {} on the command line".format)
    return apply_threshold or asked or _of_layer(word, value) or _found(TAKE_OUT, word, "take it out: {}".format)


def _of_layer(word: str, value: Any) -> str | None:
    """An activation, a dropout or a normalization that is an option elsewhere is a layer of its own."""
    if word in ACTIVATION.split():
        name = (nearest(value, list(layers)) if isinstance(value, str) else None) or "relu"
        return f"{OWN_LAYER}: - {name}"
    if word in ("dropout", "dropoutrate", "droprate") and isinstance(value, float):
        return f"{OWN_LAYER}: - dropout: {value:g}"
    if word in ("batchnorm", "batchnormalization", "bn", "layernorm"):
        return f"{OWN_LAYER}: - {'layer_norm' if word == 'layernorm' else 'batch_norm'}"
    return None


def _moved(root: Node, key: str, value: Any, place: SourceLocation) -> str:
    """How a value stands under a dotted key of a config that may have some of it already."""
    *above, option = key.split(".")
    nodes = root.walk(tuple(above))
    if above and len(nodes) > len(above) and isinstance(nodes[-1].value, dict) and not place.on_command_line:
        return f"write {option}: {flow(value)} under {'.'.join(above)} instead"
    return written(key, value, place)


def _hidden(root: Node, value: Any, place: SourceLocation) -> str:
    """A list of layers with as many hidden ones as the sizes that are written."""
    sizes = [one for one in (value if isinstance(value, list) else [value]) if type(one) is int and one > 0]
    activation = next((node.plain() for key, node in _items(root) if squashed(key) in ACTIVATION.split()), "relu")
    name = nearest(str(activation), list(layers)) or "relu"
    return written("layers", [*(one for size in sizes or [16] for one in ({"linear": size}, name)), "linear"], place)


def _to(root: Node, key: str) -> str:
    """A key with the names that the config has: optimizer.{optimizer}.beta1."""
    *_, option = key.split(".")
    optimizer = _name(root, "optimizer", "adam")
    if option not in getattr(optimizers.get(optimizer), "model_fields", {}):
        optimizer = "adamw" if option == "weight_decay" else "adam"
    names = {
        "optimizer": optimizer,
        "loss": _name(root, "loss", "cross_entropy"),
        "dataset": _name(root, "dataset", "xor"),
    }
    return key.format(**names)


def _name(root: Node, key: str, usual: str) -> str:
    """The name under a key of the config, of its optimizer, loss or dataset."""
    node = root.child(key)
    value = node.value if node else None
    name = next(iter(value), usual) if isinstance(value, dict) else value
    return name if isinstance(name, str) else usual


def _items(root: Node) -> list[tuple[str, Node]]:
    return list(root.value.items()) if isinstance(root.value, dict) else []


def _found(table: Table, word: str, make: Callable[[str], str]) -> str | None:
    return next((make(text) for words, text in table.items() if word in words.split()), None)
