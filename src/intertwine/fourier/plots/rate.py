"""Rate and distortion: bits per pixel against PSNR and SSIM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from intertwine.fourier.compression.rates import Curve
from intertwine.fourier.plots.sheet import COLOURS, dress, sheet

_MARKS = ("o", "s", "D", "^", "v")


def draw(curves: Sequence[Curve], pixels: int, title: str) -> Any:
    """One line for each of the curves; `pixels` of the picture turn bytes into a rate."""
    figure = sheet(10.5, 4.9)
    for axes, kind in zip(figure.subplots(1, 2), ("psnr", "ssim"), strict=True):
        for curve, colour, mark in zip(curves, COLOURS, _MARKS, strict=False):
            rate = [8 * point.nbytes / pixels for point in curve.points]
            values = [getattr(point, kind) for point in curve.points]
            width = 2.4 if curve.name == "JPEG" else 1.4
            axes.semilogx(
                rate, values, color=colour, marker=mark, markersize=5, linewidth=width,
                label=curve.name,
            )  # fmt: skip
        axes.set_xlabel("bits per pixel (a pixel has 8 for each channel)")
        axes.set_ylabel("PSNR, dB" if kind == "psnr" else "SSIM")
        ticks = [t for t in (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30) if _spans(axes.get_xlim(), t)]
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
        dress(axes)
    figure.suptitle(f"{title}: higher and further left is better", x=0.01, ha="left", fontsize=10)
    axes.legend(frameon=False, fontsize=9, loc="lower right")
    return figure


def _spans(limits: tuple[float, float], value: float) -> bool:
    return limits[0] <= value <= limits[1]
