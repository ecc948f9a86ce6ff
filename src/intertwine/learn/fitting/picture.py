"""A fit as a picture: before, after, kernel, prediction, residual."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intertwine.algebra.picture import plane, signed_colours
from intertwine.base.libraries import need
from intertwine.learn.fitting.pairs import Pair

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from intertwine.learn.fitting.result import KernelFit

Array = NDArray[Any]

_MOST_POINTS = 2000


def panels(fit: KernelFit, pair: Pair) -> dict[str, Array]:
    """What is drawn beside the kernel: channels averaged, at most two axes each."""
    prediction = fit.predict(pair.before)
    shown = {
        "before": pair.before,
        "after": pair.after,
        "kernel @ before": prediction,
        "residual": pair.after - prediction,
    }
    channels = tuple(set(range(pair.before.ndim)) - set(pair.axes))
    return {name: plane(each.mean(axis=channels, dtype=float)) for name, each in shown.items()}


def drawn(fit: KernelFit, pair: Pair) -> Figure:
    """All five in one figure, under the sentence of the fit."""
    figures: Any = need("matplotlib.figure", "A picture of a fit")
    shown = panels(fit, pair)
    if shown["before"].ndim == 1:
        figure: Figure = figures.Figure(figsize=(11, 6), layout="constrained")
        _lines(figure, fit, shown)
    else:
        figure = figures.Figure(figsize=(15, 3.6), layout="constrained")
        _pictures(figure, fit, shown)
    figure.suptitle(fit.sentence, fontsize=10)
    return figure


def _pictures(figure: Any, fit: KernelFit, shown: dict[str, Array]) -> None:
    slots = figure.subplots(1, 5)
    order = ["before", "after", "kernel", "kernel @ before", "residual"]
    low, high = np.nanquantile(shown["after"], (0.005, 0.995))
    for axes, name in zip(slots, order, strict=True):
        axes.set_title(name, fontsize=10)
        if name == "kernel":
            taps = plane(fit.kernel.taps)
            reach = float(np.abs(taps).max()) or 1.0
            image = axes.imshow(taps, cmap=signed_colours(), vmin=-reach, vmax=reach)
            figure.colorbar(image, ax=axes, shrink=0.7)
            continue
        axes.set_axis_off()
        if name == "residual":
            reach = float(np.nanquantile(np.abs(shown[name]), 0.995)) or 1.0
            image = axes.imshow(shown[name], cmap=signed_colours(), vmin=-reach, vmax=reach)
            figure.colorbar(image, ax=axes, shrink=0.7)
        elif name == "before":
            axes.imshow(shown[name], cmap="gray")
        else:
            axes.imshow(shown[name], cmap="gray", vmin=low, vmax=max(high, low + 1e-12))


def _lines(figure: Any, fit: KernelFit, shown: dict[str, Array]) -> None:
    top, middle, bottom = figure.subplots(3, 1)
    places = np.arange(fit.kernel.size) - fit.kernel.origin[0]
    low, high = fit.interval()
    for axes, names in ((top, ["before"]), (middle, ["after", "kernel @ before", "residual"])):
        for name, colour in zip(names, ("#2d58aa", "#b8741a", "#8a8f98"), strict=False):
            axes.plot(*_thinned(shown[name]), color=colour, linewidth=0.8, label=name)
        axes.legend(frameon=False, loc="upper right", ncols=3)
        axes.set_xlabel("sample")
    bottom.fill_between(places, low, high, color="#e0a03c", alpha=0.4, label="95 % interval")
    bottom.plot(places, fit.kernel.taps, color="#8a4b00", linewidth=1, label="kernel")
    bottom.axhline(0, color="#888888", linewidth=0.6)
    bottom.set_xlabel("samples from the origin")
    bottom.legend(frameon=False, loc="upper right", ncols=2)


def _thinned(line: Array) -> tuple[Array, Array]:
    """Places and values; of long lines the lowest and highest of each stretch."""
    step = len(line) // (_MOST_POINTS // 2)
    if step < 2:
        return np.arange(len(line)), line
    parts = line[: len(line) // step * step].reshape(-1, step)
    places = np.repeat(np.arange(len(parts)) * step, 2)
    return places, np.stack([parts.min(axis=1), parts.max(axis=1)], axis=1).ravel()
