"""``python -m benchmarks.fitting``: how sure `learn.fit_kernel` is, and how fast.

Intervals: five kernels, 40 pairs each of 96 x 96 samples and 1 % noise, a window of 9 x 9, for each
constraint and ridge; once more on pictures that are blurred, which hardly tell taps apart.
Whiteness: how often the test calls independent noise coloured at 1 %. Times are the least of three.
"""

from __future__ import annotations

import argparse
from time import perf_counter
from typing import Any

import numpy as np
from scipy import fft, ndimage

import intertwine as iw

K = iw.kernels
WINDOW, NOISE = 9, 0.01
LOPSIDED = iw.Kernel(np.outer([3, 0, 1, 2, 0], [1, 4, 0, 0, 2]) / 42)
TWO_LINES = iw.Kernel(np.outer([1, 2, 3], [1, 0, 4]) / 20 - np.outer([1, -1, 0], [2, 1, 1]) / 9)
FIVE = (K.gaussian(1.0, ndim=2), K.sobel(axis=1), K.motion(7), K.box((5, 5)), K.emboss())
POSITIVE = (K.gaussian(1.0, ndim=2), K.disk(2), K.motion(7, angle_deg=30), K.box((5, 5)), LOPSIDED)
SYMMETRIC = (K.gaussian(1.0, ndim=2), K.disk(2), K.motion(7), K.laplacian(), K.unsharp(0.8))
LINES = (K.gaussian(1.0, ndim=2), K.sobel(axis=1), K.motion(7), K.box((5, 5)), LOPSIDED)
RANK_TWO = (K.laplacian(), K.sharpen(), TWO_LINES, K.sobel(axis=1), LOPSIDED)

#: What is asked, and five kernels for which it is true.
ASKED = (
    ({}, FIVE),
    ({"constraint": "non-negative"}, POSITIVE),
    ({"constraint": ("non-negative", "sum one")}, POSITIVE),
    ({"constraint": ("non-negative", "symmetric")}, (*SYMMETRIC[:3], K.box((5, 5)), K.box((1, 9)))),
    ({"constraint": ("non-negative", "separable")}, (LINES[0], *LINES[2:], K.box((3, 3)))),
    ({"constraint": "sum one"}, (*POSITIVE[:4], K.emboss())),
    ({"constraint": "symmetric"}, SYMMETRIC),
    ({"constraint": "separable"}, LINES),
    ({"constraint": "separable", "rank": 2}, RANK_TWO),
    ({"ridge": 1e5}, FIVE),
    ({"ridge": "gcv"}, FIVE),
)
TIMED = ((256, 15), (512, 15), (512, 31))


def picture(size: int, seed: int) -> np.ndarray:
    """Grey levels from 0 to 255 whose power falls as 1 / f^2, as a photo's does."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(fft.fftfreq(size)[:, None], fft.rfftfreq(size)[None])
    frequency[0, 0] = 1 / size
    found = fft.irfft2(fft.rfft2(rng.normal(size=(size, size))) / frequency, (size, size))
    return (found - found.min()) * (255 / np.ptp(found))


def covered(
    kernels: tuple[iw.Kernel, ...], options: dict[str, Any], trials: int, soften: float
) -> dict[str, float]:
    """How many percent of the true taps lie inside their intervals: of large ones, small ones, all.

    Large are those above a hundredth of the largest. With it how many percent of the intervals are
    NaN, how many of the residuals are called not white, and the median length of the intervals.
    """
    inside, large, length, coloured = [], [], [], []
    for kernel in kernels:
        true = np.zeros((WINDOW, WINDOW))
        corner = [(WINDOW - 1) // 2 - at for at in kernel.origin]
        place = tuple(slice(c, c + n) for c, n in zip(corner, kernel.shape, strict=True))
        true[place] = kernel.taps
        for trial in range(trials):
            before = ndimage.gaussian_filter(picture(96, trial), soften)
            after = iw.convolve(before, true, dtype=np.float64)
            rng = np.random.default_rng(1000 + trial)
            after = after + rng.normal(0, NOISE * after.std(), after.shape)
            found = iw.learn.fit_kernel(before, after, WINDOW, **options)
            low, high = found.interval()
            inside.append(np.where(np.isnan(low), np.nan, (low <= true) & (true <= high)))
            large.append(np.abs(true) > 0.01 * np.abs(true).max())
            length.append((high - low) / np.abs(true).max())
            coloured.append(not found.whiteness.is_white)
    held, there = np.array(inside), np.array(large)
    if np.isnan(held).all():
        return {"NaN": 100.0}
    return {
        "large": 100 * float(np.nanmean(held[there])),
        "small": 100 * float(np.nanmean(held[~there])),
        "all": 100 * float(np.nanmean(held)),
        "NaN": 100 * float(np.isnan(held).mean()),
        "not white": 100 * float(np.mean(coloured)),
        "length / largest tap": float(np.nanmedian(length)),
    }


def seconds(size: int, taps: int) -> float:
    """The least time of three fits."""
    before = picture(size, 0)
    after = iw.convolve(before, K.gaussian(2.0, ndim=2))
    times = []
    for _ in range(3):
        start = perf_counter()
        iw.learn.fit_kernel(before, after, taps)
        times.append(perf_counter() - start)
    return min(times)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=40, help="pairs for each of five kernels")
    parser.add_argument("--only", default="", help="rows of intervals that name this")
    asked = parser.parse_args()
    trials = asked.trials
    for size, taps in TIMED:
        print(f"{size} x {size} under {taps} x {taps}: {seconds(size, taps):.2f} s")
    print(f"percent of true taps in their 95 % intervals, {5 * trials} pairs")
    for options, kernels in ASKED:
        if asked.only not in str(options):
            continue
        for soften in (0.0, 1.0):
            figures = covered(kernels, options, trials, soften)
            text = ", ".join(f"{name} {figure:.2f}" for name, figure in figures.items())
            print(
                f"{options or 'nothing asked'}, `before` blurred by {soften}\n    {text}",
                flush=True,
            )


if __name__ == "__main__":
    main()
