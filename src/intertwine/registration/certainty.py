"""How sure an answer is: the share of alike cases, in trials with known answers, that were right.

A logistic curve, fitted once to the pairs of ``benchmarks/registration_pairs.py``: photos,
textures, pages and specimens, related and not, noisy, lit differently, overlaid. What it goes by is
free of scale: the evidence, how far it and the area that agrees stand above those of the next
candidate, and which share of what both show agrees.
``python -m benchmarks.registration_calibration`` tells how it holds on others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from intertwine.registration.judge import Found as FoundRotation
from intertwine.registration.judge import Judged
from intertwine.registration.search import SETTLED, Answer
from intertwine.registration.translation_fit import Found

#: The weights of the curve: a constant, then those of `shift_features`.
_SHIFT = (0.116, -0.153, 0.846, 1.059, 0.395, 1.727)
_ROTATION = (-3.59, 0.455, 0.717, 1.299, 0.415, 1.227, 1.529, 1.032)


def confidences(found: Sequence[Found]) -> list[float]:
    """For each candidate, the best first; together they are at most 1."""
    left, result = 1.0, []
    for each in found:
        rivals = [other for other in found if other is not each]
        sure = _logistic(_SHIFT, shift_features(each, rivals)) * within(each.error, len(each.shift))
        result.append(min(left, sure))
        left -= result[-1]
    return result


def of_rotations(answer: Answer) -> list[float]:
    """For each motion found, the best first."""
    left, result = 1.0, []
    for each in answer.found:
        rivals = [other.judged for other in answer.found if other is not each]
        sure = _logistic(_ROTATION, rotation_features(each, rivals))
        sure = sure if each.fit.agreement > 0 else 0.0  # aligned, they have nothing in common
        result.append(min(left, sure))
        left -= result[-1]
    return result


def rotation_features(best: FoundRotation, rivals: Sequence[Judged]) -> tuple[float, ...]:
    """Those of a shift, what is left unexplained, and whether the refinement came to rest."""
    agreement = math.atanh(min(0.999, max(0.0, best.fit.agreement)))
    agreement *= math.sqrt(min(1.0, max(0.0, best.fit.share)))
    return (*shift_features(best.judged, rivals), agreement, float(best.fit.last_step < SETTLED))


def shift_features(best: Found | Judged, rivals: Sequence[Found | Judged]) -> tuple[float, ...]:
    nats = max((other.nats for other in rivals), default=1.0)
    score = max((other.score for other in rivals), default=0.01)
    return (
        math.log(best.nats + 1),
        math.log((best.nats + 1) / (nats + 1)),
        math.log((best.score + 0.02) / (score + 0.02)),
        math.log(best.area + 0.02),
        best.area / max(best.area + best.against, 1e-6),
    )


def within(error: float, ndim: int, limit: float = 1.0) -> float:
    """The probability that no axis is off by more than `limit`, with that standard error."""
    return math.erf(limit / (math.sqrt(2) * max(error, 1e-3))) ** ndim


def _logistic(weights: Sequence[float], features: Sequence[float]) -> float:
    """``1 / (1 + exp(-odds))`` without overflow."""
    odds = weights[0] + sum(w * x for w, x in zip(weights[1:], features, strict=True))
    return 0.5 * (1 + math.tanh(odds / 2))
