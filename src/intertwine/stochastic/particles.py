"""Particles that move by the chances of a kernel: counts in, counts out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base import checks
from intertwine.base import threads as threading
from intertwine.base.boundaries import check_boundary
from intertwine.base.errors import DTypeError, OptionError, counted
from intertwine.convolution import convolve
from intertwine.engine import sampling
from intertwine.stochastic.call import Array, Call, is_density, seed_of

#: Larger counts in one cell, or in all cells together, are not computed exactly.
_MOST_COUNT, _MOST_MASS = 2**53, 2**62


def scattered(call: Call, rng: Any, draws: int) -> Array:
    """Let every particle move once, or the mean of several such moves."""
    _checked_density(call)
    walls = _walls(call)
    counts = _counts(call)
    if float(counts.sum(dtype=np.float64)) * draws > _MOST_MASS:
        raise OptionError(
            f"sample: {draws} draws of {counts.sum()} particles cannot be summed exactly.\n"
            f"  Pass fewer draws."
        )
    seed = seed_of("sample", rng)
    total = sampling.scatter(
        counts, call.k.taps, call.k.origin, call.axes, walls, seed, draws,
        threading.resolve(call.threads),
    )  # fmt: skip
    return total if draws == 1 else total / draws


def expected_counts(call: Call) -> Array:
    """Convolve on an endless grid, and fold what leaves back to where it arrives."""
    _checked_density(call)
    walls = _walls(call)
    if call.x.dtype.kind == "c":
        _counts(call)
    if call.x.size == 0:
        return np.zeros(call.x.shape)
    flow = convolve(
        call.x.astype(np.float64), call.k, axes=call.axes, mode="full", boundary="zero",
        threads=call.threads,
    )  # fmt: skip
    for axis, c, size, wall in zip(call.axes, call.k.origin, call.k.shape, walls, strict=True):
        n = call.x.shape[axis]
        arrive = sampling.arrivals(n, c, size, wall)
        ahead = np.moveaxis(flow, axis, 0)
        kept = np.zeros((n, *ahead.shape[1:]))
        np.add.at(kept, arrive[arrive >= 0], ahead[arrive >= 0])
        flow = np.moveaxis(kept, 0, axis)
    return np.ascontiguousarray(flow)


def _checked_density(call: Call) -> None:
    found = sampling.parts(call.k.taps)
    if is_density(call.k, found):
        return
    negative = int(np.count_nonzero(call.k.taps < 0))
    what = (
        f"it has {counted(negative, 'negative tap')}"
        if negative
        else f"its sum is {call.k.sum:.6g}"
    )
    advice = "Use how='gather'." if negative else "Divide it by its sum."
    raise OptionError(
        f"{call.caller}: how='scatter' needs chances that add up to 1, but `k` is no density: "
        f"{what}.\n  {advice}"
    )


def _walls(call: Call) -> tuple[str, ...]:
    words: tuple[str, ...] = checks.per_axis(
        call.caller, "boundary", call.boundary, len(call.axes),
        lambda word: check_boundary(call.caller, word),
    )  # fmt: skip
    if "constant" in words:
        raise OptionError(
            f"{call.caller}: boundary='constant' has no meaning for how='scatter': no particles "
            f"come from outside.\n  Pass 'zero' to lose those that leave, or 'symmetric'."
        )
    return words


def _counts(call: Call) -> NDArray[np.int64]:
    """Return `x` as counts, or say why it holds none."""
    x = call.x
    if x.dtype.kind == "c":
        raise DTypeError(
            f"{call.caller}: how='scatter' moves counts, but `x` is {x.dtype}.\n"
            f"  Pass whole numbers."
        )
    if x.dtype.kind == "f" and not (np.isfinite(x) & (x == np.floor(x))).all():
        bad = x[~(np.isfinite(x) & (x == np.floor(x)))]
        raise OptionError(
            f"{call.caller}: how='scatter' moves whole particles, but {bad.size} of {x.size} "
            f"numbers in `x` are not whole, the first is {bad[0]:g}.\n"
            f"  Round them, or draw counts: rng.poisson(x)."
        )
    if x.size and x.min() < 0:
        raise OptionError(
            f"{call.caller}: how='scatter' moves counts, but the least number in `x` is "
            f"{x.min():g}.\n  Pass counts of 0 and more."
        )
    if x.size and (x.max() > _MOST_COUNT or float(x.sum(dtype=np.float64)) > _MOST_MASS):
        raise OptionError(
            f"{call.caller}: how='scatter' is exact for counts up to 2**53 in a cell and 2**62 "
            f"in all, but `x` goes to {x.max():.6g}, {x.sum(dtype=np.float64):.6g} in all.\n"
            f"  Count in larger units."
        )
    return np.ascontiguousarray(x, np.int64)
