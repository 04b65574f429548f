"""JSON: the document itself."""

import json

from npnet.export.document import Document

OPERATIONS = None


def render(document: Document) -> bytes:
    """Return the document as JSON: a line for each key, numbers in the shortest form that reads back the same."""
    return (json.dumps(document.model_dump(mode="json"), ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()
