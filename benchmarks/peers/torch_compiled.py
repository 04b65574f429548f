"""PyTorch, compiled: gradient and update of a step are one function for torch.compile.

Compiling the network alone, with the fused optimizer beside it, is as fast for large networks and takes
four times as long for small ones. The C++ wrapper spares Python between the kernels.
"""

import torch
import torch._inductor.config
from torch import Tensor

from benchmarks.peers.torch_eager import Eager
from benchmarks.worker import main
from benchmarks.works import Table, Work

Tensors = dict[str, Tensor]

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class Compiled(Eager):
    """The batches of the eager loop; one compiled call a step, for each of the two batch sizes."""

    def __init__(self, work: Work, data: Table) -> None:
        super().__init__(work, data)
        torch._inductor.config.cpp_wrapper = True
        self.parameters = {name: value.detach() for name, value in self.net.named_parameters()}
        self.m = {name: torch.zeros_like(value) for name, value in self.parameters.items()}
        self.v = {name: torch.zeros_like(value) for name, value in self.parameters.items()}
        self.t = torch.zeros(())
        self.update = torch.compile({"sgd": self.sgd, "adam": self.adam}[work.optimizer], dynamic=False)

    def step(self, x: Tensor, y: Tensor) -> None:
        with torch.no_grad():
            self.update(self.parameters, self.m, self.v, self.t, x, y)

    def objective(self, parameters: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
        return self.loss(torch.func.functional_call(self.net, parameters, (x,)), y)

    def sgd(self, parameters: Tensors, _m: Tensors, _v: Tensors, _t: Tensor, x: Tensor, y: Tensor) -> None:
        gradient = torch.func.grad(self.objective)(parameters, x, y)
        for name, value in parameters.items():
            value.sub_(self.work.learning_rate * gradient[name])

    def adam(self, parameters: Tensors, m: Tensors, v: Tensors, t: Tensor, x: Tensor, y: Tensor) -> None:
        gradient = torch.func.grad(self.objective)(parameters, x, y)
        t.add_(1)
        rate, correction = self.work.learning_rate / (1 - BETA1**t), 1 - BETA2**t
        for name, value in parameters.items():
            m[name].lerp_(gradient[name], 1 - BETA1)
            v[name].mul_(BETA2).addcmul_(gradient[name], gradient[name], value=1 - BETA2)
            value.sub_(rate * m[name] / ((v[name] / correction).sqrt() + EPSILON))


if __name__ == "__main__":
    main(Compiled)
