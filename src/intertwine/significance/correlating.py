"""Correlation of two columns: who is paired with whom, if it were chance."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from math import factorial, prod

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats  # type: ignore[import-untyped]

from intertwine.significance import inversions, prediction
from intertwine.significance.grouping import histogram
from intertwine.significance.laws import Bounds, Law, Tails, listed_tails, sampled_tails, tails_of
from intertwine.significance.reading import Pairs
from intertwine.significance.result import Found, Picture, Stratum, law_picture, no_picture

Array = NDArray[np.float64]
Orders = NDArray[np.intp]

#: Orders that are listed rather than drawn: up to 9 rows.
_MOST_LISTED = 362_880

#: Said where the coefficient is 0 / 0.
CONSTANT = "One column is constant: no correlation can be told."


def correlation(
    data: Pairs, coefficient: str, alternative: str, resamples: int, seed: int
) -> Found:
    """Pearson's, Spearman's or Kendall's coefficient, over all pairings within strata."""
    rows = [np.flatnonzero(data.codes == k) for k in range(int(data.codes.max()) + 1)]
    a, b = data.a, data.b
    if coefficient == "spearman":
        a, b = _ranked(a, rows), _ranked(b, rows)
    statistic, statistics, law = _measure(coefficient, a, b, rows)
    observed = statistic
    draws = None
    if law is not None:
        tails = tails_of(law, observed)
    else:
        draws, listed = _draws(rows, statistics, resamples, seed)
        tolerance = 1e-12 * max(abs(observed), float(np.abs(draws).max(initial=0.0)))
        tails = (listed_tails if listed else sampled_tails)(draws, observed, tolerance)
    r, scale = _scaled(coefficient, a, b, rows, observed)

    def picture() -> Picture:
        label = f"{coefficient.capitalize()}'s correlation"
        if law is not None:
            return law_picture(law, r, label, scale)
        assert draws is not None
        return histogram(draws * scale, r, label)

    return _found(data, coefficient, rows, r, tails, alternative, picture)


def _found(
    data: Pairs, coefficient: str, rows: list[Orders], r: float, tails: Tails, alternative: str,
    picture: Callable[[], Picture],
) -> Found:  # fmt: skip
    if np.ptp(data.a) == 0 or np.ptp(data.b) == 0:
        return _undefined(data, coefficient)
    n = data.a.size - len(rows) + 1
    return Found(
        statistic=r,
        bounds=tails.pvalue(alternative),
        method=tails.method,
        standard_error=tails.error,
        effect=r,
        effect_name=f"{coefficient.capitalize()}'s correlation",
        prediction=prediction.of_line(data.b, data.a),
        superiority=float("nan"),
        sizes=(data.a.size, data.b.size),
        strata=tuple(
            Stratum(name, (at.size, at.size), _single(coefficient, data.a[at], data.b[at]))
            for name, at in zip(data.names, rows, strict=False)
        ),
        notes=(),
        interval=lambda level, side: _fisher(r, n, coefficient, level, side),
        picture=picture,
    )


def _undefined(data: Pairs, coefficient: str) -> Found:
    """A constant column varies with nothing: 0 / 0."""
    nan, name = float("nan"), f"{coefficient.capitalize()}'s correlation"
    return Found(
        nan, Bounds(nan, nan), "unknown", 0.0, nan, name, nan, nan, (data.a.size, data.b.size), (),
        (CONSTANT,), lambda level, side: (nan, nan), lambda: no_picture(name),
    )  # fmt: skip


def _ranked(x: Array, rows: list[Orders]) -> Array:
    ranks = np.empty(x.size)
    for at in rows:
        ranks[at] = stats.rankdata(x[at])
    return ranks


def _measure(
    coefficient: str, a: Array, b: Array, rows: list[Orders]
) -> tuple[float, Callable[[list[Orders]], Array], Law | None]:
    """The observed statistic, how to compute it for orders of b, and its law if it is known."""
    if coefficient == "kendall":
        observed = sum(inversions.concordance(a[at], b[at]) for at in rows)

        def concordances(orders: list[Orders]) -> Array:
            return np.asarray(
                np.sum(
                    [
                        inversions.concordances(a[at], order, b[at])
                        for at, order in zip(rows, orders, strict=True)
                    ],
                    axis=0,
                )
            )

        return observed, concordances, _kendall_law(a, b, rows)
    centred = a.copy()
    for at in rows:
        centred[at] -= a[at].mean()

    def products(orders: list[Orders]) -> Array:
        return np.asarray(
            np.sum(
                [
                    (b[at] - b[at].mean())[order] @ centred[at]
                    for at, order in zip(rows, orders, strict=True)
                ],
                axis=0,
            )
        )

    return float(products([np.arange(at.size)[None] for at in rows])[0]), products, None


