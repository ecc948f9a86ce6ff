"""How sure an answer is: the share of alike cases, in trials with known answers, that were right.

Each is a logistic curve fitted to pairs of crops of 18 photographs, half of a side apart at most,
with and without noise, related and unrelated, of 24 to 300 pixels a side: 1767 pairs for turns and
1162 for shifts. ``benchmarks/registration.py`` tells how it holds on others.
"""

from __future__ import annotations

import math

from intertwine.registration.search import SETTLED, Found

#: Peaks higher than this many standard deviations are all alike: beyond doubt.
_HIGHEST = 40.0


def of_rotation(found: Found) -> float:
    """From how far the peak stands above any other turn's, from the agreement on the overlap, and
    from whether the refinement came to rest.
    """
    if found.fit.agreement <= 0:  # once aligned, they have nothing in common
        return 0.0
    ahead = min(found.height, _HIGHEST) - min(found.rival, _HIGHEST)
    agreement = math.atanh(min(0.9999, found.fit.agreement))
    agreement *= math.sqrt(min(1.0, max(0.0, found.fit.share)))
    rests = found.fit.last_step < SETTLED
    return _logistic(-8.10 + 0.310 * ahead + 2.46 * agreement + 4.70 * rests)


def of_shift(height: float, rival: float) -> float:
    """From how high the peak of the phase correlation stands, and how far above the next."""
    height, rival = min(height, _HIGHEST), min(rival, _HIGHEST)
    return _logistic(-6.46 + 0.525 * height + 0.769 * (height - rival))


def _logistic(odds: float) -> float:
    """``1 / (1 + exp(-odds))`` without overflow."""
    return 0.5 * (1 + math.tanh(odds / 2))
