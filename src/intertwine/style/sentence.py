"""A match in words: which views make the score, and where the pictures agree."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from intertwine.style.heat import Heat

#: How a place in the garment's square is called, ninth by ninth.
PLACES = (
    ("at the top left", "at the top", "at the top right"),
    ("on the left", "in the middle", "on the right"),
    ("at the bottom left", "at the bottom", "at the bottom right"),
)

#: What adds less to a score is not told.
LEAST_TOLD = 0.005


def of_views(shares: Mapping[str, float]) -> str:
    """What each view adds to the score."""
    score = sum(shares.values())
    if len(shares) == 1:
        return f"The whole score of {score:.2f} is {next(iter(shares))}."
    *some, last = (f"{view} gives {share:.2f}" for view, share in shares.items())
    return f"Of the score of {score:.2f}, {', '.join(some)} and {last}."


def of_places(heat: Heat) -> str:
    """Where the hit agrees most, and where it agrees least if that takes from the score."""
    if not heat.exact:
        (parts,) = heat.parts
        row, column = (int(n) for n in np.unravel_index(parts.argmax(), parts.shape))
        if parts[row, column] < LEAST_TOLD:
            return "No part matters alone: covering any one of them hardly lowers it."
        place = PLACES[_third(row, len(parts))][_third(column, len(parts))]
        return f"Covered {place}, the hit loses most: {parts[row, column]:.2f}."
    ninths = np.array(
        [
            [part.sum() for part in np.array_split(rows, 3, axis=1)]
            for rows in np.array_split(heat.square, 3)
        ]
    ) / heat.square.size  # fmt: skip
    order = [(int(n) // 3, int(n) % 3) for n in np.argsort(-ninths, axis=None, kind="stable")]
    told = [f"{PLACES[r][c]} ({ninths[r, c]:.2f})" for r, c in order if ninths[r, c] >= LEAST_TOLD]
    row, column = order[-1]
    least = f"{PLACES[row][column]} ({ninths[row, column]:.2f})"
    differs = ninths[row, column] <= -LEAST_TOLD
    if not told:
        return (
            f"Nowhere do they agree; least {least}." if differs else "They have nothing in common."
        )
    most = f"They agree most {' and '.join(told[:2])}"
    return f"{most}, and least {least}." if differs else f"{most}."


def _third(place: int, count: int) -> int:
    return int(3 * (place + 0.5) / count)
