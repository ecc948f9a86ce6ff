"""Tensors as the arrays that they are: no copy, and every option of the NumPy operator."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from intertwine.arrays.tensors.arguments import WIDER, check_tensor, numpy_dtype
from intertwine.base.errors import DTypeError, OptionError
from intertwine.engine.arguments import Options


def as_array(value: Any) -> Any:
    """A tensor as an array on the same memory; anything else as it is."""
    if not isinstance(value, Tensor):
        return value
    tensor = value.detach().resolve_conj().resolve_neg()
    return (tensor.to(WIDER[tensor.dtype]) if tensor.dtype in WIDER else tensor).numpy()


def run(
    caller: str, x: Any, k: Any, said: tuple[Any, ...], out: Any, threads: int | None
) -> Tensor:
    """Let the NumPy operator answer; `said` are the fields of its Options."""
    from intertwine import convolution  # the friendly layer, which let this one read the call

    options = dict(zip(Options._fields, said, strict=True))
    asked = options["dtype"]
    if isinstance(asked, torch.dtype):
        options["dtype"] = numpy_dtype(asked)
    options["mask"] = as_array(options["mask"])
    if out is not None:
        check_out(caller, out)
    target = as_array(out)
    function = convolution.convolve if caller == "convolve" else convolution.correlate
    found = function(as_array(x), as_array(k), **options, out=target, threads=threads)
    if out is not None:
        return out  # type: ignore[no-any-return]
    result = torch.from_numpy(found)
    narrow = asked if isinstance(asked, torch.dtype) else getattr(x, "dtype", None)
    if narrow in WIDER and result.dtype == WIDER[narrow]:
        result = result.to(narrow)
    return result


def check_out(caller: str, out: Any) -> None:
    """Refuse an `out` that is not a tensor, or that gradients or narrow types come between."""
    if not isinstance(out, Tensor):
        raise DTypeError(
            f"{caller}: `out` is {type(out).__name__}, but tensors were passed.\n"
            f"  Pass out=torch.empty(...), or leave it out."
        )
    check_tensor(caller, "out", out)
    if out.requires_grad:
        raise OptionError(
            f"{caller}: `out` requires gradients, which writing into it would break.\n"
            f"  Pass out.detach(), or leave `out` out."
        )
    if out.dtype in WIDER:
        raise DTypeError(
            f"{caller}: `out` is {out.dtype}, which results are not written to.\n"
            f"  Leave `out` out: the result is made in {out.dtype}."
        )
