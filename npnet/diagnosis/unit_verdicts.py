"""Verdicts on the units of layers: dead, saturated, without a gradient."""

from collections.abc import Iterator

import numpy as np

from npnet.diagnosis.probe import Probe
from npnet.diagnosis.record import Record
from npnet.diagnosis.verdict import Verdict, VerdictKind, verdicts
from npnet.engine.network import Network, set_weights
from npnet.engine.scoring import DeadUnits, Scorer
from npnet.nn.activations import ReLU, Sigmoid, Tanh
from npnet.nn.layer import layers
from npnet.text import listed


@verdicts.add("dead_units")
class DeadLayers(VerdictKind):
    """Units of a layer with ReLU are 0 on every training row, and learn nothing."""

    number = "share of the units of a layer that are 0 on every training row"
    threshold = "in training above 90 % for three evaluations; in a probe of the best weights above 50 %"
    why = "the gradient of a unit that is 0 on all rows is 0 exactly: no row brings it back"
    source = "Lu et al. (2020), Dying ReLU and initialization"
    share, all_dead = 0.5, 0.9

    def of_probe(self, record: Record, probe: Probe) -> Iterator[Verdict]:
        """Run the best weights on every training row; recorded frames tell since when units are dead."""
        if not any(isinstance(step.layer, ReLU) for step in probe.best.graph.layer_steps):
            return
        initial = dead_shares(probe.network(), probe)
        found = {name: share for name, share in dead_shares(probe.best, probe).items() if share > self.share}
        from_start = [name for name, share in found.items() if initial[name] >= share]
        for name, share in found.items():
            since, cure = self._since(name, share, record, probe), "a smaller learning_rate or leaky_relu keeps"
            if name in from_start:
                since, cure = (0, "already before the first step"), "other initial values or leaky_relu keep"
            when = "" if since is None else f" {since[1]}"
            yield self.found(
                f"{share:.0%} of the units of {name} are 0 on every training row{when}: they learn nothing; "
                f"{cure} units alive",
                share,
                evidence="probe" if since is None or name in from_start else "frames",
                severity="warning" if share > self.all_dead else "note",
                epoch=record.best_epoch if since is None else since[0],
                command=record.train(*self._settings(record, from_start, name, since is not None)),
            )

    @staticmethod
    def _settings(record: Record, from_start: list[str], name: str, known: bool) -> Iterator[str]:
        """Yield what to try: another activation where units start dead, else smaller steps; or first a recording."""
        if name in from_start:
            yield from (f"{one}=leaky_relu" for one in from_start if one.count(".") == 1)
        elif known:
            yield from smaller_rate(record)
        else:
            yield "record=true"

    def _since(self, name: str, share: float, record: Record, probe: Probe) -> tuple[int, str] | None:
        """Return the epoch and the label of the frame since which as many units are dead as with the best weights."""
        if probe.frames is None:
            return None
        epochs = probe.frames.epochs
        count = len(epochs) if record.best_epoch is None else max(int((epochs <= record.best_epoch).sum()), 1)
        network, first = probe.network(), 0
        for index in range(count):
            set_weights(network, probe.frames.at(index))
            if dead_shares(network, probe)[name] < share:
                first = index + 1
        first = min(first, count - 1)
        return int(epochs[first]), f"since {probe.frames.label(first)}"


def dead_shares(network: Network, probe: Probe) -> dict[str, float]:
    """Return the share of units that are 0 on every training row, by layer."""
    dead = DeadUnits(network)
    Scorer(network, probe.loss, probe.samples).run(dead)
    return {name: float(shares[0]) for name, shares in dead.shares.items()}


def smaller_rate(record: Record) -> Iterator[str]:
    """Yield the setting of a tenth of the learning rate."""
    if record.experiment.learning_rate:
        yield f"learning_rate={record.experiment.learning_rate / 10:.3g}"


@verdicts.add("saturated_units")
class SaturatedLayers(VerdictKind):
    """Units with tanh or sigmoid are at a bound on nearly all rows, and hardly learn."""

    number = "share of the units of a layer that are within 1 % of a bound on 95 % of the rows"
    threshold = "above 50 %"
    why = "within 1 % of a bound the slope of tanh is below 2 %, of sigmoid below 4 %, of that at 0"
    source = "Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward networks"
    share, near, rows = 0.5, 0.01, 0.95

    def of_probe(self, record: Record, probe: Probe) -> Iterator[Verdict]:
        """Run the best weights on the training rows."""
        for step, values in probe.outputs(probe.best):
            layer = getattr(step, "layer", None)
            if not isinstance(layer, Tanh | Sigmoid):
                continue
            inside = 1 - np.abs(values) if isinstance(layer, Tanh) else 2 * np.minimum(values, 1 - values)
            share = float(np.mean(np.mean(inside < 2 * self.near, axis=1) >= self.rows))
            if share > self.share:
                yield self.found(
                    f"{share:.0%} of the units of {step.name} are saturated: at a bound of {layers.name_of(layer)} on "
                    f"{self.rows:.0%} of the training rows, where they hardly learn; smaller initial weights or scaled "
                    "inputs keep them inside",
                    share,
                    evidence="probe",
                    epoch=record.best_epoch,
                    command=record.train("scale=standard") if record.experiment.scale == "none" else None,
                )


@verdicts.add("vanishing_gradients")
class VanishingGradients(VerdictKind):
    """The gradient shrinks from layer to layer, so that the first layers hardly learn."""

    number = "gradient by weight of the first layer, divided by that of the last, at the initial values"
    threshold = "below 1e-3"
    why = "the last layers would need a thousand steps for what the first ones need a million for"
    source = "Bengio, Simard and Frasconi (1994), Learning long-term dependencies with gradient descent is difficult"
    least = 1e-3

    def of_probe(self, record: Record, probe: Probe) -> Iterator[Verdict]:
        """Compare the gradients of the layers in one backward pass."""
        ratios = probe.gradient_ratios
        if len(ratios) < 2 or not all(np.isfinite(list(ratios.values()))):
            return
        (first, small), *_, (last, large) = ratios.items()
        if large <= 0 or small >= self.least * large:
            return
        each = listed((f"{name} {ratio:.1g}" for name, ratio in ratios.items()), 4)
        yield self.found(
            f"gradients vanish: by the size of the weights, that of {first} is {small / large:.1g} of that of {last} "
            f"({each}); relu, residual or a norm keeps them",
            small / large,
            evidence="probe",
            epoch=0,
            command=f"npnet explain-step {record.config} --calls",
        )
