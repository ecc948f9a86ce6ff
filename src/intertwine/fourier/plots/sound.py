"""A recording by frequency: over time as a spectrogram, as a whole in the bars of an equaliser."""

from __future__ import annotations

from typing import Any

import numpy as np

from intertwine.fourier.bands import Bands, octave_bands
from intertwine.fourier.plots.sheet import COLOURS, INK, dress, sheet
from intertwine.fourier.samples import Array

_WINDOW = 2048
_COLUMNS = 1600
_FLOOR_DB = -110.0


def draw(samples: Array, rate_hz: float, title: str) -> Any:
    """`samples` (time,) from -1 to 1."""
    figure = sheet(10.5, 6.6)
    upper, lower = figure.subplots(2, 1, height_ratios=(1.5, 1))
    _spectrogram(figure, upper, samples, rate_hz)
    upper.set_title(title, loc="left", fontsize=10)
    _bars(lower, octave_bands(samples, rate_hz))
    return figure


def _spectrogram(figure: Any, axes: Any, samples: Array, rate_hz: float) -> None:
    from scipy.signal import ShortTimeFFT, windows  # type: ignore[import-untyped]

    size = min(_WINDOW, samples.size)
    hop = max(size // 4, samples.size // _COLUMNS, 1)
    window = windows.hann(size, sym=False) if size > 3 else np.ones(size)
    transform = ShortTimeFFT(window, hop, rate_hz, scale_to="magnitude")
    power = transform.spectrogram(samples.astype(np.float64))
    level = 10 * np.log10(np.maximum(power * 4, 10 ** (_FLOOR_DB / 10)))  # a full wave is 0 dB
    times, pitches = transform.t(samples.size), transform.f
    top = max(float(level.max()), _FLOOR_DB + 1)
    mesh = axes.pcolormesh(
        times, pitches[1:], level[1:], cmap="magma", vmin=max(top - 80, _FLOOR_DB), vmax=top,
        shading="nearest", rasterized=True,
    )  # fmt: skip
    axes.set_yscale("log")
    axes.set_ylim(max(pitches[1], 30), pitches[-1])
    axes.set_xlim(0, samples.size / rate_hz)
    ticks = [f for f in (62.5, 125, 250, 500, 1000, 2000, 4000, 8000, 16000) if f < pitches[-1]]
    axes.set_yticks(ticks, [_hertz(f) for f in ticks])
    axes.minorticks_off()
    axes.set_xlabel("seconds")
    axes.set_ylabel("hertz")
    figure.colorbar(mesh, ax=axes, label="dB, a full-scale wave is 0", pad=0.01)


def _bars(axes: Any, bands: Bands) -> None:
    level = np.maximum(bands.level_db, _FLOOR_DB)
    places = np.arange(len(level))
    low = min(_FLOOR_DB / 2, float(level.min()) - 6, -60)
    axes.bar(places, level - low, bottom=low, width=0.72, color=COLOURS[0])
    for place, value, true in zip(places, level, bands.level_db, strict=True):
        text = f"{true:.0f}" if np.isfinite(true) else "silent"
        axes.text(place, value + 1, text, ha="center", va="bottom", fontsize=9, color=INK)
    axes.set_xticks(places, [_hertz(middle) for middle in bands.middles_hz])
    axes.set_ylim(low, max(float(level.max()) + 10, low + 20))
    axes.set_xlabel("octave around, hertz")
    axes.set_ylabel("level, dB")
    axes.set_title("Equaliser: mean level of each octave", loc="left", fontsize=10)
    dress(axes)
    axes.grid(visible=False, axis="x")


def _hertz(value: float) -> str:
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"
