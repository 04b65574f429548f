"""One language: no private words in names, docstrings, comments and pages, and no two classes of one name."""

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "npnet").rglob("*.py"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = {
    "cohort": "stack trainer",
    "tally": "summary",
    "wish": "option",
    "wishes": "options",
    "said": "predictions, reported",
    "told": "reported, flagged",
    "oracle": "run predictor",
    "readout": "output transform",
    "gathering": "column builder",
    "resting": "spilled",
    "anew": "uncached",
    "silence": "dead units",
    "tape": "trace",
    "reopening": "restore",
    "pooling": "averaging",
    "shelf": "run store",
    "tidying": "cleanup",
    "elsewhere": "external",
    "surprises": "unseen values",
    "workplace": "sweep context",
}
"""A word of the private language, alone or between underscores in a name, and the standard term for it."""
PROSE = {
    r"(?<!some\s)(?<!none\s)(?<!each\s)(?<!both\s)(?<!second\s)of which": "where, whose, or a sentence of its own",
    r"nobody": "name who does not",
    r"is that of": "name the thing",
    r"by heart": "memorise",
    r"left aside": "ignored",
    r"honest": "calibrated",
    r"borne": "handled",
    r"befell|befall": "happened to",
    r"cohorts?": "stack",
    r"was told|were told|is told|are told|be told": "reported, flagged, asked",
    r"said to be": "name who says it",
    r"had enough": "stopped",
    r"packed away": "removed from the stack",
    r"what is more": "cut it",
    r"made good": "recovered",
}
"""A turn of speech that is a riddle in English, and what says the same plainly."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_code_speaks_the_language_of_the_field(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    words = [(name, word) for name in names_of(ast.parse(text)) for word in name.lower().split("_") if word in NAMES]
    wrong = [f"{name}: write {NAMES[word]} for {word}" for name, word in dict.fromkeys(words)]
    assert not wrong + riddles("\n".join(prose_of(text)))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_pages_speak_plain_english(path: Path) -> None:
    assert not riddles(path.read_text(encoding="utf-8"))


def test_a_class_name_is_one_class() -> None:
    where = defaultdict(list)
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                where[node.name].append(path.relative_to(ROOT).as_posix())
    assert {name: paths for name, paths in where.items() if len(paths) > 1} == {}


def names_of(tree: ast.Module) -> Iterator[str]:
    """All names that a module gives: of classes, functions, parameters, variables and attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name)
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def prose_of(text: str) -> Iterator[str]:
    """Return the docstrings and comments of a module; texts after an assignment count as docstrings."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


def riddles(prose: str) -> list[str]:
    """Each turn of speech of `PROSE` in a text, with its line and what to write."""
    found = []
    for pattern, plain in PROSE.items():
        for match in re.finditer(rf"\b(?:{pattern.replace(' ', chr(92) + 's+')})\b", prose, re.IGNORECASE):
            line = prose[: match.start()].count("\n") + 1
            found.append(f"{line}: {match[0]!r}: write {plain}")
    return found


def test_a_riddle_is_found_wherever_its_line_breaks() -> None:
    assert riddles("columns of\nwhich none") == ["1: 'of\\nwhich': write where, whose, or a sentence of its own"]
    assert riddles("columns") == []
