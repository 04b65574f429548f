"""Two networks, trained in many environments: `python -m tests.faults.repro` says whether their bits are the same.

The first has a table of 2000 rows of 64 columns and a layer of 128 units: large enough for another BLAS kernel, or
another order of sums, to show; the controls prove that. The matrix products of the second, 784-512-512-10, are so large
that `threads: auto` takes every core: its bits are those of a number of threads, which resolved.yaml names.
"""

import hashlib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
NPNET = ("-m", "npnet")
CONFIG = """\
dataset: {table: {path: t.csv, target: y}}
layers: [{linear: 128}, relu, {dropout: 0.1}, linear]
epochs: 4
batch_size: 128
checkpoint_every: 0
sweep: {parameters: {learning_rate: [0.001, 0.003]}, seeds: 2}
"""
LARGE = """\
dataset: {blobs: {samples: 1000, classes: 10, features: 784, noise: 4}}
layers: [{linear: 512}, relu, {linear: 512}, relu, linear]
epochs: 3
batch_size: 128
checkpoint_every: 0
"""
THREADS = 2
"""What a machine of two cores chooses for it; two threads run on one core too."""
HASHED = ("weights.safetensors", "history.csv")
Variables = Mapping[str, str]
Start = Callable[[Path, Variables], Path]


def prepare(folder: Path) -> None:
    """Write the table, the config of a sweep, and that of its first trial, which all environments train."""
    random = np.random.default_rng(0)
    X = random.standard_normal((2000, 64))
    y = (X @ random.standard_normal(64) + np.sin(3 * X[:, 0]) > 0).astype(int)
    rows = [",".join([*(f"{value:.6g}" for value in row), str(label)]) for row, label in zip(X, y, strict=True)]
    (folder / "t.csv").write_text("\n".join([",".join([*(f"x{n}" for n in range(64)), "y"]), *rows]) + "\n")
    (folder / "sweep.yaml").write_text(CONFIG)
    first = sweep(folder, {}, "-j", "1")
    text = (first / "resolved.yaml").read_text()
    (folder / "c.yaml").write_text(text.replace(os.path.relpath(folder / "t.csv", first), "t.csv"))


def prepare_large(folder: Path) -> None:
    """Write the config of the large network, and the resolved one of a training of it."""
    (folder / "large.yaml").write_text(LARGE)
    first = training(f"threads={THREADS}", config="large.yaml")(folder, {})
    (folder / "resolved.yaml").write_bytes((first / "resolved.yaml").read_bytes())


def digest(run: Path) -> str:
    """One hash over what a training leaves that is neither a time nor a name."""
    found = hashlib.sha256()
    for name in HASHED:
        found.update((run / name).read_bytes())
    return found.hexdigest()[:16]


def call(command: list[str], variables: Variables, folder: Path) -> None:
    """Run a command; raise RuntimeError with its output where it fails."""
    there = os.environ | {"PYTHONPATH": str(ROOT)} | variables
    done = subprocess.run(command, cwd=folder, env=there, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{shlex.join(command)} ended with {done.returncode}: {done.stderr[-500:]}")


def _train(run: Path, config: str = "c.yaml") -> list[str]:
    return [*NPNET, "train", config, "--no-plots", "--run-dir", str(run)]


def _new(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=folder, prefix="run-"))


def training(*options: str, python: tuple[str, ...] = (), config: str = "c.yaml", cores: int | None = None) -> Start:
    """Return a plain `npnet train`, with options of its own or of Python, on so many of the cores."""

    def start(folder: Path, variables: Variables) -> Path:
        run = _new(folder)
        with on_cores(cores):
            call([sys.executable, *python, *_train(run, config), *options], variables, folder)
        return run

    return start


