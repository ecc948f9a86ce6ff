"""Recursions in place of wide kernels: within the stated bound, on every axis, border and size."""

import numpy as np
import pytest

import intertwine as iw
from cases import BOUNDARIES
from intertwine.engine.exponentials import approximations

BORDERS = [b for b in BOUNDARIES if b not in ("constant", "renormalize")]


def gaussian(n, sigma, origin=None):
    at = np.arange(n) - ((n - 1) // 2 if origin is None else origin)
    k = np.exp(-0.5 * (at / sigma) ** 2)
    return k / k.sum()


LINES = {
    "gaussian": gaussian(41, 5.0),
    "even": gaussian(60, 9.0, 29),
    "off centre": gaussian(70, 8.0, 12),
    "decay": 0.9 ** np.arange(30),
    "growth": 0.8 ** np.arange(25)[::-1],
    "two sides": np.concatenate([0.7 ** np.arange(20, 0, -1), 0.95 ** np.arange(90)]),
    "wave": 0.95 ** np.arange(80) * np.cos(0.3 * np.arange(80) + 0.4),
    "signed": -3.0 * gaussian(50, 6.0),
}


def check(x, k, precision, **options):
    """Hold the recursion against float64, by the slow reference where it is not too slow."""
    plan = iw.plan(x, k, method="recursive", precision=precision, **options)
    y = plan(x)
    slow = "reference" if np.size(x) * np.size(k) < 4e6 else "auto"
    want = iw.convolve(np.asarray(x, "f8"), k, method=slow, **options)
    scale = np.abs(np.asarray(k)).sum() * np.abs(x).max()
    assert plan.error <= precision
    assert y.shape == want.shape
    assert y.dtype == np.asarray(x).dtype
    assert np.abs(y - want).max() <= plan.error * scale
    return plan


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("boundary", [*BORDERS, "constant"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_one_axis(line, boundary, dtype):
    rng = np.random.default_rng(1)
    for n in (1, 7, 300):
        x = (rng.normal(size=n) + 2).astype(dtype)
        check(x, LINES[line], 1e-4, boundary=boundary, cval=1.5 if boundary == "constant" else 0.0)


@pytest.mark.parametrize("shape", [(40, 37), (3, 200), (130, 5), (64, 80), (1, 1)])
@pytest.mark.parametrize("boundary", BORDERS)
def test_planes(shape, boundary):
    x = np.random.default_rng(2).normal(size=shape).astype("float32")
    k = np.outer(LINES["off centre"], LINES["decay"])
    check(x, k, 1e-4, boundary=boundary)
    check(x, LINES["two sides"][:, None], 1e-4, boundary=boundary)
    check(x, LINES["wave"][None, :], 1e-4, boundary=boundary)


def test_volumes_and_axes():
    x = np.random.default_rng(3).normal(size=(19, 24, 33)).astype("float32")
    line = gaussian(17, 2.5)
    check(x, line[:, None, None] * line[:, None] * gaussian(40, 6.0), 1e-3)
    for axis in range(3):
        check(x, LINES["even"], 1e-4, axes=axis)
    check(x, np.outer(line, line), 1e-3, axes=(2, 0), boundary=("wrap", "zero"))
    check(x[..., :3], np.outer(line, line), 1e-3, axes=(0, 1))


def test_long_lines_are_cut_into_chunks():
    x = np.random.default_rng(4).normal(size=(3, 30_000)).astype("float32")
    check(x, gaussian(301, 40.0), 1e-4, axes=1, boundary="mirror")
    check(x.T, gaussian(301, 40.0), 1e-4, axes=0, boundary="wrap")
    check(x[:1, :5000], gaussian(9001, 1100.0), 1e-3, axes=1)


@pytest.mark.parametrize("precision", [0.5, 1e-2, 1e-3, 1e-4, 1e-6, 1e-9, 1e-12])
def test_any_precision_is_kept(precision):
    x = np.random.default_rng(5).normal(size=900)
    check(x, gaussian(241, 30.0), precision)


def test_fewer_recursions_when_less_is_asked():
    half = gaussian(241, 30.0)[120:]
    needed = [
        next(len(e.poles) for e in approximations(half) if e.missed <= precision)
        for precision in (1e-1, 1e-3, 1e-6, 1e-9)
    ]
    assert needed == sorted(needed)
    assert needed[0] < needed[-1]


def test_an_exponential_needs_one_pole():
    first = next(iter(approximations(0.9 ** np.arange(50))))
    assert len(first.poles) == 1
    assert first.missed < 1e-13
    assert first.poles[0] == pytest.approx(0.9, abs=1e-12)


def test_nan_stays_where_its_window_is():
    x = np.random.default_rng(6).normal(size=(50, 60)).astype("float32")
    x[20, 30], x[3, 4] = np.nan, np.inf
    k = np.outer(gaussian(17, 2.5), gaussian(21, 3.0))
    y = iw.convolve(x, k, method="recursive", precision=1e-3)
    want = iw.convolve(x, k, method="reference", dtype="float64")
    np.testing.assert_array_equal(np.isnan(y), np.isnan(want))
    near = np.isfinite(want)
    finite = np.abs(x[np.isfinite(x)]).max()
    assert np.abs(y[near] - want[near]).max() <= 1e-3 * finite


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("line", ["gaussian", "off centre", "growth", "wave"])
def test_the_size_of_samples_changes_no_bit(line, dtype):
    """States outgrow the largest number before results do; powers of two only move exponents."""
    most = np.finfo(dtype).maxexp
    for k in (LINES[line], np.outer(LINES[line], LINES["decay"])):
        k = k / np.abs(k).sum()
        x = np.random.default_rng(9).uniform(0.5, 1, (50, 60)[: k.ndim]).astype(dtype)
        for data in (x, x * np.sign(x - 0.75)):
            want = iw.convolve(data, k, method="recursive", precision=1e-3)
            for power in range(most - 40, most):
                large = np.ldexp(data, power)
                y = iw.convolve(large, k, method="recursive", precision=1e-3, threads=2)
                np.testing.assert_array_equal(y, np.ldexp(want, power))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("sign", [1, -1])
def test_only_results_beyond_the_largest_number_are_infinite(dtype, sign):
    largest, k = np.finfo(dtype).max, 3 * gaussian(41, 5.0)
    for share, want in [(0.9, 1.0), (1.1, np.inf)]:  # of what the taps raise to the largest number
        x = np.full((3, 300), sign * share / 3 * largest, dtype)
        x[1] = 0
        y = iw.convolve(x, k, axes=1, method="recursive", precision=1e-3)
        bound = 0 if want == np.inf else 1e-3 * 3 * np.abs(x).max()
        expected = np.full(x.shape, sign * (want if want == np.inf else share * largest))
        expected[1] = 0
        np.testing.assert_allclose(y, expected, rtol=0, atol=bound)


def test_nan_beside_samples_near_the_largest_number():
    x = np.random.default_rng(10).uniform(-3e38, 3e38, (50, 60)).astype("float32")
    x[20, 30], x[3, 4] = np.nan, np.inf
    k = np.outer(gaussian(17, 2.5), gaussian(21, 3.0))
    y = iw.convolve(x, k, method="recursive", precision=1e-3)
    want = iw.convolve(x, k, method="reference", dtype="float64")
    np.testing.assert_array_equal(np.isfinite(y), np.isfinite(want))
    near = np.isfinite(want)
    assert np.abs(y[near] - want[near]).max() <= 1e-3 * 3e38


def test_threads_and_layouts_do_not_show():
    x = np.random.default_rng(7).normal(size=(210, 330)).astype("float32")
    k = np.outer(gaussian(41, 6.0), gaussian(61, 9.0))

    def filtered(data, **options):
        return iw.convolve(data, k, method="recursive", precision=1e-3, **options)

    want = filtered(x, threads=1)
    for threads in (2, 8):
        assert filtered(x, threads=threads).tobytes() == want.tobytes()
    wide = np.zeros((420, 661), "float32")[::2, ::2][:, :330]
    wide[...] = x
    for data in (wide, np.asfortranarray(x), np.flip(np.flip(x).copy())):
        np.testing.assert_array_equal(filtered(data), want)
    for out in (np.zeros((420, 660), "float32")[::2, ::2], np.zeros_like(x, order="F"), x.copy()):
        assert filtered(x, out=out) is out
        np.testing.assert_array_equal(out, want)
    assert filtered(x, out=x) is x
    np.testing.assert_array_equal(x, want)


@pytest.mark.parametrize(
    ("size", "options", "reason"),
    [
        ((41, 41), {}, "it is an approximation: pass precision= to allow one"),
        ((41, 41), {"precision": 1e-3, "dtype": "complex64"}, "it takes real data and taps"),
        ((5, 5), {"precision": 1e-3}, "no axis has 16 taps"),
        ((41, 41), {"precision": 1e-3, "stride": 2}, "without stride or dilation"),
        ((41, 41), {"precision": 1e-3, "mode": "full"}, "as many results as there are samples"),
        ((41, 41), {"precision": 1e-3, "boundary": "renormalize"}, "divided by the weight"),
        ((41, 41), {"precision": 1e-3, "boundary": "constant"}, "a constant border along several"),
    ],
)
def test_what_it_does_not_take(size, options, reason):
    k = np.outer(gaussian(size[0], size[0] / 8), gaussian(size[1], size[1] / 8))
    given = {"dtype": "float32", **options}
    with pytest.raises(iw.OptionError, match=reason):
        iw.plan((60, 70), k, method="recursive", **given)


def test_random_taps_are_no_sum_of_a_few_exponentials():
    k = np.random.default_rng(8).normal(size=200)
    with pytest.raises(iw.OptionError, match="no product of sums of a few exponentials"):
        iw.plan((500,), k, method="recursive", precision=1e-3)


def test_it_is_chosen_for_wide_kernels_only_when_a_precision_is_asked():
    k = iw.kernels.gaussian(100.0, ndim=2)
    assert iw.plan((1500, 1500), k, dtype="float32").method != "recursive"
    assert iw.plan((1500, 1500), k, dtype="float32", precision=1e-3).method == "recursive"


def test_a_kernel_of_zeros_is_for_other_methods():
    x, k = np.arange(200.0), np.zeros(85)
    np.testing.assert_array_equal(iw.convolve(x, k, precision=1e-4), np.zeros(200))
    with pytest.raises(iw.OptionError, match="all taps are zero"):
        iw.convolve(x, k, precision=1e-4, method="recursive")
