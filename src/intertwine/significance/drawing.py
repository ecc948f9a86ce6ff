"""The null distribution with the observed value, as a picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from intertwine.base.libraries import need
from intertwine.base.text import p_text
from intertwine.significance.result import Chance, Picture

_BARS = 120
_PLAIN, _BEYOND, _LINE = "#8a8f98", "#d98a1f", "#c2453c"


def draw(result: Chance, picture: Picture, axes: Any = None) -> Any:
    """Bars of chances; those at least as far out as the observed value are marked."""
    if axes is None:
        figure = need("matplotlib.figure", "Drawing").Figure(
            figsize=(6.4, 3.2), layout="constrained"
        )
        axes = figure.add_subplot()
    if not picture.values.size:
        axes.text(0.5, 0.5, "What chance does is not known.", ha="center", transform=axes.transAxes)
        axes.set_axis_off()
        return axes
    values, mass = _gathered(np.asarray(picture.values, float), np.asarray(picture.mass, float))
    width = float(np.diff(values).min()) if values.size > 1 else 1.0
    beyond = _beyond(values, mass, result, picture.observed, width)
    for part, colour in ((~beyond, _PLAIN), (beyond, _BEYOND)):
        axes.bar(values[part], mass[part], width=0.95 * width, color=colour)
    axes.axvline(picture.observed, color=_LINE, linewidth=1.6)
    axes.set_xlabel(f"{picture.label}, if only chance were at work (line: observed)")
    axes.set_ylabel("probability")
    axes.set_title(f"{p_text(result.pvalue)} ({result.method}, {result.alternative})", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _gathered(values: Any, mass: Any) -> tuple[Any, Any]:
    """At most so many bars, over where the chances are."""
    held = np.flatnonzero(mass > 1e-6 * mass.max())
    values, mass = values[held[0] : held[-1] + 1], mass[held[0] : held[-1] + 1]
    share = -(-values.size // _BARS)
    if share == 1:
        return values, mass
    starts = np.arange(0, values.size, share)
    middle = np.add.reduceat(values, starts) / np.diff([*starts, values.size])
    return middle[:-1], np.add.reduceat(mass, starts)[:-1]


def _beyond(values: Any, mass: Any, result: Chance, observed: float, width: float) -> Any:
    """The bars of the tail that is counted, or of both."""
    above, below = values > observed - width / 2, values < observed + width / 2
    if result.alternative == "greater":
        return above
    if result.alternative == "less":
        return below
    upper, lower = mass[above].sum(), mass[below].sum()
    own, tail = (above, upper) if upper <= lower else (below, lower)
    other = np.cumsum(mass) if upper <= lower else np.cumsum(mass[::-1])[::-1]
    return own | (other <= tail * (1 + 1e-9))