def _kendall_law(a: Array, b: Array, rows: list[Orders]) -> Law | None:
    """The law of S; None where a stratum has ties on both sides."""
    mass, least = np.ones(1), 0.0
    for at in rows:
        ties = [np.unique(x[at], return_counts=True)[1] for x in (a, b)]
        if min(t.max() for t in ties) > 1:
            return None
        groups = max(ties, key=lambda t: int(t.max()))
        mass = np.convolve(mass, inversions.inversion_law(groups))
        pairs = at.size * (at.size - 1) / 2 - float((groups * (groups - 1) / 2).sum())
        least -= pairs
    return Law(mass, least, 2.0)


def _draws(
    rows: list[Orders],
    statistics: Callable[[list[Orders]], Array],
    resamples: int,
    seed: int,
) -> tuple[Array, bool]:
    if prod(factorial(min(at.size, 20)) for at in rows) <= _MOST_LISTED and len(rows) == 1:
        orders = np.array(list(itertools.permutations(range(rows[0].size))), np.intp)
        return statistics([orders]), True
    rng = np.random.default_rng(seed)
    step = max(1, (1 << 22) // sum(at.size for at in rows))
    parts = []
    for begin in range(0, resamples, step):
        count = min(step, resamples - begin)
        parts.append(
            statistics(
                [rng.permuted(np.tile(np.arange(at.size), (count, 1)), axis=1) for at in rows]
            )
        )
    return np.concatenate(parts), False


def _scaled(
    coefficient: str, a: Array, b: Array, rows: list[Orders], observed: float
) -> tuple[float, float]:
    """The coefficient, and what its statistic is multiplied by for it."""
    size = [0.0, 0.0]
    for at in rows:
        for place, x in enumerate((a[at], b[at])):
            if coefficient == "kendall":
                counts = np.unique(x, return_counts=True)[1].astype(float)
                size[place] += (x.size * (x.size - 1) - float((counts * (counts - 1)).sum())) / 2
            else:
                size[place] += float(((x - x.mean()) ** 2).sum())
    scale = 1 / float(np.sqrt(size[0] * size[1])) if min(size) > 0 else 0.0
    return float(np.clip(observed * scale, -1, 1)), scale


def _single(coefficient: str, a: Array, b: Array) -> float:
    rows = [np.arange(a.size)]
    if coefficient == "spearman":
        a, b = _ranked(a, rows), _ranked(b, rows)
    return _scaled(coefficient, a, b, rows, _measure(coefficient, a, b, rows)[0])[0]


def _fisher(
    r: float, n: int, coefficient: str, level: float, alternative: str
) -> tuple[float, float]:
    """Fisher's transform; variances of ranks after Bonett and Wright (2000)."""
    if n < 5:
        return -1.0, 1.0
    variance = {
        "pearson": 1 / (n - 3),
        "spearman": (1 + r**2 / 2) / (n - 3),
        "kendall": 0.437 / (n - 4),
    }[coefficient]
    miss = (1 - level) / (2 if alternative == "two-sided" else 1)
    reach = -float(special.ndtri(miss)) * variance**0.5
    # Ranks that agree entirely may do so by chance: as if one pair of neighbours were swapped.
    swap = {"pearson": 0.0, "spearman": 12 / (n**3 - n), "kendall": 4 / (n**2 - n)}[coefficient]
    most = 1 - max(swap, 1e-15)
    middle = float(np.arctanh(np.clip(r, -most, most)))
    low, high = float(np.tanh(middle - reach)), float(np.tanh(middle + reach))
    low, high = (-1.0 if r < -most else low), (1.0 if r > most else high)
    return (low if alternative != "less" else -1.0), (high if alternative != "greater" else 1.0)
