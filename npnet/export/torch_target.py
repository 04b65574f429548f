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
    "softmax": "nn.Softmax(dim=-1)",
    "gelu": 'nn.GELU(approximate="tanh")',
    "silu": "nn.SiLU()",
    "mish": "nn.Mish()",
    "flatten": "FlatPositions()",
    "last": "LastPosition()",
    "global_average_pool": "PositionMean()",
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


def _positions(layer: LayerNode) -> str:
    return f"AsPositions({', '.join(map(str, layer.positions))})"


def _conv(layer: LayerNode) -> str:
    kernel, stride, dilation = ([axis[name] for axis in layer.options["windows"]] for name in WINDOW)
    sizes = f"{layer.inputs}, {layer.outputs}, {kernel}, stride={stride}, dilation={dilation}"
    inner = f"nn.Conv{len(kernel)}d({sizes}, groups={layer.options['groups']})"
    return f"SlidingWindow({inner}, {_margins(layer)})"


def _pool(layer: LayerNode) -> str:
    kernel, stride, _ = ([axis[name] for axis in layer.options["windows"]] for name in WINDOW)
    kind, around = ("Max", ', around=float("-inf")') if layer.op == "max_pool" else ("Avg", "")
    return f"SlidingWindow(nn.{kind}Pool{len(kernel)}d({kernel}, stride={stride}), {_margins(layer)}{around})"


def _margins(layer: LayerNode) -> list[int]:
    """Return how many positions are around the input, those of the last axis first."""
    return [axis[end] for axis in reversed(layer.options["windows"]) for end in ("low", "high")]


def _recurrent(layer: LayerNode) -> str:
    options = layer.options
    kind = {"rnn": f"nonlinearity={options.get('activation')!r}, "}.get(layer.op, "")
    sizes = f"{layer.inputs}, {options['units']}, {kind}batch_first=True, bidirectional={options['bidirectional']}"
    return f"RecurrentStates(nn.{layer.op.upper()}({sizes}), {options['states']!r})"


def _attention(layer: LayerNode) -> str:
    inner = f"nn.MultiheadAttention({layer.inputs}, {layer.options['heads']}, batch_first=True)"
    return f"SelfAttention({inner}, {layer.options['causal']})"


def _positional(layer: LayerNode) -> str:
    return f"PositionalValues({list(layer.positions)}, {layer.inputs}, {layer.options['kind']!r})"


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
    "positions": _positions,
    **dict.fromkeys(("conv1d", "conv2d"), _conv),
    **dict.fromkeys(("max_pool", "average_pool"), _pool),
    "upsample": lambda layer: f"RepeatPositions({layer.options['factor']})",
    **dict.fromkeys(("rnn", "gru", "lstm"), _recurrent),
    "attention": _attention,
    "positional": _positional,
    "token_embedding": lambda layer: f"TokenValues({layer.options['tokens']}, {layer.options['size']})",
}
TABLES = {"FEATURES": "feature", "LINKS": "link", "TRANSFORMS": "target_transform"} | {
    "READERS": "reader",
    "STEPS": "step",
}
OPERATIONS = {
    "layer": LAYERS,
    "option": (),
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
    "positions": "AsPositions",
    "flatten": "FlatPositions",
    "last": "LastPosition",
    "global_average_pool": "PositionMean",
    "upsample": "RepeatPositions",
    **dict.fromkeys(("conv1d", "conv2d", "max_pool", "average_pool"), "SlidingWindow"),
    **dict.fromkeys(("rnn", "gru", "lstm"), "RecurrentStates"),
    "attention": "SelfAttention",
    "positional": "PositionalValues",
    "token_embedding": "TokenValues",
}
WINDOW = ("kernel", "stride", "dilation")
WRAPPED = ("SlidingWindow", "RecurrentStates", "SelfAttention")
"""Modules around a module of PyTorch, which has the weights."""
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
            inner = ".inner" if OWN.get(layer.op) in WRAPPED else ""
            yield from ((f"{name}{inner}.{key}", values) for key, values in own.items())
        if layer.op == "batch_norm":
            yield f"{name}.num_batches_tracked", np.array(0)
