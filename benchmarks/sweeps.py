"""Sweeps beside other ways to train as many small networks: `python -m benchmarks.sweeps [ROUNDS]`.

64 trials, 16 learning rates and 4 seeds, of 2-16-16-1 on circles, batches of 32, 20 epochs, one thread. Ways take
turns, after one round that does not count; medians count. PyTorch is timed where it is installed (the extra `bench`).

`python -m benchmarks.sweeps many [COUNT...]` sweeps 1,000 and 10,000 tiny networks, each count in a process of its own,
by one job and by two, and prints how much memory the driver and its largest worker took.
"""

import importlib.util
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

RATES, SEEDS, EPOCHS, BATCH = [10 ** (-3 + 2 * k / 15) for k in range(16)], 4, 20, 32
CONFIG = f"""\
dataset: {{circles: {{samples: 5000, noise: 0.04}}}}
layers: [linear: 16, relu, linear: 16, relu, linear]
batch_size: {BATCH}
epochs: {EPOCHS}
sweep: {{parameters: {{learning_rate: {RATES}}}, seeds: {SEEDS}}}
"""


MANY = """\
dataset: {{circles: {{samples: 100, noise: 0.04}}}}
layers: [linear: 2, relu, linear]
epochs: 1
sweep:
  method: random
  trials: {count}
  parameters: {{learning_rate: {{min: 0.001, max: 0.1, distribution: log_uniform}}}}
"""


class Silent:
    """Nobody is told how a sweep goes."""

    def begin(self, *_: object) -> None: ...
    def trained(self, *_: object) -> None: ...
    def warn(self, *_: object) -> None: ...
    def end(self) -> None: ...


def sweep(folder: Path, jobs: int = 1) -> None:
    from npnet.config import load
    from npnet.sweep.driver import run_sweep
    from npnet.sweep.plan import planned
    from npnet.sweep.wishes import SweepWishes

    run_sweep(planned(load(folder / "sweep.yaml")), SweepWishes(folder / "runs", jobs=jobs), Silent())


def many(count: int, jobs: int) -> None:
    """Sweep so many tiny networks in this process, and print its peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "sweep.yaml").write_text(MANY.format(count=count))
        began = time.perf_counter()
        sweep(Path(folder), jobs)
        each = (time.perf_counter() - began) / count
    unit = 1e6 if sys.platform == "darwin" else 1e3
    peaks = [resource.getrusage(who).ru_maxrss / unit for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    worker = f", its largest worker {peaks[1]:.0f} MB" if jobs > 1 else ""
    print(f"{count:6} trials, -j {jobs}: {1000 * each:.1f} ms each; driver {peaks[0]:.0f} MB{worker}", flush=True)


def one_by_one(folder: Path) -> None:
    from npnet.config import load
    from npnet.running import Wishes, run_training

    class Quiet(Silent):
        def progress(self, *_: object) -> None: ...
        def stage(self, *_: object) -> None: ...

    for rate in RATES:
        for seed in range(SEEDS):
            loaded = load(folder / "sweep.yaml", [f"learning_rate={rate!r}", f"model_seed={seed}", "threads=1"])
            run_training(loaded, Wishes(folder / "runs", plots=False), Quiet())


def sklearn_fits(folder: Path) -> None:
    import warnings

    from sklearn.neural_network import MLPClassifier

    X, y = _rows(folder)
    warnings.simplefilter("ignore")
    for rate in RATES:
        for seed in range(SEEDS):
            options = {"batch_size": BATCH, "max_iter": EPOCHS, "n_iter_no_change": EPOCHS, "random_state": seed}
            MLPClassifier((16, 16), learning_rate_init=rate, **options).fit(X, y)


def torch_trainings(folder: Path) -> None:
    import torch

    torch.set_num_threads(1)
    X, y = (torch.tensor(rows, dtype=torch.float32) for rows in _rows(folder))
    for rate in RATES:
        for seed in range(SEEDS):
            torch.manual_seed(seed)
            parts = [torch.nn.Linear(2, 16), torch.nn.ReLU(), torch.nn.Linear(16, 16), torch.nn.ReLU()]
            net = torch.nn.Sequential(*parts, torch.nn.Linear(16, 1))
            optimizer, loss = torch.optim.Adam(net.parameters(), rate), torch.nn.BCEWithLogitsLoss()
            for _ in range(EPOCHS):
                for rows in torch.randperm(len(X)).split(BATCH):
                    optimizer.zero_grad()
                    loss(net(X[rows])[:, 0], y[rows]).backward()
                    optimizer.step()


def _rows(folder: Path):
    from npnet.config import load
    from npnet.fitting import prepared_for

    experiment = load(folder / "sweep.yaml").experiment
    [[data]] = prepared_for(experiment, experiment.dataset.load(folder, 0))
    return data.parts["train"].X, data.parts["train"].y


def bare_stack(folder: Path) -> None:
    """The same trainings without folders, scores and tables."""
    from npnet.config import load
    from npnet.fitting import Fitting, prepared_for
    from npnet.running.threads import limited
    from npnet.sweep.plan import planned

    plan = planned(load(folder / "sweep.yaml"))
    experiment = plan.loaded.experiment
    data = prepared_for(experiment, experiment.dataset.load(folder, 0))
    stage = plan.stage(0, [])
    assert stage is not None
    with limited(1):
        fittings = Fitting.together([plan.experiment(trial) for trial in plan.trials(stage)], data)
        for _ in fittings[0].cohort.train():
            pass


def file_cost(folder: Path, count: int = 500) -> float:
    """Seconds to make a file there: 30 us on a quiet ext4, 20 times that where many were just removed."""
    began = time.perf_counter()
    for number in range(count):
        (folder / str(number)).write_bytes(bytes(1000))
    return (time.perf_counter() - began) / count


WAYS: dict[str, Callable[[Path], None]] = {
    "npnet sweep": sweep,
    "its stack alone": bare_stack,
    "npnet, one by one": one_by_one,
    "scikit-learn": sklearn_fits,
    **({"PyTorch": torch_trainings} if importlib.util.find_spec("torch") else {}),
}


def main(rounds: int) -> None:
    """Time each way, in turns, and print what each takes of the sweep's time."""
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory() as place:  # kept to the end: where files were removed, new ones cost more
        print(f"making a file of a trial costs {1e6 * file_cost(Path(place)):.0f} us in {place}", flush=True)
        for turn in range(rounds + 1):
            for name, way in WAYS.items():
                folder = Path(place, f"{turn} {name}")
                folder.mkdir()
                (folder / "sweep.yaml").write_text(CONFIG)
                began = time.perf_counter()
                way(folder)
                seconds[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(some[1:]) for name, some in seconds.items()}
    for name, median in medians.items():
        print(f"{name:18} {median:8.2f} s   {median / medians['npnet sweep']:6.1f} x the sweep", flush=True)
    around = (medians["npnet sweep"] - medians["its stack alone"]) / (len(RATES) * SEEDS)
    print(f"around each training: {1000 * around:.1f} ms")


def main_many(counts: list[str]) -> None:
    """Sweep each count with one job and with two, in processes of their own, whose peaks are theirs alone."""
    for count in counts:
        for jobs in ("1", "2"):
            subprocess.run([sys.executable, "-m", "benchmarks.sweeps", "of", count, jobs], check=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    match sys.argv[1:]:
        case ["many", *counts]:
            main_many(counts or ["1000", "10000"])
        case ["of", count, jobs]:
            many(int(count), int(jobs))
        case [*rounds]:
            main(int(rounds[0]) if rounds else 3)
