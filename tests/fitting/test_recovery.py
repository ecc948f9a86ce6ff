"""Kernels that are known are found again, whatever the pair looks like."""

import numpy as np
import pytest

import intertwine as iw
from fitting.scenes import FIVE, picture, widened
from intertwine.learn import fit_kernel

K = iw.kernels
LOPSIDED = np.random.default_rng(9).integers(-9, 10, (3, 4)).astype(float)

#: Every named kernel that has two axes and at most 15 x 15 taps.
NAMED = (
    K.identity(ndim=2), K.box((4, 5)), K.gaussian(1.0, ndim=2), K.gaussian(1.7, ndim=2),
    K.binomial(4, ndim=2), K.sobel(), K.sobel(axis=1), K.scharr(), K.prewitt(axis=1), K.roberts(),
    K.laplacian(), K.log(1.5, ndim=2), K.dog(0.8, ratio=1.2, ndim=2), K.sharpen(), K.unsharp(1.5),
    K.emboss(), K.edge(), K.disk(7), K.motion(15), K.motion(9, angle_deg=30), K.gabor(1.5, 0.2),
)  # fmt: skip


@pytest.fixture(scope="module")
def scene():
    return picture(256)


@pytest.mark.parametrize("kernel", NAMED, ids=lambda kernel: kernel.name)
def test_every_named_kernel_is_found_from_one_pair(scene, kernel):
    assert max(kernel.shape) <= 15
    after = iw.convolve(scene, kernel, dtype=np.float64)
    found = fit_kernel(scene, after, kernel.shape, origin=kernel.origin)
    assert found.kernel.origin == kernel.origin
    np.testing.assert_allclose(found.kernel.taps, kernel.taps, rtol=0, atol=1e-5)
    assert found.r_squared > 1 - 1e-9
    assert found.notes == ()
    assert found.describe().kind == kernel.describe().kind


@pytest.mark.parametrize("kernel", FIVE, ids=lambda kernel: kernel.name)
def test_a_larger_window_holds_the_same_kernel(scene, kernel):
    found = fit_kernel(scene, iw.convolve(scene, kernel, dtype=np.float64), 15)
    expected = widened(kernel.taps, (15, 15))
    np.testing.assert_allclose(found.kernel.taps, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("boundary", ["zero", "constant", "nearest", "symmetric", "mirror", "wrap"])
def test_with_a_boundary_every_sample_counts(boundary):
    before = picture(24)
    outside = {"cval": 40.0} if boundary == "constant" else {}
    after = iw.convolve(before, LOPSIDED, boundary=boundary, **outside)
    found = fit_kernel(before, after, LOPSIDED.shape, boundary=boundary, **outside)
    np.testing.assert_allclose(found.kernel.taps, LOPSIDED, rtol=0, atol=1e-9)
    assert found.samples == after.size
    assert np.isfinite(found.residual).all()


@pytest.mark.parametrize("origin", [(0, 0), (2, 3), (1, 0)])
def test_origins(origin):
    before = picture(30)
    kernel = iw.Kernel(LOPSIDED, origin)
    found = fit_kernel(before, iw.convolve(before, kernel), kernel.shape, origin=origin)
    np.testing.assert_allclose(found.kernel.taps, LOPSIDED, rtol=0, atol=1e-9)
    assert found.kernel.origin == origin


def test_nan_and_masks_are_left_out():
    before = picture(40)
    after = iw.convolve(before, LOPSIDED)
    kept = np.random.default_rng(5).random(before.shape) < 0.97
    for value in (np.nan, np.inf):
        found = fit_kernel(np.where(kept, before, value), np.where(kept, after, -value), (3, 4))
        np.testing.assert_allclose(found.kernel.taps, LOPSIDED, rtol=0, atol=1e-9)
    spoiled = np.where(kept, before, 1e6), np.where(kept, after, -1e6)
    masked = fit_kernel(*spoiled, (3, 4), mask=kept)
    np.testing.assert_array_equal(masked.kernel.taps, found.kernel.taps)
    assert masked.samples == found.samples == np.isfinite(masked.residual).sum()


def test_a_mask_of_a_picture_serves_its_channels():
    before = np.stack([picture(30, seed) for seed in range(3)], axis=2)
    after = iw.convolve(before, LOPSIDED, axes=(0, 1))
    kept = np.ones((30, 30), bool)
    kept[10:14, 5] = False
    found = fit_kernel(before, np.where(kept[..., None], after, 0), (3, 4), axes=(0, 1), mask=kept)
    np.testing.assert_allclose(found.kernel.taps, LOPSIDED, rtol=0, atol=1e-9)
    assert found.residual.shape == before.shape


def test_one_kernel_for_all_channels_and_pairs():
    """Sums over channels and pairs: the fit is that of all windows together."""
    rng = np.random.default_rng(6)
    befores = [picture(20), picture(26)[:, :15]]
    afters = [iw.convolve(b, LOPSIDED) + rng.normal(size=b.shape) for b in befores]
    found = fit_kernel(befores, afters, (3, 4))
    ones = [fit_kernel(b, a, (3, 4)) for b, a in zip(befores, afters, strict=True)]
    assert found.samples == sum(one.samples for one in ones)
    assert [r.shape for r in found.residual] == [b.shape for b in befores]
    assert (found.standard_error < ones[0].standard_error).all()
    channels = np.stack([picture(20, seed) for seed in range(2)], axis=2)
    answers = iw.convolve(channels, LOPSIDED, axes=(0, 1)) + rng.normal(size=channels.shape)
    together = fit_kernel(channels, answers, (3, 4), axes=(0, 1))
    apart = fit_kernel(
        [channels[..., 0], channels[..., 1]], [answers[..., 0], answers[..., 1]], (3, 4)
    )
    np.testing.assert_allclose(together.kernel.taps, apart.kernel.taps, rtol=0, atol=1e-12)
    np.testing.assert_allclose(together.residual[..., 1], apart.residual[1], rtol=0, atol=1e-9)


def test_axes_in_any_order():
    rng = np.random.default_rng(7)
    before = rng.normal(size=(3, 30, 2, 25))
    after = iw.convolve(before, LOPSIDED, axes=(3, 1))
    found = fit_kernel(before, after, (3, 4), axes=(3, 1))
    np.testing.assert_allclose(found.kernel.taps, LOPSIDED, rtol=0, atol=1e-12)
    np.testing.assert_allclose(np.nanmax(np.abs(found.residual)), 0, atol=1e-11)
    assert found.predict(before).shape == before.shape
    assert found.predict(before[0, :, 0]).shape == (30, 25)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, bool])
