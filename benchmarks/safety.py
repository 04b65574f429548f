"""What safety costs: `python -m benchmarks.safety` times checkpoints beside the epochs, and Ctrl-C to the end.

A checkpoint is copied, hashed (SHA-256), written and synced. Its share is that of a training that goes on for long, at
the default interval.
"""

import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from npnet.config import load
from npnet.experiment.resources import limited
from npnet.model.trainer import Trainer
from npnet.rundir.new_run import claim_folder
from npnet.runner.checkpoints import PATIENCE, Checkpoints
from npnet.runner.prepared_run import prepare_run

TURNS = 15
CONFIGS = {
    "2-16-16-1": "dataset: {circles: {samples: 5000}}\nlayers: [{linear: 16}, relu, {linear: 16}, relu, linear]\n",
    "64-128-64-10": "dataset: {blobs: {samples: 20000, classes: 10, features: 64}}\n"
    "layers: [{linear: 128}, relu, {linear: 64}, relu, linear]\n",
    "784-512-512-10": "dataset: {blobs: {samples: 20000, classes: 10, features: 784}}\n"
    "layers: [{linear: 512}, relu, {linear: 512}, relu, linear]\nbatch_size: 128\n",
}


def costs(config: Path) -> tuple[float, float, int, float]:
    """Seconds of an epoch and of a checkpoint, its bytes, and the share of the time that checkpoints take."""
    loaded = load(config, ["epochs=1000000"])
    with limited(1), tempfile.TemporaryDirectory(dir=config.parent) as folder:
        ready = prepare_run(loaded)
        fitting = Trainer(ready.experiment, ready.folds)
        with claim_folder(Path(folder) / "run", "run") as new:
            writer = new.publish({"config.yaml": b"", "resolved.yaml": b""}, config.parent)
        checkpoints, epochs, each = Checkpoints(fitting, writer), [], []
        for progress in fitting.fit():
            if not progress.complete:
                continue
            epochs.append(progress.seconds)
            began = time.perf_counter()
            checkpoints.write_current(progress.epoch, 0)
            each.append(time.perf_counter() - began)
            if len(each) == TURNS:
                break
        size = writer.run.file("checkpoint.safetensors").stat().st_size
        writer.close()
    epoch, cost = statistics.median(epochs), statistics.median(each)
    return epoch, cost, size, cost / (max(checkpoints.interval, PATIENCE * cost) + cost)


def stopping(config: Path) -> list[float]:
    """Seconds from Ctrl-C to the end of the process, at random moments of a training."""
    taken = []
    for turn in range(TURNS):
        run = config.with_name(f"{config.stem}-stopped-{turn}")
        command = [sys.executable, "-m", "npnet", "train", str(config), "epochs=1000000", "--run-dir", str(run), "-q"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            while not (run / "history.csv").exists():
                time.sleep(0.01)
            time.sleep(random.random())
            began = time.perf_counter()
            process.send_signal(signal.SIGINT)
            code = process.wait()
            taken.append(time.perf_counter() - began)
        if code != 130:
            raise RuntimeError(f"Ctrl-C ended with {code}")
    return taken


def main(names: Sequence[str]) -> None:
    """Time every network, or those that are named."""
    print(f"{'network':16}{'epoch':>10}{'checkpoint':>12}{'size':>10}{'share':>8}{'Ctrl-C':>10}{'slowest':>10}")
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as text:
        for name in names or CONFIGS:
            config = Path(text) / f"{name}.yaml"
            config.write_text(CONFIGS[name])
            epoch, cost, size, share = costs(config)
            stops = stopping(config)
            print(
                f"{name:16}{epoch * 1e3:>7.1f} ms{cost * 1e3:>9.1f} ms{size / 1e6:>7.2f} MB{share:>8.2%}"
                f"{statistics.median(stops):>8.2f} s{max(stops):>8.2f} s",
                flush=True,
            )


if __name__ == "__main__":
    main(sys.argv[1:])
