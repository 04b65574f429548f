"""Time layers of sequences and images beside PyTorch and JAX: `python -m benchmarks.positions [--rounds N]`.

Each round makes some steps of npnet, of its matrix products alone, of PyTorch, eager, and of JAX, jitted: forward,
backward, Adam. Times are those of the processor, on one core and one thread, in float32; the table has the medians of
all rounds, and the median of the ratio of npnet to PyTorch in each.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import machine

ROUNDS, SECONDS = 15, 0.3
CLASSES, STEPS, UNITS = 10, 50, 64
PRODUCTS = (np.dot, np.matmul)


@dataclass(frozen=True)
class Case:
    """A network in the words of a config, without its last layer, as the modules of PyTorch, and as JAX has it.

    `jax` names a function of benchmarks.peers.jax_positions, and has its arguments.
    """

    title: str
    batch: int
    inputs: int
    layers: list[Any]
    modules: Callable[[Any], list[Any]]
    jax: tuple[str, tuple[int, ...]]


def recurrent(kind: str) -> Case:
    """Return a recurrent layer, whose last state is classified."""

    def modules(nn: Any) -> list[Any]:
        class Last(getattr(nn, kind.upper())):  # type: ignore[misc]
            def forward(self, x: Any) -> Any:
                return super().forward(x.reshape(len(x), STEPS, UNITS))[0][:, -1]

        return [Last(UNITS, UNITS, batch_first=True), nn.Linear(UNITS, CLASSES)]

    layers = [{"positions": STEPS}, {kind: {"units": UNITS, "states": "last"}}]
    return Case(
        f"`{kind}` {UNITS}, {STEPS} steps, batch 32", 32, STEPS * UNITS, layers, modules, (kind, (STEPS, UNITS))
    )


def attention() -> Case:
    """Return a residual block of attention, whose mean over the positions is classified."""

    def modules(nn: Any) -> list[Any]:
        class Block(nn.MultiheadAttention):  # type: ignore[misc]
            def forward(self, x: Any) -> Any:
                x = x.reshape(len(x), STEPS, UNITS)
                return (x + super().forward(x, x, x, need_weights=False)[0]).mean(dim=1)

        return [Block(UNITS, 4, batch_first=True), nn.Linear(UNITS, CLASSES)]

    layers = [{"positions": STEPS}, {"residual": [{"attention": {"heads": 4}}]}, "global_average_pool"]
    title, jax = f"`attention` {UNITS}, 4 heads, {STEPS} positions, batch 32", ("attention", (STEPS, UNITS, 4))
    return Case(title, 32, STEPS * UNITS, layers, modules, jax)


def images(side: int, first: int, second: int, batch: int) -> Case:
    """Return two convolutions of 3 x 3, each with ReLU and a pool of 2 x 2."""

    def modules(nn: Any) -> list[Any]:
        sides = [nn.Conv2d(1, first, 3, padding=1), nn.Conv2d(first, second, 3, padding=1)]
        parts = [part for one in sides for part in (one, nn.ReLU(), nn.MaxPool2d(2))]
        width = second * (side // 4) ** 2
        return [nn.Unflatten(1, (1, side, side)), *parts, nn.Flatten(), nn.Linear(width, CLASSES)]

    parts = [[{"conv2d": {"filters": filters, "padding": "same"}}, "relu", "max_pool"] for filters in (first, second)]
    layers = [{"positions": [side, side]}, *parts[0], *parts[1], "flatten"]
    title = f"two `conv2d` of {first} and {second} filters, {side} x {side}, batch {batch}"
    return Case(title, batch, side * side, layers, modules, ("images", (side, first, second)))


CASES = [recurrent("lstm"), recurrent("gru"), attention(), images(8, 16, 32, 64), images(28, 8, 16, 32)]


def npnet_steps(case: Case, x: np.ndarray, y: np.ndarray) -> tuple[Callable[[], None], Callable[[], None]]:
    """Return one training step of npnet, and the matrix products of one, the least that it can take."""
    import npnet.nn  # noqa: F401 - fills the registries
    from npnet.engine.batches import Batch, Samples
    from npnet.engine.network import Network
    from npnet.engine.passes import Pass
    from npnet.engine.updates import Constraints, Updates
    from npnet.nn.layer import layers
    from npnet.nn.losses import losses
    from npnet.nn.optimizers import optimizers
    from npnet.spec import Named

    chain = tuple(map(Named(layers).parse, [*case.layers, {"linear": CLASSES}]))
    network, loss = Network([chain], case.inputs), losses["cross_entropy"]()
    batch = Batch(Samples.of(x, loss.encode(y, CLASSES)), slice(None))
    own, updates = Pass(network, batch, loss, training=True), Updates(network, optimizers["adam"](), Constraints())

    def step() -> None:
        own.take(batch)
        own.train()
        updates.move(updates.numbers([0.001])[0])

    made = [*own.forward.calls, *own.backward.calls]
    products = [(call, arrays) for call, arrays in made if call in PRODUCTS]

    def floor() -> None:
        for call, arrays in products:
            call(*arrays)

    return step, floor


def torch_step(case: Case, x: np.ndarray, y: np.ndarray) -> Callable[[], None]:
    """Return one training step of PyTorch."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    net, criterion = nn.Sequential(*case.modules(nn)), nn.CrossEntropyLoss()
    rule = torch.optim.Adam(net.parameters(), lr=0.001, fused=True)
    X, target = torch.from_numpy(x), torch.from_numpy(y)

    def step() -> None:
        rule.zero_grad(set_to_none=True)
        criterion(net(X), target).backward()
        rule.step()

    return step


def jax_step(case: Case, x: np.ndarray, y: np.ndarray) -> Callable[[], None]:
    """Return one training step of JAX."""
    from benchmarks.peers import jax_positions

    name, sizes = case.jax
    shapes, scores = getattr(jax_positions, name)(*sizes)
    return jax_positions.training_step(shapes, scores, x, y)


def measured(case: Case, rounds: int) -> tuple[list[float], float]:
    """Return milliseconds of npnet, its products, PyTorch and JAX, and the ratio of npnet to PyTorch."""
    random = np.random.default_rng(0)
    x = random.standard_normal((case.batch, case.inputs), dtype=np.float32)
    y = random.integers(0, CLASSES, case.batch)
    sides = [*npnet_steps(case, x, y), torch_step(case, x, y), jax_step(case, x, y)]
    many = [max(1, round(SECONDS / timed(side, 3) / 2)) for side in sides]
    times = [[timed(side, steps) for side, steps in zip(sides, many, strict=True)] for _ in range(rounds)]
    return [1000 * median(column) for column in zip(*times, strict=True)], median(a / b for a, _, b, _ in times)


def timed(step: Callable[[], None], steps: int) -> float:
    """Return the processor time of a step, in seconds."""
    began = process_time()
    for _ in range(steps):
        step()
    return (process_time() - began) / steps


def main() -> None:
    """Print the table of docs/positions.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.positions", description=str(__doc__).partition(":")[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N")
    rounds = parser.parse_args().rounds
    if missing := machine.missing():
        sys.exit(f"benchmarks: {', '.join(missing)} not installed; pip install '.[bench]' gets it")
    machine.pin()
    print("| training step, float32, one thread | npnet | its products alone | PyTorch | JAX | npnet / PyTorch |")
    print("| --- | --- | --- | --- | --- | --- |")
    for case in CASES:
        with threadpool_limits(1):
            times, ratio = measured(case, rounds)
        print(f"| {case.title} | {' | '.join(f'{one:.1f} ms' for one in times)} | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
