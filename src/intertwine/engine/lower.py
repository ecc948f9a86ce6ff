"""From a problem to what the core takes: seven numbers an axis, rows last.

The core filters rows along the last axis, with a few interleaved channels at most; before all of
them lie the axes along which the kernels of a bank differ. Here the axes of a problem are brought
into that form; the core then reads every array in this order, in place.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine import _core
from intertwine.engine.problem import Axis, Problem

Array = NDArray[Any]

#: A last axis that is not filtered and shorter than this is taken as interleaved channels.
MOST_CHANNELS = 16

#: Beyond these, places on an axis and numbers in all, 64-bit arithmetic of the core could wrap.
FAR, MANY = 1 << 50, 1 << 60

#: The core's numbers for what lies outside.
BORDERS = {
    "zero": 0,
    "renormalize": 0,
    "nearest": 1,
    "symmetric": 2,
    "mirror": 3,
    "wrap": 4,
    "constant": 5,
}


@dataclass(frozen=True, slots=True)
class Lowered:
    """The core's view of a problem.

    Attributes
    ----------
    axes : the axes in the core's order, channels and those of a bank left out.
    bank : kernels along each of the axes of a bank, which come first of all.
    order : which axis of `x` stands at each place; the channels' last when there are any.
    channels : whether the last of `order` is interleaved channels.
    inner : how many of these there are; 1 where there are none.
    problem : what is brought into this form.
    """

    axes: tuple[Axis, ...]
    bank: tuple[int, ...]
    order: tuple[int, ...]
    channels: bool
    inner: int
    problem: Problem

    def taps(self, taps: Array) -> Array:
        """Taps in the core's order."""
        plain = taps.transpose(self.order)
        return np.ascontiguousarray(plain[..., 0] if self.channels else plain)

    def geometry(self, *, last: bool = False) -> _core.Geometry:
        """The axes as the core knows them, and which kernels make means.

        Results that are divided by weights later are means only in the `last` step.
        """
        numbers = [
            number
            for a in self.axes
            for number in (a.n, a.m, a.k, a.start, a.stride, a.dilation, BORDERS[a.boundary])
        ]
        means = self.problem.means if last or not self.problem.weighted else ()
        return _core.Geometry(numbers, self.order, self.channels, self.bank, means)


def beyond_core(problem: Problem) -> str:
    """The reason why the core cannot take a problem, or ""."""
    if len(problem.axes) > _core.max_axes:
        return f"x has {len(problem.axes)} axes, the core takes up to {_core.max_axes}"
    for a in problem.axes:
        end = (a.m - 1) * a.stride + a.start + a.reach
        if max(a.n, a.reach, abs(a.start), abs(end)) > FAR:
            return "the samples of an axis, or those behind its results, are more than 2**50"
    if max(prod(a.n for a in problem.axes), prod(a.m for a in problem.axes)) > MANY:
        return "the samples or the results are more than 2**60"
    return ""


def has_channels(problem: Problem) -> bool:
    """Whether the last axis is short and not filtered: channels side by side."""
    own = [a for a in problem.axes if a.kernels == 1]
    return len(own) > 1 and not own[-1].filtered and own[-1].n < MOST_CHANNELS


def lower(problem: Problem, *, channels_last: bool = True) -> Lowered:
    """Order the axes for the core.

    With `channels_last` a short unfiltered last axis stays where it is, as interleaved channels;
    otherwise it moves to the front, one plane after the other.
    """
    bank = problem.bank
    order = tuple(i for i, a in enumerate(problem.axes) if a.kernels == 1)
    channels = has_channels(problem)
    if channels and not channels_last:
        order, channels = (order[-1], *order[:-1]), False
    axes = tuple(problem.axes[i] for i in (order[:-1] if channels else order))
    kernels = tuple(problem.axes[i].kernels for i in bank)
    inner = problem.axes[order[-1]].n if channels else 1
    return Lowered(axes, kernels, (*bank, *order), channels, inner, problem)
