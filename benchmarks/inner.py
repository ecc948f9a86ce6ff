"""Speed of the core's inner loops alone: what the compiler made of them, in GFLOP/s.

Each runs on one thread on a tile that stays in the cache, the same tile again and again: the first
axis of samples and outputs has stride 0. Outputs whose window lies inside are computed only, so
that neither memory nor borders count. A figure that falls from one version to the next says that a
loop is compiled worse, not that the machine was busy: compare it with the others of the same run.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from intertwine import _core

Result = dict[str, Any]

#: How often one call computes the tile, to make little of the call itself.
AGAIN = 40

#: A call that returns the tile's answer, and the floating-point operations that it takes.
Work = tuple[Callable[[], np.ndarray], float]


@dataclass(frozen=True)
class Loop:
    """One inner loop: a name, and how to make a call that spends its time there."""

    name: str
    make: Callable[[], Work]
    dtype: type = np.float32


def data(
    size: tuple[int, ...], tile: tuple[int, ...], dtype: type
) -> tuple[np.ndarray, np.ndarray]:
    """Return samples for `tile` outputs, and taps of the type that they are summed in."""
    rng = np.random.default_rng(0)
    shape = tuple(n + k - 1 for n, k in zip(tile, size, strict=True))
    compute = np.float32 if dtype is np.uint8 else dtype
    return rng.integers(0, 9, shape).astype(dtype), rng.integers(1, 9, size).astype(compute)


def direct(*size: int, tile: tuple[int, ...], dtype: type = np.float32) -> Callable[[], Work]:
    """Return a maker of direct sums with kernels of `size`, on `tile` outputs."""

    def make() -> Work:
        x, taps = data(size, tile, dtype)
        out = np.empty(tile, taps.dtype)
        axes = [AGAIN, AGAIN, 1, 0, 1, 1, 0]
        for n, m, k in zip(x.shape, tile, size, strict=True):
            axes += [n, m, k, 0, 1, 1, 0]
        geometry = _core.Geometry(axes, range(len(size) + 1), False)
        ready = _core.Direct(geometry, taps, taps.dtype.name)
        many_x, many_out = _again(x), _again(out)

        def call() -> np.ndarray:
            ready.run(many_x, many_out, 0.0, False, 1)
            return out

        return call, 2.0 * math.prod(size) * math.prod(tile) * AGAIN

    return make


def _again(array: np.ndarray) -> np.ndarray:
    """Return `array` many times over in the same memory."""
    shape, strides = (AGAIN, *array.shape), (0, *array.strides)
    return np.lib.stride_tricks.as_strided(array, shape, strides)


IMAGE, LINE = (48, 360), (4096,)

LOOPS = (
    Loop("direct 3x3", direct(3, 3, tile=IMAGE)),
    Loop("direct 5x5", direct(5, 5, tile=IMAGE)),
    Loop("direct 7x7", direct(7, 7, tile=IMAGE)),
    Loop("direct 9x9", direct(9, 9, tile=IMAGE)),
    Loop("direct 6x6", direct(6, 6, tile=IMAGE)),
    Loop("direct, 64 taps", direct(64, tile=LINE)),
    Loop("direct 3x3, float64", direct(3, 3, tile=IMAGE, dtype=np.float64), np.float64),
    Loop("direct 7x7, float64", direct(7, 7, tile=IMAGE, dtype=np.float64), np.float64),
    Loop("direct, 64 taps, float64", direct(64, tile=LINE, dtype=np.float64), np.float64),
    Loop("direct 3x3, uint8 to float32", direct(3, 3, tile=IMAGE, dtype=np.uint8)),
)


def measure(gflops: float, seconds: float = 0.2) -> list[Result]:
    """Time every loop.

    Parameters
    ----------
    gflops : what one thread should reach in float32, float64 half of it; a share above 1 says
        that NumPy's matrix product, where this was measured, reached less
    seconds : how long each loop is timed
    """
    rows: list[Result] = []
    for loop in LOOPS:
        call, operations = loop.make()
        speed = operations / _best(call, seconds) / 1e9
        peak = gflops * (0.5 if loop.dtype is np.float64 else 1)
        rows.append({"loop": loop.name, "gflops": speed, "share": speed / peak})
    return rows


def _best(call: Callable[[], np.ndarray], seconds: float) -> float:
    call()
    best, end = math.inf, time.perf_counter() + seconds
    while True:
        begin = time.perf_counter()
        call()
        now = time.perf_counter()
        best = min(best, now - begin)
        if now >= end:
            return best


def lines(rows: list[Result]) -> list[str]:
    """Return the table for the terminal."""
    head = f"{'inner loop, one thread':32} {'GFLOP/s':>8} {'of peak':>8}"
    return [head, *(f"{r['loop']:32} {r['gflops']:8.1f} {r['share']:8.0%}" for r in rows)]
