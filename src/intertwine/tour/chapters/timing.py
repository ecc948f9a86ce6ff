"""Methods and times, beside SciPy's."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage, signal  # type: ignore[import-untyped]

import intertwine as iw
from intertwine.base.text import duration
from intertwine.tour import plots
from intertwine.tour.blocks import Block, Code, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import power, size

TITLE = "Methods and times"

_BUDGET_S = 0.5  # for the repeats of one kernel
_ROUNDS = (3, 15)  # fewest and most
_EXPLAINED = "gabor, 30°"


@dataclass(frozen=True, slots=True)
class Timing:
    """One kernel: the method chosen for it, medians in seconds, and how far answers are apart."""

    name: str
    shape: tuple[int, ...]
    method: str
    predicted: float
    ours: float
    direct: float
    fft: float
    apart: float
    rounds: int


def write(photo: Photo) -> list[Block]:
    x = photo.grey
    bank = kernels(photo)
    timings = [measure(name, x, taps) for name, taps in bank.items()]
    rounds = [t.rounds for t in timings]
    return [
        "There are many ways to compute the same convolution. Sum tap by tap; split a kernel into "
        "a column and a row; keep a running sum for a box; multiply in the Fourier domain. Which "
        "is fastest depends on the kernel and the machine, but the answer does not: Intertwine "
        "predicts the time of each method that can do the job, takes the quickest, and can say "
        "why.",
        f"The table was measured while this page was made, on the grey photo of {size(x.shape)} in "
        "single precision with black outside. Everything ran on one thread. The contenders took "
        f"turns, {min(rounds)} to {max(rounds)} times each, and the medians are shown. Small "
        "differences mean little: another program may have been busy at that moment. Predictions "
        "use the constants that Intertwine ships with until `intertwine calibrate` has measured "
        "your machine.",
        table(timings),
        plots.times(timings),
        _words(timings),
        "This is what a plan says about itself, in full:",
        Code(
            iw.plan(x, bank[_EXPLAINED], boundary="zero").explain(),
            f"plan.explain() for the kernel “{_EXPLAINED}”",
            "text",
        ),
        Code(
            "p = iw.plan(x, iw.kernels.disk(7), boundary='zero')\n"
            "y = p(x)\n"
            "print(p.method, p.explain(), sep='\\n')",
            "Asking a plan",
        ),
    ]


def kernels(photo: Photo) -> dict[str, np.ndarray]:
    """Odd-sized kernels, small to large, with and without structure to make use of."""
    patch = photo.square(63).grey
    named = {
        "sobel": iw.kernels.sobel(axis=0),
        "sharpen": iw.kernels.sharpen(),
        "disk, radius 7": iw.kernels.disk(7),
        "gaussian, sigma 2": iw.kernels.gaussian(2.0, ndim=2),
        "box": iw.kernels.box((31, 31)),
        _EXPLAINED: iw.kernels.gabor(4.0, 0.1, 30.0),
    }
    bank = {name: kernel.taps.astype(np.float32) for name, kernel in named.items()}
    return bank | {"patch of the photo": patch - patch.mean()}


def measure(name: str, x: np.ndarray, taps: np.ndarray) -> Timing:
    """Time a kernel with Intertwine and SciPy, taking turns, and compare their answers."""
    plan = iw.plan(x, taps, boundary="zero")
    contenders: list[Callable[[], np.ndarray]] = [
        lambda: plan(x, threads=1),
        lambda: ndimage.convolve(x, taps, mode="constant"),
        lambda: signal.fftconvolve(x, taps, mode="same"),
    ]
    start = time.perf_counter()
    answers = [run() for run in contenders]
    once = time.perf_counter() - start
    rounds = int(np.clip(_BUDGET_S / once, *_ROUNDS))
    times = [[_timed(run) for run in contenders] for _ in range(rounds)]
    ours, direct, fft = (statistics.median(column) for column in zip(*times, strict=True))
    scale = float(np.abs(taps, dtype=float).sum() * np.abs(x).max()) or 1.0
    apart = max(float(np.abs(answers[0] - other).max()) for other in answers[1:])
    predicted = next(c.seconds for c in plan.candidates if plan.method == c.method.NAME)
    return Timing(
        name, taps.shape, plan.method, predicted, ours, direct, fft, apart / scale, rounds
    )


def _timed(run: Callable[[], np.ndarray]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def table(timings: list[Timing]) -> Table:
    """The timings for people."""
    rows = tuple(
        (
            t.name,
            f"`{t.method}`",
            size(t.shape),
            duration(t.predicted),
            duration(t.ours),
            duration(t.direct),
            duration(t.fft),
            power(t.apart),
        )
        for t in timings
    )
    return Table(
        "Predicted and measured times. The last column is the largest difference between "
        "Intertwine's answer and SciPy's two, divided by sum|k| · max|x|; single precision rounds "
        "at 6 × 10⁻⁸.",
        (
            "Kernel",
            "Method",
            "Taps",
            "Predicted",
            "Intertwine",
            "SciPy ndimage",
            "SciPy fftconvolve",
            "Difference",
        ),
        rows,
        texts=2,
    )


def _words(timings: list[Timing]) -> str:
    methods = sorted({t.method for t in timings})
    ratios = [min(t.direct, t.fft) / t.ours for t in timings]
    faster = sum(ratio > 1 for ratio in ratios)
    apart = max(t.apart for t in timings)
    return (
        f"For these {len(timings)} kernels Intertwine chose {_listed(methods)}. It was faster than "
        f"the better of SciPy's two in {faster} of {len(timings)} cases; the ratio runs from "
        f"{min(ratios):.2g} to {max(ratios):.2g}. The answers agree to {power(apart)} throughout."
    )


def _listed(words: list[str]) -> str:
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
