"""A graph while it grows: nodes, constants and named inputs and outputs; onnx is imported when it is done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Value = str | float | int | NDArray[Any]
"""The name of a value of the graph, or a constant: floats are float64."""
OPSETS = {"": 17, "ai.onnx.ml": 3}
IR = 8  # the oldest that goes with opset 17
ML = {"LabelEncoder"}
OWN = "/npnet/"
DOUBLE, FLOAT, INT64, STRING, BOOL = 11, 1, 7, 8, 9
"""Types of `onnx.TensorProto`."""


@dataclass
class OnnxGraph:
    """The nodes of a model so far; names of inner values begin with `OWN`."""

    nodes: list[tuple[str, list[str], list[str], dict[str, Any]]] = field(default_factory=list)
    constants: dict[str, NDArray[Any]] = field(default_factory=dict)
    inputs: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, tuple[int, list[Any]]] = field(default_factory=dict)
    _known: dict[Any, str] = field(default_factory=dict)

    def add(self, op: str, *values: Value, **attributes: Any) -> str:
        """Add a node, or find an equal one, and return the name of its output."""
        names = [self.name_of(value) for value in values]
        key = (op, *names, repr(sorted(attributes.items())))
        if key not in self._known:
            self._known[key] = name = f"{OWN}{op}_{len(self.nodes)}"
            self.nodes.append((op, names, [name, f"{name}_indices"] if op == "TopK" else [name], attributes))
        return self._known[key]

    def name_of(self, value: Value) -> str:
        """Return the name of a value; a constant gets one."""
        if isinstance(value, str):
            return value
        array = np.asarray(value)
        key = (
            array.dtype.str,
            array.shape,
            tuple(array.ravel().tolist()) if array.dtype == object else array.tobytes(),
        )
        if key not in self._known:
            self._known[key] = f"{OWN}constant_{len(self.constants)}"
            self.constants[self._known[key]] = array
        return self._known[key]

    def identity(self, value: str, name: str, kind: int, shape: list[Any]) -> None:
        """Give a value the name of an output."""
        self.nodes.append(("Identity", [value], [name], {}))
        self.outputs[name] = kind, shape

    def model(self, name: str, version: str, properties: Mapping[str, str]) -> bytes:
        """Return the model, checked by onnx."""
        from onnx import checker, helper, numpy_helper

        nodes = [
            helper.make_node(op, names, results, domain="ai.onnx.ml" if op in ML else "", **attributes)
            for op, names, results, attributes in self.nodes
        ]
        inputs = [helper.make_tensor_value_info(one, kind, ["rows", 1]) for one, kind in self.inputs.items()]
        outputs = [helper.make_tensor_value_info(one, kind, shape) for one, (kind, shape) in self.outputs.items()]
        constants = [numpy_helper.from_array(array, one) for one, array in self.constants.items()]
        graph = helper.make_graph(nodes, name, inputs, outputs, constants)
        opsets = [helper.make_opsetid(domain, number) for domain, number in OPSETS.items()]
        model = helper.make_model(
            graph, producer_name=name, producer_version=version, opset_imports=opsets, ir_version=IR
        )
        helper.set_model_props(model, dict(properties))
        checker.check_model(model, full_check=True)
        data: bytes = model.SerializeToString()
        return data
