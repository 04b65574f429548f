"""Layers in plain NumPy: a class with forward and backward that returns arrays, adapted to the engine."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npnet.engine.trace import record
from npnet.errors import UsageError
from npnet.nn.initializers import Initializer, Values
from npnet.nn.layer import Activations, Array, Layer, Memory, Parameter, Piece, Scratch
from npnet.nn.shape import Shape

Parameters = dict[str, NDArray[Any]]
PREFIX = "p_"  # before the names of parameters in a memory, which also has arrays of other names
NUMBERS = "fiub"  # kinds of dtypes
ROWS = 3  # of the trial when a network is built
PLACES: dict[int, Any] = {0: np.s_[..., 0, 0], 1: np.s_[..., 0, :]}
"""Where a number or a vector is in the matrix that the engine holds for it."""


class PlainLayer:
    """A layer of your own in plain NumPy, for `Model`: subclass it and write `forward` and `backward`.

    Rows are samples: x is (rows, inputs), y is (rows, outputs). Any `__init__` will do. `model.gradcheck()` compares
    `backward` with differences of `forward`, and names the tensor that is wrong.

    >>> class Dense(npnet.PlainLayer):
    ...     def __init__(self, units):
    ...         self.units = units
    ...
    ...     def parameters(self, inputs, random):
    ...         return {"W": random.normal(0, inputs**-0.5, (inputs, self.units)), "b": np.zeros(self.units)}
    ...
    ...     def forward(self, x, parameters):
    ...         return x @ parameters["W"] + parameters["b"]
    ...
    ...     def backward(self, x, y, dy, parameters):
    ...         return dy @ parameters["W"].T, {"W": x.T @ dy, "b": dy.sum(axis=0)}
    >>> model = npnet.Model(Dense(5), npnet.Tanh(), Dense(1))
    >>> model.gradcheck(np.eye(4), [0, 1, 1, 0]).passed
    True
    """

    def parameters(self, inputs: int, random: np.random.Generator) -> Mapping[str, ArrayLike]:
        """Return the initial values of the parameters by name, drawn from `random`; by default there are none."""
        return {}

    def forward(self, x: NDArray[Any], parameters: Parameters) -> ArrayLike:
        """Return y (rows, outputs) of x (rows, inputs)."""
        raise UsageError(f"{type(self).__name__} has no forward", "write forward(self, x, parameters), which returns y")

    def backward(self, x: NDArray[Any], y: NDArray[Any], dy: NDArray[Any], parameters: Parameters) -> Any:
        """Return dx and the gradients by the names of the parameters; without parameters dx alone will do.

        dy (rows, outputs) is the gradient of the loss by y, dx (rows, inputs) that by x.
        """
        what = "write backward(self, x, y, dy, parameters), which returns dx and the gradients"
        raise UsageError(f"{type(self).__name__} has no backward, which train, gradients and gradcheck need", what)

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({options})"


class DrawnByLayer(Initializer):
    """Initial values that a plain layer returns itself."""

    plain: Any
    inputs: int
    name: str

    def draw(self, stream: np.random.Generator, shape: tuple[int, ...]) -> Values:
        """Return the values of one parameter."""
        return drawn(self.plain, self.inputs, stream)[self.name].reshape(shape)


class AdaptedLayer(Layer):
    """A plain layer as the engine calls it: with arrays that are given, for each model of a stack."""

    keeps_features = False

    plain: Any

    @property
    def title(self) -> str:
        """The name in messages, as no config can name the class."""
        return type(self.plain).__name__

    def shape(self, inputs: Shape) -> Shape:
        """Return the shape that `forward` gives for a few rows; raise UsageError where it is none of rows."""
        random = np.random.default_rng(0)
        parameters, x = drawn(self.plain, inputs.features, random), random.normal(size=(ROWS, inputs.features))
        y = np.asarray(called(self.plain, "forward", x, parameters))
        if y.dtype.kind not in NUMBERS or y.ndim != 2 or len(y) != ROWS or not y.shape[1]:
            raise _wrong(self.plain, "forward", "y", y, f"({ROWS}, outputs), as x has {ROWS} rows")
        return inputs.with_features(y.shape[1])

    def parameters(self, inputs: Shape) -> dict[str, Parameter]:
        """Return the parameters by their prefixed names; numbers and vectors are held as matrices."""
        found = {}
        for name, values in drawn(self.plain, inputs.features, np.random.default_rng(0)).items():
            init = DrawnByLayer(plain=self.plain, inputs=inputs.features, name=name)
            at = PLACES[1] if values.ndim < 2 else np.s_[...]  # a number is shown as an array of one
            piece = Piece(name, at, init, decays=values.ndim > 1)
            found[f"{PREFIX}{name}"] = Parameter(np.atleast_2d(values).shape, (piece,))
        return found

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return arrays for y and dx: the gradients of parameters come with dx."""
        return {"y": ((self.shape(inputs).features, columns), None), "dx": ((inputs.features, columns), None)}

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return the number of axes of each parameter."""
        values = drawn(self.plain, inputs.features, np.random.default_rng(0))
        return {"axes": {name: one.ndim for name, one in values.items()}}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y as the plain layer returns it."""
        record(PlainCall(self.plain, m.axes, "forward"), [x.values, *_of(m, PREFIX)], y.values)
        np.copyto(m.y, y.values)

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write the gradients of the parameters, and dx for later."""
        arrays = [x.values, m.y, dy, *_of(m, PREFIX), *_of(m, f"d{PREFIX}")]
        record(PlainCall(self.plain, m.axes, "backward"), arrays, m.dx)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx."""
        if m.axes:
            np.copyto(dx, m.dx)
        else:
            record(PlainCall(self.plain, m.axes, "backward"), [x.values, y.values, dy], dx)


