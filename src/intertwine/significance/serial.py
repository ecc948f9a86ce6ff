"""Series: neighbours in time are alike, so that n values say less than n independent ones.

An autoregression takes most of that away, and blocks of what is left take the rest: their means
are the observations of the test. The filter's gain at frequency 0 is divided out, so that the
means keep their scale.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intertwine.significance.autoregression import burg, residual

Array = NDArray[np.float64]

#: Blocks are this many square roots of the length long: with shorter ones, what the filter leaves
#: of an AR(1) of .8 makes p-values too small; with longer ones there are too few to tell anything.
_LENGTH = 1.5

_STRONGEST = 0.95  # sum of the taps: the level of what is left is divided by 1 minus this


def blocks(series: Sequence[Array]) -> tuple[list[Array], str]:
    """Means of blocks of each whitened series, by one common filter, and what was done."""
    taps = burg([x - x.mean() for x in series], 1 + min(x.size for x in series) // 10)
    shortest = min(x.size for x in series)
    total = float(taps.sum())
    if total > 0:  # estimates of autocorrelation about a mean lie low (Marriott and Pope 1954)
        raised = min(total + (1 + 3 * total) / shortest, _STRONGEST)
        taps, total = taps * (raised / total), raised
    length = max(2, round(_LENGTH * shortest**0.5))
    means = []
    for x in series:
        level = x.mean()
        white = residual(x - level, taps) / (1 - total) + level
        count = max(1, white.size // length)
        means.append(np.array([part.mean() for part in np.array_split(white, count)]))
    done = (
        f"The series was whitened by an autoregression of order {taps.size} "
        f"({', '.join(f'{t:.2f}' for t in taps) or 'none needed'}) and cut into "
        f"{' and '.join(str(m.size) for m in means)} blocks of about {length} samples, whose means "
        "the test permutes."
    )
    return means, done


def whitened_pair(a: Array, b: Array) -> tuple[Array, Array, str]:
    """Both series whitened by autoregressions of their own, at the same times."""
    most = 1 + a.size // 10
    taps = [burg([x - x.mean()], most) for x in (a, b)]
    start = max(t.size for t in taps)
    white = [residual(x - x.mean(), t)[start - t.size :] for x, t in zip((a, b), taps, strict=True)]
    done = (
        f"Both series were whitened by autoregressions of order {taps[0].size} and "
        f"{taps[1].size}; the correlation is that of what they do not foretell."
    )
    return white[0], white[1], done


def neighbours(x: Array) -> tuple[float, float]:
    """The correlation of neighbours in the order given, and how many standard errors that is."""
    d = x - x.mean()
    size = float(d @ d)
    if x.size < 10 or size == 0:
        return 0.0, 0.0
    r = float(d[1:] @ d[:-1]) / size
    return r, (r + 1 / x.size) * x.size**0.5
