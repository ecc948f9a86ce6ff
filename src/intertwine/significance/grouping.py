"""Designs of two independent samples: means, ranks, proportions."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats  # type: ignore[import-untyped]

from intertwine.base.errors import OptionError, ShapeError
from intertwine.significance import prediction
from intertwine.significance.choices import choice_tails, drawn_tails, sum_law, u_law
from intertwine.significance.crossings import choice_crossings
from intertwine.significance.laws import is_wide
from intertwine.significance.pairing import order_interval
from intertwine.significance.reading import Groups
from intertwine.significance.result import Found, Picture, Stratum, law_picture
from intertwine.significance.studentised import Studentised, effect_and_error
from intertwine.significance.tables import Table

Array = NDArray[np.float64]

_UNEQUAL = 1.5  # ratio of standard deviations that is worth a word, if it is no chance


def two_sample(data: Groups, alternative: str, resamples: int, seed: int) -> Found:
    """The difference of means, over all ways to choose who is in the first sample."""
    values, first = data.values, data.first
    weights = sum(_weight(m) for m in first)
    effect = _mean_difference(data)
    crossings = None

    def interval(level: float, side: str) -> tuple[float, float]:
        nonlocal crossings
        crossings = crossings or choice_crossings(values, first, seed)
        return crossings.interval(level, side)

    def picture() -> Picture:
        law = sum_law(values, first, data.eps)
        if law is None:
            apart = drawn_tails(values, first, resamples, seed)[1]
            drawn = histogram(apart / weights, 0.0, "mean difference")
        else:
            drawn = law_picture(law, 0.0, "mean difference", 1 / weights)
        return Picture(drawn.values + effect, drawn.mass, effect, drawn.label)

    tails = choice_tails(values, first, data.eps)
    if is_wide(tails):
        tails = drawn_tails(values, first, resamples, seed)[0]
    return Found(
        statistic=effect,
        bounds=tails.pvalue(alternative),
        method=tails.method,
        standard_error=tails.error,
        effect=effect,
        effect_name="difference of means",
        notes=_spread_note(data),
        interval=interval,
        picture=picture,
        relative=_relative(data, effect),
        **_views(data, _stratum_means(data)),
    )


def studentised(data: Groups, alternative: str, resamples: int, seed: int) -> Found:
    """The difference of means over its standard error, which may differ between the samples."""
    for m in data.first:
        if min(m.sum(), (~m).sum()) < 2:
            raise ShapeError(
                f"chance: equal_var=False needs 2 observations of each sample in every stratum, "
                f"got {int(m.sum())} and {int((~m).sum())}.\n"
                "  Pass equal_var=True, or join strata."
            )
    test = Studentised(data.values, data.first, resamples, seed)
    tails = test.tails()
    effect = effect_and_error(data.values, data.first)[0]

    def picture() -> Picture:
        draws = test.draws(data.values)
        draws = draws[np.isfinite(draws)]
        return histogram(draws, test.statistic, "difference / standard error")

    return Found(
        statistic=test.statistic,
        bounds=tails.pvalue(alternative),
        method=tails.method,
        standard_error=tails.error,
        effect=effect,
        effect_name="difference of means",
        notes=(),
        interval=test.interval,
        picture=picture,
        relative=_relative(data, effect),
        **_views(data, _stratum_means(data)),
    )


def rank(data: Groups, alternative: str, resamples: int, seed: int) -> Found:
    """Wilcoxon's rank sum, Mann and Whitney's U; ranks are those within the stratum."""
    ranks = [np.rint(2 * stats.rankdata(v)).astype(np.float64) for v in data.values]
    law = sum_law(ranks, data.first, np.finfo(float).eps)
    tails = choice_tails(ranks, data.first, np.finfo(float).eps, law)
    if is_wide(tails):
        tails = drawn_tails(ranks, data.first, resamples, seed)[0]
    shifts = np.sort(
        np.concatenate(
            [
                np.subtract.outer(v[m], v[~m]).ravel()
                for v, m in zip(data.values, data.first, strict=True)
            ]
        )
    )

    def interval(level: float, side: str) -> tuple[float, float]:
        counts = reduce(np.convolve, [u_law(int(m.sum()), int((~m).sum())) for m in data.first])
        return order_interval(shifts, counts, level, side)

    def picture() -> Picture:
        label = "Mann-Whitney U"
        if law is None:
            drawn = drawn_tails(ranks, data.first, resamples, seed)[1]
            return _moved(histogram(drawn / 2, 0.0, label), u)
        return _moved(law_picture(law, 0.0, label, 0.5), u)

    u = prediction.superiority(data.values, data.first) * shifts.size
    medians = [
        float(np.median(np.subtract.outer(v[m], v[~m])))
        for v, m in zip(data.values, data.first, strict=True)
    ]
    return Found(
        statistic=u,
        bounds=tails.pvalue(alternative),
        method=tails.method,
        standard_error=tails.error,
        effect=float(np.median(shifts)),
        effect_name="typical difference (Hodges-Lehmann)",
        notes=(),
        interval=interval,
        picture=picture,
        **_views(data, medians),
    )


def proportion(data: Groups, alternative: str) -> Found:
    """Fisher's exact test of successes, 1 or True, among failures, 0 or False."""
    for v in data.values:
        odd = v[(v != 0) & (v != 1)]
        if odd.size:
            raise OptionError(
                f"chance: design='proportion' needs 0 and 1 (or False and True), got {odd[0]:g}.\n"
                "  Compare first, such as a > 3, or pass another design."
            )
    table = Table(data.values, data.first)
    bounds = table.pvalue(alternative)
    ones, others = data.single()
    rates = [
        float(v[m].mean() - v[~m].mean()) for v, m in zip(data.values, data.first, strict=True)
    ]
    return Found(
        statistic=float(ones.mean() - others.mean()),
        bounds=bounds,
        method="exact",
        standard_error=0.0,
        effect=table.odds_ratio(),
        effect_name="odds ratio",
        notes=(),
        interval=table.interval,
        picture=lambda: Picture(
            table.counts, table.mass, table.observed, "successes of the first sample"
        ),
        **_views(data, rates),
    )


