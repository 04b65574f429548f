"""scikit-learn's MLPClassifier: `fit`, going on where the last call ended (`warm_start`)."""

import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.worker import Affine, main
from benchmarks.works import Table, Work


class Sklearn:
    """One `fit` of many epochs; penalty and early stopping are off, as in the other libraries."""

    def __init__(self, work: Work, data: Table) -> None:
        warnings.simplefilter("ignore", ConvergenceWarning)  # "maximum iterations reached": as asked for
        self.data = data
        self.net = MLPClassifier(
            hidden_layer_sizes=work.sizes[1:-1],
            solver=work.optimizer,
            alpha=0.0,
            batch_size=work.batch,
            learning_rate_init=work.learning_rate,
            momentum=0.0,
            shuffle=not work.full_batch,
            n_iter_no_change=10**9,
            warm_start=True,
            random_state=0,
        )

    def train(self, epochs: int) -> None:
        self.net.set_params(max_iter=epochs).fit(self.data.X, self.data.y)

    def weights(self) -> list[Affine]:
        return [(W.T, b) for W, b in zip(self.net.coefs_, self.net.intercepts_, strict=True)]


if __name__ == "__main__":
    main(Sklearn)
