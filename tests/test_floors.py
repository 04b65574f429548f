"""The house: which module may import which, what may be heavy, and how long a file may grow."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "npnet"
FILES = sorted(PACKAGE.rglob("*.py"))

# From the ground up; a module imports its own floor and those below, and no circle closes.
FLOORS = tuple(
    line.split()
    for line in (
        "errors registry text spec rng machine storage",
        "nn data metrics search",
        "config engine",
        "experiment",
        "rundir model",
        "diagnosis",
        "runner",
        "plots report sweeps export lessons",
        "cli api estimators __init__ __main__",
    )
)
FLOOR_OF = {part: number for number, floor in enumerate(FLOORS) for part in floor}
HEAVY = {"sklearn", "scipy", "pandas", "matplotlib", "joblib", "dask"}
LONGEST_FILE, LONGEST_FUNCTION = 300, 40


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def part_of(path: Path) -> str:
    """Return the top-level module or package that a file belongs to: `nn` of npnet/nn/layer.py."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(node: ast.AST) -> Iterator[str]:
    """Dotted names of what an import statement may bring in: `from npnet import config` is npnet.config."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are written in full"
        yield node.module or ""
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def everywhere(path: Path) -> set[str]:
    """All that a file imports, wherever it does."""
    return {name for node in ast.walk(tree_of(path)) for name in imported(node)}


def at_once(path: Path) -> set[str]:
    """Return what importing a file imports: nothing inside a function, nothing for type checkers alone."""

    def walk(nodes: list[ast.stmt]) -> Iterator[str]:
        for node in nodes:
            yield from imported(node)
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                yield from walk(node.orelse)
            elif isinstance(node, ast.If | ast.Try | ast.With | ast.ClassDef):
                for branch in ("body", "orelse", "finalbody", "handlers"):
                    yield from walk(getattr(node, branch, []))
            elif isinstance(node, ast.ExceptHandler):
                yield from walk(node.body)

    return set(walk(tree_of(path).body))


def parts(names: set[str]) -> set[str]:
    """Return the parts of npnet among dotted names."""
    split = (name.split(".") for name in names)
    return {words[1] for words in split if words[0] == "npnet" and len(words) > 1 and words[1] in FLOOR_OF}


def file_of(module: str) -> Path | None:
    """Return the file of a module of npnet; None for any other, and for a name inside a module."""
    root = PACKAGE.parent.joinpath(*module.split("."))
    candidates = (root / "__init__.py", root.with_suffix(".py"))
    return next((path for path in candidates if path.is_file() and path.is_relative_to(PACKAGE)), None)


def reached(module: str) -> set[str]:
    """All modules that importing a module imports, step by step."""
    found: set[str] = set()
    left = [module]
    while left:
        name = left.pop()
        if name in found:
            continue
        found.add(name)
        path = file_of(name)
        if path is not None:
            left += [*at_once(path), name.rpartition(".")[0] or "npnet"]
    return found


def test_every_part_has_its_floor() -> None:
    assert {part_of(path) for path in FILES} <= set(FLOOR_OF), "name the new part in FLOORS"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_module_imports_only_its_own_floor_and_those_below(path: Path) -> None:
    own = FLOOR_OF.get(part_of(path), len(FLOORS))
    above = {part for part in parts(everywhere(path)) if FLOOR_OF[part] > own}
    assert not above, f"{name_of(path)} on floor {own} looks up to {', '.join(sorted(above))}"


def test_no_circle_closes_between_the_parts() -> None:
    graph: dict[str, set[str]] = {}
    for path in FILES:
        own = part_of(path)
        graph.setdefault(own, set()).update(parts(everywhere(path)) - {own})
    circle: list[str] = []
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
    assert not circle, f"a circle of imports: {' -> '.join(circle)}"


@pytest.mark.parametrize(("one", "other"), [("nn", "data"), ("data", "nn"), ("metrics", "nn"), ("metrics", "data")])
def test_neighbours_do_not_know_each_other(one: str, other: str) -> None:
    assert not [name_of(path) for path in FILES if part_of(path) == one and other in parts(everywhere(path))]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_heavy_packages_are_imported_only_where_they_are_used(path: Path) -> None:
    allowed = {"sklearn", "scipy"} if part_of(path) == "estimators" else set()
    assert not {name.split(".")[0] for name in at_once(path)} & HEAVY - allowed


@pytest.mark.parametrize("module", ["npnet", "npnet.cli", "npnet.__main__"])
def test_the_command_line_starts_without_numpy(module: str) -> None:
    found = {name.split(".")[0] for name in reached(module)}
    assert not found & {"numpy", *HEAVY}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_files_and_functions_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            lines = (body[-1].end_lineno or 0) - body[0].lineno + 1
            assert lines <= LONGEST_FUNCTION, f"{node.name} has {lines} lines"