def test_types(dtype):
    before = np.rint(np.random.default_rng(8).random((40, 40)) * 2).astype(dtype)
    after = iw.convolve(before.astype(float), LOPSIDED)
    np.testing.assert_allclose(fit_kernel(before, after, (3, 4)).kernel.taps, LOPSIDED, atol=1e-9)


def test_the_response_of_a_room_from_a_sweep():
    rate, seconds = 4000, 2
    time = np.arange(rate * seconds) / rate
    octaves = np.log(1900 / 20)
    sweep = np.sin(2 * np.pi * 20 * seconds / octaves * np.expm1(time / seconds * octaves))
    sweep = np.concatenate([sweep, np.zeros(rate // 2)])
    rng = np.random.default_rng(10)
    response = rng.normal(size=600) * np.exp(-np.arange(600) / 100)
    response[0] = 4.0
    room = iw.convolve(sweep, iw.Kernel(response, 0), boundary="zero")
    exact = fit_kernel(sweep, room, 600, origin=0, boundary="zero")
    np.testing.assert_allclose(exact.kernel.taps, response, rtol=0, atol=1e-6)
    noisy = fit_kernel(
        sweep, room + rng.normal(0, 0.05, room.shape), 600, origin=0, boundary="zero", ridge="gcv"
    )
    assert noisy.notes == ()
    low, high = noisy.interval()
    assert 0.93 <= ((low <= response) & (response <= high)).mean() <= 0.97


def test_a_camera_s_point_spread_from_a_sharp_and_a_blurred_frame():
    """Both frames in 8 bits, the blurred one noisy: the spread is found to its stated errors."""
    rng = np.random.default_rng(11)
    spread = widened(K.disk(3).taps, (9, 9))
    sharp = np.rint(picture(200)).astype(np.uint8)
    soft = iw.convolve(sharp.astype(float), spread) + rng.normal(0, 1.5, sharp.shape)
    found = fit_kernel(
        sharp, np.clip(np.rint(soft), 0, 255).astype(np.uint8), 9,
        constraint=("non-negative", "sum one"),
    )  # fmt: skip
    assert np.abs(found.kernel.taps - spread).max() < 5 * found.standard_error.max()
    assert found.kernel.sum == pytest.approx(1)
    assert found.describe().kind == "blur"
    assert found.notes == ()
