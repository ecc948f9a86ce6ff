"""Accuracy over the angle as a picture, one panel for each kind of training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np

from intertwine.base.libraries import need
from intertwine.learn.experiments.curves import Measured
from intertwine.learn.experiments.methods import METHODS

#: One colour a method in every panel (Okabe and Ito 2008, for all eyes).
_COLOURS = ("#999999", "#E69F00", "#56B4E9", "#0072B2", "#CC79A7", "#D55E00", "#009E73")


def draw_curves(data: str, found: Sequence[Measured], file: BinaryIO) -> None:
    """Write a PNG: a line for each method with its 95 % intervals."""
    figures: Any = need("matplotlib.figure", "A plot of accuracies")
    trainings = list(dict.fromkeys(each.training for each in found))
    figure = figures.Figure(figsize=(5.2 * len(trainings), 5.2), layout="constrained")
    panels = figure.subplots(1, len(trainings), sharey=True, squeeze=False)[0]
    colours = dict(zip(METHODS, _COLOURS, strict=True))
    for axes, training in zip(panels, trainings, strict=True):
        for each in found:
            if each.training != training:
                continue
            angles = sorted(each.curve)
            values = [each.curve[angle] for angle in angles]
            middle = np.array([value.value for value in values])
            ends = [[v.low for v in values], [v.high for v in values]]
            colour = colours[each.method]
            axes.plot(angles, middle, color=colour, marker=".", label=METHODS[each.method].about)
            axes.fill_between(angles, *ends, color=colour, alpha=0.25, linewidth=0)
        axes.set_title(f"{data}, trained on {training} pictures", fontsize=10)
        axes.set_xlabel("rotation of the test pictures, degrees counter-clockwise")
        axes.set_ylim(0, 1)
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("accuracy")
    lines, names = panels[0].get_legend_handles_labels()
    figure.legend(lines, names, fontsize=8, loc="outside lower center", ncols=3)
    figure.savefig(file, format="png", dpi=110)
