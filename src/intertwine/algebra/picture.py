"""Kernels and their spectra as pictures; Matplotlib is loaded when the first is asked for."""

from __future__ import annotations

import html as escaping
import importlib
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from intertwine.algebra.frame import Array
from intertwine.base.errors import MissingExtraError
from intertwine.base.libraries import need

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from intertwine.algebra.spectrum import Spectrum
    from intertwine.kernel import Kernel

_SIGNED = ("#00206e", "#2d58aa", "#f4f2ec", "#e0a03c", "#8a4b00")  # blue below 0, amber above
_MOST_NUMBERS = 7  # rows or columns of taps that are written into their squares
_DPI = 110
_INK = "#828282"  # read on white and on black
_FAINTEST = -60  # decibels


def png(k: Kernel) -> bytes | None:
    """The taps as a PNG for notebooks; None without Matplotlib."""
    try:
        return encoded(taps_figure(k))
    except MissingExtraError:
        return None


def html(k: Kernel) -> str:
    """A line of facts over the picture of the taps."""
    import base64

    picture = png(k)
    facts = escaping.escape(repr(k).partition("\n")[0])
    if picture is None:
        return f"<pre>{escaping.escape(repr(k))}</pre>"
    address = base64.b64encode(picture).decode("ascii")
    return (
        f'<div><code>{facts}</code><br><img alt="{facts}" '
        f'src="data:image/png;base64,{address}"></div>'
    )


def encoded(figure: Figure) -> bytes:
    """A figure as PNG bytes, without paper: its lines and words show on light and dark pages."""
    for axes in figure.axes:
        axes.patch.set_alpha(0)
        axes.tick_params(colors=_INK, which="both")
        for text in (axes.title, axes.xaxis.label, axes.yaxis.label):
            text.set_color(_INK)
        for spine in axes.spines.values():
            spine.set_edgecolor(_INK)
        legend = axes.get_legend()
        for text in legend.get_texts() if legend else ():
            text.set_color(_INK)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", bbox_inches="tight", transparent=True)
    return buffer.getvalue()


def plane(array: Array) -> Array:
    """The two last axes, at the middle of the others."""
    while array.ndim > 2:
        array = array[array.shape[0] // 2]
    return array


def taps_figure(k: Kernel) -> Figure:
    """Stems for one axis, squares coloured by sign and size for two (the middle of more)."""
    if k.ndim == 1:
        return _stems(k)
    taps = plane(k.taps.real if k.dtype.kind == "c" else k.taps).astype(float)
    rows, columns = taps.shape
    side = 3.4 / max(rows, columns)
    figure, axes = _empty(max(1.6, side * columns) + 1.3, max(1.0, side * rows) + 0.5)
    reach = float(np.abs(taps).max()) or 1.0
    shown = axes.imshow(taps, cmap=signed_colours(), vmin=-reach, vmax=reach)
    figure.colorbar(shown, ax=axes, shrink=0.9, pad=0.04)
    if max(rows, columns) <= _MOST_NUMBERS:
        for (r, c), tap in np.ndenumerate(taps):
            dark = abs(tap) > 0.6 * reach
            axes.text(
                c, r, f"{tap:.3g}", ha="center", va="center", fontsize=8,
                color="white" if dark else "black",
            )  # fmt: skip
    row, column = k.origin[-2:]
    axes.plot(
        column, row, "s", mfc="none", mec="#c01020", ms=float(np.clip(75 * side, 7, 20)), mew=1.2
    )
    _whole_ticks(axes, "both")
    axes.set_xlabel(f"axis {k.ndim - 1}")
    axes.set_ylabel(f"axis {k.ndim - 2}")
    return figure


def spectrum_figure(spectrum: Spectrum) -> Figure:
    """Gain in decibels and phase over frequency."""
    gain, phase = np.fft.fftshift(spectrum.gain), np.fft.fftshift(spectrum.phase)
    top = float(gain.max()) or 1.0
    decibels = 20 * np.log10(np.maximum(gain / top, 1e-5))
    if gain.ndim == 1:
        return _curves(np.fft.fftshift(spectrum.frequencies[0]), gain, phase)
    figure, (left, right) = _empty(7.4, 3.2, 2)
    ndim = gain.ndim
    extent = [-0.5, 0.5, 0.5, -0.5]
    phase = np.where(decibels > _FAINTEST, phase, np.nan)  # of nothing there is no phase
    pictures = (
        (left, decibels, "viridis", (_FAINTEST, 0)),
        (right, phase, "twilight", (-np.pi, np.pi)),
    )
    for axes, values, colours, (low, high) in pictures:
        shown = axes.imshow(plane(values), cmap=colours, vmin=low, vmax=high, extent=extent)
        figure.colorbar(shown, ax=axes, shrink=0.85, pad=0.04)
        axes.set_xlabel(f"axis {ndim - 1}, cycles per sample")
        axes.set_ylabel(f"axis {ndim - 2}, cycles per sample")
    left.set_title(f"gain, dB (0 dB = {top:.3g})", fontsize=10)
    right.set_title("phase about the origin, radians", fontsize=10)
    figure.tight_layout()
    return figure


def _curves(frequency: Array, gain: Array, phase: Array) -> Figure:
    figure, (left, right) = _empty(7.4, 2.8, 2)
    left.plot(frequency, gain, color="#b8741a")
    left.set_ylabel("gain")
    left.set_ylim(0, 1.05 * float(gain.max() or 1))
    right.plot(frequency, phase, ".", ms=2.5, color="#2d58aa")
    right.set_ylabel("phase about the origin, radians")
    right.set_ylim(-3.4, 3.4)
    for axes in (left, right):
        axes.set_xlabel("cycles per sample")
        axes.set_xlim(-0.5, 0.5)
        axes.grid(color=_INK, alpha=0.3, linewidth=0.6)
    figure.tight_layout()
    return figure


def _stems(k: Kernel) -> Figure:
    figure, axes = _empty(5.0, 2.2)
    places = np.arange(k.size) - k.origin[0]
    parts = [("", k.taps.real, "#b8741a")]
    if k.dtype.kind == "c":
        parts = [("real", k.taps.real, "#b8741a"), ("imaginary", k.taps.imag, "#2d58aa")]
    for label, values, colour in parts:
        axes.vlines(places, 0, values.astype(float), color=colour, linewidth=1.4)
        axes.plot(places, values, "o", color=colour, ms=4, label=label)
    axes.axhline(0, color="#888888", linewidth=0.8)
    axes.axvline(0, color="#c01020", linewidth=0.8, linestyle=":")
    if len(parts) > 1:
        axes.legend(frameon=False)
    axes.set_xlabel("samples from the origin")
    axes.set_ylabel("tap")
    _whole_ticks(axes, "x")
    return figure


def _whole_ticks(axes: Any, which: str) -> None:
    ticker = importlib.import_module("matplotlib.ticker")
    for axis in (axes.xaxis, axes.yaxis)[: 2 if which == "both" else 1]:
        axis.set_major_locator(ticker.MaxNLocator(6, integer=True))


def _empty(width: float, height: float, count: int = 1) -> tuple[Figure, Any]:
    module = need("matplotlib.figure", "A picture of a kernel")
    figure = module.Figure(figsize=(width, height), dpi=_DPI)
    return figure, figure.subplots(1, count)


def signed_colours() -> Any:
    colours = importlib.import_module("matplotlib.colors")
    return colours.LinearSegmentedColormap.from_list("signed taps", _SIGNED)
