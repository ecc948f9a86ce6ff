"""One call on tensors, from the arguments to the route that answers it."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import forward_ad

from intertwine.arrays.tensors import array_route, torch_route
from intertwine.arrays.tensors.arguments import (
    as_kernel_type,
    check_devices,
    check_tensor,
    computed_as,
    numpy_dtype,
    read_geometry,
    torch_dtype,
)
from intertwine.arrays.tensors.derivatives import route as core_route
from intertwine.arrays.tensors.geometry import Geometry
from intertwine.arrays.tensors.reading import can_be_read
from intertwine.arrays.tensors.weighted import divided
from intertwine.base.errors import DTypeError, OptionError
from intertwine.engine import stack
from intertwine.engine.arguments import Options, parse


def run(
    caller: str, x: Any, k: Any, said: tuple[Any, ...], out: Any, threads: int | None, flip: bool
) -> Tensor:
    """Convolve or correlate, one of the two a tensor; `said` are the fields of Options."""
    options = Options(*said)
    forced = isinstance(options.method, str) and options.method.startswith("torch")
    if isinstance(x, Tensor) and isinstance(k, Tensor):
        check_devices(caller, x, k)
    for name, value in (("x", x), ("k", k)):
        if isinstance(value, Tensor):
            check_tensor(caller, name, value)
    x, k = _autocast(x), _autocast(k)
    device = next(value.device for value in (x, k) if isinstance(value, Tensor))
    tensors = [value for value in (x, k, options.mask) if isinstance(value, Tensor)]
    looked_through = any(map(_is_traced, tensors))
    if device.type == "cpu" and not forced and not looked_through:
        return array_route.run(caller, x, k, said, out, threads)
    return _traced(caller, x, k, options, out, threads, flip, device)


def _is_traced(tensor: Tensor) -> bool:
    """Whether torch wants to see what is done to this tensor."""
    wants = tensor.requires_grad and torch.is_grad_enabled()
    dual = forward_ad._current_level >= 0
    return wants or dual or not can_be_read(tensor)


def _autocast(value: Any) -> Any:
    """A tensor in the type that autocast asks convolutions to take."""
    narrowed = (torch.float32, torch.float16, torch.bfloat16)
    if not isinstance(value, Tensor) or value.dtype not in narrowed or value.device.type == "meta":
        return value
    if not torch.is_autocast_enabled(value.device.type):
        return value
    return value.to(torch.get_autocast_dtype(value.device.type))


def _traced(
    caller: str,
    x: Any,
    k: Any,
    options: Options,
    out: Any,
    threads: int | None,
    flip: bool,
    device: torch.device,
) -> Tensor:
    """The answer by operations that torch can look through."""
    origin = getattr(k, "origin", None) if hasattr(k, "taps") else None
    kernel_ndim = k.taps.ndim if hasattr(k, "taps") else None
    signal = x if isinstance(x, Tensor) else torch.tensor(np.asarray(x), device=device)
    kernel = k if isinstance(k, Tensor) else _constant(caller, k, device)
    if not torch.compiler.is_compiling():
        _check(caller, signal, kernel, k, options, flip)
    geometry = read_geometry(
        caller, signal.ndim, tuple(kernel.shape), kernel_ndim, origin, flip, options.axes,
        options.mode, options.boundary, options.stride, options.dilation, options.cval,
    )  # fmt: skip
    method = _method(caller, options, device)
    asked = torch_dtype(caller, options.dtype)
    natural = computed_as(signal.dtype, kernel.dtype, asked)
    _check_types(caller, signal, kernel, asked, options)
    signal, kernel = _aligned(signal.to(natural), as_kernel_type(kernel, natural), geometry)
    if flip:
        kernel = kernel.flip(tuple(range(-len(geometry.axes), 0)))
    elif kernel.is_complex():
        kernel = kernel.conj().resolve_conj()
    present = _present(caller, signal, options)

    def sum_(a: Tensor, b: Tensor, lying: Geometry) -> Tensor:
        return _sum(a, b, lying, method, threads or 0)

    if present is None and "renormalize" not in geometry.boundaries:
        y = sum_(signal, kernel, geometry)
    else:
        if present is None:
            present = torch.ones((), dtype=torch.bool, device=device).expand(signal.shape)
        y = divided(sum_, signal, kernel, geometry, present, options.min_weight)
    y = y if asked is None else y.to(asked)
    return y if out is None else _written(caller, y, out)


def _sum(x: Tensor, w: Tensor, geometry: Geometry, method: str, threads: int) -> Tensor:
    route = torch_route.route if method.startswith("torch") else core_route
    if x.dtype not in (torch.float16, torch.bfloat16):
        return route(x, w, geometry, method, threads)
    sums = route(x.float(), w, geometry, method, threads)  # rounded once, at the end
    return sums if sums.is_complex() else sums.to(x.dtype)


def _method(caller: str, options: Options, device: torch.device) -> str:
    """The method by name, "torch" where torch's own operations have to do."""
    method = options.method
    if not isinstance(method, str):
        raise OptionError(f"{caller}: `method={method!r}` must be a word.\n  Pass 'auto'.")
    if method.startswith("torch"):
        if method not in torch_route.METHODS:
            raise OptionError(
                f"{caller}: `method={method!r}` is not known.\n"
                f"  Known for tensors: auto, {', '.join(torch_route.METHODS)}."
            )
        return method
    if device.type == "cpu":
        return method
    if method != "auto":
        raise OptionError(
            f"{caller}: `method={method!r}` computes on the CPU, but `x` is on {device}.\n"
            f"  Leave method='auto', or pass one of {', '.join(torch_route.METHODS)}."
        )
    return "torch"


