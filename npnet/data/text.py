"""How a text of a table or a config is shown in a message."""

import json

from npnet.escaping import escaped


def quoted(text: str) -> str:
    """A text as an error message shows it: in quotes, control characters escaped, not endless."""
    return escaped(json.dumps(text if len(text) <= 60 else f"{text[:57]}...", ensure_ascii=False))
