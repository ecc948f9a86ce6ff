"""Rational kernels as filters: the formula, NaN, threads, and what ARMA says of itself."""

import numpy as np
import pytest

import intertwine as iw
from intertwine.base.errors import OptionError, ShapeError
from intertwine.series import ARMA, weighted_average
from series.series_oracles import autocovariance, filtered

rng = np.random.default_rng(11)
SHORT = [([], []), ([0.5], []), ([], [0.4, -0.2]), ([1.2, -0.5, 0.1], [0.3])]
LONG = [
    (list(rng.normal(size=9) * 0.08), []),
    ([0.4, *[0.0] * 10, 0.3], [0.0] * 11 + [0.6]),
    ([0.1] * 8, [0.2] * 24),
    ([-0.5, 0.2, 0.1, -0.1, 0.05, 0.02, 0.01], [1.0]),
]


@pytest.mark.parametrize(("ar", "ma"), SHORT + LONG)
@pytest.mark.parametrize("n", [1, 7, 8, 9, 31, 200])
def test_the_filter_is_its_formula(ar, ma, n):
    x = np.random.default_rng(n).integers(-9, 10, (3, n)).astype(float)
    expected = np.array([filtered(row, ar, ma) for row in x])
    bound = 64 * np.finfo(float).eps * (1 + np.abs(expected).max()) * (1 + len(ar) + len(ma))
    assert np.abs(ARMA(ar, ma).filter(x) - expected).max() <= bound


@pytest.mark.parametrize(("ar", "ma"), [([1.2, -0.5, 0.1], [0.3]), ([], [0.5, 0.2])])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_never_reaches_back(ar, ma, bad):
    x = np.random.default_rng(0).normal(size=60)
    clean = ARMA(ar, ma).filter(x)
    for at in (0, 5, 17, 24, 59):
        y = x.copy()
        y[at] = bad
        found = ARMA(ar, ma).filter(y)
        assert np.array_equal(found[:at], clean[:at])
        touched = slice(at, None) if ar else slice(at, at + len(ma) + 1)
        assert not np.isfinite(found[touched]).any()
        if not ar:
            assert np.isfinite(found[at + len(ma) + 1 :]).all()


@pytest.mark.parametrize(("ar", "ma"), [([1.2, -0.5], [0.3]), ([], [0.5] * 3), ([0.9999], [])])
def test_long_rows_are_cut_without_a_trace(ar, ma):
    from scipy.signal import lfilter

    x = np.random.default_rng(5).normal(size=300_011)
    model = ARMA(ar, ma)
    one = model.filter(x, threads=1)
    assert np.array_equal(model.filter(x, threads=3), one)
    other = lfilter([1.0, *ma], [1.0, *(-np.array(ar))], x)
    assert np.abs(one - other).max() < 1e-12 * np.abs(other).max()
    for at in (131_000, 131_071, 131_072):  # before a seam, on it
        y = x.copy()
        y[at] = np.nan
        found = model.filter(y, threads=2)
        assert np.array_equal(found[:at], one[:at])
        touched = found[at:] if ar else found[at : at + len(ma) + 1]
        assert np.isnan(touched).all()


@pytest.mark.parametrize(("ar", "ma"), SHORT + LONG + [([0, 0.5], []), ([0.2, 0, -0.3, 0.1], [])])
@pytest.mark.parametrize(("rows", "n"), [(8, 1), (9, 7), (19, 33), (16, 256), (11, 603)])
def test_many_rows_go_side_by_side(ar, ma, rows, n):
    from scipy.signal import lfilter

    model, rng = ARMA(ar, ma), np.random.default_rng(rows)
    x = rng.normal(size=(rows, n))
    found = model.filter(x, threads=1)
    assert np.array_equal(model.filter(x, threads=2), found)
    other = lfilter([1.0, *ma], [1.0, *(-np.array(ar))], x)
    psi = lfilter([1.0, *np.abs(ma)], [1.0, *(-np.abs(ar))], np.eye(1, n)[0])
    terms = np.array([np.convolve(np.abs(row), psi)[:n] for row in x])  # of the recursion, at most
    bound = 4 * np.finfo(float).eps * (2 + len(ar) + len(ma)) * np.abs(terms).cumsum(axis=1)
    assert (np.abs(found - other) <= bound).all()
    single = model.filter(x.astype(np.float32))
    assert np.array_equal(single, model.filter(x.astype(np.float32).astype(float)).astype("f4"))
    wide = np.full((2 * rows, 3 * n), np.nan)
    wide[::2, ::3] = x
    assert np.array_equal(model.filter(wide[::2, ::3]), found)


