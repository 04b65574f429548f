"""A link of TensorFlow Playground as a config: what the page trains, in the keys of npnet."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from npnet.config.nodes import plain_float
from npnet.errors import UsageError
from npnet.registry import nearest

HOST = "playground.tensorflow.org"
EXAMPLE = "https://playground.tensorflow.org/#activation=tanh&dataset=circle&networkShape=4,2"
LONGEST = 10_000
SHAPES = {"circle": "circle", "xor": "xor", "gauss": "gauss", "spiral": "spiral"}
VALUE_SHAPES = {"reg-plane": "plane", "reg-gauss": "bumps"}
ACTIVATIONS = ("relu", "tanh", "sigmoid", "linear")
KNOWN = (
    *("activation", "batchSize", "dataset", "regDataset", "learningRate", "regularizationRate", "regularization"),
    *("noise", "networkShape", "seed", "percTrainData", "problem", "initZero"),
    *("x", "y", "xTimesY", "xSquared", "ySquared", "sinX", "sinY", "cosX", "cosY"),
    *("showTestData", "discretize", "collectStats", "hideText", "tutorial"),  # what the page shows
)
INIT = "init: {uniform: {low: -0.5, high: 0.5}}"
BIAS = "bias_init: {uniform: {low: 0.1, high: 0.1}}"


@dataclass(frozen=True)
class Link:
    """The settings of a link, with those that it lacks as the page has them at first."""

    settings: Mapping[str, str]

    def choice(self, key: str, default: str, words: tuple[str, ...]) -> str:
        """Return a setting that is one of some words."""
        found = self.settings.get(key, default)
        if found not in words:
            raise self._refusal(key, found, f"one of {', '.join(words)}")
        return found

    def number(self, key: str, default: float, low: float, high: float, read: Callable[[str], float] = float) -> float:
        """Return a setting that is a number from `low` to `high`."""
        text = self.settings.get(key, str(default))
        try:
            found = read(text)
        except ValueError:
            found = math.nan
        if not low <= found <= high:
            kind = "a whole number" if read is int else "a number"
            raise self._refusal(key, text, f"{kind} from {low:g} to {high:g}")
        return found

    def is_on(self, key: str, default: bool = False) -> bool:
        """Return whether a setting is true."""
        return self.choice(key, "true" if default else "false", ("true", "false")) == "true"

    def units(self) -> list[int]:
        """Return the units of the hidden layers."""
        text = self.settings.get("networkShape", "4,2")
        words = text.split(",") if text else []
        if len(words) > 20 or not all(word.isascii() and word.isdigit() and 0 < int(word[:4]) <= 100 for word in words):
            raise self._refusal("networkShape", text, "up to 20 numbers of units from 1 to 100, such as 4,2")
        return [int(word) for word in words]

    def _refusal(self, key: str, found: str, wanted: str) -> UsageError:
        message = f"{key} in the link must be {wanted}, it is {found[:60]!a}"
        return UsageError(message, f"change {key}= in the link, or leave it out")


def parse_link(text: str) -> Link:
    """Return the settings of a link, or of its part from # on; raise UsageError for any other text."""
    hint = f"copy the address of the page, such as {EXAMPLE!r}"
    try:
        parts = urlsplit(text if len(text) <= LONGEST else "")
    except ValueError:
        parts = urlsplit("")
    bare = text.startswith("#")
    if not bare and (parts.scheme not in ("http", "https") or parts.hostname != HOST):
        raise UsageError(f"{text[:60]!a} is no link of {HOST}", hint)
    settings = dict(parse_qsl(parts.fragment, keep_blank_values=True))
    if bare and not settings:
        raise UsageError(f"{text[:60]!a} has no settings", hint)
    return Link(settings)


def playground_config(text: str) -> tuple[str, list[str]]:
    """Return the config of a link as YAML, and notes on what it cannot express; raise UsageError for a wrong link."""
    link = parse_link(text)
    classifies = link.choice("problem", "classification", ("classification", "regression")) == "classification"
    lines = [
        "# What a link of TensorFlow Playground trains.",
        f"dataset: {{playground: {{{_dataset(link, classifies)}}}}}",
        f"split: {{test: 0, validation: {_short(1 - link.number('percTrainData', 50, 10, 90) / 100)}}}",
        *_features(link),
        "",
        "layers:",
        *_layers(link),
        "",
        *_training(link, classifies),
        "record: true            # keep the weights of many steps, for a replay",
    ]
    return "\n".join(lines) + "\n", list(_notes(link, classifies))


