"""The operator on PyTorch tensors: a tensor in, a tensor on the same device out, with gradients.

Why this is hard: the answer must be that of the NumPy operator, and yet torch must be able to look
through it. A call takes one of three routes:

* `array_route`: nobody asks for gradients and the tensor lies in the machine's memory. It is an
  array, and the NumPy operator does everything.
* `derivatives`: somebody asks, or a compiler, `vmap` or `export` is at work. The call becomes one
  of the registered `operators`. It is linear in the signal and in the kernel, so that its two
  gradients are operators of the same kind (`core_route` computes all three), and theirs are again.
* `torch_route`: the tensor lies on another device, or ``method="torch-..."`` asks for it. The
  formula is written in torch's own operations, which torch can take gradients of.

`arguments` reads a call; `weighted` divides by the weight that is present, where some is missing.
"""

from intertwine.arrays.tensors.routes import run

__all__ = ["run"]
