"""``python -m benchmarks.fitting``: how sure `learn.fit_kernel` is, and how fast.

Intervals: five named kernels, 40 pairs each of 96 x 96 samples and 1 % noise, a window of 9 x 9.
Whiteness: how often the test calls independent noise coloured at 1 %. Times are the least of three.
"""

from __future__ import annotations

import argparse
from time import perf_counter

import numpy as np
from scipy import fft

import intertwine as iw

K = iw.kernels
FIVE = (K.gaussian(1.0, ndim=2), K.sobel(axis=1), K.motion(7), K.box((5, 5)), K.emboss())
TIMED = ((256, 15), (512, 15), (512, 31))


def picture(size: int, seed: int) -> np.ndarray:
    """Grey levels from 0 to 255 whose power falls as 1 / f^2, as a photo's does."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(fft.fftfreq(size)[:, None], fft.rfftfreq(size)[None])
    frequency[0, 0] = 1 / size
    found = fft.irfft2(fft.rfft2(rng.normal(size=(size, size))) / frequency, (size, size))
    return (found - found.min()) * (255 / np.ptp(found))


def held(trials: int) -> tuple[float, float]:
    """The share of true taps inside their 95 % intervals, and of residuals called not white."""
    inside, coloured = [], 0
    for kernel in FIVE:
        true = np.zeros((9, 9))
        corner = [4 - at for at in kernel.origin]
        true[tuple(slice(c, c + n) for c, n in zip(corner, kernel.shape, strict=True))] = (
            kernel.taps
        )
        for trial in range(trials):
            before = picture(96, trial)
            after = iw.convolve(before, kernel)
            rng = np.random.default_rng(1000 + trial)
            after = after + rng.normal(0, 0.01 * after.std(), after.shape)
            found = iw.learn.fit_kernel(before, after, 9)
            low, high = found.interval()
            inside.append(float(((low <= true) & (true <= high)).mean()))
            coloured += not found.whiteness.is_white
    return float(np.mean(inside)), coloured / len(inside)


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
    trials = parser.parse_args().trials
    for size, taps in TIMED:
        print(f"{size} x {size} under {taps} x {taps}: {seconds(size, taps):.2f} s")
    share, coloured = held(trials)
    print(f"95 % intervals hold {100 * share:.2f} % of the true taps ({5 * trials} pairs)")
    print(f"the whiteness test calls {100 * coloured:.1f} % of the residuals coloured, at 1 %")


if __name__ == "__main__":
    main()
