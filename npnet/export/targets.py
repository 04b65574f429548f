"""Targets: the formats of exports, what each can say, and the refusal of what it cannot."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from npnet.errors import ConfigError
from npnet.export.document import Document

Files = bytes | dict[str, bytes]
"""The bytes of a file, or the files of a folder by name."""
Operations = Mapping[str, Collection[str]]
"""The names of the operations of each kind: layer, feature, link, transform, reader, text (of an odd form)."""
LONGEST = 4095  # bytes of a string that every C99 compiler takes


@dataclass(frozen=True)
class ExportTarget:
    """A format of exports, whose module is imported when it is used.

    The module has `OPERATIONS`, and `render` which returns the files of a document; `suffix` is empty of a folder. It
    may have `notes` on inputs that differ from the columns of the table, and `require` which raises where a package is
    missing.
    """

    module: str
    suffix: str
    purpose: str
    is_text: bool = False

    @property
    def code(self) -> Any:
        """The module of the target."""
        return import_module(f"npnet.export.{self.module}")


TARGETS = {
    "onnx": ExportTarget("onnx_target", ".onnx", "one ONNX graph of columns in and predictions out"),
    "numpy": ExportTarget("numpy_target", "", "a folder with predict.py and weights.npz that needs NumPy only"),
    "torch": ExportTarget("torch_target", "", "a folder with model.py, a PyTorch module, and weights.pt"),
    "c": ExportTarget("c_target", ".h", "one C99 header that allocates nothing", is_text=True),
    "json": ExportTarget("json_target", ".json", "the whole model as data", is_text=True),
}


SPECIAL = ("ragged", "rotary")
"""Options of layers that only some targets have."""


def refuse_missing_operations(document: Document, name: str) -> None:
    """Raise ConfigError for the first operation of a document that a target does not have."""
    lacking = {one: missing_operations(document, target.code.OPERATIONS) for one, target in TARGETS.items()}
    if lacking[name]:
        able = " or ".join(one for one in TARGETS if not lacking[one])
        raise ConfigError(f"--to {name} has no {lacking[name][0]}", f"--to {able} has it")


def missing_operations(document: Document, operations: Operations | None) -> list[str]:
    """Return the operations of a document that are not among those of a target; None has all."""
    if operations is None:
        return []
    return list(
        dict.fromkeys(f"{kind} {one}" for kind, one in needed(document) if one not in operations.get(kind, [one]))
    )


def needed(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the operations of a document: the kind of each, and its name."""
    yield from (("layer", layer.op) for layer in document.all_layers)
    yield from (
        ("option", f"{name} of {one.op}") for one in document.all_layers for name in SPECIAL if one.options.get(name)
    )
    yield from (("feature", one.feature) for fold in document.preparations for one in fold.derived)
    yield from (("step", step.kind) for fold in document.preparations for step in fold.steps)
    yield from (("reader", column.reader) for column in document.columns)
    yield from (("date form", one.form or "ISO 8601") for one in document.columns if one.reader == "date")
    yield from (("text", f"with {what}") for what in _odd_texts(document))
    yield ("link", document.output.link)
    if document.output.transform is not None:
        yield ("target_transform", document.output.transform)


def _odd_texts(document: Document) -> Iterator[str]:
    """Yield what C cannot say of the texts of a document, if anything."""
    columns = document.columns
    texts = [*document.output.classes, *(text for one in columns for text in (one.name, *one.known, *one.missing))]
    if any("\0" in text for text in texts):
        yield "a NUL character"
    if any(len(text.encode()) > LONGEST for text in texts):
        yield f"more than {LONGEST} bytes"