@pytest.mark.parametrize(("ar", "ma"), [([1.2, -0.5], [0.3]), ([0, 0, 0.4], []), ([], [0.5, 0.2])])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_stays_in_its_row_and_where_the_formula_says(ar, ma, bad):
    x = np.random.default_rng(6).normal(size=(11, 700))
    model = ARMA(ar, ma)
    clean = model.filter(x)
    for row, at in ((0, 0), (3, 257), (7, 255), (8, 300), (10, 699)):
        y = x.copy()
        y[row, at] = bad
        found = model.filter(y)
        impulse = np.zeros(700)
        impulse[at] = 1
        struck = filtered(impulse, np.sign(np.abs(ar)), np.sign(np.abs(ma))) != 0
        assert np.array_equal(~np.isfinite(found[row]), struck)
        expected = clean.copy()
        expected[row, struck] = found[row, struck]
        assert np.array_equal(found, expected, equal_nan=True)


def test_pieces_of_many_long_rows():
    x = np.random.default_rng(9).normal(size=(9, 70_001))
    model = ARMA([1.2, -0.5], [0.3])
    one = model.filter(x, threads=1)
    assert np.array_equal(model.filter(x, threads=3), one)
    whole = model.filter(x[0])  # too few pieces: row by row
    assert np.abs(one[0] - whole).max() < 1e-13 * np.abs(whole).max()
    x[4, 32_767] = np.nan  # before a seam
    found = model.filter(x, threads=2)
    assert np.isnan(found[4, 32_767:]).all()
    one[4, 32_767:] = np.nan
    assert np.array_equal(found, one, equal_nan=True)


def test_threads_and_types_change_nothing():
    x = np.random.default_rng(1).normal(size=(40, 1000))
    model = ARMA([0.5, 0.2], [0.3])
    one = model.filter(x, threads=1)
    assert np.array_equal(model.filter(x, threads=3), one)
    assert model.filter(x.astype(np.float32)).dtype == np.float32
    assert np.array_equal(model.filter(x[::2, ::3]), model.filter(x[::2, ::3].copy()))
    assert model.filter(np.empty((0, 5))).shape == (0, 5)


def test_filtering_is_convolving_with_psi_weights():
    model = ARMA([0.6, -0.3], [0.4])
    x = np.random.default_rng(2).normal(size=200)
    kernel = iw.Kernel(model.psi(200), origin=0)
    found = iw.convolve(x, kernel, boundary="zero")
    assert model.filter(x) == pytest.approx(found, abs=1e-12)


def test_products_are_compositions():
    short, seasonal = ARMA([0.5], [0.3]), ARMA.seasonal(4, [0.4], [-0.2])
    both = short * seasonal
    assert both.ar == pytest.approx([0.5, 0, 0, 0.4, -0.2])
    assert both.ma == pytest.approx([0.3, 0, 0, -0.2, -0.06])
    x = np.random.default_rng(3).normal(size=90)
    assert both.filter(x) == pytest.approx(short.filter(seasonal.filter(x)), abs=1e-12)


@pytest.mark.parametrize(("ar", "ma"), SHORT[1:])
def test_autocovariance_is_the_kernel_with_its_mirror_image(ar, ma):
    model = ARMA(ar, ma, sigma2=2.5)
    assert model.autocovariance(6) == pytest.approx(2.5 * autocovariance(ar, ma, 6, 400))
    psi = model.kernel(400)
    both = 2.5 * (psi * ~psi).taps
    assert model.autocovariance(6) == pytest.approx(both[399 : 399 + 7], abs=1e-9)


