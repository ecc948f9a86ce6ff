"""Alpha is a mask, and pictures of other channels are brought together or refused."""

import numpy as np
import pytest
import skimage.data

import intertwine as iw

PHOTO = skimage.data.astronaut()[40:240, 120:340]
PART = PHOTO[70:110, 60:110]
DISK = np.hypot(*np.ogrid[-19.5:20, -24.5:25]) < 18


def badge(white):
    """The part inside a disk; outside it, see-through, rubbish."""
    rubbish = np.random.default_rng(0).integers(0, 256, PART.shape)
    colours = np.where(DISK[..., None], PART, rubbish)
    if white == 1:
        return np.dstack([colours / 255, DISK])
    return (np.dstack([colours, np.where(DISK, 255, 0)]) * (white // 255)).astype(
        np.uint8 if white == 255 else np.uint16
    )


@pytest.mark.parametrize("white", [255, 65535, 1])
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("axes", [None, (0, 1)])
def test_alpha_is_a_mask(white, alpha, axes):
    if alpha and axes:
        return  # four channels as they are
    data = np.dstack([PHOTO, np.full(PHOTO.shape[:2], 255, np.uint8)]) if alpha else PHOTO
    if white != 255:
        data = data / 255 if white == 1 else data * np.array(257, np.uint16)
    hits = iw.find(badge(white), data, axes=axes)
    assert hits.index.tolist() == [[70, 60]]
    assert hits.score[0] == 1
    if axes is None:
        assert iw.find(badge(white), data, angles=(-9, 9)).score[0] == 1


def test_see_through_data_do_not_count():
    holes = np.dstack([PHOTO, np.full(PHOTO.shape[:2], 255, np.uint8)])
    holes[80:90, 70:80] = (0, 255, 0, 10)
    hits = iw.find(PART, holes)
    assert (hits.index.tolist(), hits.score[0]) == ([[70, 60]], 1)
    assert iw.find(PART, holes, angles=(-9, 9)).index.tolist() == [[90, 84]]  # its middle


def test_four_bands_stay_four_where_axes_are_named():
    bands = np.random.default_rng(0).random((60, 70, 4)) / 10  # as alpha: all see-through
    hits = iw.find(bands[20:30, 40:55], bands, axes=(0, 1))
    assert (hits.index.tolist(), hits.score[0]) == ([[20, 40]], 1)


@pytest.mark.parametrize("shape", [(), (1,), (3,), (4,)], ids=str)
def test_grey_meets_colour(shape):
    """However pattern and data come, a grey match is found."""
    grey = PHOTO @ [0.299, 0.587, 0.114]

    def made(colours, own):
        if own in ((), (1,)):
            return colours if own == () else colours[..., None]
        full = np.repeat(colours[..., None], 3, 2)
        return full if own == (3,) else np.dstack([full, np.full(colours.shape, 255.0)])

    for other in [(), (1,), (3,), (4,)]:
        hits = iw.find(made(grey[70:110, 60:110], shape), made(grey, other))
        assert hits.index[:, :2].tolist() == [[70, 60]]
        assert hits.score[0] > 1 - 1e-12


def test_masks_of_colours_serve_grey():
    mask = np.repeat(DISK[..., None], 3, 2)
    pattern = np.where(mask, PART, 0)
    grey = PHOTO @ np.array([0.299, 0.587, 0.114], np.float32)
    hits = iw.find(pattern, grey, mask=mask)
    assert hits.index.tolist() == [[70, 60]]
    assert hits.score[0] > 1 - 1e-6
