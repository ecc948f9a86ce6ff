"""The few plots that pictures of pixels cannot replace."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Plot
from matplotlib.ticker import FuncFormatter, NullFormatter
from PIL import Image

from intertwine.base.text import duration
from intertwine.tour.blocks import Figure, Picture
from intertwine.tour.words import fixed

_DPI = 200
_INKS = 64  # colours of a plot: few, so that it is a small file
_LIGHT = {"ink": "#2b2b28", "grid": "#d9d7cf", "paper": "#fdfcf9"}
_DARK = {"ink": "#dddad2", "grid": "#3d4046", "paper": "#1f2125"}
_SERIES = (("ours", "Intertwine", "o"), ("direct", "SciPy ndimage", "s"), ("fft", "SciPy fft", "D"))
_COLOURS = {"ours": "#d98a1f", "direct": "#4a7fd0", "fft": "#8a8f98"}
_FADING = ("#8a8f98", "#4a7fd0", "#d98a1f", "#c2453c")


class Timed(Protocol):
    """What is plotted of a timing."""

    @property
    def name(self) -> str: ...
    @property
    def ours(self) -> float: ...
    @property
    def direct(self) -> float: ...
    @property
    def fft(self) -> float: ...


def times(timings: Sequence[Timed]) -> Figure:
    """The times of each kernel as dots on a logarithmic scale, for light and dark pages."""
    alt = "Dots on a logarithmic scale of time; the numbers are those of the table above."
    light, dark = (_picture(_drawn(timings, theme), alt) for theme in (_LIGHT, _DARK))
    caption = "The measured times; further left is faster, and each grid line is ten times more."
    return Figure((replace(light, dark=dark.png),), caption, layout="wide")


def _drawn(timings: Sequence[Timed], theme: dict[str, str]) -> Plot:
    plot = Plot(figsize=(5.4, 0.8 + 0.34 * len(timings)), dpi=_DPI, facecolor=theme["paper"])
    axes = plot.add_subplot(facecolor=theme["paper"])
    places = range(len(timings))
    for key, label, marker in _SERIES:
        values = [getattr(timing, key) for timing in timings]
        axes.plot(values, places, marker, color=_COLOURS[key], label=label, markersize=7, zorder=3)
    axes.set_yticks(places, [timing.name for timing in timings])
    axes.invert_yaxis()
    _dress(axes, theme)
    plot.tight_layout()
    return plot


def _dress(axes: Any, theme: dict[str, str]) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(_tick))
    axes.xaxis.set_minor_formatter(NullFormatter())
    _plain(axes, theme)


class Profiled(Protocol):
    """What is plotted of an aquarium."""

    @property
    def time(self) -> float: ...
    @property
    def profile(self) -> Any: ...


def profiles(start: Profiled, states: Sequence[Profiled]) -> Figure:
    """The mean concentration of each column at every time, for light and dark pages."""
    alt = "Lines across the columns, flatter at each later time."
    light, dark = (_picture(_lines(start, states, theme), alt) for theme in (_LIGHT, _DARK))
    caption = "The mean concentration of each column of the aquarium."
    return Figure((replace(light, dark=dark.png),), caption, layout="wide")


def _lines(start: Profiled, states: Sequence[Profiled], theme: dict[str, str]) -> Plot:
    plot = Plot(figsize=(5.4, 2.4), dpi=_DPI, facecolor=theme["paper"])
    axes = plot.add_subplot(facecolor=theme["paper"])
    for state, colour in zip((start, *states), _FADING, strict=False):
        axes.plot(state.profile, color=colour, linewidth=1.6, label=f"t = {state.time:g}")
    axes.set_xlim(0, len(start.profile) - 1)
    axes.set_xlabel("column", color=theme["ink"], fontsize=10)
    axes.set_ylabel("grey level", color=theme["ink"], fontsize=10)
    _plain(axes, theme)
    plot.tight_layout()
    return plot


class Octaves(Protocol):
    """What an equaliser shows of a sound."""

    @property
    def middles_hz(self) -> Any: ...
    @property
    def level_db(self) -> Any: ...


_LOWEST_DB = -60


def equaliser(before: Octaves, after: Octaves, frequencies: Any, response: Any) -> Figure:
    """Bars of octaves before and after a filter, over its response curve."""
    alt = "Pairs of bars, lower after the filter at high frequencies, over a falling curve."
    light, dark = (
        _picture(_bars(before, after, frequencies, response, theme), alt)
        for theme in (_LIGHT, _DARK)
    )
    caption = (
        "Above the level of each octave before and after the filter, in decibels of the mean "
        f"square, from {fixed(_LOWEST_DB, 0)} up. Below the filter's response curve."
    )
    return Figure((replace(light, dark=dark.png),), caption, layout="wide")


def _bars(
    before: Octaves, after: Octaves, frequencies: Any, response: Any, theme: dict[str, str]
) -> Plot:
    plot = Plot(figsize=(5.4, 4.0), dpi=_DPI, facecolor=theme["paper"])
    bars, curve = plot.subplots(2, 1, height_ratios=(3, 2), sharex=True)
    names = [f"{middle:g}" for middle in before.middles_hz]
    for levels, label, colour, side in (
        (before, "before", _FADING[1], 1 / 1.17),
        (after, "after", _FADING[2], 1.17),
    ):
        heights = [max(float(level) - _LOWEST_DB, 0.0) for level in levels.level_db]
        places = before.middles_hz * side
        bars.bar(places, heights, width=0.28 * places, bottom=_LOWEST_DB, color=colour, label=label)
    curve.plot(frequencies[1:], response[1:], color=_FADING[3], linewidth=1.6, label="response")
    curve.set_ylim(_LOWEST_DB, 3)
    curve.set_xscale("log")
    curve.set_xlim(20, 6000)
    curve.set_xticks(before.middles_hz, names)
    curve.xaxis.set_minor_formatter(NullFormatter())
    curve.set_xlabel("hertz", color=theme["ink"], fontsize=10)
    for axes in (bars, curve):
        _plain(axes, theme)
        axes.set_ylabel("decibels", color=theme["ink"], fontsize=10)
    plot.tight_layout()
    return plot


def _plain(axes: Any, theme: dict[str, str]) -> None:
    """A grid, a legend above, and no frame."""
    axes.set_facecolor(theme["paper"])
    axes.set_axisbelow(True)
    axes.tick_params(which="both", colors=theme["ink"], length=0, labelsize=10)
    axes.grid(color=theme["grid"], linewidth=0.8)
    axes.spines[:].set_visible(False)
    axes.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1), ncols=4, frameon=False, fontsize=10,
        labelcolor=theme["ink"],
    )  # fmt: skip


def courses(
    lines: Sequence[tuple[str, Any]],
    across: str,
    up: str,
    caption: str,
    band: tuple[Any, Any, Any] | None = None,
) -> Figure:
    """Series as lines, for light and dark pages: each a label and values, or places and values.

    `band` is places, lower and upper ends of what is shaded.
    """
    alt = f"{', '.join(label for label, _ in lines)}, as lines."
    light, dark = (
        _picture(_course(lines, across, up, band, theme), alt) for theme in (_LIGHT, _DARK)
    )
    return Figure((replace(light, dark=dark.png),), caption, layout="wide")


def _course(
    lines: Sequence[tuple[str, Any]],
    across: str,
    up: str,
    band: tuple[Any, Any, Any] | None,
    theme: dict[str, str],
) -> Plot:
    plot = Plot(figsize=(5.4, 2.4), dpi=_DPI, facecolor=theme["paper"])
    axes = plot.add_subplot(facecolor=theme["paper"])
    if band is not None:
        axes.fill_between(*band, color=_FADING[2], alpha=0.25, linewidth=0)
    for (label, values), colour in zip(lines, (_FADING[1], _FADING[2]), strict=False):
        places, heights = values if isinstance(values, tuple) else (range(len(values)), values)
        axes.plot(places, heights, color=colour, linewidth=1.4, label=label)
    axes.set_xlabel(across, color=theme["ink"], fontsize=10)
    axes.set_ylabel(up, color=theme["ink"], fontsize=10)
    _plain(axes, theme)
    plot.tight_layout()
    return plot


def _tick(value: float, _: int) -> str:
    """A power of ten without decimals."""
    text, unit = duration(value).split()
    return f"{float(text):g} {unit}"


def _picture(plot: Plot, alt: str) -> Picture:
    FigureCanvasAgg(plot)
    buffer = io.BytesIO()
    plot.savefig(buffer, format="png", bbox_inches="tight")
    drawn = Image.open(buffer).convert("RGB").quantize(_INKS, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    drawn.save(buffer, "PNG", optimize=True)
    return Picture(buffer.getvalue(), drawn.width, drawn.height, alt)
