"""Names: a decorator registers a class or a function, and that is its only registration."""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TypeVar

from npnet.errors import UnknownName

T = TypeVar("T")
U = TypeVar("U")

SYNONYMS = Path(__file__).with_name("synonyms.txt")
SUFFIXES = ("loss", "layer", "lr", "1d", "2d", "score", "optimizer", "scheduler", "initializer", "classification")
PREFIXES = ("make", "load", "fetch")
"""What other libraries put after and before their names."""


class Registry(dict[str, T]):
    """The things of one kind by their YAML names, in the order of registration.

    >>> layers = Registry("layer", "layers")
    >>> @layers.add("relu")
    ... class ReLU: ...
    >>> list(layers)
    ['relu']
    """

    every: "dict[str, Registry[object]]" = {}  # noqa: RUF012 - the one table of all kinds, by plural

    def __init__(self, kind: str, plural: str) -> None:
        super().__init__()
        self.kind, self.plural = kind, plural
        Registry.every[plural] = self  # type: ignore[assignment]

    def add(self, name: str) -> Callable[[U], U]:
        """Decorate a class or function to register it; raise ValueError for a name in use."""

        def register(thing: U) -> U:
            if name in self:
                raise ValueError(f'the {self.kind} "{name}" is registered twice')
            self[name] = thing  # type: ignore[assignment]
            return thing

        return register

    def look_up(self, name: str) -> T | None:
        """Return the thing registered under a name, None where there is none.

        A layer that no code has registered yet may be offered by an installed package, which is then imported; raise
        AdvisedError where that fails.
        """
        if name not in self and self.plural == "layers":
            from npnet.registry.packages import load_offered

            load_offered(name)
        return self.get(name)

    def find(self, name: str) -> T:
        """Return the thing registered under a name, as `look_up` does; raise UnknownName for any other name."""
        if (found := self.look_up(name)) is None:
            raise UnknownName(self.kind, name, list(self), nearest(name, list(self)))
        return found

    def name_of(self, thing: object) -> str:
        """Return the name of a registered thing or of an instance's class, or raise ValueError.

        An instance of a class that Python code defines, and no config can name, has its name as `title`.
        """
        for name, registered in self.items():
            if registered is thing or registered is type(thing):
                return name
        if isinstance(title := getattr(thing, "title", None), str):
            return title
        raise ValueError(f"{thing!r} is no registered {self.kind}")


def nearest(word: str, words: list[str]) -> str | None:
    """Return the known word meant by a misspelt word or another library's, or None."""
    if found := synonym(word, words):
        return found
    known = {known.lower().replace("-", "_"): known for known in words}
    near = get_close_matches(word.lower().replace("-", "_"), list(known), n=1, cutoff=0.6)
    return known[near[0]] if near else None


def squashed(word: str) -> str:
    """Return the letters and digits of a word in lower case: layer_norm becomes layernorm."""
    return re.sub(r"[\W_]", "", word.lower())


def synonym(word: str, words: Sequence[str]) -> str | None:
    """Return the known word spelt alike, or of the same meaning in another library, or None."""
    head, dot, tail = word.rpartition(".")
    inside = [known.removeprefix(f"{head}.") for known in words if dot and known.startswith(f"{head}.")]
    if inside:  # test.auc among test.roc_auc and others
        found = synonym(tail, inside)
        return found and f"{head}.{found}"
    alike = {squashed(known): known for known in words}
    plain = squashed(word)
    for form in (plain, *map(plain.removesuffix, SUFFIXES), *map(plain.removeprefix, PREFIXES)):
        if form in alike:
            return alike[form]
        if meant := next((name for name in _meanings().get(form, ()) if name in words), None):
            return meant
    return None


@cache
def _meanings() -> dict[str, list[str]]:
    """Read the names of npnet that each name of another library stands for."""
    found: dict[str, list[str]] = {}
    for line in SYNONYMS.read_text("utf-8").splitlines():
        name, colon, others = line.partition(": ")
        for other in others.split() if colon and not line.startswith("#") else ():
            found.setdefault(other, []).append(name)
    return found
