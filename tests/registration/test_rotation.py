"""`rotation`: its signs, its accuracy, its confidence."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

import intertwine as iw
from intertwine.registration.certainty import of_rotations
from intertwine.registration.gauss_newton import Fit
from intertwine.registration.judge import Found, Judged
from intertwine.registration.search import Answer
from intertwine.registration.similarity import Similarity
from registration.photos import moved, off, photo

SIX = ("astronaut", "camera", "coins", "chelsea", "coffee", "rocket")


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_the_sign_is_that_of_rot90(turns):
    a = photo("coffee")[50:250, 100:400]
    found = iw.rotation(a, np.rot90(a, turns))
    assert off(found.angle_deg, 90 * turns) < 1e-4
    assert np.abs(found.shift).max() < 1e-3
    assert found.confidence > 0.99
    assert -180 < found.angle_deg <= 180


@pytest.mark.parametrize("angle", [30, -12.5, 179.0, 0.1, 89.7])
def test_the_sign_is_that_of_scipy_and_scikit_image(angle):
    from skimage import transform

    a = photo("camera")[:300, :300]
    for b in (
        ndimage.rotate(a, angle),
        transform.rotate(a, angle),
        transform.rotate(a, angle, resize=True),
    ):
        found = iw.rotation(a, b)
        assert off(found.angle_deg, angle) < 0.02
        assert found.confidence > 0.99


def test_the_shift_and_scale_are_those_of_the_formula():
    whole = photo("astronaut")
    a = whole[100:400, 100:400]
    b = moved(whole, 21.0, 1.3, (12.25, -31.5), (280, 320))
    found = iw.rotation(whole, b, scale=True)
    assert off(found.angle_deg, 21.0) < 0.005
    assert found.scale == pytest.approx(1.3, rel=2e-4)
    assert found.shift == pytest.approx((12.25, -31.5), abs=0.05)
    again = iw.rotation(a, moved(a, -160.5, 1, (8.0, 3.0)))
    assert again.scale == 1
    assert again.shift == pytest.approx((8.0, 3.0), abs=0.02)


@pytest.mark.parametrize("name", SIX)
def test_corners_that_were_filled_in_do_not_pull(name):
    """Edges of black corners lie nowhere in the other picture: what does not fit is left out."""
    whole = photo(name)
    top, left = ((n - 160) // 2 for n in whole.shape)
    a = whole[top : top + 160, left : left + 160]
    for angle in (-13.3, 71.0):
        assert off(iw.rotation(a, ndimage.rotate(a, angle, reshape=False)).angle_deg, angle) < 0.003


def test_silhouettes():
    """Nearly all of their pixels are flat and fit whatever the motion is; their edges tell."""
    from skimage import data

    a = data.horse()
    found = iw.rotation(a, moved(a.astype(float), 33.0, 0.8), scale=True)
    assert off(found.angle_deg, 33.0) < 0.05
    assert found.scale == pytest.approx(0.8, rel=0.01)


def test_evidence_without_agreement_is_not_trusted():
    chosen = Fit(Similarity(0.3), agreement=0.9, share=0.9, last_step=0.0)
    contradicted = replace(chosen, agreement=-0.01)
    judged = Judged(chosen.motion, nats=900.0, area=0.8, against=0.05, independent=(0.5,))
    sure, doubtful = (
        of_rotations(Answer([Found(fit, judged, height=38.0)], []))[0]
        for fit in (chosen, contradicted)
    )
    assert sure > 0.99
    assert doubtful == 0


def _errors(names, angles, noise, shift, scale=1.0):
    rng = np.random.default_rng(3)
    for name in names:
        a = photo(name)
        side = int(min(256, min(a.shape) * min(scale, 1) - 60))
        for angle in angles:
            b = moved(a, angle, scale, shift, (side, side))
            top, left = ((n - side) // 2 for n in a.shape)
            part = a[top : top + side, left : left + side]
            if noise:
                part, b = (x + rng.normal(0, noise, x.shape) for x in (part, b))
            found = iw.rotation(part, b, scale=scale != 1)
            yield off(found.angle_deg, angle), abs(found.scale / scale - 1)


def test_clean_photos():
    errors = [e for e, _ in _errors(SIX, (37.0, 246.8), 0, (0, 0))]
    assert np.median(errors) <= 0.01
    assert max(errors) < 0.02


def test_shifted_and_noisy_photos():
    errors = [e for e, _ in _errors(SIX, (123.4,), 0.1, (20, -15))]
    assert np.median(errors) <= 0.1
    assert max(errors) < 1


@pytest.mark.parametrize("angle", [49.3, -85.8, 159.5])
def test_noise_over_most_of_a_picture_does_not_hide_the_rest(angle):
    """A rocket before a smooth sky: where there is noise alone, nothing agrees."""
    assert max(error for error, _ in _errors(["rocket"], (angle,), 0.1, (20, -15))) < 0.2


@pytest.mark.parametrize("scale", [0.7, 1.5])
def test_scaled_photos(scale):
    for angle, size in _errors(("astronaut", "coins"), (61.0,), 0, (5, -4), scale):
        assert angle < 0.05
        assert size < 0.002


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0, 0.1])
def test_many_angles(noise):
    angles = np.random.default_rng(9).uniform(0, 360, 30)
    names = (*SIX, "brick", "grass", "gravel", "hubble_deep_field")
    errors = [e for e, _ in _errors(names, angles, noise, (20, -15))]
    assert len(errors) == 300
    assert np.median(errors) <= (0.1 if noise else 0.01)
    assert max(errors) < 1


@pytest.mark.data
def test_other_photos(data_folder):
    from PIL import Image

    errors = []
    for path in sorted((data_folder / "photos").glob("*.png")):
        a = np.asarray(Image.open(path).convert("L"), float)
        errors += [
            off(iw.rotation(a, moved(a, angle, 1, (30, -20))).angle_deg, angle)
            for angle in (-77.7, 180.0)
        ]
    assert len(errors) == 6
    assert max(errors) < 0.01


def test_unrelated_pictures_have_a_low_confidence():
    names = ("astronaut", "camera", "coins", "chelsea", "coffee", "rocket", "brick", "moon")
    parts = [photo(name)[40:200:2, 60:220:2] for name in names]
    sure = [
        iw.rotation(one, moved(other, 20.0 * i)).confidence
        for i, one in enumerate(parts)
        for j, other in enumerate(parts)
        if i < j
    ]
    assert len(sure) == 28
    assert np.median(sure) < 0.05
    assert max(sure) < 0.5


def test_colours_types_and_channels_may_differ():
    from skimage import data

    rgb = data.chelsea()
    grey = np.rot90(rgb @ [0.299, 0.587, 0.114])
    opaque = np.concatenate([rgb, np.full_like(rgb[..., :1], 255)], axis=2)
    one_channel = (grey[..., None] * 100).astype(np.int32)
    for a, b in ((rgb, grey), (opaque, one_channel), (rgb / 1e9 + 7, grey * 1e200)):
        assert iw.rotation(a, b).angle_deg == pytest.approx(90, abs=0.01)
    assert iw.rotation(rgb > 100, np.rot90(rgb > 100)).angle_deg == pytest.approx(90, abs=0.01)


def test_without_a_shift_none_is_found():
    a = photo("coins")[:250, :250]
    found = iw.rotation(a, moved(a, 37), shift=False)
    assert found.shift == (0.0, 0.0)
    assert off(found.angle_deg, 37) < 0.01


def test_align_brings_b_back():
    from skimage import data

    a = data.astronaut()[::2, ::2]
    b = np.stack([moved(a[..., c].astype(float), 25, 1, (6, -9)) for c in range(3)], axis=2)
    b = np.rint(b.clip(0, 255)).astype(np.uint8)
    found = iw.rotation(a, b)
    back = found.align(b, fill=9)
    assert (back.shape, back.dtype) == (a.shape, a.dtype)
    inner = np.s_[70:-70, 70:-70]
    assert np.abs(back[inner].astype(float) - a[inner]).mean() < 4
    assert (back[0, 0] == 9).all()
    assert found.align(b[..., 0]).shape == a.shape[:2]


def test_the_plot_says_what_was_found():
    a = photo("coins")[:200, :200]
    figure = iw.rotation(a, moved(a, 37)).plot()
    assert [axes.get_title() for axes in figure.axes][:2] == ["a", "b"]
    angle, rest = figure.get_suptitle().split("°")
    assert off(float(angle), 37) < 0.005
    assert rest.startswith(" counter-clockwise")


def test_the_result_is_frozen():
    a = photo("coins")[:100, :100]
    with pytest.raises(AttributeError):
        iw.rotation(a, a).angle_deg = 3.0
