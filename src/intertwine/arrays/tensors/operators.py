"""The core's route as registered operators, so that compilers and `export` see one node.

A registered operator takes tensors, numbers and words: `pack` makes one of a geometry.
`derivatives` tells torch how the three are differentiated.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from intertwine.arrays.tensors import core_route
from intertwine.arrays.tensors.geometry import Geometry, result_shape

_Ints = Sequence[int]


def pack(geometry: Geometry) -> str:
    """A geometry as a text, which a registered operator takes; compilers follow how it is made."""
    caller, *parts, cval = geometry
    lists = [",".join([str(part) for part in each]) for each in parts]
    return ";".join([caller, *lists, f"{cval.real},{cval.imag}"])


@lru_cache(maxsize=512)
def unpack(text: str) -> Geometry:
    """The geometry that `pack` wrote."""
    caller, axes, modes, boundaries, stride, dilation, center, cval = text.split(";")
    real, imaginary = cval.split(",")
    return Geometry(
        caller,
        _numbers(axes),
        tuple(modes.split(",")),
        tuple(boundaries.split(",")),
        _numbers(stride),
        _numbers(dilation),
        _numbers(center),
        complex(float(real), float(imaginary)),
    )


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(",")))


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
    geometry: str,
    method: str,
    threads: int,
) -> Tensor:
    """F: the correlation of a signal with a kernel."""
    return _tensor(core_route.forward(_array(x), _array(w), unpack(geometry), method, threads))


@torch.library.custom_op("intertwine::signal_gradient", mutates_args=(), device_types="cpu")
def signal_gradient(
    g: Tensor,
    w: Tensor,
    shape: _Ints,
    geometry: str,
    threads: int,
) -> Tensor:
    """A: what the signal has to do with `g`, which lies where results do."""
    wanted = tuple(map(int, shape))
    return _tensor(
        core_route.signal_gradient(_array(g), _array(w), wanted, unpack(geometry), threads)
    )


@torch.library.custom_op("intertwine::kernel_gradient", mutates_args=(), device_types="cpu")
def kernel_gradient(
    x: Tensor,
    g: Tensor,
    shape: _Ints,
    geometry: str,
    threads: int,
) -> Tensor:
    """G: what the kernel has to do with `g`, which lies where results do."""
    wanted = tuple(map(int, shape))
    return _tensor(
        core_route.kernel_gradient(_array(x), _array(g), wanted, unpack(geometry), threads)
    )


@correlate.register_fake
def _(x: Tensor, w: Tensor, geometry: str, method: str, threads: int) -> Tensor:
    found = result_shape(unpack(geometry), _shape(x), _shape(w))
    return x.new_empty(found, dtype=torch.promote_types(x.dtype, w.dtype))


@signal_gradient.register_fake
@kernel_gradient.register_fake
def _(x: Tensor, w: Tensor, shape: _Ints, *rest: Any) -> Tensor:
    return x.new_empty(list(shape), dtype=torch.promote_types(x.dtype, w.dtype))
