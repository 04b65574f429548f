"""Savers: npnet's own and those of other libraries, each as its documentation tells to save and load arrays."""

import json
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.storage import tensor_file
from tests.faults.hostile import PAYLOAD, Bomb

Tensors = Mapping[str, NDArray[Any]]


def pickled(path: Path) -> None:
    """Write a pickle that runs a command."""
    path.write_bytes(pickle.dumps(Bomb()))


@dataclass(frozen=True)
class Saver:
    """How a library saves: what its files are called, saving, and loading into what has the shapes of `like`.

    `poison` writes a file that runs a command where the library lets it. `trust` is how its loader is made to trust
    a file, and `trusting` does that; where there is no such way, they are empty. At most `most` changes are tried.
    """

    file: str
    save: Callable[[Path, Tensors], object]
    load: Callable[[Path, Tensors], object]
    poison: Callable[[Path], object] = pickled
    trust: str = ""
    trusting: Callable[[Path], object] | None = None
    most: int | None = None


def tensors_of(inputs: int, units: int, seed: int) -> dict[str, NDArray[Any]]:
    """Return the weights of one dense layer."""
    chance = np.random.default_rng(seed)
    return {name: chance.normal(size=shape).astype("f4") for name, shape in (("W", (inputs, units)), ("b", (units,)))}


# npnet, NumPy, safetensors, joblib


def _npnet() -> Saver:
    return Saver(
        "checkpoint.safetensors",
        lambda path, tensors: tensor_file.write_tensors(path, tensors, {}),
        lambda path, like: tensor_file.read_tensors(path)[0],
    )


def _safetensors() -> Saver:
    from safetensors.numpy import load_file, save_file

    return Saver(
        "model.safetensors",
        lambda path, tensors: save_file(dict(tensors), path),
        lambda path, like: load_file(path),
    )


def _numpy() -> Saver:
    def load(path: Path, allow_pickle: bool = False) -> Tensors:
        with np.load(path, allow_pickle=allow_pickle) as file:
            return dict(file)

    return Saver(
        "weights.npz",
        lambda path, tensors: np.savez(path, **tensors),
        lambda path, like: load(path),
        lambda path: np.savez(path, W=np.array([Bomb()], dtype=object)),
        "allow_pickle=True",
        lambda path: load(path, allow_pickle=True),
    )


def _joblib() -> Saver:
    import joblib

    return Saver(
        "model.joblib",
        lambda path, tensors: joblib.dump(dict(tensors), path),
        lambda path, like: joblib.load(path),
        lambda path: joblib.dump(Bomb(), path),
    )


# PyTorch and Keras


def _torch() -> Saver:
    import torch

    def save(path: Path, tensors: Tensors) -> None:
        torch.save({name: torch.from_numpy(array) for name, array in tensors.items()}, path)

    return Saver(
        "model.pt",
        save,
        lambda path, like: torch.load(path, weights_only=True),
        lambda path: torch.save(Bomb(), path),
        "weights_only=False",
        lambda path: torch.load(path, weights_only=False),
    )


def _dense(inputs: int, units: int) -> Any:
    import keras

    return keras.Sequential([keras.Input((inputs,), name="x"), keras.layers.Dense(units, name="dense")], name="model")


def _filled(tensors: Tensors) -> Any:
    model = _dense(*tensors["W"].shape)
    model.set_weights(list(tensors.values()))
    return model


def _keras() -> Saver:
    import keras

    def load(path: Path, like: Tensors) -> Tensors:
        model = keras.saving.load_model(path)
        words = json.dumps(model.get_config(), sort_keys=True, default=str)
        return dict(zip(like, model.get_weights(), strict=True)) | _unless(words, like)

    def poison(path: Path) -> None:
        command = PAYLOAD
        run = keras.layers.Lambda(lambda x: (__import__("os").system(command), x)[1])
        keras.Sequential([keras.Input((2,)), run]).save(path)

    return Saver(
        "model.keras",
        lambda path, tensors: _filled(tensors).save(path),
        load,
        poison,
        "safe_mode=False",
        lambda path: keras.saving.load_model(path, safe_mode=False),
        most=20_000,
    )


def _unless(words: str, like: Tensors) -> Tensors:
    """Nothing where a loaded model is configured as the saved one was, else one array too many."""
    saved = json.dumps(_dense(*like["W"].shape).get_config(), sort_keys=True, default=str)
    return {} if words == saved else {"config": np.zeros(0)}


def _keras_weights() -> Saver:
    blank = cache(_dense)  # making a model takes longer than loading its weights

    def load(path: Path, like: Tensors) -> Tensors:
        model = blank(*like["W"].shape)
        model.set_weights([np.zeros_like(array) for array in like.values()])
        model.load_weights(path)
        return dict(zip(like, model.get_weights(), strict=True))

    return Saver(
        "model.weights.h5",
        lambda path, tensors: _filled(tensors).save_weights(path),
        load,
        most=40_000,
    )


SAVERS: dict[str, Callable[[], Saver]] = {
    "npnet": _npnet,
    "PyTorch": _torch,
    "Keras .keras": _keras,
    "Keras .weights.h5": _keras_weights,
    "joblib": _joblib,
    "safetensors": _safetensors,
    "NumPy .npz": _numpy,
}
PACKAGES = {  # known before anything is imported
    "npnet": ("npnet",),
    "PyTorch": ("torch",),
    "Keras .keras": ("keras", "torch"),
    "Keras .weights.h5": ("keras", "h5py", "torch"),
    "joblib": ("joblib",),
    "safetensors": ("safetensors",),
    "NumPy .npz": ("numpy",),
}
