"""Attention: every position takes a mean of the values of all positions, by weights that depend on their content."""

import math
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from npnet.errors import OptionError
from npnet.nn.attention.positional import rotations
from npnet.nn.initializers import GlorotUniform, InitializerSpec, Zeros
from npnet.nn.layer import Activations, Array, Layer, Memory, Parameter, Piece, Scratch, layers, require_positions
from npnet.nn.shape import Shape, by_position

ABSENT = 1e30
"""What is taken off the score of a position that does not exist: its weight is then 0."""


@layers.add("attention")
class Attention(Layer):
    """Multi-head self-attention: each position asks, and takes a mean of what the others have.

    q, k, v = W x + b, cut into heads of d = features / heads;  a = softmax_j(q_i · k_j / √d),  o_i = Σ_j a_ij v_j,
    y = W_o o + b_o.  Backward  ds = a (da - Σ_j da a),  da_ij = do_i · v_j,  dv_j = Σ_i a_ij do_i,
    dq_i = Σ_j ds_ij k_j / √d,  dk_j = Σ_i ds_ij q_i / √d.
    causal: position i sees the positions up to i alone; ragged positions that do not exist are not seen.
    in_proj_weight (3 features, features), in_proj_bias, out_proj.weight (features, features), out_proj.bias.
    rotary: q and k are turned by an angle that grows with the position (Su et al., 2021, RoFormer).
    Vaswani et al. (2017), Attention is all you need.
    PyTorch: the same as MultiheadAttention(x, x, x); out_proj is glorot_uniform here. It has no rotary positions.
    In memory the columns of a sample stand together, so that the products of each head and sample are matrices.
    """

    reads_output = False
    keeps_features = False
    needs_positions: ClassVar[bool] = True

    heads: int = Field(4, ge=1, le=1024, description="Parts of the features that attend on their own.")
    causal: bool = Field(False, description="Whether a position sees only itself and those before it.")
    rotary: bool = Field(False, description="Whether questions and keys know their positions by rotation.")
    init: InitializerSpec = Field(GlorotUniform(), description="Initial values of the weights.")

    def shape(self, inputs: Shape) -> Shape:
        """Return the shape of the inputs; AdvisedError where heads do not divide them."""
        require_positions(self, inputs)
        if inputs.features % self.heads:
            fits = next(n for n in range(self.heads, 0, -1) if inputs.features % n == 0)
            what = f"{inputs.text()} values do not divide into {self.heads} heads"
            raise OptionError("heads", what, f"write heads: {fits}, or another divisor of {inputs.features}")
        if self.rotary and inputs.features // self.heads % 2:
            what = f"rotary positions need an even number of values, a head has {inputs.features // self.heads}"
            raise OptionError("rotary", what, "take rotary out, or write other heads")
        return inputs

    def looks_ahead(self, inputs: Shape) -> bool:
        """Return whether a position sees those after it."""
        return not self.causal

    def parameters(self, inputs: Shape) -> dict[str, Parameter]:
        """Return W (3 features, features + 1) and O (features, features + 1), the last columns the biases."""
        features, found = inputs.features, dict[str, Parameter]()
        for name, prefix, rows in (("W", "in_proj_", 3 * features), ("O", "out_proj.", features)):
            weight = Piece(f"{prefix}weight", np.s_[..., :-1], self.init, decays=True)
            bias = Piece(f"{prefix}bias", np.s_[..., -1], Zeros())
            found[name] = Parameter((rows, features + 1), (weight, bias))
        return found

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return inputs, questions with keys and values, weights, and outputs with their gradients."""
        features, count, batch = inputs.features, inputs.count, columns // inputs.count
        full, pairs = ((features, columns), None), ((self.heads, batch, count, count), None)
        found: Scratch = {
            "x": ((features + 1, columns), None),
            "qkv": ((3 * features, columns), None),
            "dqkv": ((3 * features, columns), None),
            "a": pairs,
            "ds": pairs,
            "row": ((self.heads, batch, count, 1), None),
            "o": ((features + 1, columns), None),
            "do": full,
            "work": full,
        }
        if self.rotary:
            half = ((features // 2, columns), None)
            found |= {"turned": half, "other": half}
        return {**found, "absent": ((batch, 1, count), None)} if inputs.ragged else found

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return the scores that hide later positions, and the angles of rotary positions."""
        found, each = dict[str, Any](), inputs.features // self.heads
        if self.causal:
            found["later"] = np.triu(np.full((inputs.count, inputs.count), -np.inf), 1)
        if self.rotary:
            cos, sin = rotations(inputs.count, each)
            found |= {"cos": cos[:, np.newaxis, :], "sin": sin[:, np.newaxis, :]}
        return {**found, "root": 1.0 / math.sqrt(each)}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write q, k and v, the weights a of all pairs of positions, and y = W_o o + b_o."""
        features, count = x.values.shape[-2], math.prod(x.positions)
        np.copyto(_by_sample(m.x[..., :-1, :], count), by_position(x.values, (count,)).swapaxes(-1, -2))
        m.x[..., -1, :] = 1.0
        np.matmul(m.W, m.x, out=m.qkv)
        np.multiply(m.qkv[..., :features, :], m.root, out=m.qkv[..., :features, :])
        if self.rotary:
            self._turn(m.qkv, m, count, back=False)
        q, k, v = self._triple(m.qkv, count)
        np.matmul(q.mT, k, out=m.a)
        if self.causal:
            np.add(m.a, m.later, out=m.a)
        if x.mask is not None:
            np.subtract(by_position(x.mask, (count,)).swapaxes(-1, -2).swapaxes(-2, -3), 1.0, out=m.absent)
            np.multiply(m.absent, ABSENT, out=m.absent)
            np.add(m.a, m.absent[..., np.newaxis, :, :, :], out=m.a)
        self._softmax(m)
        np.matmul(v, m.a.mT, out=self._heads(m.o[..., :-1, :], count))
        m.o[..., -1, :] = 1.0
        np.matmul(m.O, m.o, out=m.work)
        np.copyto(by_position(y.values, (count,)), _by_sample(m.work, count).swapaxes(-1, -2))

    def inner_values(self, x: Activations, m: Memory) -> dict[str, Array]:
        """Return the weights a, (models, batch, heads, positions that ask, positions that are seen)."""
        return {"a": m.a.swapaxes(-3, -4)}

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write dq, dk and dv, and dW = dqkv xᵀ, dO = dy oᵀ."""
        features, count = x.values.shape[-2], math.prod(x.positions)
        np.copyto(_by_sample(m.work, count), by_position(dy, (count,)).swapaxes(-1, -2))
        np.matmul(m.work, m.o.mT, out=m.dO)
        np.matmul(m.O[..., :-1].mT, m.work, out=m.do)
        np.multiply(m.do, m.o[..., :-1, :], out=m.work)
        (q, k, v), (dq, dk, dv) = self._triple(m.qkv, count), self._triple(m.dqkv, count)
        do = self._heads(m.do, count)
        np.add.reduce(self._heads(m.work, count), axis=-2, out=m.row[..., 0])  # Σ_j da a = do · o
        np.matmul(do.mT, v, out=m.ds)
        np.subtract(m.ds, m.row, out=m.ds)
        np.multiply(m.ds, m.a, out=m.ds)
        np.matmul(do, m.a, out=dv)
        np.matmul(k, m.ds.mT, out=dq)
        np.matmul(q, m.ds, out=dk)
        if self.rotary:
            self._turn(m.dqkv, m, count, back=True)
        np.multiply(m.dqkv[..., :features, :], m.root, out=m.dqkv[..., :features, :])
        np.matmul(m.dqkv, m.x.mT, out=m.dW)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = Wᵀ dqkv."""
        count = math.prod(x.positions)
        np.matmul(m.W[..., :-1].mT, m.dqkv, out=m.work)
        np.copyto(by_position(dx, (count,)), _by_sample(m.work, count).swapaxes(-1, -2))

    def _softmax(self, m: Memory) -> None:
        np.maximum.reduce(m.a, axis=-1, keepdims=True, out=m.row)
        np.subtract(m.a, m.row, out=m.a)
        np.exp(m.a, out=m.a)
        np.add.reduce(m.a, axis=-1, keepdims=True, out=m.row)
        np.divide(m.a, m.row, out=m.a)

    def _heads(self, rows: Array, count: int) -> Array:
        """View rows as matrices: (heads, batch, values of a head, positions)."""
        *front, features, columns = rows.shape
        each = (self.heads, features // self.heads, columns // count, count)
        return rows.reshape(*front, *each, copy=False).swapaxes(-3, -2)

    def _triple(self, rows: Array, count: int) -> list[Array]:
        """View the matrices of q, k and v."""
        features = rows.shape[-2] // 3
        return [self._heads(rows[..., part * features : (part + 1) * features, :], count) for part in range(3)]

    def _turn(self, qkv: Array, m: Memory, count: int, *, back: bool) -> None:
        """Turn questions and keys by the angles of their positions, forward or back."""
        *front, rows, columns = qkv.shape
        features = rows // 3
        each = (*front, self.heads, features // self.heads // 2, columns // count, count)
        one, other = m.turned.reshape(each, copy=False), m.other.reshape(each, copy=False)
        ways = (np.add, np.subtract) if back else (np.subtract, np.add)
        for part in (qkv[..., :features, :], qkv[..., features : 2 * features, :]):
            pairs = part.reshape(*each[:-2], 2, *each[-2:], copy=False)
            even, odd = pairs[..., 0, :, :], pairs[..., 1, :, :]
            np.multiply(even, m.sin, out=one)
            np.multiply(odd, m.sin, out=other)
            for values, products, way in ((even, other, ways[0]), (odd, one, ways[1])):
                np.multiply(values, m.cos, out=values)
                way(values, products, out=values)


def _by_sample(rows: Array, count: int) -> Array:
    """View columns, sample by sample, as (features, batch, positions)."""
    return rows.reshape(*rows.shape[:-1], -1, count, copy=False)
