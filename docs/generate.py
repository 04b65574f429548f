"""Everything that comes from the code, in docs/ and npnet/: `python -m docs.generate` writes it, `--check` compares.

The article's figures take a minute to train; `python -m docs.article` writes them apart.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from docs.commands import commands_page, errors_page
from docs.kinds import config_page, kind_pages
from docs.lesson_pages import lesson_pages
from docs.options import options_module
from docs.parameters import parameters_module
from docs.stub import stub
from npnet.config.schema import schema
from npnet.export.document import document_schema

DOCS = Path(__file__).parent
REFERENCE, LESSONS = DOCS / "reference", DOCS / "lessons"
PARAMETERS = DOCS.parent / "npnet" / "estimators" / "parameters.py"
OPTIONS = DOCS.parent / "npnet" / "api" / "options.py"
STUB = DOCS.parent / "npnet" / "__init__.pyi"


def pages() -> Iterator[tuple[Path, str]]:
    """Every generated file with its text."""
    for name, text in kind_pages():
        yield REFERENCE / name, text
    for name, text in lesson_pages():
        yield LESSONS / name, text
    yield REFERENCE / "config.md", config_page()
    yield REFERENCE / "cli.md", commands_page()
    yield REFERENCE / "errors.md", errors_page()
    yield STUB, stub()
    yield PARAMETERS, parameters_module()
    yield OPTIONS, options_module()
    yield REFERENCE / "export.schema.json", json.dumps(document_schema(), indent=2, ensure_ascii=False) + "\n"
    yield DOCS / "config.schema.json", json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def stale() -> list[str]:
    """Return the files that are no longer what the code says, and those that nothing writes any more."""
    written = dict(pages())
    old = [path for path, text in written.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    left = [path for folder in (REFERENCE, LESSONS) for path in folder.iterdir() if path not in written]
    return sorted(path.relative_to(DOCS.parent).as_posix() for path in (*old, *left))


def write() -> None:
    """Write every generated file."""
    for path, text in pages():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if "--check" not in sys.argv:
        write()
    elif changed := stale():
        sys.exit(f"not as the code says, run `make docs`: {', '.join(changed)}")
