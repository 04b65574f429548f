"""Embeddings: codes of categories, and numbers, each become a few learned values."""

from collections.abc import Iterator
from typing import Annotated, Any

import numpy as np
from pydantic import Field
from typing_extensions import override

from npnet.errors import OptionError
from npnet.nn.initializers import LeCunUniform, Normal, Zeros
from npnet.nn.layer import Activations, Array, Inputs, Layer, Memory, Parameter, Piece, Scratch, layers
from npnet.nn.shape import Shape

Codes = Annotated[int, Field(ge=2, le=10**9)]  # the code of unseen values, and at least one category
TURN = 2.0 * np.pi


@layers.add("embedding")
class Embedding(Layer):
    """Replaces each category code by learned values; other inputs pass.

    y = [x, E_1 h_1, E_2 h_2, ...],  h_j = 1 at the code of input j, else 0;  dE_j = dy_j h_jᵀ.
    The last inputs are the codes; E_j (size, codes). Code 0, of values unseen in training, starts at 0.
    PyTorch: Embedding takes codes alone and starts from N(0, 1); here other inputs pass too, and
    values start from N(0, 0.3²).
    Guo and Berkhahn (2016), Entity embeddings of categorical variables.
    """

    reads_output = False

    size: int = Field(8, ge=1, le=10**4, description="Values that each code becomes.")
    codes: Annotated[tuple[Codes, ...], Field(strict=False)] | None = Field(
        None, description="How many codes each of the last inputs has; left out, taken from the data."
    )

    @override
    def fitted(self, inputs: Inputs) -> "Embedding":
        return self if self.codes is not None else self.model_copy(update={"codes": inputs.codes})

    def shape(self, inputs: Shape) -> Shape:
        """Return `size` for each code plus the other inputs; OptionError if codes exceed inputs."""
        count, features = len(self._sizes), inputs.features
        if count > features:
            most = f"{features} input{'s' * (features != 1)}"
            raise OptionError("codes", f"{count} numbers are too many for {most}", "leave codes out")
        return inputs.with_features(features + count * (self.size - 1))

    def parameters(self, inputs: Shape) -> dict[str, Parameter]:
        """Return a table E (size, codes) for each input that is a code."""
        tables = {}
        for n, codes in enumerate(self._sizes):
            unseen = Piece(f"{n}.unseen", np.s_[..., :1], Zeros())
            weight = Piece(f"{n}.weight", np.s_[..., 1:], Normal(deviation=0.3), decays=True)
            tables[f"E{n}"] = Parameter((self.size, codes), (unseen, weight))
        return tables

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return the one-hot codes of each sample, as a mask and as numbers."""
        masks: Scratch = {f"mask{n}": ((codes, columns), bool) for n, codes in enumerate(self._sizes)}
        return masks | {f"hot{n}": ((codes, columns), None) for n, codes in enumerate(self._sizes)}

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return the codes of each table, as a column."""
        return {f"codes{n}": np.arange(float(codes))[:, np.newaxis] for n, codes in enumerate(self._sizes)}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write the inputs that pass, then the values of each code."""
        passed = self._passed(x)
        np.copyto(y.values[..., :passed, :], x.values[..., :passed, :])
        for n, rows in self._rows(passed):
            table, codes, mask, hot = (getattr(m, f"{name}{n}") for name in ("E", "codes", "mask", "hot"))
            np.equal(x.values[..., passed + n : passed + n + 1, :], codes, out=mask)
            np.copyto(hot, mask)
            np.matmul(table, hot, out=y.values[..., rows, :])

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write dE = dy hᵀ of each table."""
        for n, rows in self._rows(self._passed(x)):
            np.matmul(dy[..., rows, :], getattr(m, f"hot{n}").mT, out=getattr(m, f"dE{n}"))

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = dy of the inputs that pass; a code has no gradient."""
        passed = self._passed(x)
        np.copyto(dx[..., :passed, :], dy[..., :passed, :])
        if self._sizes:
            dx[..., passed:, :] = 0.0

    @property
    def _sizes(self) -> tuple[int, ...]:
        return self.codes or ()

    def _passed(self, x: Activations) -> int:
        return int(x.values.shape[-2]) - len(self._sizes)

    def _rows(self, passed: int) -> Iterator[tuple[int, slice]]:
        """Iterate over the numbers of the codes with the output rows of each."""
        for n in range(len(self._sizes)):
            yield n, slice(passed + n * self.size, passed + (n + 1) * self.size)


@layers.add("periodic")
class Periodic(Layer):
    """Adds learned periodic features of each number to the inputs.

    y = [e, x],  e_j = max(0, W_j [sin(2π c_j x_j), cos(2π c_j x_j)] + b_j)  for each number j;
    frequency (numbers, k), weight (numbers · size, 2 k), bias (numbers · size,).
    Gorishniy, Rubachev and Babenko (2022), On embeddings for numerical features in tabular deep learning.
    """

    reads_output = False
    keeps_features = False

    frequencies: int = Field(8, ge=1, le=10**4, description="Frequencies k of each number.")
    sigma: float = Field(0.3, gt=0, le=1e4, description="Spread of the first frequencies, in waves per unit.")
    size: int = Field(4, ge=1, le=10**4, description="Values that each number becomes.")
    numbers: int | None = Field(
        None, ge=0, le=10**7, description="How many of the first inputs are numbers; left out, taken from the data."
    )

    @override
    def fitted(self, inputs: Inputs) -> "Periodic":
        return self if self.numbers is not None else self.model_copy(update={"numbers": inputs.numbers})

    def shape(self, inputs: Shape) -> Shape:
        """Return `size` for each number plus the inputs; OptionError if numbers exceed inputs."""
        features, numbers = inputs.features, self._numbers(inputs.features)
        if numbers > features:
            most = f"{features} input{'s' * (features != 1)}"
            raise OptionError("numbers", f"{self.numbers} numbers are too many for {most}", "leave numbers out")
        return inputs.with_features(features + numbers * self.size)

    def parameters(self, inputs: Shape) -> dict[str, Parameter]:
        """Return c (numbers, k), and W (numbers · size, 2 k + 1) with the bias in its last column."""
        numbers, k = self._numbers(inputs.features), self.frequencies
        if not numbers:
            return {}
        frequency = Piece("frequency", np.s_[...], Normal(deviation=self.sigma))
        weight = Piece("weight", np.s_[..., :-1], LeCunUniform(), decays=True)
        bias = Piece("bias", np.s_[..., -1], Zeros())
        return {
            "c": Parameter((numbers, k), (frequency,)),
            "W": Parameter((numbers * self.size, 2 * k + 1), (weight, bias)),
        }

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return phases, waves with a row of ones, and their gradients for each number."""
        numbers, k = self._numbers(inputs.features), self.frequencies
        return {
            "angular": ((numbers, k), None),
            "phase": ((numbers * k, columns), None),
            "waves": ((numbers * (2 * k + 1), columns), None),
            "dwaves": ((numbers * 2 * k, columns), None),
            "bent": ((numbers * self.size, columns), None),
            "mask": ((numbers * self.size, columns), bool),
        }

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write the waves, then y = [max(0, W waves + b), x]."""
        n, k = self._numbers(x.values.shape[-2]), self.frequencies
        values, passed = y.values[..., : n * self.size, :], y.values[..., n * self.size :, :]
        np.copyto(passed, x.values)
        if not n:
            return
        phase, waves = _by_number(m.phase, n), _by_number(m.waves, n)
        np.multiply(m.c, TURN, out=m.angular)
        np.multiply(x.values[..., :n, np.newaxis, :], m.angular[..., np.newaxis], out=phase)
        np.sin(phase, out=waves[..., :k, :])
        np.cos(phase, out=waves[..., k:-1, :])
        waves[..., -1, :] = 1.0
        np.matmul(_by_number(m.W, n), waves, out=_by_number(values, n))
        np.greater(values, 0.0, out=m.mask)
        np.maximum(values, 0.0, out=values)

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write dW = bent wavesᵀ, with bent = dy where e > 0, and dc from the phases' gradient."""
        n, k, size = self._numbers(x.values.shape[-2]), self.frequencies, self.size
        np.multiply(dy[..., : n * size, :], m.mask, out=m.bent)
        phase, waves, dwaves, bent = (_by_number(a, n) for a in (m.phase, m.waves, m.dwaves, m.bent))
        np.matmul(bent, waves.mT, out=_by_number(m.dW, n))
        np.matmul(_by_number(m.W, n)[..., :-1].mT, bent, out=dwaves)
        np.multiply(dwaves[..., :k, :], waves[..., k:-1, :], out=phase)
        np.multiply(dwaves[..., k:, :], waves[..., :k, :], out=dwaves[..., k:, :])
        np.subtract(phase, dwaves[..., k:, :], out=phase)
        np.vecdot(phase, x.values[..., :n, np.newaxis, :], out=m.dc)
        np.multiply(m.dc, TURN, out=m.dc)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = dy of the inputs that pass, plus 2π Σ c dphase for the numbers."""
        n = self._numbers(x.values.shape[-2])
        passed = dy[..., n * self.size :, :]
        np.copyto(dx[..., n:, :], passed[..., n:, :])
        if n:
            np.matmul(m.angular[..., np.newaxis, :], _by_number(m.phase, n), out=dx[..., :n, np.newaxis, :])
            np.add(dx[..., :n, :], passed[..., :n, :], out=dx[..., :n, :])

    def _numbers(self, inputs: int) -> int:
        return inputs if self.numbers is None else self.numbers


def _by_number(rows: Array, numbers: int) -> Array:
    """View the rows of each number on an axis of their own."""
    return rows.reshape(*rows.shape[:-2], numbers, rows.shape[-2] // numbers, rows.shape[-1], copy=False)
