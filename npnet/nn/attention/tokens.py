"""Tokens: from the code of each position to learned values, and from values to the score of each token."""

from typing import Any

import numpy as np
from pydantic import Field

from npnet.errors import AdvisedError
from npnet.nn.initializers import InitializerSpec, Normal, Zeros
from npnet.nn.layer import Activations, Array, Layer, Memory, Parameter, Piece, Scratch, layers
from npnet.nn.shape import Shape


@layers.add("token_embedding")
class TokenEmbedding(Layer):
    """Replaces the code at each position by learned values.

    y = Wᵀ h,  h = 1 at the code, else 0;  dW = h dyᵀ;  weight (tokens, size).
    Codes are rounded to whole numbers from 0 to tokens - 1.
    Bengio et al. (2003), A neural probabilistic language model.
    PyTorch: the same as Embedding, whose weights start from N(0, 1); here from N(0, 0.3²).
    """

    reads_output = False
    keeps_features = False

    tokens: int | None = Field(
        None, ge=1, le=10**6, description="How many tokens there are: codes from 0 to one less; left out, the data's."
    )
    size: int = Field(32, ge=1, le=10**5, description="Values that each token becomes.")
    init: InitializerSpec = Field(Normal(deviation=0.3), description="Initial values.")

    def shape(self, inputs: Shape) -> Shape:
        """Return `size` features at the same positions; raise AdvisedError where the tokens are not known."""
        known_tokens(self)
        if inputs.features != 1:
            what = f"token_embedding takes one code at each position and gets {inputs.text()} values"
            raise AdvisedError(what, f"write positions: {inputs.values} before it, if every input is a code")
        return inputs.with_features(self.size)

    def parameters(self, inputs: Shape) -> dict[str, Parameter]:
        """Return W (tokens, size)."""
        return {"W": Parameter((known_tokens(self), self.size), (Piece("weight", np.s_[...], self.init, decays=True),))}

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return the codes, and which token each position has, as a mask and as numbers."""
        full = (known_tokens(self), columns)
        return {"code": ((1, columns), None), "mask": (full, bool), "hot": (full, None)}

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return the codes of all tokens, as a column."""
        return {"codes": np.arange(float(known_tokens(self)))[:, np.newaxis]}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = Wᵀ h."""
        np.rint(x.values, out=m.code)
        np.maximum(m.code, 0.0, out=m.code)
        np.minimum(m.code, known_tokens(self) - 1.0, out=m.code)
        np.equal(m.code, m.codes, out=m.mask)
        np.copyto(m.hot, m.mask)
        np.matmul(m.W.mT, m.hot, out=y.values)

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write dW = h dyᵀ."""
        np.matmul(m.hot, dy.mT, out=m.dW)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = 0: a code has no gradient."""
        dx[...] = 0.0


def known_tokens(layer: "TokenEmbedding | Unembedding") -> int:
    """Return the number of tokens; raise AdvisedError where neither the config nor the data give it."""
    if layer.tokens is None:
        name = layers.name_of(layer)
        what = f"{name} has no number of tokens, and the values of these data are not the codes of a known number"
        raise AdvisedError(what, f"write {name}: 100, or another number: codes go from 0 to one less")
    return layer.tokens


@layers.add("unembedding")
class Unembedding(Layer):
    """Scores each token by the values that the token_embedding before it has for it.

    y = W x + b,  dx = Wᵀ dy;  W is the weight of the token_embedding, which gets the gradients of both; bias (tokens,).
    Press and Wolf (2017), Using the output embedding to improve language models.
    PyTorch: Linear with the weight of an Embedding.
    """

    reads_output = False
    keeps_features = False
    tied = "token_embedding"

    tokens: int | None = Field(
        None, ge=1, le=10**6, description="How many tokens there are, as in token_embedding; left out, the data's."
    )

    def shape(self, inputs: Shape) -> Shape:
        """Return a score for each token at the same positions."""
        return inputs.with_features(known_tokens(self))

    def require_tied(self, inputs: Shape, owner: Layer | None) -> None:
        """Raise AdvisedError where the token_embedding is missing, or of other sizes."""
        if not isinstance(owner, TokenEmbedding):
            what = "unembedding has no token_embedding before it"
            raise AdvisedError(what, "write token_embedding, or linear in place of unembedding")
        if (self.tokens, inputs.features) != (owner.tokens, owner.size):
            sizes = f"{owner.tokens} tokens of {owner.size} values"
            what = (
                f"unembedding has {self.tokens} tokens and gets {inputs.text()} values; its token_embedding has {sizes}"
            )
            raise AdvisedError(what, f"write unembedding: {owner.tokens}, and linear: {owner.size} before it")

    def parameters(self, inputs: Shape) -> dict[str, Parameter]:
        """Return b (tokens, 1)."""
        return {"b": Parameter((known_tokens(self), 1), (Piece("bias", np.s_[..., 0], Zeros()),))}

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return a column for sums over the columns."""
        return {"ones": np.ones((columns, 1))}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = W x + b."""
        np.matmul(m.tied, x.values, out=y.values)
        np.add(y.values, m.b, out=y.values)

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write db = Σ dy, and the part dy xᵀ of dW."""
        np.matmul(dy, m.ones, out=m.db)
        np.matmul(dy, x.values.mT, out=m.dtied)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = Wᵀ dy."""
        np.matmul(m.tied.mT, dy, out=dx)
