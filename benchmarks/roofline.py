"""What the machine could do: how fast it multiplies and copies, and the least work of a case."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from benchmarks.case import Case
from benchmarks.regimes import gigabytes


@dataclass(frozen=True)
class Limits:
    """Ceilings for each number of threads, float32; float64 multiplies half as fast."""

    gflops: dict[int, float]
    copy_gbs: dict[int, float]

    def seconds(self, case: Case, threads: int) -> tuple[float, str]:
        """Return the least time of a case, and which of ``compute`` and ``memory`` binds it."""
        speed = self.gflops[threads] * (0.5 if case.result.itemsize in (8, 16) else 1)
        compute = least_gflop(case) / speed
        memory = gigabytes(case) / self.copy_gbs[threads]
        return max((compute, "compute"), (memory, "memory"))


def measure(threads: list[int], cores: int, stated: dict[str, float]) -> Limits:
    """Copy 256 MB on each number of threads, and multiply matrices with NumPy's BLAS.

    Parameters
    ----------
    threads, cores : numbers of threads to find limits for, and of cores
    stated : ``gflops`` of all cores and ``copy_gbs``, to be used instead of measuring
    """
    whole = stated.get("gflops") or _gemm_gflops()
    copies = {n: stated.get("copy_gbs") or _copy_gbs(n) for n in threads}
    return Limits({n: whole * min(n, cores) / cores for n in threads}, copies)


def _best_seconds(call: Callable[[], object], rounds: int = 7) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def _gemm_gflops(n: int = 2048) -> float:
    a = np.ones((n, n), np.float32)
    out = np.empty_like(a)
    return 2 * n**3 / _best_seconds(lambda: np.matmul(a, a, out=out)) / 1e9


def _copy_gbs(threads: int, megabytes: int = 128) -> float:
    """Read and write `megabytes` each, in as many pieces as threads."""
    source = np.ones(megabytes * 2**20, np.uint8)
    target = np.zeros_like(source)
    pieces = list(
        zip(np.array_split(target, threads), np.array_split(source, threads), strict=True)
    )
    with ThreadPoolExecutor(threads) as pool:
        seconds = _best_seconds(lambda: list(pool.map(lambda pair: np.copyto(*pair), pieces)))
    return 2 * source.nbytes / seconds / 1e9


def least_gflop(case: Case) -> float:
    """Return the operations of the cheapest known way, whatever Intertwine does, in GFLOP.

    The least of plain sums (2 a tap), factors (2 a tap of each), running sums (4 an axis), and
    tiles of real transforms with ``5 log2(points) + 3`` a point of a tile: forward, multiply, back.
    """
    complex_ = case.result.kind == "c"
    size = case.taps.size
    ways = [2.0 * math.prod(size) * (4 if complex_ else 1), _tiles(case) * (2 if complex_ else 1)]
    if case.taps.factors:
        ways.append(2.0 * sum(size))
    if case.taps.box:
        ways.append(4.0 * len(size))
    return min(ways) * math.prod(case.out_shape) / 1e9


def _tiles(case: Case) -> float:
    """Operations an output of the best tiles: 2**m times as long as the kernel, or the whole."""
    whole = [n + k // 2 for n, k in zip(case.lengths, case.taps.size, strict=True)]
    ways = [_a_point(whole) * math.prod(whole) / math.prod(case.lengths)]
    for longer in (1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32):
        tile = [round(longer * k) + 1 for k in case.taps.size]
        if all(t <= n for t, n in zip(tile, whole, strict=True)):
            kept = [t - k + 1 for t, k in zip(tile, case.taps.size, strict=True)]
            ways.append(_a_point(tile) * math.prod(tile) / math.prod(kept))
    return min(ways)


def _a_point(tile: list[int]) -> float:
    return 5 * math.log2(math.prod(tile)) + 3
