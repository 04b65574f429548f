"""Continuations of a text, symbol by symbol, each drawn from the probabilities that a network gives."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from npnet.data.text.reading import symbols
from npnet.errors import UsageError
from npnet.experiment.resources import limited
from npnet.rng import stream
from npnet.runner.text.network import Codes, Floats, TextNetwork
from npnet.text import listed, plural, quoted

NAMED = 5  # characters that a warning names


@dataclass(frozen=True)
class SampleOptions:
    """How the next symbol is drawn from its probabilities p: in proportion to p^(1 / temperature).

    A temperature of 0 takes the most probable one. `top_k` draws from so many of the most probable ones alone.
    """

    temperature: float = 0.8
    top_k: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise UsageError for a temperature that is no number from 0 to 100."""
        if not 0 <= self.temperature <= 100:
            what = f"a temperature is a number from 0 to 100, not {self.temperature:g}"
            raise UsageError(what, "1 draws by the probabilities themselves, 0 takes the most probable")


def unseen(network: TextNetwork, prompt: str) -> list[str]:
    """Return a line on the characters of a prompt that training never saw, if there are any."""
    unknown = network.vocabulary.unknown(prompt)
    named = listed(map(quoted, unknown), NAMED)
    return [f"training never saw {plural(len(unknown), 'character')} of the prompt: {named}"] if unknown else []


def prompted(network: TextNetwork, prompt: str) -> tuple[str, Codes]:
    """Return a prompt, or what stands for an empty one, and the codes of its end that a window has room for."""
    vocabulary = network.vocabulary
    start = prompt or ("\n" if not vocabulary.unknown("\n") else vocabulary.names[-1])
    return start, vocabulary.encode(symbols(start, vocabulary.level)[-network.length :])


def continued(network: TextNetwork, context: Codes, length: int, options: SampleOptions) -> Iterator[str]:
    """Yield `length` symbols after a context as text; bytes that are not UTF-8 become U+FFFD."""
    vocabulary, decoder = network.vocabulary, codecs.getincrementaldecoder("utf-8")("replace")
    for _, code in zip(range(length), drawn_codes(network, context, options), strict=False):
        yield decoder.decode(bytes([code])) if vocabulary.level == "bytes" else vocabulary.names[code]
    yield decoder.decode(b"", final=True)


def drawn_codes(network: TextNetwork, context: Codes, options: SampleOptions) -> Iterator[int]:
    """Yield codes after a context without end; that of unknown characters is never drawn."""
    random = stream(options.seed, "sample")
    with limited(network.threads):
        while True:
            last = len(context) - 1
            p = network.probabilities(context[np.newaxis], slice(last, last + 1))[:, 0, 0]
            if network.vocabulary.level == "characters":
                p[0] = 0.0
            code = drawn(p, options, random)
            yield code
            context = np.append(context, code)[-network.length :]


def drawn(p: Floats, options: SampleOptions, random: np.random.Generator) -> int:
    """Return a position drawn by probabilities, which need not sum to 1."""
    order = np.argsort(-p, kind="stable")[: options.top_k]
    if options.temperature == 0:
        return int(order[0])
    with np.errstate(divide="ignore"):
        logits = np.log(p[order] / p[order[0]]) / options.temperature
    heights = np.cumsum(np.exp(logits))
    return int(order[min(np.searchsorted(heights, random.random() * heights[-1], side="right"), len(order) - 1)])
