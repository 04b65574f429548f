"""The gated recurrent unit."""

from typing import Any

import numpy as np

from npnet.nn.layer import Activations, Memory, Scratch, layers
from npnet.nn.sequence.recurrent import Recurrent, by_step
from npnet.nn.shape import Shape


@layers.add("gru")
class GRU(Recurrent):
    """Gated recurrent unit: a gate mixes the state before with a new one.

    r, z = σ(W x_t + b + U h_(t-1) + c),  n = tanh(W_n x_t + b_n + r q),  q = U_n h_(t-1) + c_n,
    h_t = (1 - z) n + z h_(t-1),  h_0 = 0; rows in the order r, z, n.
    dn = dh (1 - z) (1 - n²),  dr = dn q r (1 - r),  dz = dh (h_(t-1) - n) z (1 - z),
    dh_(t-1) = dy_(t-1) + z dh + Uᵀ [dr, dz, r dn].
    weight_ih_l0 (3 units, features) is W, weight_hh_l0 (3 units, units) is U, bias_ih_l0 b, bias_hh_l0 c.
    Cho et al. (2014), Learning phrase representations using RNN encoder-decoder.
    PyTorch: the same; its weights start in U(±1/√units), here W is glorot_uniform, U orthogonal, and biases are 0.
    Keras: the same as GRU(reset_after=True), with the gates in the order z, r, n.
    """

    gates = 3
    letters = ("r", "z", "n")
    halved = (0.5, 0.5, 1.0)
    by_gate = (*Recurrent.by_gate, "p", "products")
    by_unit = (*Recurrent.by_unit, "q")

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return the arrays of all steps, and of one."""
        found = super().scratch(inputs, columns)
        (units, batch), rows = found["dh"][0], found["columns"][0][0]
        steps: Scratch = {"q": ((inputs.count, units, batch), None), "p": ((inputs.count, rows, batch), None)}
        return {**found, **steps, "products": ((rows, batch), None)}

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return the factors of the rows, and a column for sums over the columns."""
        return {**super().constants(inputs, columns), "ones": np.ones((columns, 1))}

    def fold_biases(self, m: Memory) -> None:
        """Add the biases of U to those of W, but for the rows of n, where r stands between them."""
        for d in range(len(self._suffixes)):
            rows = slice(3 * d * self.units, (3 * d + 2) * self.units)
            np.add(m.W[..., rows, -1], m.U[..., rows, -1], out=m.halved_W[..., rows, -1])

    def advance(self, t: int, before: int, after: int, d: Memory) -> None:
        """Write the gates, and h_t = n + z (h_(t-1) - n)."""
        gates, q, both = d.gates[..., t, :, :], d.q[..., t, :, :], slice(2 * self.units)
        r, z, n = self.gate_rows(gates)
        np.matmul(d.halved_U[..., :-1], d.h[..., before, :, :], out=d.products)
        np.add(d.products[..., both, :], d.z[..., t, both, :], out=gates[..., both, :])
        np.tanh(gates[..., both, :], out=gates[..., both, :])
        np.multiply(gates[..., both, :], 0.5, out=gates[..., both, :])
        np.add(gates[..., both, :], 0.5, out=gates[..., both, :])
        np.add(d.products[..., 2 * self.units :, :], d.U[..., 2 * self.units :, -1:], out=q)
        np.multiply(r, q, out=n)
        np.add(n, d.z[..., t, 2 * self.units :, :], out=n)
        np.tanh(n, out=n)
        np.subtract(d.h[..., before, :, :], n, out=d.work)
        np.multiply(d.work, z, out=d.work)
        np.add(n, d.work, out=d.h[..., after, :, :])
        if d.mask is not None:
            np.multiply(d.h[..., after, :, :], d.mask[..., t, :, :], out=d.h[..., after, :, :])

    def derive(self, d: Memory, before: slice) -> None:
        """Write q r (1 - r), (h_(t-1) - n) z (1 - z) and (1 - z) (1 - n²)."""
        r, z, n = self.gate_rows(d.gates)
        dr, dz, dn = self.gate_rows(d.slopes)
        np.subtract(1.0, r, out=dr)
        np.multiply(dr, r, out=dr)
        np.multiply(dr, d.q, out=dr)
        np.multiply(n, n, out=dn)
        np.subtract(1.0, dn, out=dn)
        np.subtract(1.0, z, out=dz)
        np.multiply(dn, dz, out=dn)
        np.multiply(dz, z, out=dz)
        np.subtract(d.h[..., before, :, :], n, out=d.q)
        np.multiply(dz, d.q, out=dz)

    def retreat(self, t: int, d: Memory, *, first: bool, carry: bool) -> None:
        """Write [dr, dz, dn] into z and [dr, dz, r dn] into p, and dh_(t-1) = z dh + Uᵀ p."""
        if d.mask is not None:
            np.multiply(d.dh, d.mask[..., t, :, :], out=d.dh)
        slope_r, slope_z, slope_n = self.gate_rows(d.slopes[..., t, :, :])
        r, z, _ = self.gate_rows(d.gates[..., t, :, :])
        p = d.p[..., t, :, :]
        dr, dz, rdn = self.gate_rows(p)
        dn = d.z[..., t, 2 * self.units :, :]
        np.multiply(d.dh, slope_n, out=dn)
        np.multiply(dn, slope_r, out=dr)
        np.multiply(dn, r, out=rdn)
        np.multiply(d.dh, slope_z, out=dz)
        if carry:
            np.multiply(d.dh, z, out=d.dh)
            np.matmul(d.U[..., :-1].mT, p, out=d.work)
            np.add(d.dh, d.work, out=d.dh)

    def multiply(self, x: Activations, m: Memory) -> None:
        """Write dU by p, and dW by the same columns with dn in place of r dn."""
        np.copyto(by_step(m.columns, x), m.p)
        np.matmul(m.columns, m.ones, out=m.dU[..., -1:])
        for d in self.directions(x, m):
            np.matmul(d.columns, d.states_before.mT, out=d.dU[..., :-1])
            new = slice(2 * self.units, None)
            np.copyto(by_step(d.columns[..., new, :], x), d.z[..., new, :])
        np.matmul(m.columns, x.with_ones.mT, out=m.dW)
