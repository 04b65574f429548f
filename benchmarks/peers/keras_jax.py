"""Keras on JAX: `fit`, compiled, 32 steps a call."""

import os

os.environ["KERAS_BACKEND"] = "jax"  # read when keras is imported

import keras
import numpy as np

from benchmarks.worker import Affine, main
from benchmarks.works import Table, Work


class Keras:
    """A Sequential of Dense layers; one `fit` of many epochs, shuffled by Keras."""

    def __init__(self, work: Work, data: Table) -> None:
        keras.utils.set_random_seed(0)
        self.work = work
        hidden = [keras.layers.Dense(units, activation="relu") for units in work.sizes[1:-1]]
        self.net = keras.Sequential([keras.Input((work.sizes[0],)), *hidden, keras.layers.Dense(work.sizes[-1])])
        losses = keras.losses
        kind = losses.BinaryCrossentropy if work.binary else losses.SparseCategoricalCrossentropy
        rule = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}[work.optimizer]
        self.net.compile(
            optimizer=rule(work.learning_rate),
            loss=kind(from_logits=True),
            jit_compile=True,
            steps_per_execution=min(32, work.steps),
        )
        self.X, self.y = data.X, data.y.astype(np.float32)[:, None] if work.binary else data.y.astype(np.int32)

    def train(self, epochs: int) -> None:
        shuffle = not self.work.full_batch
        self.net.fit(self.X, self.y, batch_size=self.work.batch, epochs=epochs, shuffle=shuffle, verbose=0)

    def weights(self) -> list[Affine]:
        return [(np.asarray(layer.kernel).T, np.asarray(layer.bias)) for layer in self.net.layers]


if __name__ == "__main__":
    main(Keras)
