"""The core's route as registered operators, so that compilers and `export` see one node.

A registered operator takes tensors, numbers, words and lists of numbers: `pack` makes these of a
geometry. `derivatives` tells torch how the three are differentiated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from intertwine.arrays.tensors import core_route
from intertwine.arrays.tensors.geometry import Geometry, result_shape

#: Types of the numbers that carry a geometry through a registered operator, in its order.
_Ints = Sequence[int]


def pack(geometry: Geometry) -> tuple[Any, ...]:
    """A geometry as arguments that a registered operator takes."""
    return (
        geometry.caller,
        list(geometry.axes),
        ",".join(geometry.modes),
        ",".join(geometry.boundaries),
        list(geometry.stride),
        list(geometry.dilation),
        list(geometry.center),
        float(geometry.cval.real),
        float(geometry.cval.imag),
    )


def _unpack(packed: Sequence[Any]) -> Geometry:
    caller, axes, modes, boundaries, stride, dilation, center, real, imaginary = packed
    return Geometry(
        caller,
        tuple(map(int, axes)),
        tuple(modes.split(",")),
        tuple(boundaries.split(",")),
        tuple(map(int, stride)),
        tuple(map(int, dilation)),
        tuple(map(int, center)),
        complex(real, imaginary),
    )


def _shape(tensor: Tensor) -> tuple[int, ...]:
    return tuple(map(int, tensor.shape))


def _array(tensor: Tensor) -> Any:
    return tensor.detach().resolve_conj().resolve_neg().numpy()


def _tensor(array: Any) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array))


@torch.library.custom_op("intertwine::correlate", mutates_args=(), device_types="cpu")
def correlate(
    x: Tensor,
    w: Tensor,
    caller: str,
    axes: _Ints,
    modes: str,
    boundaries: str,
    stride: _Ints,
    dilation: _Ints,
    center: _Ints,
    real: float,
    imaginary: float,
    method: str,
    threads: int,
) -> Tensor:
    """F: the correlation of a signal with a kernel."""
    packed = (caller, axes, modes, boundaries, stride, dilation, center, real, imaginary)
    return _tensor(core_route.forward(_array(x), _array(w), _unpack(packed), method, threads))


@torch.library.custom_op("intertwine::signal_gradient", mutates_args=(), device_types="cpu")
def signal_gradient(
    g: Tensor,
    w: Tensor,
    shape: _Ints,
    caller: str,
    axes: _Ints,
    modes: str,
    boundaries: str,
    stride: _Ints,
    dilation: _Ints,
    center: _Ints,
    real: float,
    imaginary: float,
    threads: int,
) -> Tensor:
    """A: what the signal has to do with `g`, which lies where results do."""
    packed = (caller, axes, modes, boundaries, stride, dilation, center, real, imaginary)
    wanted = tuple(map(int, shape))
    return _tensor(
        core_route.signal_gradient(_array(g), _array(w), wanted, _unpack(packed), threads)
    )


@torch.library.custom_op("intertwine::kernel_gradient", mutates_args=(), device_types="cpu")
def kernel_gradient(
    x: Tensor,
    g: Tensor,
    shape: _Ints,
    caller: str,
    axes: _Ints,
    modes: str,
    boundaries: str,
    stride: _Ints,
    dilation: _Ints,
    center: _Ints,
    real: float,
    imaginary: float,
    threads: int,
) -> Tensor:
    """G: what the kernel has to do with `g`, which lies where results do."""
    packed = (caller, axes, modes, boundaries, stride, dilation, center, real, imaginary)
    wanted = tuple(map(int, shape))
    return _tensor(
        core_route.kernel_gradient(_array(x), _array(g), wanted, _unpack(packed), threads)
    )


@correlate.register_fake
def _(x: Tensor, w: Tensor, *rest: Any) -> Tensor:
    found = result_shape(_unpack(rest[:9]), _shape(x), _shape(w))
    return x.new_empty(found, dtype=torch.promote_types(x.dtype, w.dtype))


@signal_gradient.register_fake
@kernel_gradient.register_fake
def _(x: Tensor, w: Tensor, shape: _Ints, *rest: Any) -> Tensor:
    return x.new_empty(list(shape), dtype=torch.promote_types(x.dtype, w.dtype))
