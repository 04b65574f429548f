"""An entry of the catalogue of hostile files, and how its folder is made."""

import io
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PAYLOAD = "touch ../pwned"
Change = Callable[[Path], None]  # makes a folder hostile: run/ is a finished run, small.yaml trained it on table.csv


@dataclass(frozen=True)
class Hostile:
    """One entry: its name, what it does to the folder, the words after `npnet`, the exit codes that are right."""

    name: str
    change: Change
    words: tuple[str, ...]
    codes: tuple[int, ...] = (5,)


class Bomb:
    """What runs a command where it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (PAYLOAD,)


def written(name: str, data: bytes | str) -> Change:
    """Put a file into the folder."""

    def change(folder: Path) -> None:
        (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)

    return change


def edited(name: str, old: str, new: str) -> Change:
    """Put other words into the place of those that stand in a file."""

    def change(folder: Path) -> None:
        text = (folder / name).read_text()
        assert text.count(old) == 1
        (folder / name).write_text(text.replace(old, new))

    return change


def with_field(name: str, field: str, value: object) -> Change:
    """Change one field of a JSON file."""

    def change(folder: Path) -> None:
        file = folder / name
        file.write_text(json.dumps(json.loads(file.read_bytes()) | {field: value}))

    return change


def linked(name: str, target: str, hard: bool = False) -> Change:
    """Put a link in the place of a file or a folder of the run."""

    def change(folder: Path) -> None:
        path = folder / "run" / name
        if path.exists():
            path.rename(folder / "aside")
        if hard:
            os.link(folder / target, path)
        else:
            path.symlink_to(target)

    return change


def pipe(name: str) -> Change:
    """Put a pipe without a writer in the place of a file."""

    def change(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)

    return change


def loop(name: str) -> Change:
    """Put a link that leads to itself."""
    return lambda folder: (folder / name).symlink_to(name)


def based_on_a_loop(folder: Path) -> None:
    """Write a config that extends a link to itself."""
    loop("base.yaml")(folder)
    written("case.yaml", config("extends: base.yaml"))(folder)


def in_place_of(name: str) -> Change:
    """Put a folder in the place of a file."""

    def change(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return change


def untouched(folder: Path) -> None:
    """Leave the folder as it is."""


def config(line: str) -> str:
    """Write the small config with one more line."""
    return f"dataset: {{table: {{path: table.csv, target: kind}}}}\nlayers: [{{linear: 3}}, tanh, linear]\n{line}\n"


def packed(array: object) -> bytes:
    """Return an .npz file with an array of objects that is a pickle bomb."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=True, a=np.array([array], dtype=object))
    return file.getvalue()


def zipped() -> bytes:
    """Return a zip file of 40 MB of zeros in about 40 kB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", bytes(40_000_000))
    return file.getvalue()
