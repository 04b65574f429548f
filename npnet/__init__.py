"""Neural networks from the command line and from Python, on an engine written in NumPy alone.

    run = npnet.train("circles.yaml")            train a config as `npnet train` does: a Run
    run.history, run.metrics, run.plot("loss")   look at it
    run.model.predict(X)                         its network predicts arrays and DataFrames
    npnet.Run("latest"), npnet.runs()            open a run; list all of them
    npnet.sweep("circles.yaml", {"learning_rate": [0.01, 0.1]})

    model = npnet.Model(npnet.Linear(2, 16), npnet.ReLU(), npnet.Linear(16, 1))
    model.train(X, y).predict(X)                 a network of layers, without config and folder

    npnet.NPNetClassifier(), npnet.NPNetRegressor()    the same for scikit-learn

Every layer of `npnet list layers` is here by its class name: npnet.Linear, npnet.ReLU, npnet.Dropout ...
Errors and warnings are in npnet.errors.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False  # importing typing takes 10 ms, during which Ctrl-C would print a traceback
if TYPE_CHECKING:
    from typing import Any


def __getattr__(name: str) -> "Any":
    """Import what is asked for at its first use: the command line starts without NumPy."""
    if name == "__all__":
        return _names()
    if name == "errors":
        from importlib import import_module

        return import_module("npnet.errors")
    if name not in _names():
        from difflib import get_close_matches

        near = get_close_matches(name, _names(), n=1)
        raise AttributeError(f"module 'npnet' has no attribute {name!r}{f'; did you mean {near[0]}?' if near else ''}")
    if name.startswith("NPNet"):
        from npnet import estimators

        return getattr(estimators, name)
    from npnet import api

    found = globals()[name] = vars(api)[name] if name in api.__all__ else api.LAYERS[name]
    return found


def __dir__() -> "list[str]":
    return sorted(["errors", *_names(), *(name for name in globals() if name.startswith("__"))])


def _names() -> "list[str]":
    """Return the names that are imported at their first use, as the stub beside this file lists them."""
    import re
    from pathlib import Path

    text = Path(__file__).with_suffix(".pyi").read_text("utf-8")
    pairs = re.findall(r"^from npnet.(?:api|estimators) import \w+ as (\w+)|^def (\w+)\(", text, re.MULTILINE)
    return [name for pair in pairs for name in pair if name]
