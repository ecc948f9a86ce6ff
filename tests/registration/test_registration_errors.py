"""What is said about pictures that do not do."""

import numpy as np
import pytest

import intertwine as iw
from intertwine.registration import translation

RNG = np.random.default_rng(0)
GOOD = RNG.random((20, 30))
ENDLESS = GOOD.copy()
ENDLESS[2, 3] = np.inf

CASES = [
    (
        lambda: iw.rotation(np.ones((20, 30), np.uint8), GOOD),
        iw.OptionError,
        "rotation: `a` is constant, every sample is 1.\n"
        "  a: uint8 (20, 30)\n"
        "  Nothing can be measured on it; pass data that show something.",
    ),
    (
        lambda: iw.rotation(GOOD, GOOD[:15]),
        iw.ShapeError,
        "rotation: `b` is 15 x 30 pixels, the least is 16 x 16.\n"
        "  b: float64 (15, 30)\n"
        "  Pass a larger part of it.",
    ),
    (
        lambda: iw.rotation(ENDLESS, GOOD),
        iw.OptionError,
        "rotation: 1 of 600 samples of `a` are not finite; the first, at (2, 3), is inf.\n"
        "  Fill them in first: np.where(np.isfinite(a), a, np.nanmedian(a)).",
    ),
    (
        lambda: iw.rotation(GOOD, GOOD, mask_b=np.ones((20, 30))),
        iw.DTypeError,
        "rotation: `mask_b` has dtype float64, bool is needed.\n"
        "  True where a sample counts: pass mask_b > 0, or mask_b == 0.",
    ),
    (
        lambda: translation(GOOD, GOOD, mask=np.ones((30, 20), bool)),
        iw.ShapeError,
        "translation: `mask` has shape (30, 20) but `a` (20, 30).\n"
        "  Pass one bool for each sample.",
    ),
    (
        lambda: translation(GOOD, np.where(GOOD < 2, np.nan, GOOD)),
        iw.OptionError,
        "translation: 0 of 600 samples of `b` count, too few to measure on.\n"
        "  b: float64 (20, 30)\n"
        "  `mask_b` is True where a sample counts; NaN never does.",
    ),
    (
        lambda: iw.rotation(GOOD, GOOD * 1j),
        iw.DTypeError,
        "rotation: `b` has dtype complex128, real numbers are needed.\n"
        "  b: complex128 (20, 30)\n"
        "  Pass bool, integer or float samples.",
    ),
    (
        lambda: iw.rotation(np.ones((20, 30, 5)), GOOD),
        iw.ShapeError,
        "rotation: `a` of shape (20, 30, 5) is no picture.\n"
        "  Pass (H, W), or (H, W, channels) with 1 to 4 channels in the last axis.",
    ),
    (
        lambda: iw.rotation("a.png", GOOD),
        iw.DTypeError,
        "rotation: `a` (str) cannot be read as an array of numbers.\n"
        "  Pass a NumPy array, or nested lists of numbers with rows of equal length.",
    ),
    (
        lambda: iw.rotation(GOOD, GOOD, scale=1.5),
        iw.OptionError,
        "rotation: `scale=1.5` must be True or False.\n"
        "  It says whether a scale is looked for; the scale found is in the result.",
    ),
    (
        lambda: iw.rotation(GOOD, GOOD).align(GOOD[:18]),
        iw.ShapeError,
        "Rotation.align: `image` is 18 x 30 pixels, `b` was 20 x 30.\n"
        "  Pass `b`, or a picture that lies as it does.",
    ),
    (
        lambda: iw.orientation(np.zeros((64, 64))),
        iw.OptionError,
        "orientation: `image` is constant, every sample is 0.0.\n"
        "  image: float64 (64, 64)\n"
        "  Nothing can be measured on it; pass data that show something.",
    ),
    (
        lambda: iw.deskew(GOOD, within_deg=60),
        iw.OptionError,
        "deskew: `within_deg=60` is out of range, it goes above 0 to 45.\n"
        "  Beyond that, columns and lines cannot be told apart: turn the page with np.rot90.",
    ),
    (
        lambda: iw.deskew(GOOD, within_deg="5"),
        iw.OptionError,
        "deskew: `within_deg` must be a number of degrees, not '5'.",
    ),
    (
        lambda: iw.deskew(GOOD, fill=(1, 2, 3)),
        iw.ShapeError,
        "deskew: `fill` has shape (3,) but the page has 1 channel.\n"
        "  Pass one number, or one for each channel.",
    ),
    (
        lambda: translation(GOOD, GOOD[:, :20]),
        iw.ShapeError,
        "translation: `a` and `b` differ in shape.\n"
        "  a: (20, 30)    b: (20, 20)\n"
        "  Cut both to one shape; for pictures of different size there is iw.rotation.",
    ),
    (
        lambda: translation(GOOD[0, :9], GOOD[0, :9]),
        iw.ShapeError,
        "translation: `a` of shape (9,) does not do: 1 to 3 axes are needed, each "
        "of at least 16 samples.\n"
        "  Colours are compared one by one, or by their brightness.",
    ),
]


@pytest.mark.parametrize(("call", "kind", "text"), CASES, ids=lambda x: None)
def test_messages(call, kind, text):
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value) == text


@pytest.mark.parametrize("dtype", [np.bool_, np.int8, np.uint16, np.float16, np.float32, np.int64])
def test_every_real_type_does(dtype):
    a = (RNG.random((40, 40)) * 100 > 50).astype(dtype)
    assert iw.rotation(a, np.rot90(a)).angle_deg == pytest.approx(90, abs=0.1)


def test_huge_and_tiny_levels():
    a = RNG.random((40, 50))
    for factor in (1e-300, 1e300):
        assert iw.rotation(a * factor, np.rot90(a)).angle_deg == pytest.approx(90, abs=0.1)
