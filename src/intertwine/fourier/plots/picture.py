"""The spectrum of a picture: where its waves are, and how strong they are by fineness."""

from __future__ import annotations

from typing import Any

import numpy as np

from intertwine.fourier.plots.sheet import COLOURS, dress, sheet
from intertwine.fourier.spectra import Spectrum


def draw(found: Spectrum, title: str) -> Any:
    """The log spectrum with axes in cycles per pixel, and its radial profile."""
    figure = sheet(10.5, 4.9)
    left, right = figure.subplots(1, 2, width_ratios=(1.05, 1))
    decibels = found.log(-160.0)
    low, high = np.percentile(decibels, (2, 99.9))
    if high - low < 1:
        low, high = high - 1, high + 1
    down, across = found.frequencies
    edges = (across[0], across[-1] + across[1] - across[0], down[-1] + down[1] - down[0], down[0])
    shown = left.imshow(
        decibels, cmap="gray", vmin=low, vmax=high, extent=edges, interpolation="antialiased"
    )
    left.set_aspect("equal")
    left.set_xlabel("across: cycles per pixel")
    left.set_ylabel("down: cycles per pixel")
    left.set_title(title, loc="left", fontsize=10)
    figure.colorbar(shown, ax=left, label="dB, the largest is 0", shrink=0.85)
    _profile(right, found)
    return figure


def _profile(axes: Any, found: Spectrum) -> None:
    profile = found.radial_profile()
    usable = (profile.power > 0) & (profile.places > 0)
    axes.set_title("Mean power by fineness", loc="left", fontsize=10)
    if usable.any():
        axes.semilogy(
            profile.places[usable], profile.power[usable], color=COLOURS[0], linewidth=1.6
        )
    else:
        axes.text(0.5, 0.5, "no waves at all", ha="center", transform=axes.transAxes)
    axes.set_xlim(0, 0.5)
    axes.set_xlabel("cycles per pixel, all directions (0.5: stripes of one pixel)")
    axes.set_ylabel("power: squared levels, mean of each ring")
    dress(axes)
