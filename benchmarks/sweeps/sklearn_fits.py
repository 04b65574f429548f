"""scikit-learn: as many fits of MLPClassifier, one after another; penalty and early stopping are off."""

import warnings
from pathlib import Path

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.sweeps import BATCH, EPOCHS, RATES, SEEDS, SIZES
from benchmarks.sweeps.worker import main, rows, stacked_loss


class Fits:
    """A network for each learning rate and seed."""

    def __init__(self, folder: Path) -> None:
        warnings.simplefilter("ignore", ConvergenceWarning)  # "maximum iterations reached": as asked for
        self.data = rows(folder)
        options = {"alpha": 0.0, "batch_size": BATCH, "max_iter": EPOCHS, "n_iter_no_change": EPOCHS}
        self.nets = [
            MLPClassifier(SIZES[1:-1], learning_rate_init=rate, random_state=seed, **options)
            for rate in RATES
            for seed in range(SEEDS)
        ]

    def train(self) -> None:
        for net in self.nets:
            net.fit(self.data.X, self.data.y)

    def loss(self) -> float:
        weights = [[(W.T, b) for W, b in zip(net.coefs_, net.intercepts_, strict=True)] for net in self.nets]
        return stacked_loss(weights, self.data)


if __name__ == "__main__":
    main(Fits)
