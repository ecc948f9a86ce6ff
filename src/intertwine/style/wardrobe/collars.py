"""Necklines and what stands around them."""

from __future__ import annotations

from collections.abc import Sequence

from intertwine.style.wardrobe.body import NECK
from intertwine.style.wardrobe.curves import Place, mirrored, smooth
from intertwine.style.wardrobe.pattern import Pattern


def neckline(word: str, width: float, depth: float) -> list[Place]:
    """Return the right half of the edge around the neck, from the middle to the shoulder."""
    low = NECK + depth
    if word == "v":
        return [(0.0, low), (width, NECK)]
    if word == "square":
        return [(0.0, low), (0.9 * width, low), (width, NECK)]
    return smooth((0.0, low), (0.7 * width, NECK + 0.68 * depth), (width, NECK))


def collar(made: Pattern, word: str, edge: Sequence[Place]) -> None:
    """Sew a collar to a neckline; none is an edge that is turned in."""
    (_, low), (width, _) = edge[0], edge[-1]
    if word == "pointed":
        wing = [(0.02, min(low, NECK + 0.3)), (0.33, NECK + 0.5), (width + 0.13, NECK + 0.06),
                (width * 0.8, NECK - 0.14)]  # fmt: skip
        made.pair(wing, tone=1.06)
    elif word == "stand":
        made.panel(mirrored([(0.8 * width, NECK - 0.3), (width + 0.02, NECK + 0.02),
                             (0.0, NECK + 0.16)]), tone=1.04)  # fmt: skip
        made.seam_pair((0.0, NECK - 0.17), (0.85 * width, NECK - 0.17))
    elif word == "lapel":
        notch = NECK + 0.5 * (low - NECK)
        made.pair([(0.0, low + 0.06), (0.52, notch), (0.36, notch - 0.1),
                   (width + 0.14, NECK + 0.1), (width * 0.85, NECK - 0.1)], tone=1.08)  # fmt: skip
        made.seam_pair((0.36, notch - 0.1), (0.2, notch))
    else:
        inset = [(x + 0.05 * (i > 0), y + 0.09) for i, (x, y) in enumerate(edge)]
        made.seam_pair(*inset)


def hood(made: Pattern, width: float) -> None:
    """Sew a hood behind the neck; a front panel is laid over its foot."""
    right = smooth((0.0, 0.42), (0.5, 0.72), (width + 0.3, 1.2), (width + 0.18, NECK + 0.25))
    made.panel(mirrored(right), tone=0.92, behind=True)
    inner = smooth((0.0, 0.66), (0.33, 0.88), (width + 0.08, 1.3), (width, NECK + 0.25))
    made.panel(mirrored(inner), tone=0.6, behind=True)
