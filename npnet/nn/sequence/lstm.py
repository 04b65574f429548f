"""Long short-term memory: a recurrent layer with a cell that gates open and close."""

import numpy as np

from npnet.nn.initializers import Initializer, Values
from npnet.nn.layer import Memory, Scratch, layers
from npnet.nn.sequence.recurrent import Recurrent
from npnet.nn.shape import Shape


class _OpenForgetGate(Initializer):
    """Zeros, and ones for the second quarter: the forget gate starts open (Gers et al., 2000)."""

    def draw(self, stream: np.random.Generator, shape: tuple[int, ...]) -> Values:
        """Return the biases."""
        return np.repeat([0.0, 1.0, 0.0, 0.0], shape[0] // 4)


@layers.add("lstm")
class LSTM(Recurrent):
    """Long short-term memory: gates decide what a cell keeps, takes in and shows.

    i, f, o = σ(·) and g = tanh(·) of W x_t + b + U h_(t-1) + c, rows in the order i, f, g, o;
    c_t = f c_(t-1) + i g,  h_t = o tanh(c_t),  h_0 = c_0 = 0.
    dc_t = f_(t+1) dc_(t+1) + dh_t o (1 - tanh²(c_t));  dz = dc g i (1 - i), dc c_(t-1) f (1 - f), dc i (1 - g²),
    dh tanh(c) o (1 - o);  dh_(t-1) = dy_(t-1) + Uᵀ dz_t.
    weight_ih_l0 (4 units, features) is W, weight_hh_l0 (4 units, units) is U, bias_ih_l0 b, bias_hh_l0 c.
    Hochreiter and Schmidhuber (1997), Long short-term memory; forget gates: Gers et al. (2000).
    PyTorch: the same; its weights start in U(±1/√units), here W is glorot_uniform, U orthogonal, b is 1 for f, else 0.
    """

    gates = 4
    letters = ("i", "f", "g", "o")
    halved = (0.5, 0.5, 1.0, 0.5)
    by_unit = (*Recurrent.by_unit, "c", "shown", "dc")

    @property
    def bias_init(self) -> Initializer:
        """Ones for the forget gate, else zeros."""
        return _OpenForgetGate()

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return the arrays of all steps, and of one."""
        found = super().scratch(inputs, columns)
        (_, rows, batch), (units, _) = found["z"][0], found["dh"][0]
        cells: Scratch = {"c": ((inputs.count + 1, units, batch), None), "shown": ((inputs.count, units, batch), None)}
        return {**found, **cells, "slopes": ((rows, batch), None), "dc": ((units, batch), None)}

    def advance(self, t: int, before: int, after: int, d: Memory) -> None:
        """Write the gates, c_t = f c_(t-1) + i g and h_t = o tanh(c_t)."""
        gates, c, shown = d.gates[..., t, :, :], d.c[..., after, :, :], d.shown[..., t, :, :]
        i, f, g, o = self.gate_rows(gates)
        if before == d.start:
            d.c[..., before, :, :] = 0.0
        np.matmul(d.halved_U[..., :-1], d.h[..., before, :, :], out=gates)
        np.add(gates, d.z[..., t, :, :], out=gates)
        np.tanh(gates, out=gates)
        for half in (gates[..., : 2 * self.units, :], o):
            np.multiply(half, 0.5, out=half)
            np.add(half, 0.5, out=half)
        np.multiply(f, d.c[..., before, :, :], out=c)
        np.multiply(i, g, out=d.work)
        np.add(c, d.work, out=c)
        if d.mask is not None:
            np.multiply(c, d.mask[..., t, :, :], out=c)
        np.tanh(c, out=shown)
        np.multiply(o, shown, out=d.h[..., after, :, :])

    def retreat(self, t: int, d: Memory, *, first: bool, carry: bool) -> None:
        """Write dc_t and dz_t, and dh_(t-1) = Uᵀ dz_t."""
        shown = d.shown[..., t, :, :]
        self._derive(t, d)
        if first:
            np.multiply(d.dh, shown, out=d.dc)
        else:
            np.multiply(d.dh, shown, out=d.work)
            np.add(d.dc, d.work, out=d.dc)
        if d.mask is not None:
            np.multiply(d.dc, d.mask[..., t, :, :], out=d.dc)
        gradients = (d.dc, d.dc, d.dc, d.dh)
        for gradient, slope, dz in zip(
            gradients, self.gate_rows(d.slopes), self.gate_rows(d.z[..., t, :, :]), strict=True
        ):
            np.multiply(gradient, slope, out=dz)
        if carry:
            np.multiply(d.dc, d.gates[..., t, self.units : 2 * self.units, :], out=d.dc)
            np.matmul(d.U[..., :-1].mT, d.z[..., t, :, :], out=d.dh)

    def _derive(self, t: int, d: Memory) -> None:
        """Write the slopes of the gates times what each is multiplied by, and dc/dh = o (1 - tanh²(c)) in its place.

        One step at a time: its arrays are still in the cache where they are used.
        """
        gates, shown, two = d.gates[..., t, :, :], d.shown[..., t, :, :], np.s_[..., : 2 * self.units, :]
        i, _, g, o = self.gate_rows(gates)
        di, df, dg, do = self.gate_rows(d.slopes)
        np.multiply(gates, gates, out=d.slopes)
        np.subtract(gates[two], d.slopes[two], out=d.slopes[two])
        np.subtract(1.0, dg, out=dg)
        np.subtract(o, do, out=do)
        for slope, factor in ((di, g), (df, d.c[..., d.before, :, :][..., t, :, :]), (dg, i), (do, shown)):
            np.multiply(slope, factor, out=slope)
        np.multiply(shown, shown, out=shown)
        np.subtract(1.0, shown, out=shown)
        np.multiply(shown, o, out=shown)
