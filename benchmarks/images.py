"""Digits as images with and without augmentation, and its cost: `python -m benchmarks.images [--splits N] [--few]`.

With --few it learns from 180 images instead of 1,078. Each network is trained on several seeds, which draw the splits
and the initial weights anew; the table has its accuracy on the test sets. Then the processor time of gathering a batch
of 64 images is compared with a training step, float32, one thread, the best of several rounds.
"""

import argparse
import tempfile
import warnings
from pathlib import Path
from statistics import mean, stdev
from time import process_time
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

import npnet
from benchmarks import machine
from npnet.config.loaded import load_alone
from npnet.engine.augmentation import Augmentation
from npnet.engine.batches import Batches, Samples
from npnet.engine.gradients import Gradients
from npnet.engine.network import Network
from npnet.errors import NpnetWarning
from npnet.nn.augmentation import Augment
from npnet.nn.losses import CrossEntropy
from npnet.nn.shape import Shape

CONFIGS = Path(__file__).parent.parent / "configs"
DENSE, IMAGES = CONFIGS / "digits.yaml", CONFIGS / "digits_images.yaml"
PLAIN = {"scale": "none"}
NETWORKS: dict[str, tuple[Path, dict[str, Any]]] = {
    "digits.yaml": (DENSE, {}),
    "digits_images.yaml": (IMAGES, {}),
    "scale: none": (IMAGES, PLAIN),
    **{
        f"augment: {text}": (IMAGES, {**PLAIN, "augment": options})
        for text, options in {
            "{shift: 1}": {"shift": 1},
            "{rotate: 10}": {"rotate": 10.0},
            "{shift: 1, rotate: 10}": {"shift": 1, "rotate": 10.0},
            "{cutout: 2}": {"cutout": 2},
            "{noise: 1}": {"noise": 1.0},
            "{flip: horizontal}": {"flip": "horizontal"},
        }.items()
    },
}
FEW: dict[str, Any] = {"split": {"test": 0.5, "validation": 0.4}, "epochs": 100}
CHANGES = {
    "none": None,
    "`flip`, `shift`": Augment(flip="horizontal", shift=2),
    "`rotate`": Augment(rotate=10.0),
    "`noise`": Augment(noise=0.1),
    "`cutout`": Augment(cutout=4),
    "all": Augment(flip="horizontal", shift=2, rotate=10.0, noise=0.1, cutout=4),
}
SHAPES = (Shape(1, (8, 8)), Shape(1, (28, 28)), Shape(3, (32, 32)))
BATCH, ROWS, ROUNDS = 64, 2048, 5
LAYERS = """\
dataset: digits
layers: [positions: {sizes}, conv2d: {{filters: 16, padding: same}}, relu, max_pool: 2,
  conv2d: {{filters: 32, padding: same}}, relu, flatten, linear: 10]
"""


def accuracy(config: Path, keys: dict[str, Any], seed: int) -> float:
    """Train a config, and return its accuracy on the test set."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", NpnetWarning)
        run = npnet.train(str(config), {"seed": seed, **keys}, runs_dir=folder, quiet=True)
        return float(run.metrics["test"]["accuracy"])


def step_time(shape: Shape, augment: Augment | None) -> tuple[float, float]:
    """Return the milliseconds of gathering a batch, and of a training step on it."""
    x = np.random.default_rng(0).standard_normal((ROWS, shape.values)).astype(np.float32)
    t = np.eye(10)[np.arange(ROWS) % 10]
    by = None if augment is None else Augmentation(augment, shape, 0)
    batches = Batches(Samples.of(x, t), BATCH, 0, augmentation=by)
    text = LAYERS.format(sizes=list(shape.positions)).encode()
    network = Network([load_alone(Path("c.yaml"), text).experiment.layers], shape.values, seeds=[0], dtype=np.float32)
    gradients, found = Gradients(network, CrossEntropy(), batches), []
    for number in range(ROUNDS):
        began, gathered = process_time(), 0.0
        for block in batches.epoch(number + 1):
            gathered += process_time() - began
            for batch in block:
                gradients.compute(batch)
            began = process_time()
        found.append(gathered)
    began = process_time()
    for _ in range(ROUNDS):
        gradients.compute(batch)
    return 1e3 * min(found) / batches.count, 1e3 * (process_time() - began) / ROUNDS


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--splits", type=int, default=5, help="seeds, each with splits of its own")
    parser.add_argument("--few", action="store_true", help="train on 180 of the images, for 100 epochs")
    arguments = parser.parse_args()
    splits, more = arguments.splits, FEW if arguments.few else {}
    print(f"{machine.processor()}, one thread", end="\n\n")
    if splits:
        print(f"| network | mean of {splits} splits | deviation | each |\n| --- | --- | --- | --- |")
    for title, (config, keys) in NETWORKS.items() if splits else ():
        each = [100 * accuracy(config, {**keys, **more}, seed) for seed in range(splits)]
        spread = stdev(each) if splits > 1 else 0.0
        print(
            f"| `{title}` | {mean(each):.2f} % | {spread:.2f} | {', '.join(f'{one:.1f}' for one in each)} |", flush=True
        )
    print("\n| images |", " | ".join(CHANGES), "| training step |\n|", " --- |" * (len(CHANGES) + 2))
    with threadpool_limits(1):
        for shape in SHAPES:
            times = [step_time(shape, augment) for augment in CHANGES.values()]
            cells = [f"{gathered:.2f} ms" for gathered, _ in times] + [f"{min(step for _, step in times):.1f} ms"]
            print(f"| {shape.text()} |", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
