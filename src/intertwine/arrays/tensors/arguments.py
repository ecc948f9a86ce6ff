"""Reading a call on tensors: what may be passed, which type the answer has, how the kernel lies."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from intertwine.arrays.tensors.geometry import Geometry, Shape
from intertwine.base.axes import axes_along
from intertwine.base.boundaries import check_boundary
from intertwine.base.checks import integer, per_axis, word
from intertwine.base.errors import DTypeError, OptionError
from intertwine.engine import stack
from intertwine.engine.arguments import MODES, Options

#: Types that have no NumPy twin -> the type in which they are computed.
WIDER = {torch.bfloat16: torch.float32}

_COMPLEX = {torch.float32: torch.complex64, torch.float64: torch.complex128}
_REAL = {torch.complex64: torch.float32, torch.complex128: torch.float64}
_SMALL = (torch.bool, torch.uint8, torch.int8, torch.int16, torch.uint16)


def check_tensor(caller: str, name: str, tensor: Tensor) -> None:
    """Refuse tensors whose numbers do not lie in memory one by one."""
    if tensor.layout != torch.strided:
        raise DTypeError(
            f"{caller}: `{name}` is a tensor of layout {tensor.layout}, which cannot be "
            f"convolved.\n  Pass {name}.to_dense()."
        )
    if tensor.is_quantized:
        raise DTypeError(
            f"{caller}: `{name}` is a quantised tensor, which cannot be convolved.\n"
            f"  Pass {name}.dequantize()."
        )
    if tensor.device.type == "meta" and not torch.compiler.is_compiling():
        raise DTypeError(
            f"{caller}: `{name}` is a meta tensor of shape {tuple(tensor.shape)}, which holds no "
            f"numbers.\n  Pass a tensor on a device that computes, such as the CPU."
        )


def check_devices(caller: str, x: Tensor, k: Tensor) -> None:
    """Refuse a signal and a kernel that lie apart."""
    if x.device != k.device:
        raise OptionError(
            f"{caller}: `x` is on {x.device} but `k` is on {k.device}.\n"
            f"  Pass k.to({str(x.device)!r})."
        )


def numpy_dtype(dtype: torch.dtype) -> np.dtype[Any]:
    """The NumPy type of a tensor's numbers, or of those in which they are computed."""
    return np.dtype(str(WIDER.get(dtype, dtype)).removeprefix("torch."))


def torch_dtype(caller: str, asked: Any) -> torch.dtype | None:
    """The torch type that `dtype=` names, in either library's words."""
    if asked is None or isinstance(asked, torch.dtype):
        return asked
    try:
        found = getattr(torch, np.dtype(asked).name, None)
    except TypeError:
        found = None
    if not isinstance(found, torch.dtype):
        raise DTypeError(
            f"{caller}: `dtype={asked!r}` is not a type of tensors.\n"
            f"  Pass a torch dtype, such as torch.float32."
        )
    return found


def computed_as(x: torch.dtype, k: torch.dtype, asked: torch.dtype | None) -> torch.dtype:
    """The floating type that a signal of type `x` is convolved in; the kernel's type follows it."""
    if asked is not None and (asked.is_floating_point or asked.is_complex):
        if x.is_complex or asked.is_complex:
            wide = torch.promote_types(x if x.is_floating_point or x.is_complex else asked, asked)
            return wide if x.is_complex else _REAL.get(wide, wide)
        return torch.promote_types(x, asked) if x.is_floating_point else asked
    if x.is_floating_point or x.is_complex:
        return x
    return torch.float32 if x in _SMALL else torch.float64


def as_kernel_type(k: Tensor, x: torch.dtype) -> Tensor:
    """The kernel in the precision of the signal."""
    real = _REAL.get(x, x)
    wide = real if real in _COMPLEX else torch.float32
    return k.to(_COMPLEX[wide] if k.is_complex() else wide)


@torch.compiler.assume_constant_result  # type: ignore[untyped-decorator]
def read_geometry(
    caller: str,
    ndim: int,
    size: Shape,
    kernel_ndim: int | None,
    origin: Shape | None,
    flip: bool,
    axes: Any,
    mode: Any,
    boundary: Any,
    stride: Any,
    dilation: Any,
    cval: complex,
) -> Geometry:
    """How a kernel of this size lies on a signal with `ndim` axes."""
    options = Options(axes=axes, mode=mode, boundary=boundary, stride=stride, dilation=dilation)
    x = np.broadcast_to(np.zeros(()), (1,) * ndim)
    taps = np.broadcast_to(np.zeros(()), size)
    along = axes_along(caller, x, taps, kernel_ndim, options.axes)
    layout = stack.layout(x, taps, along)
    own = size[len(layout.bank) :]
    count = len(along)

    def each(name: str, check: Any) -> tuple[Any, ...]:
        return per_axis(caller, name, getattr(options, name), count, check)

    if origin is None:
        origin = tuple((n - 1) // 2 if flip else n // 2 for n in own)
    # A convolution is a correlation with the mirrored kernel.
    center = tuple(n - 1 - c if flip else c for n, c in zip(own, origin, strict=True))
    boundaries = each("boundary", lambda w: check_boundary(caller, w))
    return Geometry(
        caller,
        tuple(axis - layout.ndim for axis in layout.axes),
        each("mode", lambda w: word(caller, "mode", w, MODES)),
        boundaries,
        each("stride", lambda v: integer(caller, "stride", v, 1)),
        each("dilation", lambda v: integer(caller, "dilation", v, 1)),
        center,
        complex(cval) if "constant" in boundaries else 0j,
    )
