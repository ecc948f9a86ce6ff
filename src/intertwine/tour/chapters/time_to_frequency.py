"""One row of the photo as a signal: samples in place, waves in frequency, mixing as a product."""

from __future__ import annotations

import numpy as np

import intertwine as iw
from intertwine import fourier
from intertwine.tour import pictures
from intertwine.tour.blocks import Block, Code, Figure, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed, power

TITLE = "From time to frequency"

_WAVES = (0, 1, 4, 16, 64)
_HEIGHT = 64


def write(photo: Photo) -> list[Block]:
    square = photo.square().grey.astype(float)
    at = int(square.var(axis=1).argmax())
    row = square[at]
    kernel = iw.kernels.gaussian(2.0)
    return [
        "A sound is pressure after time, a row of pixels is brightness after place. Both can be "
        "written another way: as a sum of waves, each with its own fineness, strength and start. "
        "The list of strengths and starts is the **spectrum**; nothing is lost, and the way back "
        "is the same sum again. A music player's equaliser shows just that, bar by bar.",
        f"Here is row {at} of the photo's square, the one with the most contrast, and what the sum "
        "has reached after more and more waves, from coarse to fine.",
        _sums(row),
        _table(row),
        "Why take the detour? Because in this list **convolution is multiplication**: what took a "
        "sum over a window at every pixel is one product for each wave. This is the convolution "
        "theorem, F(k * x) = F(k) F(x). Measured on this row with a Gaussian kernel of "
        f"{kernel.size} taps, the two sides differ by {power(fourier.theorem_gap(row, kernel))} "
        "of their size: nothing but rounding.",
        "The wave of the list repeats for ever, so the end of the row stands beside its "
        "beginning. Who forgets to add zeros gets the end of the answer on top of its start.",
        _schemes(row, kernel),
        Code(
            "s = iw.spectrum(x[0])\n"
            "s.frequencies[0]     # in cycles per sample, from -0.5 to 0.5\n"
            "s.power              # its sum is the sum of the squared samples\n"
            "iw.fourier.theorem_gap(x[0], iw.kernels.gaussian(2.0))",
            "A row's spectrum, and how well the theorem holds",
        ),
    ]


def partial_sum(row: np.ndarray, waves: int) -> np.ndarray:
    """The mean and the first `waves` waves of a row."""
    spectrum = np.fft.rfft(row)
    spectrum[waves + 1 :] = 0
    return np.fft.irfft(spectrum, len(row))


def _sums(row: np.ndarray) -> Figure:
    panels = [pictures.grey(_strip(row), "The row, drawn tall.", "The row")]
    for waves in _WAVES:
        label = "Mean" if waves == 0 else f"{waves} wave{'s' if waves > 1 else ''}"
        shown = _strip(partial_sum(row, waves))
        panels.append(pictures.grey(shown, f"The sum of the mean and {waves} waves.", label))
    return Figure(tuple(panels), "One row of pixels, and sums of its waves.", layout="tiles")


def _strip(row: np.ndarray) -> np.ndarray:
    return np.repeat(row[None, :], _HEIGHT, axis=0)


def _table(row: np.ndarray) -> Table:
    spread = float(np.sum(np.square(row - row.mean())))
    rows = []
    for waves in (*_WAVES[1:], len(row) // 2):
        left = float(np.sum(np.square(row - partial_sum(row, waves))))
        share = 100 * (1 - left / spread) if spread else 100.0
        rows.append((f"{waves}", f"{fixed(share, 1)} %", fixed((left / len(row)) ** 0.5, 2)))
    return Table(
        "How much of the row's variance the waves hold (Parseval: squares add up the same in "
        "both lists), and the typical error of the sum in grey levels.",
        ("Waves", "Share of the variance", "Error left"),
        tuple(rows),
    )


def _schemes(row: np.ndarray, kernel: iw.Kernel) -> Table:
    return Table(
        "Three ways to convolve by transforms: the largest error when done right, and, with the "
        "rule forgotten, the largest error in grey levels and how many samples are wrong.",
        ("Way", "Rule", "Error", "Error, rule forgotten", "Samples wrong"),
        tuple(
            (s.name, s.rule, power(s.error), fixed(s.misuse_error, 2), f"{s.wrong}")
            for s in fourier.padding_schemes(row, kernel)
        ),
        texts=2,
    )
