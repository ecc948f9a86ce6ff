"""Pairs that no convolution connects are told so; what a convolution does is not accused."""

import io

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

import intertwine as iw
from fitting.scenes import FIVE, picture
from intertwine.learn import fit_kernel

BEFORE = picture(160, 4)
BLURRED = iw.convolve(BEFORE, FIVE[0])
RNG = np.random.default_rng(0)


def note(after, shape=7, **options):
    return " ".join(fit_kernel(BEFORE, after, shape, **options).notes)


@pytest.mark.parametrize("gamma", [0.45, 0.8, 0.95, 1.05, 2.2])
@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_another_tone_curve(gamma, noise):
    said = note(255 * (BLURRED / 255) ** gamma + RNG.normal(0, noise, BEFORE.shape), 9)
    assert said.startswith("No convolution with 9 x 9 taps connects the two: ")
    assert "of the residual goes with the level. `after` may have another tone curve" in said


@pytest.mark.parametrize(
    "after", [0.8 * BEFORE + 20, np.minimum(BLURRED * 1.3, 200)], ids=["+", "clip"]
)
def test_constants_and_clipping(after):
    assert "a constant added, or be clipped" in note(after)


@pytest.mark.parametrize("angle", [2, 17])
def test_rotation(angle):
    after = ndimage.rotate(BEFORE, angle, reshape=False, mode="nearest")
    assert (
        f"`after` seems to be `before` rotated by {angle}.0 degrees counter-clockwise: align"
        in note(after)
    )


def test_scale():
    after = ndimage.zoom(BEFORE, 1.1)[8:168, 8:168]
    assert "seems to be `before` scaled by 1.1" in note(after)


def test_a_shift_beyond_the_window():
    said = note(np.roll(BLURRED, (12, -5), (0, 1)))
    assert "seems to be `before` shifted by (+12.0, -5.0) samples: align" in said


@pytest.mark.parametrize("by", [(2, 0), (-1, 3)])
def test_a_shift_within_the_window(by):
    found = fit_kernel(BEFORE, ndimage.shift(BLURRED, by, order=1), 13)
    np.testing.assert_allclose(found.shift, by, atol=0.05)
    assert found.notes[-1].startswith(
        "The kernel lies off the middle of its window: "
        f"{by[0]:+.1f} along axis 0, {by[1]:+.1f} along axis 1. `after` may be shifted"
    )
    given = fit_kernel(BEFORE, ndimage.shift(BLURRED, by, order=1), 13, origin=6)
    assert not any("middle" in said for said in given.notes)


def test_a_shifted_recording():
    before = RNG.normal(size=2000)
    said = fit_kernel(before, np.roll(before, 40), 9).notes[0]
    assert "`after` seems to be" in said or "No tap stands out" in said


def test_a_window_that_is_too_small():
    assert "pass a larger shape" in note(iw.convolve(BEFORE, iw.kernels.gaussian(4.0, ndim=2)))


@pytest.mark.parametrize(
    "after",
    [ndimage.median_filter(BEFORE, 5), np.abs(iw.convolve(BEFORE, FIVE[1]))],
    ids=["median", "absolute"],
)
def test_what_is_no_sum(after):
    assert note(after).startswith("No convolution with 7 x 7 taps connects the two: ")


def test_pictures_that_have_nothing_in_common():
    assert note(picture(160, 77)).endswith("Do the two belong together?")
    assert note(RNG.normal(size=BEFORE.shape)).startswith("No tap stands out of the noise")


@pytest.mark.parametrize("kernel", FIVE, ids=lambda kernel: kernel.name)
@pytest.mark.parametrize("noise", [0, 0.001, 0.1, 1.0])
def test_convolutions_are_not_accused(kernel, noise):
    after = iw.convolve(BEFORE, kernel, dtype=np.float64)
    after += RNG.normal(0, noise * after.std(), after.shape)
    found = fit_kernel(BEFORE, after, 9)
    assert found.notes == ()


def test_rounding_is_not_accused():
    after = np.rint(BLURRED)
    smooth = ndimage.zoom(picture(20, 1), 8)  # neighbours are rounded alike
    assert fit_kernel(BEFORE, after.astype(np.uint8), 9).notes == ()
    soft = np.rint(iw.convolve(smooth, FIVE[0])).astype(np.uint8)
    assert fit_kernel(smooth, soft, 3, ridge="gcv").notes == ()


@pytest.mark.parametrize("quality", [75, 20])
@pytest.mark.parametrize("cut", [0, 3])
def test_blocks_of_jpeg_are_told_but_no_convolution_is_denied(quality, cut):
    """JPEG's errors are alike among neighbours of a block; the kernel is there all the same."""
    buffer = io.BytesIO()
    Image.fromarray(np.rint(BLURRED).astype(np.uint8)).save(buffer, "JPEG", quality=quality)
    found = fit_kernel(BEFORE[cut:], np.asarray(Image.open(buffer))[cut:], 9)
    (said,) = found.notes
    assert said.startswith("The residual is not white: at lag (")
    assert "from block to block of 8 samples, as JPEG's errors do." in said
    assert not found.whiteness.is_white


