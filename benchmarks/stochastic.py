"""``python -m benchmarks.stochastic``: one draw beside the convolution, and beside NumPy.

All on the same 2048 x 2048 float32 image with a 3x3 kernel; contenders take turns, and the least
time of each counts. NumPy's way is ``Generator.choice`` of a tap for every pixel, and then the
samples that these taps name; it is timed on a part of the image and scaled to all of it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np

import intertwine as iw
from benchmarks.timing import Series, alternate
from intertwine import kernels
from intertwine.base.threads import available_cores
from intertwine.stochastic import sample, standard_error

SIDE, PART = 2048, 256


def numpy_draw(x: np.ndarray, k: iw.Kernel, rng: np.random.Generator) -> np.ndarray:
    """One gathered draw in NumPy, all pixels at once."""
    tap = rng.choice(k.size, size=x.shape, p=k.taps.ravel())
    rows, columns = np.indices(x.shape)
    dy, dx = np.unravel_index(tap, k.shape)
    at = np.pad(x, 1, mode="symmetric")
    return at[rows - dy + 2, columns - dx + 2]


def one_by_one(x: np.ndarray, k: iw.Kernel, rng: np.random.Generator) -> np.ndarray:
    """The same with a call of ``Generator.choice`` for each pixel."""
    at, chances = np.pad(x, 1, mode="symmetric"), k.taps.ravel()
    out = np.empty_like(x)
    for place in np.ndindex(*x.shape):
        dy, dx = divmod(int(rng.choice(k.size, p=chances)), 3)
        out[place] = at[place[0] - dy + 2, place[1] - dx + 2]
    return out


def measure(threads: int, budget_s: float) -> dict[str, float]:
    """Return the least milliseconds for the whole image, by name."""
    rng = np.random.default_rng(0)
    x = rng.random((SIDE, SIDE), dtype=np.float32)
    k = kernels.binomial((2, 2))  # [1 2 1] x [1 2 1] / 16
    general = iw.Kernel(np.arange(1, 10.0).reshape(3, 3) / 45)
    counts = np.full((SIDE // 4, SIDE // 4), 1000)
    few, part = x[: PART // 4, : PART // 4], x[:PART, :PART]
    calls: dict[str, tuple[Callable[[], np.ndarray], int]] = {
        "convolve": (lambda: iw.convolve(x, k, threads=threads), 1),
        "convolve, no product of factors": (lambda: iw.convolve(x, general, threads=threads), 1),
        "sample, 1 draw": (lambda: sample(x, k, 1, threads=threads), 1),
        "sample, 16 draws, for each": (
            lambda: sample(x, k, 1, draws=16, threads=threads),
            -16,
        ),
        "sample, Sobel (two parts)": (
            lambda: sample(x, kernels.sobel(axis=0), 1, threads=threads),
            1,
        ),
        "sample, 11x11 taps": (
            lambda: sample(x, kernels.binomial((10, 10)), 1, threads=threads),
            1,
        ),
        "standard_error": (lambda: standard_error(x, k, 16, threads=threads), 1),
        "scatter, 1000 particles a cell": (
            lambda: sample(counts, k, 1, how="scatter", threads=threads),
            16,
        ),
        "NumPy choice, all pixels at once": (
            lambda: numpy_draw(part, k, rng),
            (SIDE // PART) ** 2,
        ),
        "NumPy choice, pixel by pixel": (
            lambda: one_by_one(few, k, rng),
            (4 * SIDE // PART) ** 2,
        ),
    }
    series = {name: Series(call) for name, (call, _) in calls.items()}
    for each in series.values():
        each.warm_up()
    ours = [s for name, s in series.items() if not name.startswith("NumPy")]
    theirs = [s for name, s in series.items() if name.startswith("NumPy")]
    for each in ours:
        alternate([series["convolve"], each], budget_s)
    alternate(theirs, budget_s)
    times = {}
    for name, each in series.items():
        scale = calls[name][1]
        times[name] = each.summary()["min_ms"] * (scale if scale > 0 else -1 / scale)
    return times


def main() -> None:
    """Print a table for all cores and for one thread."""
    parser = argparse.ArgumentParser("python -m benchmarks.stochastic", description=__doc__)
    parser.add_argument("--budget", type=float, default=1.5, help="seconds for each line (1.5)")
    asked = parser.parse_args()
    for threads in dict.fromkeys([available_cores(), 1]):
        times = measure(threads, asked.budget)
        base = times["convolve"]
        print(f"{SIDE} x {SIDE} float32, 3x3 kernel, {threads} threads")
        print(f"{'':34} {'ms':>9} {'ns/pixel':>9} {'x convolve':>10}")
        for name, ms in times.items():
            print(f"{name:34} {ms:9.2f} {ms * 1e6 / SIDE**2:9.3f} {ms / base:10.2f}")
        drawn = times["sample, 1 draw"]
        for name in ("all pixels at once", "pixel by pixel"):
            faster = times[f"NumPy choice, {name}"] / drawn
            print(f"{faster:.0f} times faster than NumPy's choice, {name}")
        print()


if __name__ == "__main__":
    main()
