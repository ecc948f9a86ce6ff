"""Whether the numbers of a tensor are there to be looked at."""

from __future__ import annotations

import torch
from torch import Tensor

#: Tensors that are what they seem; others stand for something else.
PLAIN = (torch.Tensor, torch.nn.Parameter)


def is_wrapped(tensor: Tensor) -> bool:
    """Whether a transform of `torch.func` is at work on a tensor."""
    return bool(torch._C._functorch.is_functorch_wrapped_tensor(tensor))


def can_be_read(tensor: Tensor) -> bool:
    """Whether a tensor holds its numbers: a compiler's and `vmap`'s do not."""
    return not torch.compiler.is_compiling() and type(tensor) in PLAIN and not is_wrapped(tensor)