def _constant(caller: str, k: Any, device: torch.device) -> Tensor:
    """A kernel that is not a tensor, as one without gradients."""
    return torch.tensor(np.ascontiguousarray(stack.read(caller, k).taps), device=device)


def _check(caller: str, x: Tensor, kernel: Tensor, k: Any, options: Options, flip: bool) -> None:
    """Read the call as the NumPy operator would, for its errors; values count on the CPU."""
    data = np.broadcast_to(np.zeros((), numpy_dtype(x.dtype)), tuple(x.shape))
    taps: Any = k
    if isinstance(k, Tensor):
        near = can_be_read(k) and k.device.type == "cpu"
        one = np.ones((), numpy_dtype(kernel.dtype))
        taps = array_route.as_array(k) if near else np.broadcast_to(one, tuple(k.shape))
    dtype = options.dtype
    if isinstance(dtype, torch.dtype):
        dtype = numpy_dtype(dtype)
    mask = options.mask
    if isinstance(mask, Tensor):
        mask = np.broadcast_to(np.ones((), numpy_dtype(mask.dtype)), tuple(mask.shape))
    stack.read(caller, taps)  # no missing taps here: only arrays and plain tensors may have some
    read = options._replace(dtype=dtype, mask=mask, method="auto")
    parse(caller, data, taps, read, flip=flip, measured=False)


def _check_types(
    caller: str, x: Tensor, kernel: Tensor, asked: torch.dtype | None, options: Options
) -> None:
    """Refuse what only the NumPy operator does: exact integers, saturation, a precision."""
    integers = not (x.dtype.is_floating_point or x.dtype.is_complex) and not (
        kernel.dtype.is_floating_point or kernel.dtype.is_complex
    )
    whole = asked is not None and not (asked.is_floating_point or asked.is_complex)
    advice = "Pass tensors on the CPU that need no gradients, and no method='torch-...'"
    if integers and (asked is None or whole):
        raise DTypeError(
            f"{caller}: `x` is {x.dtype} and `k` is {kernel.dtype}: exact integers have no "
            f"gradients, and torch's own operations do not sum them.\n"
            f"  {advice}; or x.to(torch.float64)."
        )
    if whole or options.overflow != "raise":
        what = f"dtype={asked}" if whole else f"overflow={options.overflow!r}"
        raise DTypeError(f"{caller}: `{what}` rounds, and rounding has no gradients.\n  {advice}.")
    if options.precision is not None:
        raise OptionError(
            f"{caller}: `precision={options.precision}` is a promise that only the NumPy operator "
            f"makes.\n  {advice}; or leave precision out."
        )


def _aligned(x: Tensor, w: Tensor, geometry: Geometry) -> tuple[Tensor, Tensor]:
    """A signal and a kernel with as many axes each: one for each that the other is not along."""
    count = len(geometry.axes)
    more = (w.ndim - count) - (x.ndim - count)
    if more > 0:
        x = x.reshape((1,) * more + tuple(x.shape))
    elif more < 0:
        w = w.reshape((1,) * -more + tuple(w.shape))
    return x, w


def _present(caller: str, x: Tensor, options: Options) -> Tensor | None:
    """Which samples count, if some may not: by the mask, and by being finite."""
    present = None
    if options.mask is not None:
        mask = torch.as_tensor(options.mask, dtype=torch.bool, device=x.device)
        present = mask.reshape((1,) * (x.ndim - mask.ndim) + tuple(mask.shape))
    if options.nan == "propagate" or not (x.is_floating_point() or x.is_complex()):
        return present
    finite = torch.isfinite(x)
    if options.nan == "ignore":
        return finite if present is None else present & finite
    counted = finite if present is None else finite | ~present
    if torch.compiler.is_compiling():
        raise OptionError(
            f"{caller}: `nan='raise'` looks at the data, which a compiled model cannot.\n"
            f"  Pass nan='ignore' or 'propagate', or call it outside torch.compile."
        )
    bad = int((~counted).sum())
    if bad:
        raise OptionError(
            f"{caller}: `x` has {bad} NaN or infinite samples of {x.numel()}, and nan='raise' "
            f"refuses them.\n"
            f"  Pass nan='ignore' to leave them out, or nan='propagate' to let them show."
        )
    return present


def _written(caller: str, y: Tensor, out: Any) -> Tensor:
    """The result in the caller's own tensor, where nothing asks for gradients."""
    array_route.check_out(caller, out)
    if y.requires_grad:
        raise OptionError(
            f"{caller}: `out=` cannot hold a result that requires gradients.\n"
            f"  Leave `out` out, or call under torch.no_grad()."
        )
    if tuple(out.shape) != tuple(y.shape) or out.dtype != y.dtype:
        raise DTypeError(
            f"{caller}: `out` is {out.dtype} {tuple(out.shape)} but the result is {y.dtype} "
            f"{tuple(y.shape)}.\n  Pass out=torch.empty({tuple(y.shape)}, dtype={y.dtype})."
        )
    out.copy_(y)
    return out  # type: ignore[no-any-return]
