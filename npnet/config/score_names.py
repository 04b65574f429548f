"""Scores: how the value of a part is named, validation_roc_auc to monitor and validation.roc_auc of a sweep."""

import re
from collections.abc import Sequence

from npnet.errors import AdvisedError
from npnet.metrics import metrics
from npnet.registry import nearest

PARTS = {
    "validation": "validation",
    "val": "validation",
    "valid": "validation",
    "dev": "validation",
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
}


def known_score(name: str, separator: str, parts: Sequence[str]) -> str:
    """The name of a score of one of some parts; AdvisedError with the nearest one for any other name."""
    scores = ["loss", *metrics]
    if name in (f"{part}{separator}{score}" for part in parts for score in scores):
        return name
    part, score = _read(name)
    near = nearest(score, scores) if score else "loss"
    usual = part if part in parts else "validation"
    hint = (
        f'did you mean "{usual}{separator}{near}"?'
        if near
        else f"write {usual}{separator} and one of {', '.join(scores)}"
    )
    raise AdvisedError(f'unknown score "{name}"', hint)


def _read(name: str) -> tuple[str | None, str]:
    """The part and the metric of a name such as val_loss, auc or train/acc; a part that is not named is None."""
    words = [word for word in re.split(r"[\W_]+", name.lower()) if word]
    for place in (0, -1):
        if words and words[place] in PARTS:
            return PARTS[words.pop(place)], "_".join(words)
    return None, "_".join(words)
