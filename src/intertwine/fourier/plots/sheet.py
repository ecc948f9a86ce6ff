"""An empty sheet to draw on, and how it becomes a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from intertwine.base.atomic import atomic, check_free
from intertwine.base.libraries import need

INK, FAINT, PAPER = "#2b2b28", "#d9d7cf", "#fdfcf9"
COLOURS = ("#4a7fd0", "#2f9e77", "#b05fc0", "#d98a1f", "#2b2b28")


def sheet(width: float, height: float) -> Any:
    """A figure of so many inches."""
    figures = need("matplotlib.figure", "Drawing")
    return figures.Figure(figsize=(width, height), dpi=120, facecolor=PAPER, layout="constrained")


def dress(axes: Any) -> None:
    """Faint grid lines, no box."""
    axes.set_facecolor(PAPER)
    axes.grid(color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, length=0)
    axes.spines[:].set_visible(False)


def save(figure: Any, path: Path, overwrite: bool) -> None:
    """Write a PNG whole or not at all."""
    check_free(path, overwrite)
    with atomic(path) as handle:
        figure.savefig(handle, format="png")
