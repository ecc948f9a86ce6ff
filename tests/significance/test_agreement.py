"""`chance` against SciPy's exact tests, and against R's where there are ties and zeros."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import intertwine as iw
from intertwine.significance.choices import choice_law
from intertwine.significance.signs import coin_law

SIDES = ("two-sided", "less", "greater")
REFERENCE = {
    name: float(value)
    for name, value in (
        line.split(",")
        for line in Path(__file__).with_name("reference.csv").read_text().splitlines()
        if not line.startswith("#")
    )
}


def close(found, expected):
    """Equal up to the rounding of some hundred additions."""
    return found == pytest.approx(expected, rel=1e-12, abs=0)


def exhaustive(samples, statistic, kind, side):
    return stats.permutation_test(
        samples, statistic, permutation_type=kind, alternative=side, n_resamples=np.inf
    ).pvalue


def whole(seed, *sizes):
    """Whole numbers with many ties and zeros: SciPy adds them without rounding."""
    rng = np.random.default_rng(seed)
    return [rng.integers(-2, 4, n) for n in sizes]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("seed", range(6))
def test_paired_agrees_with_all_signs(side, seed):
    a, b = whole(seed, 9, 9)
    expected = exhaustive((a, b), lambda x, y, axis: (x - y).sum(axis), "samples", side)
    for unit in (1, 0.1, 1 / 3):
        assert close(
            iw.chance(a * unit, b * unit, design="paired", alternative=side).pvalue, expected
        )


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("sizes", [(7, 5), (4, 9), (2, 6)])
def test_two_sample_agrees_with_all_choices(side, sizes):
    a, b = whole(sum(sizes), *sizes)
    expected = exhaustive((a, b), lambda x, y, axis: x.sum(axis), "independent", side)
    for unit in (1, 0.1, 1 / 3):
        assert close(iw.chance(a * unit, b * unit, alternative=side).pvalue, expected)
    ranks = stats.rankdata(np.concatenate([a, b]))
    of_ranks = (ranks[: a.size], ranks[a.size :])
    expected = exhaustive(of_ranks, lambda x, y, axis: x.sum(axis), "independent", side)
    assert close(iw.chance(a, b, design="rank", alternative=side).pvalue, expected)


@pytest.mark.parametrize("side", SIDES)
def test_continuous_data_off_any_grid(side):
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=9), rng.normal(0.5, 1, 9)
    mean = lambda x, y, axis: x.mean(axis) - y.mean(axis)  # noqa: E731
    ask = lambda design: iw.chance(a, b, design=design, alternative=side).pvalue  # noqa: E731
    assert close(ask("paired"), exhaustive((a, b), mean, "samples", side))
    assert close(ask("two-sample"), exhaustive((a, b), mean, "independent", side))
    assert close(ask("rank"), stats.mannwhitneyu(a, b, alternative=side, method="exact").pvalue)
    assert close(ask("signed-rank"), stats.wilcoxon(a, b, alternative=side, method="exact").pvalue)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("coefficient", ["pearson", "spearman", "kendall"])
def test_correlations_agree_with_all_pairings(side, coefficient):
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=6), rng.normal(size=6)
    measure = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}
    found = iw.chance(a, b, design="correlation", coefficient=coefficient, alternative=side)
    expected = stats.permutation_test(
        (a,), lambda x: measure[coefficient](x, b).statistic, permutation_type="pairings",
        alternative=side, n_resamples=np.inf, vectorized=False,
    ).pvalue  # fmt: skip
    assert found.method == "exact"
    assert close(found.pvalue, expected)
    assert found.statistic == pytest.approx(measure[coefficient](a, b).statistic, rel=1e-12)


def test_kendall_with_ties_on_one_side():
    a, b = np.array([1, 1, 2, 2, 2, 3, 4]), np.array([3, 1, 4, 7, 5, 9, 6])
    found = iw.chance(a, b, design="correlation", coefficient="kendall", alternative="greater")
    counts = [
        np.sign(np.subtract.outer(a, a) * np.subtract.outer(p, p)).sum()
        for p in map(np.array, itertools.permutations(b))
    ]
    assert found.method == "exact"
    assert close(found.pvalue, np.mean(np.array(counts) >= counts[0]))
    assert found.statistic == pytest.approx(stats.kendalltau(a, b).statistic, rel=1e-12)


@pytest.mark.parametrize("side", SIDES)
def test_proportions_agree_with_fisher(side):
    for seed in range(8):
        rng = np.random.default_rng(seed)
        a, b = (rng.random(12) < 0.4).astype(int), (rng.random(17) < 0.6).astype(int)
        table = [[a.sum(), 12 - a.sum()], [b.sum(), 17 - b.sum()]]
        found = iw.chance(a, b, design="proportion", alternative=side)
        assert found.pvalue == pytest.approx(
            stats.fisher_exact(table, alternative=side).pvalue, rel=1e-9
        )
        odds = stats.contingency.odds_ratio(table, kind="conditional")
        assert found.effect == pytest.approx(odds.statistic, rel=1e-6)
        interval = odds.confidence_interval(0.95, alternative=side)
        assert found.confidence_interval() == pytest.approx(tuple(interval), rel=1e-5)


@pytest.mark.parametrize("side", SIDES)
def test_pairs_of_0_and_1_are_a_binomial_test(side):
    rng = np.random.default_rng(5)
    a, b = (rng.random((2, 25)) < 0.5).astype(int)
    ups, downs = int((a > b).sum()), int((a < b).sum())
    expected = stats.binomtest(ups, ups + downs, alternative=side).pvalue
    assert iw.chance(a, b, design="paired", alternative=side).pvalue == pytest.approx(
        expected, rel=1e-12
    )


def test_published_figures():
    maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    one_sided = iw.chance(maize, np.zeros(15), design="paired", alternative="greater")
    assert one_sided.pvalue * 32768 == 863
    sleep = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    other = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    assert iw.chance(sleep, other, design="paired").pvalue * 1024 == 4
    control = [4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14]
    treated = [6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26]
    assert close(iw.chance(control, treated).pvalue * 184756, 8930)


A, B = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3], [5, 8, 9, 7, 9, 3, 2]
X, Y = [7, 3, 5, 5, 2, 8, 6, 4, 9, 1, 5, 6], [5, 3, 2, 6, 2, 4, 6, 3, 4, 3, 1, 4]


@pytest.mark.parametrize("side", SIDES)
def test_ties_and_zeros_agree_with_coin(side):
    name = side.replace("-", ".")
    if side != "two-sided":  # coin's two-sided test of unequal groups is another one
        assert iw.chance(A, B, alternative=side).pvalue == pytest.approx(
            REFERENCE[f"means_{name}"], rel=1e-9
        )
        assert iw.chance(A, B, design="rank", alternative=side).pvalue == pytest.approx(
            REFERENCE[f"ranks_{name}"], rel=1e-9
        )
    for design, key in (("paired", "paired"), ("signed-rank", "signed")):
        assert iw.chance(X, Y, design=design, alternative=side).pvalue == pytest.approx(
            REFERENCE[f"{key}_{name}"], rel=1e-9
        )


def cases(successes, failures):
    return np.repeat([1, 0], [successes, failures])


def test_tables_agree_with_r():
    found = iw.chance(cases(8, 3), cases(2, 9), design="proportion")
    assert found.pvalue == pytest.approx(REFERENCE["fisher"], rel=1e-9)
    low, high = found.confidence_interval()
    assert (low, high) == pytest.approx(
        (REFERENCE["fisher_low"], REFERENCE["fisher_high"]),
        rel=2e-3,  # R's root is that rough
    )
    layers = np.array([2, 5, 4, 3, 6, 1, 3, 4, 5, 2, 4, 6]).reshape(3, 2, 2)  # R: columns first
    a = np.concatenate([cases(t[0, 0], t[1, 0]) for t in layers])
    b = np.concatenate([cases(t[0, 1], t[1, 1]) for t in layers])
    by = [np.repeat([0, 1, 2], [t[:, side].sum() for t in layers]) for side in (0, 1)]
    # Columns of R's tables are the second factor: a common odds ratio reads the same both ways.
    found = iw.chance(a, b, design="proportion", by=by)
    assert found.pvalue == pytest.approx(REFERENCE["strata"], rel=1e-9)
    assert found.effect == pytest.approx(REFERENCE["strata_odds"], rel=1e-4)
    low, high = found.confidence_interval()
    assert (low, high) == pytest.approx(
        (REFERENCE["strata_low"], REFERENCE["strata_high"]), rel=1e-4
    )


def test_intervals_of_ranks_agree_with_r():
    u = np.array([2.1, 3.3, 1.2, 5.8, 4.4, 7.9, 6.1, 9.2, 8.8, 0.4])
    w = np.array([1.9, 4.5, 0.3, 3.6, 5.5, 6.0, 9.9, 7.2, 8.1, 2.2])
    rank = iw.chance(u, w + 2.05, design="rank").confidence_interval()
    assert rank == pytest.approx((REFERENCE["rank_low"], REFERENCE["rank_high"]), abs=1e-9)
    signed = iw.chance(u, w, design="signed-rank").confidence_interval()
    assert signed == pytest.approx((REFERENCE["signed_low"], REFERENCE["signed_high"]), abs=1e-9)
    kendall = iw.chance(u, w, design="correlation", coefficient="kendall")
    assert kendall.pvalue == pytest.approx(REFERENCE["kendall"], rel=1e-9)


def test_the_law_is_a_convolution_of_two_point_kernels():
    reach = [3, 1, 4, 1, 5]
    law = np.ones(1)
    for step in reach:
        law = iw.convolve(law, [0.5, 0.5], dilation=step, mode="full", boundary="zero")
    assert np.array_equal(coin_law(np.array(reach)), law)
    values = [3, 1, 4, 0]
    both = np.ones((1, 1))
    for value in values:
        kernel = np.zeros((2, value + 1))
        kernel[0, 0] = kernel[1, value] = 1
        both = iw.convolve(both, kernel, mode="full", boundary="zero")
    row = both[2, : len(choice_law([np.array(values)], [2]))]
    np.testing.assert_allclose(choice_law([np.array(values)], [2]), row / row.sum(), rtol=1e-14)


def test_strata_are_tested_one_within_the_other():
    a, b = np.array([5, 7, 1, 2, 2]), np.array([4, 1, 1, 0])
    by = (np.array([0, 0, 1, 1, 1]), np.array([0, 0, 1, 1]))
    sums = [
        sum(one) + sum(other)
        for one in itertools.combinations([5, 7, 4, 1], 2)
        for other in itertools.combinations([1, 2, 2, 1, 0], 3)
    ]
    found = iw.chance(a, b, by=by, alternative="greater")
    assert close(found.pvalue, np.mean(np.array(sums) >= a.sum()))
    assert [stratum.sizes for stratum in found.strata] == [(2, 2), (3, 2)]
