"""Embeddings of categories: each code becomes a few learned values."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field
from typing_extensions import override

from npnet.errors import OptionError
from npnet.nn.initializers import Normal, Zeros
from npnet.nn.layer import Activations, Array, Inputs, Layer, Memory, Parameter, Piece, Scratch, layers

Codes = Annotated[int, Field(ge=2, le=10**9)]  # the code of unseen values, and at least one category


@layers.add("embedding")
class Embedding(Layer):
    """Replaces each category code by learned values; other inputs pass.

    y = [x, E_1 h_1, E_2 h_2, ...],  h_j = 1 at the code of input j, else 0;  dE_j = dy_j h_jᵀ.
    The last inputs are the codes; E_j (size, codes). Code 0, of values unseen in training, starts at 0.
    PyTorch: Embedding takes codes alone and starts from N(0, 1); here other inputs pass too, and
    values start from N(0, 0.3²).
    Guo and Berkhahn (2016), Entity embeddings of categorical variables.
    """

    reads_output: ClassVar[bool] = False

    size: int = Field(8, ge=1, le=10**4, description="Values that each code becomes.")
    codes: Annotated[tuple[Codes, ...], Field(strict=False)] | None = Field(
        None, description="How many codes each of the last inputs has; left out, taken from the data."
    )

    @override
    def fitted(self, inputs: Inputs) -> "Embedding":
        return self if self.codes is not None else self.model_copy(update={"codes": inputs.codes})

    def width(self, inputs: int) -> int:
        """Return `size` for each code plus the other inputs; OptionError if codes exceed inputs."""
        count = len(self._sizes)
        if count > inputs:
            most = f"{inputs} input{'s' * (inputs != 1)}"
            raise OptionError("codes", f"{count} numbers are too many for {most}", "leave codes out")
        return inputs + count * (self.size - 1)

    def parameters(self, inputs: int) -> dict[str, Parameter]:
        """Return a table E (size, codes) for each input that is a code."""
        return {f"E{n}": self._table(n, codes) for n, codes in enumerate(self._sizes)}

    def _table(self, number: int, codes: int) -> Parameter:
        unseen = Piece(f"{number}.unseen", np.s_[:, :1], Zeros())
        weight = Piece(f"{number}.weight", np.s_[:, 1:], Normal(deviation=0.3), decays=True)
        return Parameter((self.size, codes), (unseen, weight))

    def scratch(self, inputs: int, batch: int) -> Scratch:
        """Return the one-hot codes of each sample, as a mask and as numbers."""
        masks: Scratch = {f"mask{n}": ((codes, batch), bool) for n, codes in enumerate(self._sizes)}
        return masks | {f"hot{n}": ((codes, batch), None) for n, codes in enumerate(self._sizes)}

    def constants(self, inputs: int, batch: int) -> dict[str, Any]:
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
