"""JSON: the document itself."""

import json
from typing import Any

from npnet.export.document import Document

OPERATIONS = None


def render(document: Document) -> bytes:
    """Return the document as JSON: a line for each key, and for each array of weights."""
    data: dict[str, Any] = document.model_dump(mode="json")
    models = ",\n".join(map(_model, data.pop("models")))
    head = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1).removesuffix("\n}")
    return f'{head},\n "models": [\n{models}\n ]\n}}\n'.encode()


def _model(model: dict[str, Any]) -> str:
    """Return a model, its numbers in the shortest form that reads back the same."""
    weights = [
        f"{json.dumps(name)}: {json.dumps(values, allow_nan=False)}" for name, values in model["weights"].items()
    ]
    lines = ",\n    ".join(weights)
    return (
        f'  {{"fold": {model["fold"]}, "smearing": {json.dumps(model["smearing"])}, "weights": {{\n    {lines}\n  }}}}'
    )
