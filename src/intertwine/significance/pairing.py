"""Designs whose rows belong together: paired differences, plain or by their ranks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]

from intertwine.base.errors import counted
from intertwine.significance import prediction
from intertwine.significance.crossings import sign_crossings
from intertwine.significance.laws import Tails, is_wide, tails_of
from intertwine.significance.reading import Pairs
from intertwine.significance.result import Found, Stratum, law_picture
from intertwine.significance.signs import (
    coin_law,
    difference_cells,
    drawn_signs,
    sign_law,
    sign_tails,
)

Array = NDArray[np.float64]

_SKEWED = 3.0  # standard errors of a skewness that is worth a word


def paired(data: Pairs, alternative: str, resamples: int, seed: int) -> Found:
    """The mean difference, under random signs of all differences."""
    d = data.a - data.b
    grid = difference_cells(data.a, data.b, data.eps)
    cells, unit = (None, 1.0) if grid is None else grid
    if cells is not None:
        d = unit * cells.astype(np.float64)  # without the rounding of the subtraction
    tails = sign_tails(d, cells, unit)
    if is_wide(tails):
        tails = drawn_signs(d, resamples, seed)
    crossings = None

    def interval(level: float, side: str) -> tuple[float, float]:
        nonlocal crossings
        crossings = crossings or sign_crossings(d, seed)
        return crossings.interval(level, side)

    return Found(
        statistic=float(d.mean()),
        bounds=tails.pvalue(alternative),
        method=tails.method,
        standard_error=tails.error,
        effect=float(d.mean()),
        effect_name="mean difference",
        prediction=prediction.of_differences(d),
        superiority=float(((d > 0).sum() + (d == 0).sum() / 2) / d.size),
        sizes=(d.size, d.size),
        strata=_strata(data, d),
        notes=_notes(d),
        interval=interval,
        picture=lambda: law_picture(
            sign_law(d, cells, unit), float(d.mean()), "mean difference", 1 / d.size
        ),
        relative=prediction.relative(float(d.mean()), float(data.b.mean()), data.a, data.b),
    )


def signed_rank(data: Pairs, alternative: str) -> Found:
    """Wilcoxon's signed ranks; differences of 0 are left out of the test."""
    grid = difference_cells(data.a, data.b, data.eps)
    d = data.a - data.b if grid is None else grid[1] * grid[0].astype(np.float64)
    exact = d if grid is None else grid[0].astype(np.float64)
    apart = exact[exact != 0]
    ranks = np.rint(2 * stats.rankdata(np.abs(apart))).astype(np.int64) * np.sign(apart).astype(int)
    law = sign_law(ranks.astype(float), ranks)
    tails: Tails = tails_of(law, float(ranks.sum()))
    sums = np.add.outer(d, d)[np.triu_indices(d.size)] / 2
    sums.sort()

    def interval(level: float, side: str) -> tuple[float, float]:
        counts = coin_law(np.arange(1, d.size + 1))
        return order_interval(sums, counts, level, side)

    positive = float(np.abs(ranks[ranks > 0]).sum()) / 2
    zeros = d.size - apart.size
    note = (
        f"{zeros} of {counted(d.size, 'difference')} {'is' if zeros == 1 else 'are'} 0; the "
        "signed-rank test leaves 0 out."
    )
    return Found(
        statistic=positive,
        bounds=tails.pvalue(alternative),
        method=tails.method,
        standard_error=tails.error,
        effect=float(np.median(sums)),
        effect_name="typical difference (Hodges-Lehmann)",
        prediction=prediction.of_differences(d),
        superiority=float(((d > 0).sum() + (d == 0).sum() / 2) / d.size),
        sizes=(d.size, d.size),
        strata=_strata(data, d),
        notes=((note,) if zeros else ()) + _notes(d),
        interval=interval,
        picture=lambda: law_picture(law, float(ranks.sum()) / 2, "signed rank sum", 0.5),
    )


def order_interval(
    ordered: Array, counts: Array, level: float, alternative: str
) -> tuple[float, float]:
    """From sorted shifts at which a rank statistic, distributed as `counts`, changes by one."""
    miss = (1 - level) / (2 if alternative == "two-sided" else 1)
    place = int(np.searchsorted(np.cumsum(counts), miss * (1 + 1e-12), side="right")) - 1
    if place < 0:
        return -np.inf, np.inf
    low, high = float(ordered[place]), float(ordered[-1 - place])
    return (low if alternative != "less" else -np.inf), (
        high if alternative != "greater" else np.inf
    )


def _strata(data: Pairs, d: Array) -> tuple[Stratum, ...]:
    return tuple(
        Stratum(name, (int(n), int(n)), float(total / n))
        for name, n, total in zip(
            data.names, np.bincount(data.codes), np.bincount(data.codes, d), strict=False
        )
    )


def _notes(d: Array) -> tuple[str, ...]:
    """Random signs take the differences to be symmetric, if there is no effect."""
    if d.size < 20 or np.ptp(d) == 0:
        return ()
    apart = d - d.mean()
    skewness = float((apart**3).mean() / (apart**2).mean() ** 1.5)
    if abs(skewness) < _SKEWED * (6 / d.size) ** 0.5:
        return ()
    return (
        f"The differences are skewed ({skewness:+.1f}): random signs take them to be symmetric "
        "about 0 where there is no effect, so this p-value speaks of symmetry as well as of the "
        "mean.",
    )
