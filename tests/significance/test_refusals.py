"""What `chance` refuses, word for word, and what it answers where little can be said."""

import numpy as np
import pandas as pd
import pytest

import intertwine as iw

NAN = float("nan")
BIG = np.array([2**60 + 1, 2**60 + 2])

WRONG = [
    (
        lambda: iw.chance([], [1, 2]),
        iw.ShapeError,
        "chance: `a` has 0 observations.\n  At least 1 is needed, and more to tell.",
    ),
    (
        lambda: iw.chance([1, 2, 3], [1, 2], design="paired"),
        iw.ShapeError,
        "chance: `a` has 3 observations but `b` has 2; this design pairs them.\n"
        '  Pass as many of each, or design="two-sample" if they do not belong together.',
    ),
    (
        lambda: iw.chance(["1", "2"], [1, 2]),
        iw.DTypeError,
        "chance: `a` holds text, such as '1'.\n"
        "  Pass numbers: np.asarray(a, float) if the text spells them.",
    ),
    (
        lambda: iw.chance([1, 2], [np.inf, 2]),
        iw.OptionError,
        "chance: `b` holds 1 infinite value among 2; no mean can be taken.\n"
        '  Leave them out, or make them NaN and pass nan_policy="omit".',
    ),
    (
        lambda: iw.chance([1j, 2], [1, 2]),
        iw.DTypeError,
        "chance: `a` is complex (complex128), and complex numbers have no order.\n"
        "  Pass np.abs(a), or its real part.",
    ),
    (
        lambda: iw.chance([1e300, 2], [1, 2]),
        iw.OptionError,
        "chance: `a` holds a number of size 1e+300; other than 0 they may be from 1e-100 to "
        "1e+100.\n  Pass both samples in another unit.",
    ),
    (
        lambda: iw.chance([0, 1], [1e-300, 2]),
        iw.OptionError,
        "chance: `b` holds a number of size 1e-300; other than 0 they may be from 1e-100 to "
        "1e+100.\n  Pass both samples in another unit.",
    ),
    (
        lambda: iw.chance(BIG, BIG, design="paired"),
        iw.OptionError,
        "chance: `a` holds whole numbers beyond 2**53, which float64 rounds.\n"
        "  Take the same number off all observations of both samples first.",
    ),
    (
        lambda: iw.chance(np.ma.masked_greater([1.0, 2.0, 9.0], 5), [1, 2]),
        iw.OptionError,
        "chance: `a` hides 1 of its 3 entries behind a mask.\n"
        '  Pass a.compressed(), or a.filled(np.nan) with nan_policy="omit".',
    ),
    (
        lambda: iw.chance(pd.Series([1.0, 2.0]), pd.Series([1.0, 2.0], [1, 0]), design="paired"),
        iw.OptionError,
        "chance: `a` and `b` have different indexes, and rows are paired by their places.\n"
        "  Pass b.reindex(a.index) to pair by index, or b.to_numpy() to pair by place.",
    ),
    (
        lambda: iw.chance([1.0, 2.0], [2.0, 3.0], by=(["x", None], ["x", "x"])),
        iw.OptionError,
        "chance: `by[0]` holds 1 NaN or None among 2; such cases are in no stratum.\n"
        "  Leave them out, or give them a stratum of their own.",
    ),
    (
        lambda: iw.chance([1.0, 2.0], [2.0, 3.0], by=(["x", "y"], ["u", "w"])),
        iw.ShapeError,
        "chance: no stratum of `by` holds cases of both samples.\n"
        "  Within strata nothing can be compared: pass coarser strata, or none.",
    ),
    (
        lambda: iw.chance([0, 2], [1, 1], design="proportion"),
        iw.OptionError,
        "chance: design='proportion' needs 0 and 1 (or False and True), got 2.\n"
        "  Compare first, such as a > 3, or pass another design.",
    ),
    (
        lambda: iw.chance([1.0], [2.0, 3.0], equal_var=False),
        iw.ShapeError,
        "chance: equal_var=False needs 2 observations of each sample in every stratum, got 1 and "
        "2.\n  Pass equal_var=True, or join strata.",
    ),
    (
        lambda: iw.chance([1, NAN], [1, 2], nan_policy="raise"),
        iw.OptionError,
        'chance: `a` holds 1 NaN among 2.\n  Pass nan_policy="omit" to leave these cases out.',
    ),
    (
        lambda: iw.chance(np.ones(9), np.ones(9), series=True),
        iw.ShapeError,
        "chance: series=True needs 20 samples to see how alike neighbours are, got 9.\n"
        "  Pass a longer series, or leave series=True out.",
    ),
    (
        lambda: iw.chance([1, 2], [1, 2], design="pared"),
        iw.OptionError,
        "chance: `design='pared'` is not known. Did you mean 'paired'?\n"
        "  Known: two-sample, paired, rank, signed-rank, correlation, proportion.",
    ),
    (
        lambda: iw.chance({"x": [1]}),
        iw.ShapeError,
        "chance: the mapping holds fewer than 2 samples.\n  Pass at least 2.",
    ),
]


