"""Embeddings of categories: a code becomes a few values that are learned for it."""

from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field
from typing_extensions import override

from npnet.errors import OptionError
from npnet.nn.initializers import Normal, Zeros
from npnet.nn.layer import Activations, Array, Inputs, Layer, Memory, Parameter, Piece, Shape, layers

Codes = Annotated[int, Field(ge=2, le=10**9)]  # what training never saw, and one category at least


@layers.add("embedding")
class Embedding(Layer):
    """Puts learned values in the place of each code of a category; other inputs pass.

    y = [x, E_1 h_1, E_2 h_2, ...],  h_j = 1 at the code of input j, else 0;  dE_j = dy_j h_jᵀ.
    The last inputs are the codes; E_j (size, codes). Code 0, for what training never saw, starts at 0.
    PyTorch: Embedding takes codes alone and starts from N(0, 1); here other inputs pass too, and
    values start from N(0, 0.3²).
    Guo and Berkhahn (2016), Entity embeddings of categorical variables.
    """

    reads_output: ClassVar[bool] = False

    size: int = Field(8, ge=1, le=10**4, description="Values that each code becomes.")
    codes: Annotated[tuple[Codes, ...], Field(strict=False)] | None = Field(
        None, description="How many codes each of the last inputs has; left out, the data say it."
    )

    @override
    def fitted(self, inputs: Inputs) -> "Embedding":
        return self if self.codes is not None else self.model_copy(update={"codes": inputs.codes})

    def width(self, inputs: int) -> int:
        """Number of output features: `size` for each code, and the other inputs.

        OptionError for more codes than there are inputs.
        """
        if len(self.codes or ()) > inputs:
            most = f"{inputs} input{'s' * (inputs != 1)}"
            many = f"{len(self.codes or ())} numbers are too many for {most}"
            raise OptionError("codes", many, "leave codes out")
        return inputs + len(self.codes or ()) * (self.size - 1)

    def parameters(self, inputs: int) -> dict[str, Parameter]:
        """A table E (size, codes) for each code."""
        return {f"E{n}": self._table(n, codes) for n, codes in enumerate(self.codes or ())}

    def _table(self, number: int, codes: int) -> Parameter:
        unseen = Piece(f"{number}.unseen", np.s_[:, :1], Zeros())
        weight = Piece(f"{number}.weight", np.s_[:, 1:], Normal(deviation=0.3), decays=True)
        return Parameter((self.size, codes), (unseen, weight))

    def scratch(self, inputs: int, batch: int) -> dict[str, tuple[Shape, type | None]]:
        """Which code each sample has, as a mask and as numbers."""
        sizes = list(enumerate(self.codes or ()))
        masks: dict[str, tuple[Shape, type | None]] = {f"mask{n}": ((codes, batch), bool) for n, codes in sizes}
        return masks | {f"hot{n}": ((codes, batch), None) for n, codes in sizes}

    def constants(self, inputs: int, batch: int) -> dict[str, Any]:
        """The codes of each table, as a column."""
        return {f"codes{n}": np.arange(float(codes))[:, np.newaxis] for n, codes in enumerate(self.codes or ())}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write the inputs that pass, then the values of each code."""
        first = x.values.shape[-2] - len(self.codes or ())
        np.copyto(y.values[..., :first, :], x.values[..., :first, :])
        for n, rows in enumerate(self._places(first)):
            np.equal(x.values[..., first + n : first + n + 1, :], vars(m)[f"codes{n}"], out=vars(m)[f"mask{n}"])
            np.copyto(vars(m)[f"hot{n}"], vars(m)[f"mask{n}"])
            np.matmul(vars(m)[f"E{n}"], vars(m)[f"hot{n}"], out=y.values[..., rows, :])

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write dE = dy hᵀ of each table."""
        for n, rows in enumerate(self._places(x.values.shape[-2] - len(self.codes or ()))):
            np.matmul(dy[..., rows, :], vars(m)[f"hot{n}"].mT, out=vars(m)[f"dE{n}"])

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = dy of what passes; a code has no gradient."""
        first = x.values.shape[-2] - len(self.codes or ())
        np.copyto(dx[..., :first, :], dy[..., :first, :])
        if self.codes:
            dx[..., first:, :] = 0.0

    def _places(self, first: int) -> list[slice]:
        return [slice(first + n * self.size, first + (n + 1) * self.size) for n in range(len(self.codes or ()))]
