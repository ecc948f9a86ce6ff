"""Where two pictures agree: evidence block by block, so that no part can speak for the whole.

A burnt-in scale bar, or a foreground with its own motion, may hold more contrast than the scene.
It holds less of the picture: each block counts as far as it agrees, and at most once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.registration.bands import Band

Array = NDArray[Any]

#: About this many blocks for a picture.
_BLOCKS = 256

#: Evidence, in nats, at which a block counts by ``1 - 1 / e``.
_CONVINCING = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Support:
    """How much of the picture speaks for a shift.

    `area` counts the blocks that agree, as a share of the whole picture; `against`, those that
    show something on both sides and do not. `octave` is the finest that says much, and `agreeing`
    goes from 0 to 1 for each block.
    """

    area: float
    against: float
    octave: int
    agreeing: Array


def support(
    one: list[Band], other: list[Band], independent: list[float], shift: tuple[int, ...]
) -> Support:
    """The evidence at one shift, over the blocks of the overlap."""
    ndim = len(shift)
    side = max(2, round(_BLOCKS ** (1 / ndim)))
    total = np.zeros((side,) * ndim)
    shown = np.zeros((side,) * ndim)
    by_octave = []
    for octave, (mine, theirs, share) in enumerate(zip(one, other, independent, strict=False)):
        by = tuple(round(s / 2**octave) for s in shift)
        nats, counted = _nats(mine, theirs, share, by, side)
        total += nats
        shown += counted
        by_octave.append(max(0.0, float(nats.sum())))
    agreeing = 1 - np.exp(-np.maximum(total, 0) / _CONVINCING)
    finest = next((i for i, n in enumerate(by_octave) if n > 0.05 * sum(by_octave)), 0)
    # blocks which hold enough samples to speak but do not agree
    against = (shown > 4) * (1 - agreeing)
    return Support(
        float(agreeing.sum()) / side**ndim, float(against.sum()) / side**ndim, finest, agreeing
    )


def _nats(
    one: Band, other: Band, share: float, shift: tuple[int, ...], side: int
) -> tuple[Array, Array]:
    """Evidence for (positive) or against each block of the first picture, and its samples."""
    mine = np.zeros((4, *one.values.shape), np.float32)
    here = tuple(
        slice(max(0, -s), max(0, min(n, m - s)))
        for s, n, m in zip(shift, one.values.shape, other.values.shape, strict=True)
    )
    there = tuple(slice(h.start + s, h.stop + s) for h, s in zip(here, shift, strict=True))
    a, b = one.values[here], other.values[there]
    if not a.size:
        return np.zeros((side,) * len(shift)), np.zeros((side,) * len(shift))
    inside = (slice(None), *here)
    mine[inside] = np.stack(
        [a * b, a * a * other.mask[there], b * b * one.mask[here], (a * b) ** 2]
    )
    for axis, size in enumerate(one.values.shape):
        starts = np.unique((np.arange(side) * size) // side)
        sums = np.add.reduceat(mine, starts, axis=axis + 1)
        mine = (
            sums
            if len(starts) == side
            else np.repeat(sums, -(-side // len(starts)), axis + 1)[
                (slice(None),) * (axis + 1) + (slice(0, side),)
            ]
            * len(starts)
            / side
        )
    product, energy_a, energy_b, both = mine.astype(float)
    energy = energy_a * energy_b
    counted = share * energy / np.maximum(both, 1e-30)
    explained = np.minimum(product**2 / np.maximum(energy, 1e-30), 0.99)
    nats = -0.5 * counted * np.log(1 - explained)
    weak = energy_a < 1e-4 * energy_a.max()
    return np.where(weak, 0, np.sign(product) * nats), np.where(weak, 0, counted)