@pytest.mark.parametrize(("call", "kind", "text"), WRONG)
def test_whole_texts(call, kind, text):
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == text


FEW = "So few cases give no p-value below {}, however large the difference."


def test_few_cases_are_told():
    assert iw.chance([1.0], [2.0]).notes == (FEW.format(1),)
    assert iw.chance([5.0, 6, 7], [1.0, 2, 3]).notes == (FEW.format(0.1),)
    assert iw.chance([5.0, 6, 7, 8], [1.0, 2, 3, 4]).notes == ()
    pairs = iw.chance([1.0, 2, 3, 4, 5], np.zeros(5), design="paired")
    assert pairs.notes == (FEW.format(0.062),)
    assert "too few for a 95 % interval" in pairs.sentence
    assert pairs.pvalue == 2 / 32


@pytest.mark.parametrize("equal", [True, False])
@pytest.mark.parametrize("a", [[5.0, 5, 5], [1.0, 1, 1]])
def test_no_spread_at_all(equal, a):
    found = iw.chance(a, [1.0, 1, 1], equal_var=equal)
    assert found.pvalue == pytest.approx(0.1 if a[0] == 5 else 1)
    assert found.confidence_interval() == (-np.inf, np.inf)


def test_all_pairs_alike():
    for design in ("paired", "signed-rank"):
        found = iw.chance([2, 2, 2], [2, 2, 2], design=design)
        assert found.pvalue == 1
        assert found.sentence.startswith("a and b do not differ here: ")
        assert found.notes[-1] == "All differences are 0: there is no sign that chance could turn."
        assert "however large" not in str(found)


def test_a_constant_column_has_no_correlation():
    for coefficient in ("pearson", "spearman", "kendall"):
        found = iw.chance([1] * 5, range(5), design="correlation", coefficient=coefficient)
        assert np.isnan([found.statistic, found.effect, found.pvalue]).all()
        assert np.isnan(found.confidence_interval()).all()
        assert str(found) == (
            "Nothing can be said of the correlation of a with b.\n"
            "One column is constant: no correlation can be told."
        )


def test_proportions_at_their_ends():
    alike = iw.chance([0, 0, 0], [0, 0], design="proportion")
    assert alike.sentence.startswith(
        "All cases are alike in a and b: no odds ratio can be told. Chance"
    )
    apart = iw.chance([1, 1, 1], [0, 0], design="proportion")
    assert apart.effect == np.inf
    assert apart.pvalue == pytest.approx(0.1)


def test_nan_stays_nan_and_omit_leaves_out():
    found = iw.chance([1, NAN, 3], [1, 2, 3])
    assert np.isnan(found.pvalue)
    assert found.sentence == "NaN among the observations: nothing can be said."
    kept = iw.chance([1, NAN, 3], [1, 2, 4], design="paired", nan_policy="omit")
    assert kept.sizes == (2, 2)
    assert kept.notes[0] == "1 case with NaN was left out."
    several = iw.chance({"x": [1, NAN], "y": [1, 2, 3], "z": [7, 8, 9]})
    assert str(several).splitlines()[0] == (
        "3 comparisons; p-values are corrected for that (Holm): below 0.05 in 0, not known in 2."
    )
    assert several.pvalue[2] == pytest.approx(0.3)


def test_ranks_that_agree_entirely_keep_an_interval():
    for coefficient in ("spearman", "kendall"):
        found = iw.chance(range(12), range(12), design="correlation", coefficient=coefficient)
        low, high = found.confidence_interval()
        assert found.effect == 1
        assert low < 0.999
        assert high == 1


@pytest.mark.parametrize("design", ["two-sample", "paired", "correlation"])
def test_series_that_repeat_themselves_show_no_chance(design):
    a, b = np.tile([1.0, -1.0], 50), np.tile([2.0, -1.0, 4.0, 0.0], 25)
    found = iw.chance(a, b, design=design, series=True)
    assert found.method == "unknown"
    assert np.isnan(found.pvalue)
    assert found.notes[0] == (
        "A series repeats itself exactly, again and again: nothing in it shows how far chance "
        "reaches."
    )
    if design != "correlation":
        assert found.effect == -1.25
    a[70] += 0.5
    b[:] = np.random.default_rng(0).normal(size=100)
    assert iw.chance(a, b, design="two-sample", series=True).method == "approximate"


def test_one_case_of_2001_that_differs():
    found = iw.chance(np.r_[np.zeros(1000), 1], np.zeros(1000))
    assert found.pvalue == pytest.approx(1, rel=1e-12)
    assert iw.chance(np.r_[np.zeros(1000), 1], np.zeros(1000), alternative="greater").pvalue == (
        pytest.approx(1001 / 2001, rel=1e-12)
    )
    low, high = found.confidence_interval()
    assert low == 0
    assert high == pytest.approx(2 / 1001, rel=0.1)


def test_a_chance_below_all_numbers_is_not_said_to_be_0():
    apart = iw.chance(np.ones(1500), np.zeros(1500), design="paired")
    assert "with p < 1e-300 (exactly)" in apart.sentence