@contextmanager
def on_cores(count: int | None) -> Iterator[None]:
    """Inside, what is started may use so many of the cores that this process may."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def elsewhere(folder: Path, variables: Variables) -> Path:
    """Return the same training, started in another folder."""
    run = _new(folder)
    with tempfile.TemporaryDirectory() as away:
        config = os.path.relpath(folder / "c.yaml", Path(away).resolve())
        call([sys.executable, *_train(run, config)], variables, Path(away))
    return run


def in_a_shell(text: str) -> Start:
    """Return the same in a line of bash: {train} is the command, {quoted} one word, {other} another folder."""

    def start(folder: Path, variables: Variables) -> Path:
        run = _new(folder)
        train, other = (shlex.join([sys.executable, *_train(one)]) for one in (run, _new(folder)))
        line = text.format(train=train, quoted=shlex.quote(train), other=other)
        call(["bash", "-c", line], variables, folder)
        return run

    return start


def killed(config: str = "c.yaml", cores: int | None = None) -> Start:
    """Killed once its second checkpoint is there, and resumed on so many cores."""

    def start(folder: Path, variables: Variables) -> Path:
        run = _new(folder)
        there = os.environ | {"PYTHONPATH": str(ROOT)} | variables
        with subprocess.Popen([sys.executable, *_train(run, config), "-q"], cwd=folder, env=there) as process:
            while process.poll() is None and not (run / "checkpoint-1.safetensors").exists():
                time.sleep(0.001)
            process.send_signal(signal.SIGKILL)
        with on_cores(cores):
            call([sys.executable, *NPNET, "resume", str(run), "-q"], variables, folder)
        return run

    return start


def sweep(folder: Path, variables: Variables, *options: str) -> Path:
    """Return the first trial of the sweep."""
    place = Path(tempfile.mkdtemp(dir=folder, prefix="sweep-"))
    call([sys.executable, *NPNET, "sweep", "sweep.yaml", "--run-dir", str(place), "-q", *options], variables, folder)
    return min((place / "trials").iterdir())


def sweeping(*options: str) -> Start:
    """Return the first trial of a sweep with options."""
    return lambda folder, variables: sweep(folder, variables, *options)


def on_dask(folder: Path, variables: Variables) -> Path:
    """Return the first trial of a sweep on a scheduler and two workers of Dask."""
    from tests.sweep.cluster import Cluster

    cluster = Cluster(_new(folder))
    try:
        return sweep(folder, variables, "--backend", "dask", "--scheduler", cluster.address)
    finally:
        cluster.end()


@dataclass(frozen=True)
class Environment:
    """Where a training runs: variables, and the way it is started."""

    name: str
    variables: Variables = field(default_factory=dict)
    start: Start = training()  # noqa: RUF009 - a function, that keeps nothing


def _each(name: str, *values: object) -> list[Environment]:
    return [Environment(f"{name}={value}", {name: str(value)}) for value in values]


ENVIRONMENTS = [
    Environment("plain"),
    *_each("OPENBLAS_NUM_THREADS", 1, 2, 7),
    *_each("OMP_NUM_THREADS", 1, 2, 7),
    *_each("PYTHONHASHSEED", 0, 1, 2, 3, 4),
    *_each("TZ", "Asia/Kolkata", "America/St_Johns"),
    *_each("LC_ALL", "C", "tr_TR.UTF-8", "de_DE.UTF-8"),
    *_each("TERM", "dumb"),
    *_each("PYTHONUNBUFFERED", 1),
    Environment("no UTF-8", {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    Environment("another folder", start=elsewhere),
    Environment("python -O", start=training(python=("-O",))),
    Environment("--quiet", start=training("--quiet")),
    Environment("a terminal", {"TERM": "xterm"}, in_a_shell("script -qec {quoted} /dev/null")),
    Environment("stdout closed", start=in_a_shell("{train} >&-")),
    Environment("stdout to head", start=in_a_shell("{train} | head -c 1")),
    Environment("beside three others", start=in_a_shell("for n in 1 2 3; do {other}-$n & done; {train} && wait")),
    Environment("killed and resumed", start=killed()),
    Environment("a sweep of 1 job", start=sweeping("-j", "1")),
    Environment("a sweep of 2 jobs", start=sweeping("-j", "2")),
    Environment("a sweep on Dask", start=on_dask),
]
TOGETHER = {"PYTHONHASHSEED": "3", "TZ": "Asia/Kolkata", "LC_ALL": "C", "OMP_NUM_THREADS": "2", "TERM": "dumb"}
SHORT = [
    Environment("plain"),
    Environment("variables together, from another folder", TOGETHER, elsewhere),
    Environment("killed and resumed", start=killed()),
    Environment("a sweep of 2 jobs", start=sweeping("-j", "2")),
]
CONTROLS = [
    Environment("another kernel of BLAS", {"OPENBLAS_CORETYPE": "Prescott"}),
    Environment("another seed", start=training("seed=1")),
]
LARGE_ONES = [
    Environment("large", start=training(config="resolved.yaml")),
    *(
        Environment(f"large, {name}={value}", {name: str(value)}, training(config="resolved.yaml"))
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
        for value in (1, 2, 7)
    ),
    Environment("large, on one core", start=training(config="resolved.yaml", cores=1)),
    Environment("large, killed, and resumed on one core", start=killed("resolved.yaml", cores=1)),
]
LARGE_CONTROLS = [
    Environment("large, threads: auto on one core", start=training("threads=auto", config="resolved.yaml", cores=1))
]
NETWORKS = [(prepare, ENVIRONMENTS, CONTROLS), (prepare_large, LARGE_ONES, LARGE_CONTROLS)]


def hashes(folder: Path, environments: list[Environment]) -> dict[str, str]:
    """Return the hash of the training in each environment."""
    return {one.name: digest(one.start(folder, one.variables)) for one in environments}


def main() -> int:
    """Train in every environment, print a line for each, and say whether the hashes of each network are one."""
    return max(int(not held(*network)) for network in NETWORKS)


def held(make: Callable[[Path], None], environments: list[Environment], others: list[Environment]) -> bool:
    """Whether one network is the same in all of its environments, and another in all of its controls."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        make(folder)
        found, controls = hashes(folder, environments), hashes(folder, others)
    for name, hashed in {**found, **controls}.items():
        print(f"{hashed}  {name}{' (control)' if name in controls else ''}")
    different = set(found.values())
    caught = [name for name, hashed in controls.items() if hashed not in different]
    print(f"{len(found)} environments, {'one hash' if len(different) == 1 else f'{len(different)} hashes'};", end=" ")
    print(f"{len(caught)} of {len(controls)} controls differ", flush=True)
    return len(different) == 1 and controls.keys() - {"another kernel of BLAS"} <= set(caught)


if __name__ == "__main__":
    sys.exit(main())