def test_blocks_of_a_colour_jpeg_are_told():
    """Colours themselves are stored at half the size, which is no noise: pale ones hide that."""
    tints = np.stack([picture(160, seed) for seed in (5, 6, 7)], axis=2)
    colours = 0.9 * BEFORE[..., None] + 0.1 * tints
    soft = np.rint(iw.convolve(colours, FIVE[0], axes=(0, 1))).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(soft).save(buffer, "JPEG", quality=75)
    (said,) = fit_kernel(colours, np.asarray(Image.open(buffer)), 7, axes=(0, 1)).notes
    assert "from block to block of 8 samples, as JPEG's errors do." in said


def test_coloured_noise_is_told_but_no_convolution_is_denied():
    noise = ndimage.gaussian_filter(RNG.normal(0, 8, BEFORE.shape), 0.45)
    (said,) = fit_kernel(BEFORE, BLURRED + noise, 9).notes
    assert said.startswith("The residual is not white: at lag (")
    assert "`before` has noise of its own" in said


@pytest.mark.parametrize("kernel", [FIVE[1], iw.kernels.disk(2)], ids=lambda kernel: kernel.name)
def test_noise_of_before_is_told(kernel):
    """Behind a Sobel neighbours agree by more than 0.4 then: no reason to deny a convolution."""
    after = iw.convolve(BEFORE, kernel) + RNG.normal(0, 0.2, BEFORE.shape)
    (said,) = fit_kernel(BEFORE + RNG.normal(0, 2, BEFORE.shape), after, 7).notes
    assert "Noise in `before` does that behind this kernel, and makes the taps" in said


def test_noise_around_a_mean_does_not_follow():
    """Two arrays with a mean each: some kernel carries the one to the other, and no more."""
    noise = RNG.normal(128, 30, (2, 3, 120, 120))
    for one, other in zip(*noise, strict=True):
        assert fit_kernel(one, other, 7).notes[0].startswith("No tap stands out of the noise")
    # A blur as wide as the window is found under much noise for all that.
    blurred = iw.convolve(noise[0, 0], np.full((7, 7), 1 / 49))
    assert fit_kernel(noise[0, 0], blurred + RNG.normal(0, 15, blurred.shape), 7).notes == ()


def test_copies_of_a_channel_are_noticed():
    """Three equal channels are no further samples: their noise agrees."""
    after = BLURRED + RNG.normal(0, 2, BEFORE.shape)
    copies = [np.repeat(each[..., None], 3, axis=2) for each in (BEFORE, after)]
    found = fit_kernel(*copies, 9, axes=(0, 1))
    assert found.whiteness.lag == (1, 0, 0)
    assert found.whiteness.correlation == pytest.approx(1, abs=0.01)


def test_a_constant_pair_under_a_ridge():
    """One number is known, the sum of the taps: they share it evenly."""
    found = fit_kernel(np.full((30, 30), 7.0), np.full((30, 30), 14.0), 3, ridge="gcv")
    np.testing.assert_allclose(found.kernel.taps, 2 / 9, rtol=1e-6)
    assert np.isnan(found.r_squared)
    said = "`before` is 7 everywhere: only the sum of the taps can be learned from it."
    assert found.notes == (said,)


@pytest.mark.parametrize("after", [BEFORE, np.full_like(BEFORE, 3.0)], ids=["picture", "constant"])
def test_a_before_of_zeros(after):
    found = fit_kernel(np.zeros_like(BEFORE), after, 3, ridge="gcv")
    assert found.notes == ("`before` is 0 everywhere: nothing can be learned from it.",)
    assert str(found).startswith(found.notes[0])


def test_what_is_wrong_comes_first():
    """A kernel always comes out; no reader shall see it before the word that denies it."""
    found = fit_kernel(BEFORE, picture(160, 77), 7)
    assert not found.is_trusted
    assert str(found).startswith(found.notes[0])
    assert fit_kernel(BEFORE, BLURRED, 7).is_trusted


@pytest.mark.parametrize("level", [0.0, 0.1, -7.0])
@pytest.mark.parametrize("options", [{}, {"ridge": "gcv"}, {"constraint": "non-negative"}])
def test_a_constant_after(level, options):
    found = fit_kernel(BEFORE, np.full_like(BEFORE, level), 3, **options)
    assert np.isnan(found.r_squared)
    assert found.notes == (
        f"`after` is {level:.6g} everywhere: nothing can be learned from it. These taps come "
        "closest to it, no more.",
    )
    assert level or not found.kernel.taps.any()
    assert "leaves a constant `after`" in found.sentence
    assert str(found).startswith(found.notes[0])