class PlainCall:
    """A call of `forward` or `backward` of a plain layer on arrays of the engine, model by model."""

    def __init__(self, plain: PlainLayer, axes: Mapping[str, int], method: str) -> None:
        self.plain, self.axes, self.method, self.__name__ = plain, axes, method, f"{type(plain).__name__}.{method}"
        if method == "backward" and type(plain).backward is PlainLayer.backward:
            nothing: Array = np.empty(0)
            plain.backward(nothing, nothing, nothing, {})  # says that there is none

    def __call__(self, *arrays: Array) -> None:
        """Call the method for each model, and copy what it returns."""
        count = 1 if self.method == "forward" else 3
        given, own = arrays[:count], arrays[count : count + len(self.axes)]
        gradients, out = arrays[count + len(self.axes) : -1], arrays[-1]
        for model in range(len(out)):
            rows = [_read_only(values[model].T) for values in given]
            parameters = {
                name: _read_only(array[PLACES.get(axes, ...)][model, ...])
                for (name, axes), array in zip(self.axes.items(), own, strict=True)
            }
            result = called(self.plain, self.method, *rows, parameters)
            if self.method == "forward":
                self._copy("y", result, out[model].T)
                continue
            dx, found = self._split(result)
            self._copy("dx", dx, out[model].T)
            for (name, axes), array in zip(self.axes.items(), gradients, strict=True):
                self._copy(f"the gradient of {name}", found[name], array[PLACES.get(axes, ...)][model, ...])

    def _split(self, result: Any) -> tuple[Any, Mapping[str, Any]]:
        """Return dx and the gradients by name; raise UsageError where names are missing or unknown."""
        if not self.axes and not isinstance(result, tuple):
            return result, {}
        if not isinstance(result, tuple) or len(result) != 2 or not isinstance(result[1], Mapping):
            raise UsageError(f"{self.__name__} returns dx and a dict of gradients, not {type(result).__name__}")
        if result[1].keys() != self.axes.keys():
            names = [", ".join(map(str, one)) or "nothing" for one in (result[1], self.axes)]
            raise UsageError(f"{self.__name__} returns gradients of {names[0]}; the parameters are {names[1]}")
        return result

    def _copy(self, what: str, values: Any, out: Array) -> None:
        array = np.asarray(values)
        if array.shape != out.shape or array.dtype.kind not in NUMBERS:
            raise _wrong(self.plain, self.method, what, array, str(out.shape))
        out[...] = array


def drawn(plain: PlainLayer, inputs: int, random: np.random.Generator) -> Parameters:
    """Return the initial values of a layer's parameters; raise UsageError where they are no arrays by name."""
    found = called(plain, "parameters", inputs, random)
    if not isinstance(found, Mapping):
        raise UsageError(f"{type(plain).__name__}.parameters returns a dict of arrays, not {type(found).__name__}")
    arrays = {str(name): np.asarray(values) for name, values in found.items()}
    for name, values in arrays.items():
        if values.dtype.kind not in NUMBERS or not values.size:
            raise _wrong(plain, "parameters", name, values, "an array of numbers")
    return arrays


def called(plain: PlainLayer, method: str, *arguments: Any) -> Any:
    """Call a method of a plain layer; an error of its own says in which layer, and for which shapes."""
    try:
        return getattr(plain, method)(*arguments)
    except Exception as error:
        shapes = " and ".join(str(one.shape) for one in arguments if isinstance(one, np.ndarray))
        if not isinstance(error, UsageError):
            error.add_note(f"in {plain!r}.{method}{f', for arrays of {shapes}' if shapes else ''}")
        raise


def _of(m: Memory, prefix: str) -> Sequence[Array]:
    return [values for name, values in vars(m).items() if name.startswith(prefix)]


def _read_only(values: Array) -> Array:
    view = values.view()
    view.flags.writeable = False
    return view


def _wrong(plain: PlainLayer, method: str, what: str, found: NDArray[Any], expected: str) -> UsageError:
    shape = f"of shape {found.shape}" if found.dtype.kind in NUMBERS else f"of {found.dtype}"
    return UsageError(f"{type(plain).__name__}.{method} gives {what} {shape}, not {expected}")
