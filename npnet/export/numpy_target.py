"""NumPy: a program that a student can read, and its weights."""

from collections.abc import Mapping
from io import BytesIO
from pprint import pformat
from typing import Any

import numpy as np

from npnet.export.document import Document
from npnet.export.python_code.numpy_inputs import FEATURES, STEPS
from npnet.export.python_code.numpy_layers import LAYERS
from npnet.export.python_code.numpy_outputs import LINKS, TRANSFORMS
from npnet.export.python_code.numpy_positions import POSITIONS
from npnet.export.python_code.reading import READERS
from npnet.export.source import SourceCode
from npnet.export.targets import needed

CODE = "npnet.export.python_code"
OPERATIONS = {
    "layer": {*LAYERS, *POSITIONS, "residual"},
    "option": (),
    "feature": FEATURES,
    "link": LINKS,
    "target_transform": TRANSFORMS,
    "reader": READERS,
    "step": STEPS,
}
TABLES = {
    "LAYERS": "layer",
    "POSITIONS": "layer",
    "FEATURES": "feature",
    "LINKS": "link",
    "TRANSFORMS": "target_transform",
} | {
    "READERS": "reader",
    "STEPS": "step",
}
TITLE = '''"""Predictions of the network that npnet trained as {run}.

Written by {written_by}. Needs NumPy only:

    python predict.py rows.csv      prints a prediction for each row

MODEL, at the end, has everything but the weights, which are in weights.npz.
"""
'''
START = """if __name__ == "__main__":
    main(predict, MODEL["writing"])"""


def render(document: Document) -> dict[str, bytes]:
    """Return predict.py and weights.npz."""
    source = code_of(document, TABLES).leave_out(f"{CODE}.numpy_program", "MODEL")
    source.add(f"{CODE}.numpy_program", ["predict"]).add(f"{CODE}.command", ["main"])
    title = TITLE.format(run=document.origin.shown_run, written_by=document.origin.written_by)
    return {
        "predict.py": source.text(title, f"MODEL = {literal(document)}", START).encode(),
        "weights.npz": _weights(document),
    }


def code_of(document: Document, tables: Mapping[str, str]) -> SourceCode:
    """Return source code whose tables of operations, by name, have those of a document alone."""
    source, used = SourceCode(), list(needed(document))
    for table, kind in tables.items():
        source.restrict(table, [name for one, name in used if one == kind])
    return source


def literal(document: Document) -> str:
    """Return the document without weights as Python."""
    data: dict[str, Any] = document.model_dump(mode="json", exclude={"models": {"__all__": {"weights"}}})
    return pformat(data, width=116, compact=True, sort_dicts=False)


def _weights(document: Document) -> bytes:
    """Return the weights of all models, each with the number of its model in front."""
    weights: Any = {
        f"{n}.{name}": values for n, one in enumerate(document.models) for name, values in one.weights.items()
    }
    file = BytesIO()
    np.savez(file, **weights)
    return file.getvalue()
