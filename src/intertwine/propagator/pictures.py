"""The flow of a density, drawn."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from intertwine.base.errors import OptionError, ShapeError, shown
from intertwine.base.libraries import need

if TYPE_CHECKING:
    from intertwine.propagator import Propagator

_MOST_PANELS = 12
_DECADES = 4  # what is fainter than the peak by more is drawn as nothing


def flow_figure(p: Propagator, times: Sequence[float]) -> Any:
    """Lines in one plot for one axis, a row of pictures for two, with logarithmic colours."""
    if p.ndim > 2:
        raise ShapeError(
            f"plot_flow: the density has {p.ndim} axes, and a picture shows one or two."
        )
    if isinstance(times, str) or not isinstance(times, Sequence | np.ndarray) or len(times) == 0:
        raise OptionError(
            f"plot_flow: `times={shown(times)}` must be a list of times, such as [0.5, 1, 2]."
        )
    if len(times) > _MOST_PANELS:
        raise OptionError(f"plot_flow: {len(times)} times, at most {_MOST_PANELS} fit a picture.")
    figure_class = need("matplotlib.figure", "plot_flow").Figure
    flows = [p.flow(t) for t in times]
    return (_lines if p.ndim == 1 else _panels)(figure_class, flows, times)


def _lines(figure_class: Any, flows: list[Propagator], times: Sequence[float]) -> Any:
    figure = figure_class(figsize=(6.4, 3.6), layout="constrained")
    axes = figure.add_subplot()
    low, high = _window(flows, 0)
    shades = importlib.import_module("matplotlib").colormaps["viridis"]
    for n, (flow, t) in enumerate(zip(flows, times, strict=True)):
        places = np.arange(flow.shape[0]) - flow.origin[0]
        seen = (places >= low) & (places <= high)
        colour = shades(0.85 * n / max(1, len(flows) - 1))
        axes.plot(places[seen], flow.taps[seen], ".-", color=colour, label=f"t = {t:g}")
    axes.set_xlabel("displacement (samples)")
    axes.set_ylabel("probability")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    return figure


def _panels(figure_class: Any, flows: list[Propagator], times: Sequence[float]) -> Any:
    figure = figure_class(figsize=(2.9 * len(flows) + 0.4, 2.7), layout="constrained")
    windows = [_window(flows, axis) for axis in (0, 1)]
    log_norm = importlib.import_module("matplotlib.colors").LogNorm
    extent = (windows[1][0] - 0.5, windows[1][1] + 0.5, windows[0][1] + 0.5, windows[0][0] - 0.5)
    for n, (flow, t) in enumerate(zip(flows, times, strict=True)):
        axes = figure.add_subplot(1, len(flows), n + 1)
        shown_taps = _cut(flow, windows)
        peak = shown_taps.max()
        axes.set_facecolor(importlib.import_module("matplotlib").colormaps["viridis"](0))
        # A walker that has not moved yet outshines the rest: decades show both.
        image = axes.imshow(
            shown_taps, cmap="viridis", norm=log_norm(peak * 10**-_DECADES, peak, clip=True),
            extent=extent, interpolation="nearest",
        )  # fmt: skip
        figure.colorbar(image, ax=axes, shrink=0.7, pad=0.03)
        axes.set_title(f"t = {t:g}, peak {peak:.2g}", fontsize=10)
        axes.set_xlabel("axis 1 (samples)")
        if n == 0:
            axes.set_ylabel("axis 0 (samples)")
    return figure


def _window(flows: list[Propagator], axis: int) -> tuple[int, int]:
    """The displacements that hold all but 1e-4 of the widest flow along an axis."""
    low, high = 0, 1
    for flow in flows:
        others = tuple(a for a in range(flow.ndim) if a != axis)
        below = np.cumsum(flow.taps.sum(axis=others))
        low = min(low, int(np.searchsorted(below, 5e-5)) - flow.origin[axis])
        last = min(int(np.searchsorted(below, 1 - 5e-5)), below.size - 1)
        high = max(high, last - flow.origin[axis])
    return low, high


def _cut(flow: Propagator, windows: list[tuple[int, int]]) -> Any:
    """The taps inside the windows, with zeros where the flow ends earlier."""
    shape = [high - low + 1 for low, high in windows]
    out = np.zeros(shape)
    source, target = [], []
    for axis, (low, high) in enumerate(windows):
        start = -flow.origin[axis]
        stop = start + flow.shape[axis] - 1
        first, last = max(low, start), min(high, stop)
        source.append(slice(first - start, last - start + 1))
        target.append(slice(first - low, last - low + 1))
    out[tuple(target)] = flow.taps[tuple(source)]
    return out
