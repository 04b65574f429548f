"""L-BFGS: the inverse of the Hessian from the last steps."""

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from npnet.nn.layer import Array
from npnet.nn.optimizers import Optimizer, optimizers

Pair = tuple[Array, Array]
STEP, CHANGE = "step", "change"
"""What the names of slots begin with: those of steps s, and those of changes y of the gradient."""


@optimizers.add("lbfgs")
class LBFGS(Optimizer):
    """Quasi-Newton steps with a line search, for small networks on a full batch.

    θ ← θ - t H g,  H the inverse Hessian estimated from the last steps s = Δθ and changes y = Δg, t found by a search.
    Liu and Nocedal (1989); Nocedal and Wright (2006), Numerical optimization, algorithms 7.4, 3.5 and 3.6.
    The one step of an epoch evaluates loss and gradient once or a few times, until the strong Wolfe conditions hold. It
    needs `batch_size: all`, and a loss that only the parameters change: dropout, batch_norm and the limits of gradients
    and weights are refused; the penalty `l2` is part of the loss. A search begins at the learning rate times H g, in
    the first step times a gradient of length 1 at most.
    PyTorch: LBFGS with line_search_fn="strong_wolfe" and max_iter=1. scikit-learn: the solver lbfgs.
    """

    searches = True
    usual_rate = 1.0

    history: int = Field(10, ge=1, le=100, description="Steps from which the curvature is estimated.")
    trials: int = Field(20, ge=1, le=1000, description="Evaluations of loss and gradient in a step, at most.")

    @property
    def slots(self) -> tuple[str, ...]:  # type: ignore[override]
        """The last steps and changes of the gradient, each overwritten `history` steps later."""
        return tuple(f"{kind}{number}" for kind in (STEP, CHANGE) for number in range(self.history))

    @staticmethod
    def direction(grad: Array, pairs: Sequence[Pair], inverse: Array, scale: Array, work: Array, out: Array) -> None:
        """Write -H g into out, by the two loops of algorithm 7.4.

        `pairs` are s and y, the newest first; `inverse` (pairs, models, 1) has 1 / s·y, and 0 for a pair that does not
        count; `scale` (models, 1) is the size of the first estimate of H.
        """
        share = np.empty_like(inverse)
        np.negative(grad, out=out)
        for (step, change), inv, a in zip(pairs, inverse, share, strict=True):
            np.vecdot(step, out, out=a[:, 0])
            np.multiply(a, inv, out=a)
            np.multiply(change, a, out=work)
            np.subtract(out, work, out=out)
        np.multiply(out, scale, out=out)
        for (step, change), inv, a in reversed(list(zip(pairs, inverse, share, strict=True))):
            b = np.vecdot(change, out)[:, np.newaxis]
            np.multiply(step, a - b * inv, out=work)
            np.add(out, work, out=out)
