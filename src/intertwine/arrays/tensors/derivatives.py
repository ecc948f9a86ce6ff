"""How the three operators are differentiated, mapped over batches, and called.

Each of them is linear in both of its tensors, and the gradients of each are the other two::

    y = F(x, w)    dx = A(dy, conj w)    dw = G(conj x, dy)
    v = A(g, w)    dg = F(dv, conj w)    dw = G(dv, conj g)
    u = G(x, g)    dx = A(conj g, du)    dg = F(conj x, du)

F also adds what the number outside contributes, which depends on the kernel alone: `cval` stays in
F and in G where the signal is x, and is zero where it is a gradient.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from intertwine.arrays.tensors.geometry import Geometry
from intertwine.arrays.tensors.operators import (
    correlate,
    kernel_gradient,
    pack,
    signal_gradient,
    unpack,
)

_Ints = Sequence[int]


def _without_cval(geometry: str) -> str:
    return pack(unpack(geometry)._replace(cval=0j))


def _conjugate_cval(geometry: str) -> str:
    lying = unpack(geometry)
    return pack(lying._replace(cval=lying.cval.conjugate()))


def _like(gradient: Tensor, tensor: Tensor) -> Tensor:
    """The gradient of a real tensor is real."""
    wanted = gradient if tensor.is_complex() or not gradient.is_complex() else gradient.real
    return wanted.to(tensor.dtype)


def _conj(tensor: Tensor) -> Tensor:
    return tensor.conj().resolve_conj() if tensor.is_complex() else tensor


def _save(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    ctx.save_for_backward(inputs[0], inputs[1])
    ctx.rest = inputs[2:]


def _correlate_backward(ctx: Any, dy: Tensor) -> tuple[Any, ...]:
    x, w = ctx.saved_tensors
    geometry, _, threads = ctx.rest
    dx = dw = None
    if ctx.needs_input_grad[0]:
        dx = _like(Backward.apply(dy, _conj(w), list(x.shape), geometry, threads), x)
    if ctx.needs_input_grad[1]:
        conjugate = _conjugate_cval(geometry)
        dw = _like(Lags.apply(_conj(x), dy, list(w.shape), conjugate, threads), w)
    return (dx, dw, *(None for _ in ctx.rest))


def _signal_backward(ctx: Any, dv: Tensor) -> tuple[Any, ...]:
    g, w = ctx.saved_tensors
    _, geometry, threads = ctx.rest
    geometry = _without_cval(geometry)
    dg = dw = None
    if ctx.needs_input_grad[0]:
        dg = _like(Forward.apply(dv, _conj(w), geometry, "auto", threads), g)
    if ctx.needs_input_grad[1]:
        dw = _like(Lags.apply(dv, _conj(g), list(w.shape), geometry, threads), w)
    return (dg, dw, *(None for _ in ctx.rest))


def _kernel_backward(ctx: Any, du: Tensor) -> tuple[Any, ...]:
    x, g = ctx.saved_tensors
    _, geometry, threads = ctx.rest
    dx = dg = None
    if ctx.needs_input_grad[0]:
        zero = _without_cval(geometry)
        dx = _like(Backward.apply(_conj(g), du, list(x.shape), zero, threads), x)
    if ctx.needs_input_grad[1]:
        dg = _like(Forward.apply(_conj(x), du, _conjugate_cval(geometry), "auto", threads), g)
    return (dx, dg, *(None for _ in ctx.rest))


def _in_front(tensor: Tensor, axis: int | None, count: int | None = None) -> Tensor:
    """A tensor with the axis of a batch first: one place, or as many as it is said to have."""
    if axis is not None:
        return tensor.movedim(axis, 0)
    return tensor.unsqueeze(0) if count is None else tensor.expand(count, *tensor.shape)


def _correlate_vmap(info: Any, in_dims: Any, x: Tensor, w: Tensor, *rest: Any) -> Any:
    return Forward.apply(_in_front(x, in_dims[0]), _in_front(w, in_dims[1]), *rest), 0


def _signal_vmap(info: Any, in_dims: Any, g: Tensor, w: Tensor, shape: _Ints, *rest: Any) -> Any:
    count = info.batch_size
    g, w = _in_front(g, in_dims[0], count), _in_front(w, in_dims[1])
    return Backward.apply(g, w, [count, *shape], *rest), 0


def _kernel_vmap(info: Any, in_dims: Any, x: Tensor, g: Tensor, shape: _Ints, *rest: Any) -> Any:
    count = info.batch_size
    x, g = _in_front(x, in_dims[0]), _in_front(g, in_dims[1], count)
    return Lags.apply(x, g, [count, *shape], *rest), 0


class _Bilinear(torch.autograd.Function):
    """One of the three for `torch.func` and for forward mode, which know no registered operator."""

    if TYPE_CHECKING:

        @classmethod
        def apply(cls, *inputs: Any) -> Tensor: ...

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        _save(ctx, inputs, output)
        ctx.save_for_forward(inputs[0], inputs[1])


class Forward(_Bilinear):
    """F."""

    @staticmethod
    def forward(*inputs: Any) -> Tensor:
        return correlate(*inputs)  # type: ignore[no-any-return]

    @staticmethod
    def jvp(ctx: Any, x_tangent: Tensor | None, w_tangent: Tensor | None, *_: None) -> Any:
        x, w = ctx.saved_tensors
        geometry, *rest = ctx.rest
        zero = _without_cval(geometry)
        along_x = None if x_tangent is None else Forward.apply(x_tangent, w, zero, *rest)
        along_w = None if w_tangent is None else Forward.apply(x, w_tangent, geometry, *rest)
        return _sum(along_x, along_w)

    backward, vmap = staticmethod(_correlate_backward), staticmethod(_correlate_vmap)


class Backward(_Bilinear):
    """A."""

    @staticmethod
    def forward(*inputs: Any) -> Tensor:
        return signal_gradient(*inputs)  # type: ignore[no-any-return]

    @staticmethod
    def jvp(ctx: Any, g_tangent: Tensor | None, w_tangent: Tensor | None, *_: None) -> Any:
        g, w = ctx.saved_tensors
        along_g = None if g_tangent is None else Backward.apply(g_tangent, w, *ctx.rest)
        along_w = None if w_tangent is None else Backward.apply(g, w_tangent, *ctx.rest)
        return _sum(along_g, along_w)

    backward, vmap = staticmethod(_signal_backward), staticmethod(_signal_vmap)


class Lags(_Bilinear):
    """G."""

    @staticmethod
    def forward(*inputs: Any) -> Tensor:
        return kernel_gradient(*inputs)  # type: ignore[no-any-return]

    @staticmethod
    def jvp(ctx: Any, x_tangent: Tensor | None, g_tangent: Tensor | None, *_: None) -> Any:
        x, g = ctx.saved_tensors
        shape, geometry, *rest = ctx.rest
        zero = _without_cval(geometry)
        along_x = None if x_tangent is None else Lags.apply(x_tangent, g, shape, zero, *rest)
        along_g = None if g_tangent is None else Lags.apply(x, g_tangent, *ctx.rest)
        return _sum(along_x, along_g)

    backward, vmap = staticmethod(_kernel_backward), staticmethod(_kernel_vmap)


def _sum(a: Tensor | None, b: Tensor | None) -> Tensor | None:
    """The sum of what each argument's tangent brings."""
    return b if a is None else a if b is None else a + b


correlate.register_autograd(_correlate_backward, setup_context=_save)
signal_gradient.register_autograd(_signal_backward, setup_context=_save)
kernel_gradient.register_autograd(_kernel_backward, setup_context=_save)


def route(x: Tensor, w: Tensor, geometry: Geometry, method: str, threads: int) -> Tensor:
    """F through the core, with everything that torch wants to know of it."""
    arguments = (x, w, pack(geometry), method, threads)
    # A compiler takes the registered operator; everybody else may ask for tangents, too.
    found: Tensor = (
        correlate(*arguments) if torch.compiler.is_compiling() else Forward.apply(*arguments)
    )
    return found