def histogram(draws: Array, observed: float, label: str) -> Picture:
    """Drawn statistics as the masses of bins."""
    counts, edges = np.histogram(draws, bins=60)
    return Picture((edges[1:] + edges[:-1]) / 2, counts / draws.size, observed, label)


def _moved(picture: Picture, by: float) -> Picture:
    return Picture(picture.values + by, picture.mass, by, picture.label)


def _views(data: Groups, effects: list[float]) -> dict[str, Any]:
    strata = tuple(
        Stratum(name, (int(m.sum()), int((~m).sum())), effect)
        for name, m, effect in zip(data.names, data.first, effects, strict=False)
    )
    return {
        "prediction": prediction.of_groups(data.values, data.first),
        "superiority": prediction.superiority(data.values, data.first),
        "sizes": data.sizes,
        "strata": strata,
    }


def _weight(m: NDArray[np.bool_]) -> float:
    return float(m.sum()) * float((~m).sum()) / m.size


def _stratum_means(data: Groups) -> list[float]:
    return [float(v[m].mean() - v[~m].mean()) for v, m in zip(data.values, data.first, strict=True)]


def _mean_difference(data: Groups) -> float:
    weights = np.array([_weight(m) for m in data.first])
    return float(weights @ _stratum_means(data) / weights.sum())


def _relative(data: Groups, effect: float) -> float | None:
    weights = np.array([_weight(m) for m in data.first])
    base = weights @ [v[~m].mean() for v, m in zip(data.values, data.first, strict=True)]
    return prediction.relative(effect, float(base / weights.sum()), *data.single())


def _means_differ(a: Array, b: Array) -> bool:
    """Welch's t at 5 %."""
    parts = [(x.var(ddof=1) / x.size, x.size - 1) for x in (a, b)]
    total = sum(part for part, _ in parts)
    apart = abs(float(a.mean() - b.mean()))
    if total <= 1e-28 * apart**2:  # rounding
        return apart > 0
    freedom = total**2 / sum(part**2 / f for part, f in parts)
    return 2 * float(special.stdtr(freedom, -apart / total**0.5)) < 0.05


def _spread_note(data: Groups) -> tuple[str, ...]:
    """Brown and Forsythe's test of the spreads about the medians."""
    parts = [
        [np.abs(v[g] - np.median(v[g])) for v, m in zip(data.values, data.first, strict=True)
         for g in (side(m),)]
        for side in (np.asarray, np.logical_not)
    ]  # fmt: skip
    one, other = (np.concatenate(part) for part in parts)
    if min(one.size, other.size) < 5 or np.ptp(np.concatenate([one, other])) == 0:
        return ()
    ratio = float(np.sqrt((one @ one) / max(other @ other, 1e-300) * other.size / one.size))
    if not _means_differ(one, other) or max(ratio, 1 / max(ratio, 1e-300)) < _UNEQUAL:
        return ()
    return (
        f"The spreads differ (standard deviations as {ratio:.2g} to 1): a permutation of means "
        "then speaks of distributions, not of means alone. equal_var=False compares the means.",
    )
