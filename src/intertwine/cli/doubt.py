"""How sure a best place is, in a sentence: any data have one, the pattern being there or not."""

from __future__ import annotations

import math

from intertwine.matching.background import LEAST_CELLS
from intertwine.matching.wanted import DOUBTFUL


def doubt(what: str, false_alarm: float) -> str | None:
    """Say why the best place of `what` may be chance; None where there is no reason to.

    >>> doubt("face.png in moon.png", 0.002)
    >>> doubt("face.png in moon.png", 0.92).partition(":")[2]
    ' doubtful. Chance alone does as well there with probability 0.92; it may be absent.'
    """
    if math.isnan(false_alarm):
        return (
            f"{what}: how sure is not known. Chance is read from {LEAST_CELLS} places or more "
            "beside the match, and there are fewer; judge by the score."
        )
    if false_alarm > DOUBTFUL:
        return (
            f"{what}: doubtful. Chance alone does as well there with probability "
            f"{false_alarm:.2g}; it may be absent."
        )
    return None
