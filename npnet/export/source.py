"""Source code for exports: functions of npnet with all that they use, and nothing else."""

import ast
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

OWN = "npnet."


@dataclass
class _Module:
    """A module as text: where each of its names is defined, and where its imports come from."""

    lines: list[str]
    definitions: dict[str, ast.stmt] = field(default_factory=dict)
    origins: dict[str, tuple[str, str]] = field(default_factory=dict)  # of imported names: module, name there
    imports: dict[str, str] = field(default_factory=dict)  # of names from elsewhere: the statement

    def text(self, name: str) -> str:
        """Return the text of a definition with its decorators."""
        node = self.definitions[name]
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
        return "\n".join(self.lines[first - 1 : node.end_lineno])


@cache
def _module(name: str) -> _Module:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ValueError(f"there is no module {name}")
    text = Path(spec.origin).read_text("utf-8")
    found = _Module(text.splitlines())
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom | ast.Import):
            _note_import(found, node)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.definitions[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                for one in ast.walk(target):
                    if isinstance(one, ast.Name):
                        found.definitions[one.id] = node
    return found


def entries_of(module: str, table: str) -> list[str]:
    """Return the names of the entries of a table in a module of npnet, without importing it."""
    node = _module(module).definitions[table]
    if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Dict):
        raise ValueError("a table is a dict of functions by name")
    return [key.value for key in node.value.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]


def _note_import(module: _Module, node: ast.ImportFrom | ast.Import) -> None:
    for alias in node.names:
        name, renamed = alias.asname or alias.name, f" as {alias.asname}" if alias.asname else ""
        if isinstance(node, ast.Import):
            module.imports[name] = f"import {alias.name}{renamed}"
        elif (node.module or "").startswith(OWN):
            module.origins[name] = (str(node.module), alias.name)
        else:
            module.imports[name] = f"from {node.module} import {alias.name}{renamed}"


@dataclass
class SourceCode:
    """Definitions in an order in which each comes after those that it needs, and the imports of all."""

    imports: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    _replaced: dict[str, str] = field(default_factory=dict)
    _restricted: dict[str, Collection[str]] = field(default_factory=dict)
    _seen: set[tuple[str, str]] = field(default_factory=set)
    _open: list[tuple[str, str]] = field(default_factory=list)  # definitions whose names are being looked up
    _late: list[str] = field(default_factory=list)  # constants made of a class that is open
    _texts: dict[str, str] = field(default_factory=dict)

    def restrict(self, table: str, keys: Collection[str]) -> "SourceCode":
        """Write only some of the entries of a table, which is a dict of functions by name."""
        self._restricted[table] = keys
        return self

    def replace(self, name: str, text: str) -> "SourceCode":
        """Write another text in place of a definition, which uses the same names."""
        self._replaced[name] = text
        return self

    def leave_out(self, module: str, name: str) -> "SourceCode":
        """Leave out a definition that the end of the module gives."""
        self._seen.add((module, name))
        return self

    def add(self, module: str, names: Iterable[str]) -> "SourceCode":
        """Add names of a module of npnet with all that they use."""
        for name in names:
            self._add(module, name)
        return self

    def _add(self, module: str, name: str) -> None:
        if (module, name) in self._seen:
            return
        self._seen.add((module, name))
        found = _module(module)
        if name in found.origins:
            self._add(*found.origins[name])
        elif name in found.imports:
            self.imports.append(found.imports[name])
        elif name in found.definitions:
            node = found.definitions[name]
            if name in self._restricted:
                node = _restricted(node, self._restricted[name])
            text = ast.unparse(node) if name in self._restricted else self._replaced.get(name) or found.text(name)
            if self._texts.setdefault(name, text) != text:
                raise ValueError(f"{name} of {module} has the name of another definition")
            used = list(dict.fromkeys(_names(node)))
            late = isinstance(node, ast.Assign | ast.AnnAssign) and any((module, one) in self._open for one in used)
            self._open.append((module, name))
            for one in used:
                self._add(module, one)
            self._open.pop()
            (self._late if late else self.definitions).append(text)
            if not self._open:
                self.definitions += self._late
                self._late.clear()

    def text(self, title: str, *ends: str) -> str:
        """Return a whole module: its title, imports, definitions, and what comes last."""
        return "\n".join([title, self._header, "", self._body, *(f"\n\n{end}" for end in ends)]) + "\n"

    @property
    def _header(self) -> str:
        """The import statements, those of other packages last; names of a module in one statement."""
        plain = {line for line in self.imports if line.startswith("import ")}
        names: dict[str, set[str]] = {}
        for line in set(self.imports) - plain:
            module, _, name = line.removeprefix("from ").partition(" import ")
            names.setdefault(module, set()).add(name)
        lines = [*sorted(plain), *(f"from {one} import {', '.join(sorted(names[one]))}" for one in sorted(names))]
        own = [line for line in lines if line.split()[1].partition(".")[0] in sys.stdlib_module_names]
        others = [line for line in lines if line not in own]
        return "\n".join([*own, *([""] if others else []), *others])

    @property
    def _body(self) -> str:
        """The definitions: two empty lines around functions and classes, none between constants."""
        pieces, before = [], False
        for text in dict.fromkeys(self.definitions):  # modules may agree on a constant
            tall = text.lstrip().startswith(("def ", "class ", "@"))
            pieces.append(("\n\n" if tall or before else "") + text)
            before = tall
        return "\n".join(pieces).strip("\n")


def _restricted(node: ast.stmt, keys: Collection[str]) -> ast.stmt:
    """Return the definition of a table with some of its entries."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Dict):
        raise ValueError("a table is a dict of functions by name")
    each = zip(node.value.keys, node.value.values, strict=True)
    chosen = [(key, value) for key, value in each if isinstance(key, ast.Constant) and key.value in keys]
    table = ast.Dict([key for key, _ in chosen], [value for _, value in chosen])
    if isinstance(node, ast.Assign):
        return ast.Assign(node.targets, table, lineno=0)
    return ast.AnnAssign(node.target, node.annotation, table, simple=1)


def _names(node: ast.AST) -> Iterator[str]:
    """Yield the names that a definition uses."""
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield one.id
