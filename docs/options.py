"""The keyword arguments of trainings in Python, generated from the keys of a config."""

from collections.abc import Iterator

from docs.parameters import annotation_of
from npnet.api.arguments import NOT_OPTIONS
from npnet.config import Experiment
from npnet.config.type_info import type_of

HEAD = '''"""Keys of a config as keyword arguments, for editors and type checkers.

Written by `make docs` from the code; changes here are lost.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
'''
NAMED = ("learning_rate", "epochs")  # arguments of Model.train of their own


def options_module() -> str:
    """Return the source of npnet/api/options.py."""
    keys = list(Experiment.model_fields)
    classes = {
        "ConfigKeys": ("Keys of a config, as `npnet.train` takes them.", keys),
        "TrainOptions": (
            "Keys of a config, as `Model.train` takes them.",
            [key for key in keys if key not in (*NOT_OPTIONS, *NAMED)],
        ),
    }
    return "\n\n".join([HEAD, *("\n".join(_class(name, *one)) for name, one in classes.items())])


def _class(name: str, doc: str, keys: list[str]) -> Iterator[str]:
    yield f"class {name}(TypedDict, total=False):"
    yield f'    """{doc}"""'
    yield ""
    for key in keys:
        yield f"    {key}: {annotation_of(type_of(Experiment.model_fields[key]), key)}"
    yield ""