def _dataset(link: Link, classifies: bool) -> str:
    key, first, shapes = ("dataset", "circle", SHAPES) if classifies else ("regDataset", "reg-plane", VALUE_SHAPES)
    shape = shapes[link.choice(key, first, tuple(shapes))]
    noise = link.number("noise", 0, 0, 50) / 100
    return f"shape: {shape}, samples: {500 if classifies else 1200}, noise: {_short(noise)}"


def _features(link: Link) -> Iterator[str]:
    """Yield the line of the inputs: the numbers as they are, and those that are derived."""
    square, sine = _columns(link, "xSquared", "ySquared"), _columns(link, "sinX", "sinY")
    derived = [
        *([_of("square", square)] if square else []),
        *(["product"] if link.is_on("xTimesY") else []),
        *([_of("sine", sine)] if sine else []),
    ]
    if derived:
        yield f"prepare: {{numbers: none, features: [{', '.join(derived)}]}}"
    else:
        yield "scale: none"


def _columns(link: Link, *keys: str) -> list[str]:
    return [column for column, key in zip(("x1", "x2"), keys, strict=True) if link.is_on(key)]


def _of(feature: str, columns: list[str]) -> str:
    return feature if len(columns) == 2 else f"{{{feature}: [{columns[0]}]}}"


def _layers(link: Link) -> Iterator[str]:
    """Yield the layers: initial weights as the page draws them, or zeros."""
    zero = link.is_on("initZero")
    init = "init: zeros" if zero else INIT
    activation = link.choice("activation", "tanh", ACTIVATIONS)
    for units in link.units():
        yield f"  - linear: {{units: {units}, {init}, {BIAS}}}"
        if activation != "linear":
            yield f"  - {activation}"
    yield f"  - linear: {{{init}, {BIAS}}}"


def _training(link: Link, classifies: bool) -> Iterator[str]:
    """Yield loss, optimizer and their numbers; npnet's squared error is twice Playground's, so its rate is halved."""
    rate = link.number("learningRate", 0.03, 1e-9, 100)
    twice = 1 if classifies else 2
    yield f"loss: {'binary_cross_entropy' if classifies else 'mean_squared_error'}"
    yield "optimizer: sgd"
    yield f"learning_rate: {_short(rate / twice)}"
    yield f"batch_size: {link.number('batchSize', 10, 1, 10_000, int)}"
    kind = link.choice("regularization", "none", ("none", "L1", "L2"))
    penalty = link.number("regularizationRate", 0, 0, 100)
    if kind != "none" and penalty:
        yield f"{kind.lower()}: {_short(penalty * twice)}"
    yield "epochs: 200             # Playground trains until it is paused"
    yield "metrics: [accuracy]" if classifies else "metrics: []"
    yield f"seed: {_seed(link)}"


def _seed(link: Link) -> int:
    """Return the digits of a seed from 0 to 1 as a whole number."""
    return round(link.number("seed", 0, 0, 1e9) * 10**5)


def _notes(link: Link, classifies: bool) -> Iterator[str]:
    """Yield what the config cannot express."""
    if classifies:
        yield "the loss is binary_cross_entropy of a sigmoid; Playground has the squared error of a tanh"
    else:
        yield "learning_rate is half of the link's: the squared error of npnet is twice that of Playground"
    for key, column in (("x", "x1"), ("y", "x2")):
        if not link.is_on(key, default=True):
            yield f"{key}=false is left out: {column} is an input of every network here"
    for key in ("cosX", "cosY"):
        if link.is_on(key):
            yield f"{key}=true is left out: there is no feature cosine"
    if link.settings.get("seed"):
        yield "the seed gives other random numbers than in Playground"
    for key in link.settings:
        if key not in KNOWN and not key.endswith("_hide"):
            near = nearest(key, list(KNOWN))
            yield f"{key[:60]!a} is left out: Playground has no such setting{f'; did you mean {near}?' if near else ''}"


def _short(number: float) -> str:
    """Return a number as YAML, without the last digits of a division."""
    return plain_float(float(f"{number:.10g}"))
