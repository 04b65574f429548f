"""PyTorch: a module that a student can read, and its state_dict."""

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.errors import MachineError
from npnet.export.document import Document, LayerNode
from npnet.export.numpy_target import CODE, START, code_of, literal
from npnet.export.python_code.reading import READERS
from npnet.export.source import entries_of
from npnet.machine.resources import out_of_memory

TITLE = '''"""The networks that npnet trained as {run}, as a module of PyTorch.

Written by {written_by}.

    python model.py rows.csv      prints a prediction for each row

`load()` returns the module with its weights, `tensors_of(rows)` what it takes. MODEL, at the end, has all numbers but
the weights, which are in weights.pt, a state_dict.
"""
'''
Arrays = Mapping[str, NDArray[Any]]
FIXED = {
    "relu": "nn.ReLU()",
    "selu": "nn.SELU()",
    "tanh": "nn.Tanh()",
    "sigmoid": "nn.Sigmoid()",
    "softplus": "nn.Softplus()",
    "softmax": "nn.Softmax(dim=1)",
    "gelu": 'nn.GELU(approximate="tanh")',
    "silu": "nn.SiLU()",
    "mish": "nn.Mish()",
}
"""Layers without options."""


def _residual(layer: LayerNode) -> str:
    inner = ", ".join(LAYERS[one.op](one) for one in layer.layers)
    return f"ResidualBlock({inner})"


def _periodic(layer: LayerNode) -> str:
    numbers = (layer.outputs - layer.inputs) // layer.options["size"]
    if not numbers:
        return "nn.Identity()"
    return f"PeriodicWaves({numbers}, {layer.options['frequencies']}, {layer.options['size']})"


def _fixed(text: str) -> Callable[[LayerNode], str]:
    return lambda _: text


LAYERS: dict[str, Callable[[LayerNode], str]] = {
    **{name: _fixed(text) for name, text in FIXED.items()},
    "linear": lambda layer: f"nn.Linear({layer.inputs}, {layer.outputs})",
    "leaky_relu": lambda layer: f"nn.LeakyReLU({layer.options['slope']})",
    "elu": lambda layer: f"nn.ELU({layer.options['alpha']})",
    "batch_norm": lambda layer: f"FeatureNorm({layer.inputs}, eps={layer.options['epsilon']})",
    "layer_norm": lambda layer: f"RowNorm({layer.inputs}, eps={layer.options['epsilon']})",
    "scale": lambda layer: f"FeatureScale({layer.inputs}, {layer.options['speed']})",
    "embedding": lambda layer: f"CodeEmbedding({list(layer.options['codes'] or ())}, {layer.options['size']})",
    "periodic": _periodic,
    "residual": _residual,
}
TABLES = {"FEATURES": "feature", "LINKS": "link", "TRANSFORMS": "target_transform"} | {
    "READERS": "reader",
    "STEPS": "step",
}
OPERATIONS = {
    "layer": LAYERS,
    "feature": entries_of(f"{CODE}.torch_inputs", "FEATURES"),
    "link": entries_of(f"{CODE}.torch_outputs", "LINKS"),
    "target_transform": entries_of(f"{CODE}.torch_outputs", "TRANSFORMS"),
    "reader": READERS,
    "step": entries_of(f"{CODE}.torch_inputs", "STEPS"),
}
OWN = {
    "residual": "ResidualBlock",
    "scale": "FeatureScale",
    "embedding": "CodeEmbedding",
    "periodic": "PeriodicWaves",
    "batch_norm": "FeatureNorm",
    "layer_norm": "RowNorm",
}
"""Layers whose modules the export brings along."""


def require() -> None:
    """Raise MachineError where PyTorch is not installed."""
    try:
        import torch  # noqa: F401
    except ImportError as error:
        install = 'pip install "npnet[torch]"'
        raise out_of_memory(error) or MachineError(f"--to torch needs PyTorch: {error}", install) from error


def render(document: Document) -> dict[str, bytes]:
    """Return model.py and weights.pt."""
    program, used = f"{CODE}.torch_program", {layer.op for layer in document.all_layers}
    source = code_of(document, TABLES).leave_out(program, "MODEL").replace("network", _network(document))
    source.add(f"{CODE}.torch_layers", [module for op, module in OWN.items() if op in used])
    source.add(program, ["predict"]).add(f"{CODE}.command", ["main"])
    title = TITLE.format(run=document.origin.shown_run, written_by=document.origin.written_by)
    text = source.text(title, f"MODEL: dict[str, Any] = {literal(document)}", START)
    return {"model.py": text.encode(), "weights.pt": _weights(document)}


def _network(document: Document) -> str:
    """Return the function that makes one of the networks."""
    lines = [f"        {LAYERS[layer.op](layer)}," for layer in document.layers]
    head = ["def network() -> nn.Sequential:", '    """Return one of the networks, with weights to be loaded."""']
    return "\n".join([*head, "    return nn.Sequential(", *lines, "    )"])


def _weights(document: Document) -> bytes:
    import torch

    state = {}
    for number, model in enumerate(document.models):
        for name, values in _state(document.layers, f"networks.{number}", model.weights):
            state[name] = torch.from_numpy(np.array(values, order="C"))
    file = BytesIO()
    torch.save(state, file)
    return file.getvalue()


def _state(layers: tuple[LayerNode, ...], prefix: str, weights: Arrays) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield the weights of layers by the names of their modules."""
    for number, layer in enumerate(layers):
        name, start = f"{prefix}.{number}", f"{layer.name}."
        own = {key.removeprefix(start): values for key, values in weights.items() if key.startswith(start)}
        if layer.op == "residual":
            yield from _state(layer.layers, f"{name}.layers", weights)
        elif layer.op == "embedding":
            for code in range(len(layer.options["codes"] or ())):
                table = np.concatenate([own[f"{code}.unseen"], own[f"{code}.weight"]], axis=1)
                yield f"{name}.tables.{code}", table.T
        else:
            yield from ((f"{name}.{key}", values) for key, values in own.items())
        if layer.op == "batch_norm":
            yield f"{name}.num_batches_tracked", np.array(0)