def test_spectrum_integrates_to_the_variance():
    model = ARMA([0.7, -0.2], [0.5], sigma2=3.0)
    f = np.arange(4096) / 4096
    assert model.spectrum(f).mean() == pytest.approx(model.autocovariance(0)[0], rel=1e-9)


def test_partial_autocorrelations_end_with_the_order():
    assert ARMA([0.5, 0.3]).pacf(4) == pytest.approx([1, 0.5 / 0.7, 0.3, 0, 0], abs=1e-12)


def test_pi_weights_undo_psi_weights():
    model = ARMA([0.5], [0.4, 0.2])
    product = np.convolve(model.psi(50), model.pi(50))[:50]
    assert product == pytest.approx([1] + [0] * 49, abs=1e-12)


def test_simulated_series_have_the_autocovariance_from_the_first_sample_on():
    model = ARMA([0.8], [0.5], sigma2=2.0)
    rng = np.random.default_rng(4)
    draws = np.array([model.simulate(4, rng) for _ in range(4000)])
    gamma = model.autocovariance(3)
    expected = gamma[np.abs(np.subtract.outer(np.arange(4), np.arange(4)))]
    spread = np.sqrt((expected**2 + gamma[0] ** 2) / 4000)
    assert (np.abs(draws.T @ draws / 4000 - expected) < 5 * spread).all()
    assert np.array_equal(model.simulate(9, rng=1), model.simulate(9, rng=1))


def test_both_conventions_are_shown():
    assert repr(ARMA([0.5], [0.4, -0.25])) == (
        "ARMA(1, 2), sigma2 1\n"
        "  (1 - 0.5 B) x = (1 + 0.4 B - 0.25 B^2) e\n"
        "  SAS lists the MA taps with the other sign: -0.4, 0.25"
    )


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (ARMA(), "White noise: no sample tells anything about another."),
        (
            ARMA([0.5]),
            "An autoregression on 1 past sample. Stationary: a shock halves in about 1 samples.",
        ),
        (
            ARMA([1.0], []),
            "An autoregression on 1 past sample. Not stationary: a root of phi lies at 1, shocks "
            "never die away.",
        ),
        (
            ARMA([], [2.0]),
            "A moving average of 1 past shock. A shock is gone after 1 sample. Not invertible: a "
            "root of theta lies at 0.5, shocks cannot be read off the past; the model with the "
            "inverse root has the same autocorrelations.",
        ),
        (
            ARMA([], [-1.0]),
            "A moving average of 1 past shock. A shock is gone after 1 sample. A root of theta "
            "lies at 1, on the edge of invertibility: often a sign of one difference too many.",
        ),
    ],
)
def test_descriptions(model, words):
    assert model.describe() == words


def test_a_causal_kernel_is_a_moving_average():
    kernel = iw.Kernel([2.0, 1.0, -0.5], origin=0)
    model = kernel.as_arma()
    assert (model.ma.tolist(), model.sigma2) == ([0.5, -0.25], 4.0)
    expected = (kernel * ~kernel).taps[2:]
    assert model.autocovariance(2) == pytest.approx(expected)
    with pytest.raises(OptionError) as raised:
        iw.Kernel([1.0, 2.0, 1.0]).as_arma()
    assert str(raised.value) == (
        "as_arma: a kernel of shape (3,) with origin (1,) is no moving average of the past.\n"
        "  It needs one axis, real taps, origin 0 and a first tap that is not 0."
    )


def test_weighted_averages():
    x = np.array([1.0, 2.0, 6.0, np.nan, 5.0])
    assert weighted_average(x, [2, 1]) == pytest.approx([1, 5 / 3, 14 / 3, 6, 5])
    assert weighted_average([1, 2, 6], [1, 1, 1], centered=True) == pytest.approx([1.5, 3, 4])
    with pytest.raises(OptionError, match="not negative"):
        weighted_average(x, [1, -1])
    with pytest.raises(ShapeError, match="newest first"):
        weighted_average(x, [])


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_samples_give_none(shape, dtype):
    found = ARMA([0.5]).filter(np.zeros(shape, dtype))
    assert found.shape == shape
    assert found.dtype == dtype
