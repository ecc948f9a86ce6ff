"""``python -m benchmarks.diffusion``: one step by the propagator, beside steps and beside SciPy."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

import intertwine as iw
from benchmarks.timing import Series, alternate

SIDE, STEPS, RATE = 256, 500, 0.2
TIME = STEPS * RATE


def explicit(x: np.ndarray) -> np.ndarray:
    """`STEPS` explicit Euler steps of D dt / h**2 = `RATE` with walls that let nothing through."""
    padded = np.empty((x.shape[0] + 2, x.shape[1] + 2), x.dtype)
    inner = padded[1:-1, 1:-1]
    inner[:] = x
    change = np.empty_like(x)
    for _ in range(STEPS):
        padded[0], padded[-1] = padded[1], padded[-2]
        padded[:, 0], padded[:, -1] = padded[:, 1], padded[:, -2]
        np.add(padded[:-2, 1:-1], padded[2:, 1:-1], out=change)
        change += padded[1:-1, :-2]
        change += padded[1:-1, 2:]
        change *= RATE
        inner *= 1 - 4 * RATE
        inner += change
    return inner.copy()


def main() -> None:
    """Time all contenders in turns and print medians."""
    x = np.random.default_rng(0).random((SIDE, SIDE))
    sigma = (2 * TIME) ** 0.5
    contenders = {
        f"{STEPS} explicit NumPy steps": lambda: explicit(x),
        "scipy.ndimage.gaussian_filter": lambda: ndimage.gaussian_filter(x, sigma),
        "diffuse": lambda: iw.diffuse(x, TIME),
        "diffuse, 1 thread": lambda: iw.diffuse(x, TIME, threads=1),
        "diffuse, discrete": lambda: iw.diffuse(x, TIME, discrete=True),
        "diffuse, by transforms": lambda: iw.diffuse(x, TIME, method="transform"),
    }
    series = {name: Series(call) for name, call in contenders.items()}
    answers = {name: each.warm_up() for name, each in series.items()}
    # Slow contenders are sampled too: the ratio to the steps is the figure that is wanted.
    for _ in range(15):
        for each in series.values():
            each.sample()
    alternate([series["diffuse"], series["scipy.ndimage.gaussian_filter"]], 2.0)
    medians = {name: each.summary()["median_ms"] for name, each in series.items()}
    print(f"{SIDE} x {SIDE} float64, D t = {TIME:g} cells**2, no flux; medians")
    slowest = medians[f"{STEPS} explicit NumPy steps"]
    for name, ms in medians.items():
        apart = np.abs(answers[name] - answers["diffuse, discrete"]).max()
        print(
            f"{name:32s} {ms:9.3f} ms  {slowest / ms:7.1f} x the steps   apart {apart:.1e} from "
            "the grid's exact flow"
        )


if __name__ == "__main__":
    main()
