"""Names: one decorator registers a class or a function, and that is its only registration."""

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Generic, TypeVar

from npnet.errors import UnknownName
from npnet.registry.synonyms import synonym

T = TypeVar("T")
U = TypeVar("U")


class Registry(Mapping[str, T], Generic[T]):
    """The things of one kind by their YAML names, in the order of registration.

    >>> layers = Registry("layer", "layers")
    >>> @layers.add("relu")
    ... class ReLU: ...
    >>> list(layers)
    ['relu']
    """

    every: "dict[str, Registry[object]]" = {}  # noqa: RUF012 - the one table of all kinds, by plural

    def __init__(self, kind: str, plural: str) -> None:
        self.kind, self.plural = kind, plural
        self._things: dict[str, T] = {}
        Registry.every[plural] = self  # type: ignore[assignment]

    def add(self, name: str) -> Callable[[U], U]:
        """Decorate a class or function so that `name` stands for it; a second one of a name is an error."""

        def register(thing: U) -> U:
            if name in self._things:
                raise ValueError(f'the {self.kind} "{name}" is registered twice')
            self._things[name] = thing  # type: ignore[assignment]
            return thing

        return register

    def find(self, name: str) -> T:
        """The thing of that name; `UnknownName`, a ValueError with the nearest name, where there is none."""
        if name not in self._things:
            raise UnknownName(self.kind, name, list(self._things), nearest(name, list(self._things)))
        return self._things[name]

    def name_of(self, thing: object) -> str:
        """The name under which a thing, or an instance of a registered class, is registered."""
        for name, registered in self._things.items():
            if registered is thing or registered is type(thing):
                return name
        raise ValueError(f"{thing!r} is no registered {self.kind}")

    def __getitem__(self, name: str) -> T:
        return self._things[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)


def nearest(word: str, words: list[str]) -> str | None:
    """The known word that a misspelt one, or one of another library, probably means; None where none is like it."""
    if found := synonym(word, words):
        return found
    known = {known.lower().replace("-", "_"): known for known in words}
    near = get_close_matches(word.lower().replace("-", "_"), list(known), n=1, cutoff=0.6)
    return known[near[0]] if near else None
