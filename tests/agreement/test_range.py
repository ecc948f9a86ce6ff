"""Means stay within the range of their samples: no rounding leads out of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import intertwine as iw

BOUNDARIES = ["symmetric", "mirror", "nearest", "wrap", "zero", "constant", "renormalize"]
METHODS = ["direct", "separable", "running_sum", "overlap_save", "recursive"]
DTYPES = ["float16", "float32", "float64"]

#: Methods and types that go together: recursions make no float16.
TYPED = [(m, t) for m in METHODS for t in DTYPES if (m, t) != ("recursive", "float16")]


def kernels(method, ndim):
    """Means of one number of axes that a method takes."""
    gaussian, box = iw.kernels.gaussian(1.3, ndim=ndim), iw.kernels.box((7,) * ndim)
    if method == "direct":
        return [gaussian, box, uneven((5, 3)[:ndim])]
    if method == "overlap_save":
        return [gaussian, box, uneven((9, 6)[:ndim])]
    if method == "recursive":
        return [iw.kernels.gaussian(4.0, ndim=ndim)]
    return [box] if method == "running_sum" else [gaussian, box]


def uneven(shape):
    taps = np.random.default_rng(5).uniform(0.1, 1, shape)
    return taps / taps.sum()


def saturated(shape, dtype, seed=0):
    """A picture between 0.1 and 0.7, with areas of exactly these."""
    x = np.random.default_rng(seed).uniform(-0.5, 1.5, shape)
    x[tuple(slice(n // 4, None) for n in shape)] += 2
    x[tuple(slice(0, n // 3) for n in shape)] -= 3
    return np.clip(x, 0.1, 0.7).astype(dtype)


def convolve(x, k, method, boundary="symmetric", **how):
    if method == "recursive":
        how["precision"] = 1e-3
    if boundary == "constant":
        how["cval"] = 0.3
    return iw.convolve(x, k, method=method, boundary=boundary, **how)


def assert_within(y, x, *outside):
    """No result lies beyond the finite samples and what lies outside."""
    samples = [*x[np.isfinite(x)].ravel(), *(x.dtype.type(v) for v in outside)]
    there = y[~np.isnan(y)]
    assert there.size
    assert min(samples) <= there.min()
    assert there.max() <= max(samples)


def outside_of(boundary):
    return {"zero": [0.0], "constant": [0.3]}.get(boundary, [])


@pytest.mark.parametrize(
    ("method", "dtype", "boundary"),
    # Recursions divide by no weights, and a constant border on two axes is no product.
    [
        (*typed, b)
        for typed in TYPED
        for b in (BOUNDARIES if typed[0] != "recursive" else BOUNDARIES[:5])
    ],
)
def test_means_stay_within_the_range_of_the_data(method, dtype, boundary):
    for shape in [(70, 61)] if method == "separable" else [(900,), (70, 61)]:
        x = saturated(shape, dtype)
        for k in kernels(method, len(shape)):
            for mode in ["same"] if method == "recursive" else ["same", "full", "valid"]:
                how = {"boundary": boundary, "mode": mode}
                one = convolve(x, k, method, threads=1, **how)
                assert_within(one, x, *outside_of(boundary))
                two = convolve(x, k, method, threads=2, **how)
                np.testing.assert_array_equal(two, one)


@pytest.mark.parametrize(("method", "dtype"), TYPED)
def test_a_constant_picture_stays_that_constant(method, dtype):
    values = np.random.default_rng(1).uniform(-3, 3, 1000).astype(dtype)
    shape = (9, 10) if method == "separable" else (40,)
    for k in kernels(method, len(shape)):
        for value in values:
            y = convolve(np.full(shape, value), k, method)
            assert (y == value).all(), value


@pytest.mark.parametrize("boundary", ["symmetric", "wrap", "renormalize"])
@pytest.mark.parametrize("how", [{"nan": "ignore"}, {"mask": True}, {"stride": 3}, {"dilation": 2}])
@pytest.mark.parametrize("method", ["direct", "separable", "running_sum", "overlap_save", "auto"])
def test_means_of_what_is_present_stay_within_its_range(method, how, boundary):
    if method == "running_sum" and "dilation" in how:
        method = "auto"  # running sums take no dilated taps
    rng = np.random.default_rng(2)
    for dtype in DTYPES:
        x = saturated((60, 50), dtype)
        holes = rng.random(x.shape) < 0.1
        options = dict(how)
        if "nan" in how:
            x[holes] = np.nan
        if "mask" in how:
            options["mask"] = ~holes
            x[holes] = 50.0
        counted = np.where(holes, np.nan, x) if "mask" in how else x
        for k in kernels(method, 2) if method != "auto" else [uneven((3, 3))]:
            assert_within(iw.convolve(x, k, method=method, boundary=boundary, **options), counted)


@pytest.mark.parametrize("boundary", BOUNDARIES[:6])
@pytest.mark.parametrize("origin", [0, 30, 60])
@pytest.mark.parametrize("size", [(61, 1), (1, 61)])
def test_samples_beyond_the_border_are_those_behind_a_tile(size, origin, boundary):
    """What a border repeats may lie in another tile, where samples are larger by far."""
    long = size.index(61)
    k = iw.Kernel(np.full(size, 1 / 61), origin=tuple(origin if n > 1 else 0 for n in size))
    options = {"boundary": boundary, "cval": 2e9 if boundary == "constant" else 0.0}
    bound = 4 * 61 * np.finfo(float).eps * max(1e9, options["cval"])
    for place in (slice(30, 60), slice(-60, -30)):
        x = np.ones((400, 90) if long == 0 else (9, 4000))
        np.moveaxis(x, long, 0)[place] = 1e9
        want = iw.convolve(x, k, method="reference", **options)
        for method in ("direct", "running_sum"):
            y = iw.convolve(x, k, method=method, **options)
            np.testing.assert_allclose(y, want, rtol=0, atol=bound)


@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    dtype=st.sampled_from(DTYPES),
    boundary=st.sampled_from(BOUNDARIES),
    scale=st.sampled_from([1.0, -255.0, 1e-3, 7e3]),
)
@settings(max_examples=150, deadline=None)
def test_saturated_areas_stay_saturated(seed, shape, size, dtype, boundary, scale):
    rng = np.random.default_rng(seed)
    x = (np.clip(rng.normal(0.5, 1, shape), 0, 1) * scale).astype(dtype)
    k = rng.uniform(0, 1, size) + 1e-3
    y = convolve(x, k / k.sum(), "auto", boundary)
    assert_within(y, x, *outside_of(boundary))


def test_each_mean_of_a_bank_is_held_and_nothing_else():
    x = saturated((50, 60), "float64")
    bank = [uneven((3, 5)), -uneven((3, 5)), 2 * uneven((3, 5))]
    y = iw.convolve(x, bank, axes=(0, 1))
    assert_within(y[0], x)
    np.testing.assert_array_equal(y[1], -y[0])
    np.testing.assert_allclose(y[2], 2 * y[0], rtol=1e-15)
    assert y[2].max() > 1.3


@pytest.mark.parametrize("excess", [-1e-9, 1e-9, 1e-6])
@pytest.mark.parametrize("method", ["direct", "separable", "running_sum", "overlap_save"])
def test_kernels_that_nearly_sum_to_one_are_left_alone(method, excess):
    k = np.full((7, 5), (1 + excess) / 35)
    y = iw.convolve(np.ones((30, 40)), k, method=method)
    np.testing.assert_allclose(y - 1, excess, rtol=1e-5)


@pytest.mark.parametrize("method", ["direct", "overlap_save"])
def test_signed_kernels_of_sum_one_overshoot(method):
    step = np.repeat([0.0, 1.0], 50)
    y = iw.convolve(step, [-0.25, 1.5, -0.25], method=method)
    np.testing.assert_allclose([y.min(), y.max()], [-0.25, 1.25], rtol=1e-14)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("method", ["direct", "separable", "running_sum", "overlap_save"])
def test_a_sample_that_is_no_number_spoils_its_windows_alone(method, bad):
    x = saturated((60, 70), "float64")
    x[30, 35] = bad
    y = iw.convolve(x, iw.kernels.box((5, 5)), method=method)
    window = np.zeros(x.shape, bool)
    window[28:33, 33:38] = True
    np.testing.assert_array_equal(y[window], np.full(25, bad))
    spared = iw.convolve(np.where(window, 0.5, x), iw.kernels.box((5, 5)), method=method)
    window[26:35, 31:40] = True
    np.testing.assert_allclose(y[~window], spared[~window], rtol=1e-14)


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    length=st.integers(1, 400),
    taps=st.integers(2, 60),
    boundary=st.sampled_from(BOUNDARIES),
    mode=st.sampled_from(["same", "full"]),
    missing=st.sampled_from(["propagate", "ignore", "mask"]),
    stride=st.integers(1, 3),
    dtype=st.sampled_from(["float16", "float32", "float64"]),
)
def test_any_mean_stays_within(seed, length, taps, boundary, mode, missing, stride, dtype):
    rng = np.random.default_rng(seed)
    kernel = rng.random(taps) ** 4
    kernel /= kernel.sum()
    x = np.repeat(rng.uniform(-3, 3, length // 20 + 1), 20)[:length].astype(dtype)
    options = {}
    if missing == "ignore":
        x[rng.random(length) < 0.1] = np.nan
        options["nan"] = "ignore"
    elif missing == "mask":
        options["mask"] = rng.random(length) < 0.9
    if mode == "full" and boundary == "renormalize":
        mode = "same"
    y = convolve(x, kernel, "auto", boundary, mode=mode, stride=stride, **options)
    seen = np.concatenate(
        [x[options.get("mask", slice(None))], np.asarray(outside_of(boundary), dtype)]
    )
    seen, y = seen[~np.isnan(seen)], y[~np.isnan(y)]
    if y.size:
        assert seen.min() <= y.min()
        assert y.max() <= seen.max()


def test_a_blurred_photo_is_still_an_image_to_scikit_image():
    util = pytest.importorskip("skimage.util")
    x = saturated((200, 300), np.float64) / 0.7
    for sigma in (0.7, 1.0, 2.5, 8.0):
        assert util.img_as_ubyte(iw.convolve(x, iw.kernels.gaussian(sigma, ndim=2))).max() == 255
