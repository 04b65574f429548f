"""Trainings that are killed, refused and cut off from power: small ones, of which no byte may differ in the end."""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from tests.cli.conftest import Result, call
from tests.faults.forks import Ended, forked
from tests.faults.hindrances import Hindrance
from tests.faults.hurry import hurried
from tests.faults.seam import Watcher, watched
from tests.faults.shell import OF_THE_MOMENT

CONFIG = """\
dataset: {friedman1: {samples: 60}}
layers:
  - linear: 3
  - tanh
  - linear
learning_rate: 0.05
epochs: 5
batch_size: 18
checkpoint_every: 0
metrics: []
"""
FILES = {"small.yaml": CONFIG.encode()}
QUIET = ("-q", "--no-plots")
RUNS = "runs"
EARLIER = "20201122-141502-earlier-7f3a"
LATEST = "latest"

Tree = Mapping[str, bytes]


@dataclass(frozen=True)
class Training:
    """A command that trains, by the name that it has in what is printed."""

    name: str
    words: tuple[str, ...]

    def begin(self) -> Result:
        """Train in the current folder."""
        return call(*self.words, *QUIET)

    def go_on(self) -> Result:
        """Do what a user does after a fault: resume the run, or train again where there is none yet."""
        found = run_in(Path())
        return self.begin() if found is None else call("resume", found.name, *QUIET)


TRAININGS = {
    "short": Training("short", ("train", "small.yaml", "epochs=1")),
    "folder": Training("folder", ("train", "small.yaml", "epochs=1", "--run-dir", f"{RUNS}/mine")),
    "train": Training("train", ("train", "small.yaml")),
    "cv": Training("cv", ("train", "small.yaml", "--cv", "3")),
    "ensemble": Training("ensemble", ("train", "small.yaml", "ensemble=2")),
    "record": Training("record", ("train", "small.yaml", "epochs=3", "record=true")),
    "sweep": Training("sweep", ("sweep", "small.yaml", "learning_rate=[0.05,0.1]", "layers.0.linear.units=[2,3]")),
}


def prepare(place: Path) -> Path:
    """Put the config into a folder."""
    for name, data in FILES.items():
        (place / name).write_bytes(data)
    return place


def bystanders(place: Path) -> dict[str, bytes]:
    """Return the files that a training must not change: the config and a run that is made here."""
    earlier = place / RUNS / EARLIER
    earlier.mkdir(parents=True)
    for name in ("run.json", "weights.safetensors"):
        (earlier / name).write_bytes(b"precious")
    return tree_of(place)


def under(watcher: Watcher, act: Callable[[], Result], place: Path, hindered: Hindrance = nullcontext) -> Ended:
    """Run a command in a child whose calls a watcher makes, and in which something of npnet may be taken out."""

    def act_watched() -> Result:
        with hurried(), watched(place, watcher), hindered():
            return act()

    return forked(act_watched, place)


def run_in(place: Path) -> Path | None:
    """Return the run folder in a folder; None before it exists."""
    folders = [path for path in sorted((place / RUNS).glob("[!.]*")) if path.name not in (LATEST, EARLIER)]
    return folders[0] if folders else None


def tree_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path, every link with what it points at, every empty folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}".encode()
        elif path.is_dir():
            found |= {} if any(path.iterdir()) else {f"{name}/": b""}
        else:
            found[name] = path.read_bytes()
    return found


def lasting(run: Path) -> dict[str, bytes]:
    """Return the files of a run that must have the same bytes in every repeat."""
    files = {name: data for name, data in tree_of(run).items() if Path(name).name not in OF_THE_MOMENT}
    return {name: _timeless(data) if name.endswith("result.json") else data for name, data in files.items()}


def _timeless(result: bytes) -> bytes:
    """Return the result of a trial without its seconds, and the hashes over them."""
    try:
        fields = json.loads(result)
    except ValueError:
        return result
    files = {name: digest for name, digest in fields["files"].items() if name not in OF_THE_MOMENT}
    return json.dumps({**fields, "files": files, "seconds": None, "sha256": None}).encode()


def differences(place: Path, golden: Tree) -> str:
    """How a place in which a training has ended differs from one that nothing has befallen; empty where it does not."""
    runs = [path.name for path in sorted((place / RUNS).iterdir()) if path.name not in (LATEST, EARLIER)]
    if len(runs) != 1 or runs[0].startswith("."):
        return f"{RUNS} holds {runs}"
    found = lasting(place / RUNS / runs[0])
    others = sorted(name for name in {*found, *golden} if found.get(name) != golden.get(name))
    return f"{', '.join(others[:5])}: other bytes, missing, or not to be there" if others else ""


def golden_of(training: Training, place: Path, watcher: Watcher, hindered: Hindrance = nullcontext) -> dict[str, bytes]:
    """Return the files of an undisturbed training, made in this process, from which others are then forked."""
    back = Path.cwd()
    os.chdir(prepare(place))
    try:
        with hurried(), watched(place, watcher), hindered():
            result = training.begin()
    finally:
        os.chdir(back)
    run = run_in(place)
    assert result.code == 0, result.err
    assert run is not None
    return lasting(run)
