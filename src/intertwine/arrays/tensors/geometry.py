"""How a kernel lies on a signal, in words and numbers that a registered operator can carry."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from intertwine.engine import stack
from intertwine.engine.arguments import outputs_along
from intertwine.engine.problem import Axis

Shape = tuple[int, ...]


class Geometry(NamedTuple):
    """A correlation of a signal with a kernel that has one axis for each of the signal's::

        y[n] = sum_j w[j] * x[n * stride + (j - center) * dilation]     on each of `axes`

    `axes` count from the end of the signal, so that more axes may come before them. The last axes
    of the kernel are those in `axes`, the others are the signal's other axes, broadcast.
    """

    caller: str
    axes: Shape
    modes: tuple[str, ...]
    boundaries: tuple[str, ...]
    stride: Shape
    dilation: Shape
    center: Shape
    cval: complex

    def layout(self, ndim: int) -> stack.Layout:
        """Where the axes of the kernel lie among the `ndim` axes of the signal."""
        along = tuple(axis % ndim for axis in self.axes)
        free = tuple(axis for axis in range(ndim) if axis not in along)
        return stack.Layout(along, free, 0, ndim)

    def filled(self, cval: complex) -> Geometry:
        """The same geometry with another number outside, where a number is outside."""
        return self._replace(cval=cval if "constant" in self.boundaries else 0j)


@lru_cache(maxsize=512)
def lines(geometry: Geometry, x: Shape, w: Shape) -> tuple[Axis, ...]:
    """The geometry along every axis of the result, for a signal and a kernel of these shapes."""
    layout = geometry.layout(len(x))
    signal, kernel = _stand_in(x), _stand_in(w)
    found = stack.lines(geometry.caller, signal, kernel, layout)
    sizes = w[len(layout.bank) :]
    options = (layout.axes, geometry.modes, geometry.boundaries, geometry.stride)
    for axis, mode, boundary, stride, d, k, c in zip(
        *options, geometry.dilation, sizes, geometry.center, strict=True
    ):
        n = x[axis]
        start, m = outputs_along(geometry.caller, mode, n, k, d, c)
        found[axis] = Axis(n, -(-m // stride), k, start, stride, d, boundary)
    return tuple(found)


def result_shape(geometry: Geometry, x: Shape, w: Shape) -> Shape:
    return tuple(line.m for line in lines(geometry, x, w))


def _stand_in(shape: Shape) -> Any:
    """An array of this shape that takes no memory: only its shape counts."""
    return np.broadcast_to(np.zeros(()), shape)
