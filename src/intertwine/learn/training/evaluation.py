"""How good answers are: accuracy with its interval, confusion, calibrated probabilities."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats  # type: ignore[import-untyped]

Array = NDArray[Any]

#: How far temperatures are thought to lie from 1 before a picture is seen, as logarithms.
PRIOR = 0.5

#: Temperatures that are looked at, as logarithms.
_BOUNDS = (-3.0, 3.0)


class Accuracy(NamedTuple):
    """How many of `total` answers are right, with Wilson's 95 % interval (1927)."""

    right: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The fraction of right answers."""
        return self.right / self.total

    def __str__(self) -> str:
        return f"{self.value:.4f} ({self.low:.4f} to {self.high:.4f}, {self.right} of {self.total})"

    def as_card(self) -> dict[str, float]:
        """JSON."""
        return {"value": self.value, **self._asdict()}


def accuracy(guesses: Array, labels: Array) -> Accuracy:
    """Return how many guesses are the labels.

    >>> accuracy(np.array([0, 1, 1, 0]), np.array([0, 1, 1, 1])).right
    3
    """
    right, total = int((guesses == labels).sum()), len(labels)
    low, high = stats.binomtest(right, total).proportion_ci(0.95, method="wilson")
    return Accuracy(right, total, float(low), float(high))


def confusion(guesses: Array, labels: Array, classes: int) -> Array:
    """Return how often each class (row) is taken for each (column): (classes, classes).

    >>> confusion(np.array([0, 1, 1]), np.array([0, 0, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    pairs = np.bincount(labels * classes + guesses, minlength=classes**2)
    return pairs.reshape(classes, classes)


def temperature(logits: Array, labels: Array) -> float:
    """Return the likeliest t for which ``softmax(logits / t)`` are the probabilities of `labels`.

    (Guo, Pleiss, Sun, Weinberger 2017, section 4.2.) Before anything is seen, log t is taken to be
    normal around 0 with deviation `PRIOR`: where a few pictures are all answered rightly, the
    likelihood alone would be sure of everything.
    """

    def cost(log_t: float) -> float:
        likelihood = len(labels) * mean_loss(logits / np.exp(log_t), labels)
        return likelihood + (log_t / PRIOR) ** 2 / 2

    found = optimize.minimize_scalar(cost, bounds=_BOUNDS, method="bounded")
    return float(np.exp(found.x))


def mean_loss(logits: Array, labels: Array) -> float:
    """Return the mean of ``-log softmax(logits)[label]``."""
    rows = special.log_softmax(np.asarray(logits, float), axis=1)
    return float(-rows[np.arange(len(labels)), labels].mean())


def calibration_error(probabilities: Array, labels: Array, bins: int = 15) -> float:
    """Return the mean gap between how sure answers are and how often they are right.

    Answers are put into `bins` of equal width by the probability of their class; the gap of each
    bin weighs as many answers as it has.
    """
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    which = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = np.bincount(which, right - sure, bins)
    return float(np.abs(gaps).sum() / len(labels))
