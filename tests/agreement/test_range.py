"""Means stay within the range of the samples that they are means of, to the last bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import intertwine as iw

METHODS = ["direct", "separable", "running_sum", "overlap_save", "recursive", "reference"]
BOUNDARIES = ["zero", "constant", "nearest", "symmetric", "mirror", "wrap", "renormalize"]
CVAL = 0.3
KERNELS = {
    "box": iw.kernels.box((3, 5)),
    "gaussian": iw.kernels.gaussian(1.5, ndim=2),
    "wide": iw.kernels.gaussian(6.0, ndim=2),
    "lopsided": np.array([[0.1, 0.2, 0.05], [0.3, 0.25, 0.1]]),
}


def saturated(rng, shape, dtype, top):
    """Flat areas of the least and the largest number, with edges and noise between them."""
    x = rng.uniform(-0.2, 1.2, shape)
    x[: shape[0] // 3] = 2.0
    x[:, : shape[1] // 4] = -1.0
    return (np.clip(x, 0.1, 1) * top).astype(dtype)


def outside(boundary):
    return {"zero": [0.0], "constant": [CVAL]}.get(boundary, [])


def border(boundary):
    return {"boundary": boundary, **({"cval": CVAL} if boundary == "constant" else {})}


def results(x, kernel, method, boundary, **options):
    """What a method gives, or None where it does not apply."""
    if method == "recursive":
        options |= {"precision": 1e-2}
    try:
        plan = iw.plan(x, kernel, method=method, **border(boundary), **options)
    except iw.IntertwineError as error:
        if "does not apply" in str(error) or "cannot" in str(error):
            return None
        raise
    return plan(x)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_saturated_areas_stay_within(method, dtype):
    rng = np.random.default_rng(3)
    taken = 0
    for name, kernel in KERNELS.items():
        for boundary in BOUNDARIES:
            x = saturated(rng, (48, 61), dtype, rng.uniform(0.5, 3))
            y = results(x, kernel, method, boundary)
            if y is None:
                continue
            taken += 1
            seen = [x.min(), x.max(), *np.asarray(outside(boundary), dtype)]
            assert min(seen) <= y.min(), (name, boundary)
            assert y.max() <= max(seen), (name, boundary)
    least = {"running_sum": 6, "recursive": 0 if dtype == "float16" else 5}.get(method, 21)
    assert taken >= least, taken


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_flat_pictures_stay_flat(dtype):
    kernels = [*KERNELS.values()]
    for i, value in enumerate(np.random.default_rng(5).uniform(-9, 9, 1000).astype(dtype)):
        x = np.full((24 + i % 7, 31), value)
        np.testing.assert_array_equal(iw.convolve(x, kernels[i % len(kernels)]), x)


@pytest.mark.parametrize("value", [0.7, 1 / 3, 1e-30, -12345.678])
@pytest.mark.parametrize("method", METHODS)
def test_large_flat_pictures_stay_flat(method, value):
    kernel = iw.kernels.box((9, 9)) if method == "running_sum" else iw.kernels.gaussian(4.0, ndim=2)
    x = np.full((300, 333), value)
    if method == "reference":
        x = x[:40, :40]
    np.testing.assert_array_equal(results(x, kernel, method, "symmetric"), x)


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
    y = iw.convolve(x, kernel, mode=mode, stride=stride, **border(boundary), **options)
    seen = np.concatenate(
        [x[options.get("mask", slice(None))], np.asarray(outside(boundary), dtype)]
    )
    seen, y = seen[~np.isnan(seen)], y[~np.isnan(y)]
    if y.size:
        assert seen.min() <= y.min()
        assert y.max() <= seen.max()


def test_kernels_that_are_no_means_are_left_alone():
    x = np.ones((30, 40))
    more = np.array([[0.25, 0.5, 0.2501]])
    assert iw.convolve(x, more).max() > 1
    sharpener = np.array([[-0.5, 2.0, -0.5]])
    step = np.where(np.arange(40) < 20, 0.0, 1.0)[None]
    assert iw.convolve(step, sharpener).max() == 1.5


def test_each_kernel_of_a_bank_is_held_by_itself():
    x = np.full((60, 70), 0.7)
    mean, twice = np.full((7, 7), 1 / 49), np.full((7, 7), 2 / 49)
    means, doubled = iw.convolve(x, np.stack([mean, twice]), axes=(0, 1))
    np.testing.assert_array_equal(means, x)
    np.testing.assert_allclose(doubled, 1.4, rtol=1e-14)


@pytest.mark.parametrize("method", ["direct", "separable", "overlap_save"])
def test_nan_touches_its_windows_alone(method):
    x = np.full((90, 100), 0.7)
    x[20, 30] = np.nan
    want = x.copy()
    want[18:23, 28:33] = np.nan
    np.testing.assert_array_equal(iw.convolve(x, iw.kernels.box((5, 5)), method=method), want)


@pytest.mark.parametrize("method", ["direct", "separable", "overlap_save"])
def test_infinity_is_a_range_that_ends_nowhere(method):
    x = np.full((90, 100), 0.7)
    x[60, 70] = np.inf
    want = x.copy()
    want[58:63, 68:73] = np.inf
    y = iw.convolve(x, iw.kernels.box((5, 5)), method=method)
    assert y.min() >= 0.7
    np.testing.assert_allclose(y, want, rtol=1e-14)


def test_threads_do_not_change_a_bit():
    x = saturated(np.random.default_rng(1), (700, 900), np.float32, 0.7)
    one, two = (iw.convolve(x, iw.kernels.gaussian(2.0, ndim=2), threads=n) for n in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_a_blurred_photo_is_still_an_image_to_scikit_image():
    util = pytest.importorskip("skimage.util")
    x = saturated(np.random.default_rng(2), (200, 300), np.float64, 1.0)
    for sigma in (0.7, 1.0, 2.5, 8.0):
        assert util.img_as_ubyte(iw.convolve(x, iw.kernels.gaussian(sigma, ndim=2))).max() == 255
