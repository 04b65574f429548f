"""The parameters of the scikit-learn estimators, generated from the keys of a config."""

import textwrap
from collections.abc import Iterator
from typing import Any, Literal, get_origin

from npnet.config import Experiment
from npnet.config.type_info import accepted, branches, describe, type_of
from npnet.estimators.settings import NOT_PARAMETERS, OF_CLASSES, OF_VALUES

WIDTH = 116
HEAD = '''"""The parameters of the estimators: the keys of a config.

Written by `make docs` from the code; changes here are lost.
"""

from collections.abc import Mapping, Sequence
from typing import Any


class Parameters:
    """Keeps the arguments of `__init__` as attributes, as scikit-learn wants them."""

    def _keep(self, arguments: Mapping[str, Any]) -> None:
        vars(self).update({name: value for name, value in arguments.items() if name != "self"})
'''
DESCRIPTIONS = {
    "split": "Share of the rows for the validation set, {'validation': 0.2}, by which the best epoch is chosen; "
    "without `layers` and `preset` no rows are left out.",
    "layers": "The layers of the network in order; the number of inputs is inferred. Without `layers` and `preset` "
    "there are two hidden layers of 32 units.",
    "weights": "A run to take the initial weights from: its folder, or its id under runs.",
    "cv": "Cross-validation: a number of folds, options, a splitter such as KFold(5), or a list of (train, test) "
    "positions; the prediction is the mean of the networks of all folds.",
    "seed": "Seed of all random numbers: split, weights, batches. `random_state` replaces it.",
}
"""Descriptions of keys that differ for an estimator."""
OWN = {
    "random_state": (
        "Any",
        "None",
        "a whole number, RandomState instance or None",
        "Another name of `seed`, as in scikit-learn; an instance is asked for a seed at each fit.",
    ),
    "warm_start": (
        "bool",
        "False",
        "true or false",
        "Whether `fit` continues from the weights of the fit before it, where the inputs are the same.",
    ),
}
"""Parameters that are no keys of a config: type, default, what they take, description."""
PLAIN = {int: "int", float: "float", str: "str", bool: "bool"}


def parameters_module() -> str:
    """Return the source of npnet/estimators/parameters.py."""
    keys = [name for name in Experiment.model_fields if name not in NOT_PARAMETERS]
    classes = {
        "ClassifierParameters": [name for name in keys if name not in OF_VALUES],
        "RegressorParameters": [name for name in keys if name not in OF_CLASSES],
    }
    return "\n\n".join([HEAD, *("\n".join(_class(name, names)) for name, names in classes.items())])


def _class(name: str, keys: list[str]) -> Iterator[str]:
    yield f"class {name}(Parameters):"
    yield '    """Keys of a config.'
    yield ""
    yield "    Parameters"
    yield "    ----------"
    for key in keys:
        kind = type_of(Experiment.model_fields[key])
        yield from _entry(key, describe(kind), "None", DESCRIPTIONS.get(key, _description(key)))
    for key, (_, default, takes, description) in OWN.items():
        yield from _entry(key, takes, default, description)
    yield '    """'
    yield ""
    yield "    def __init__("
    yield "        self,"
    yield "        *,"
    for key in keys:
        yield f"        {key}: {annotation_of(type_of(Experiment.model_fields[key]), key)} = None,"
    for key, (annotation, default, _, _) in OWN.items():
        yield f"        {key}: {annotation} = {default},"
    yield "    ) -> None:"
    yield "        self._keep(locals())"
    yield ""


def _entry(name: str, takes: str, default: str, description: str) -> Iterator[str]:
    yield f"    {name} : {takes}, default={default}"
    for line in textwrap.wrap(description, WIDTH - 8):
        yield f"        {line}"


def _description(key: str) -> str:
    return Experiment.model_fields[key].description or ""


def annotation_of(kind: Any, key: str) -> str:
    """Return the annotation of a parameter: what the key takes, in the types of Python."""
    if accepted(kind).registry is not None or key == "cv":
        return "Any"
    found = dict.fromkeys(_type_name(bare) for bare, _ in branches(kind))
    if accepted(kind).none_word is not None:
        found = dict.fromkeys([*found, "int", "str", "bool"])
    return " | ".join([*found, "None"])


def _type_name(bare: Any) -> str:
    if get_origin(bare) in (tuple, list):
        return "Sequence[Any]"
    if get_origin(bare) is Literal:
        return "str"
    if get_origin(bare) is dict:
        return "Mapping[Any, Any]"
    if isinstance(bare, type) and bare in PLAIN:
        return PLAIN[bare]
    return "Mapping[str, Any]"
