"""Methods and times, beside SciPy's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intertwine.base.text import duration
from intertwine.tour import listing, plots
from intertwine.tour.blocks import Block, Code, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import power, size

TITLE = "Methods and times"

_BUDGET_S = 0.15  # for the repeats of one kernel
_ROUNDS = (3, 9)  # fewest and most
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


_CODE = f"""
import time
from scipy import ndimage, signal

patch = photo.square(15).grey
bank = {{
    "sobel": iw.kernels.sobel(axis=0).taps,
    "sharpen": iw.kernels.sharpen().taps,
    "disk, radius 7": iw.kernels.disk(7).taps,
    "gaussian, sigma 2": iw.kernels.gaussian(2.0, ndim=2).taps,
    "box": iw.kernels.box((15, 15)).taps,
    "{_EXPLAINED}": iw.kernels.gabor(3.0, 0.1, 30.0, truncate=3).taps,
    "patch of the photo": patch - patch.mean(),
}}
bank = {{name: taps.astype(np.float32) for name, taps in bank.items()}}

def seconds(way):
    start = time.perf_counter()
    way()
    return time.perf_counter() - start

plans, times, apart = {{}}, {{}}, {{}}
for name, taps in bank.items():
    plan = plans[name] = iw.plan(whole, taps, boundary="zero")
    ways = (
        lambda: plan(whole, threads=1),
        lambda: ndimage.convolve(whole, taps, mode="constant"),
        lambda: signal.fftconvolve(whole, taps, mode="same"),
    )
    once = time.perf_counter()
    ours, *others = (way() for way in ways)
    rounds = int(np.clip({_BUDGET_S} / (time.perf_counter() - once), *{_ROUNDS}))
    times[name] = np.array([[seconds(way) for way in ways] for _ in range(rounds)])
    apart[name] = max(np.abs(ours - other).max() for other in others)
    print(f"{{name}}: {{plan.method}}")
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    x = ran["whole"]
    timings = measured(ran)
    rounds = [len(each) for each in ran["times"].values()]
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
            ran["plans"][_EXPLAINED].explain(),
            f"plan.explain() for the kernel “{_EXPLAINED}”",
            "text",
        ),
        ran.code("The methods, and the times of the table"),
    ]


def measured(ran: listing.Ran) -> list[Timing]:
    """The timings of all kernels."""
    loudest = float(np.abs(ran["whole"]).max())
    timings = []
    for name, plan in ran["plans"].items():
        taps = ran["bank"][name]
        scale = float(np.abs(taps, dtype=float).sum() * loudest) or 1.0
        predicted = next(c.seconds for c in plan.candidates if plan.method == c.method.NAME)
        ours, direct, fft = (float(each) for each in np.median(ran["times"][name], axis=0))
        gap = float(ran["apart"][name]) / scale
        timings.append(Timing(name, taps.shape, plan.method, predicted, ours, direct, fft, gap))
    return timings


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
