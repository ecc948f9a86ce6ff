"""The confusion matrix as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from intertwine.base.libraries import need

#: Cells are labelled with their counts up to so many classes.
_MOST_LABELLED = 25


def draw_confusion(card: Mapping[str, Any], file: BinaryIO) -> None:
    """Write a PNG of a model's confusion matrix: classes down, answers across."""
    figures: Any = need("matplotlib.figure", "A picture of the confusion matrix")
    part = card["evaluated_on"]
    counts = np.array(card["confusion"])
    classes = card["classes"]
    size = 2.5 + 0.45 * min(len(classes), 60)
    figure = figures.Figure(figsize=(size + 0.8, size), layout="constrained")
    axes = figure.subplots()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    places = range(len(classes))
    axes.set_xticks(places, classes, rotation=90, fontsize=8)
    axes.set_yticks(places, classes, fontsize=8)
    axes.set_xlabel("answer")
    axes.set_ylabel("class")
    found = card["accuracy"][part]
    axes.set_title(
        f"{part}: {found['value']:.4f} right ({found['low']:.4f} to {found['high']:.4f})",
        fontsize=9,
    )
    if len(classes) <= _MOST_LABELLED:
        for row in places:
            for column in np.flatnonzero(counts[row]):
                colour = "white" if shares[row, column] > 0.5 else "black"
                axes.text(
                    column, row, f"{counts[row, column]}",
                    ha="center", va="center", fontsize=7, color=colour,
                )  # fmt: skip
    figure.savefig(file, format="png", dpi=110)
