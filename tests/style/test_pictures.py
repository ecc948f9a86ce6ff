"""Whatever a picture comes as, it is read upright, as 8-bit RGB, or refused with a reason."""

import io

import numpy as np
import pytest
from PIL import Image

from intertwine.base.errors import DTypeError, FileError, OptionError, ShapeError
from intertwine.style import pictures
from intertwine.style.pictures import read_picture

RED = np.full((6, 9, 3), (200, 30, 10), np.uint8)


def half_clear(picture):
    """With opacity: nothing in the first four columns, all of it in the others."""
    opacity = np.full((*picture.shape[:2], 1), 255, np.uint8)
    opacity[:, :4] = 0
    return np.concatenate([picture, opacity], axis=2)


def encoded(image, form, **options):
    written = io.BytesIO()
    image.save(written, form, **options)
    return written.getvalue()


@pytest.mark.parametrize(
    ("form", "options"),
    [("PNG", {}), ("WEBP", {"lossless": True}), ("TIFF", {}), ("BMP", {}), ("GIF", {})],
)
def test_lossless_formats(form, options, tmp_path):
    path = tmp_path / "picture"  # by content, whatever the name says
    path.write_bytes(encoded(Image.fromarray(RED), form, **options))
    np.testing.assert_array_equal(read_picture(path), RED)


@pytest.mark.parametrize("form", ["JPEG", "AVIF"])
def test_lossy_formats(form):
    read = read_picture(encoded(Image.fromarray(RED), form))
    assert read.shape == RED.shape
    assert np.abs(read.astype(int) - RED).max() <= 6


def test_exif_rotation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by 90 degrees clockwise
    picture = np.zeros((20, 40, 3), np.uint8)
    picture[:, :8] = 255  # white on the left
    read = read_picture(encoded(Image.fromarray(picture), "JPEG", exif=exif, quality=95))
    assert read.shape == (40, 20, 3)
    assert read[:6].min() > 200  # shown on top
    assert read[12:].max() < 60


def test_cmyk_palette_grey_and_bits():
    grey = np.linspace(0, 255, 54).reshape(6, 9).astype(np.uint8)
    three = np.repeat(grey[:, :, None], 3, axis=2)
    np.testing.assert_array_equal(read_picture(encoded(Image.fromarray(grey), "PNG")), three)
    deep = Image.fromarray(grey.astype(np.uint16) * 257)
    np.testing.assert_array_equal(read_picture(encoded(deep, "PNG")), three)
    cmyk = read_picture(encoded(Image.fromarray(RED).convert("CMYK"), "TIFF"))
    np.testing.assert_array_equal(cmyk, RED)
    palette = Image.fromarray(RED).convert("P", palette=Image.Palette.ADAPTIVE)
    np.testing.assert_array_equal(read_picture(encoded(palette, "PNG")), RED)


def test_opacity_is_laid_over_white():
    read = read_picture(encoded(Image.fromarray(half_clear(RED)), "PNG"))
    np.testing.assert_array_equal(read[:, :4], np.full((6, 4, 3), 255))
    np.testing.assert_array_equal(read[:, 4:], RED[:, 4:])
    np.testing.assert_array_equal(read_picture(half_clear(RED)), read)


def test_arrays_of_every_kind_are_one_picture():
    grey = np.array([[0, 51], [102, 255]], np.uint8)
    for same in (grey, grey[:, :, None], grey / 255.0, grey.astype(np.uint16) * 257):
        np.testing.assert_array_equal(read_picture(same), np.repeat(grey[:, :, None], 3, axis=2))
    assert read_picture(grey > 60).tolist()[1] == [[255] * 3, [255] * 3]


def test_large_pictures_are_brought_down():
    assert read_picture(np.zeros((1000, 2048, 3), np.uint8)).shape == (250, 512, 3)
    assert read_picture(Image.new("RGB", (2048, 1000))).shape == (250, 512, 3)


@pytest.mark.parametrize(
    ("picture", "kind", "text"),
    [
        (np.zeros((3, 3, 5), np.uint8), ShapeError, "(H, W) or (H, W, 1 to 4)"),
        (np.zeros((0, 3), np.uint8), ShapeError, "uint8 (0, 3)"),
        (np.zeros((3, 3), np.int64), DTypeError, "`picture` is int64"),
        (np.full((3, 3), 1.5), OptionError, "this one from 1.5 to 1.5"),
        (np.full((3, 3), np.nan), OptionError, "from nan to nan"),
        (b"", FileError, "the picture is empty"),
        (b"no picture at all", FileError, "cannot be read as a picture"),
    ],
    ids=["channels", "empty", "integers", "range", "nan", "no bytes", "text"],
)
def test_what_is_no_picture_is_refused(picture, kind, text):
    with pytest.raises(kind) as caught:
        read_picture(picture)
    assert text in str(caught.value)


def test_bombs_are_refused_before_they_are_decoded(monkeypatch):
    bomb = encoded(Image.new("1", (4000, 3000)), "PNG")
    assert len(bomb) < 10_000
    monkeypatch.setattr(pictures, "MOST_PIXELS", 4000 * 3000 - 1)
    with pytest.raises(FileError, match="claims 4000 x 3000 pixels, more than 11,999,999"):
        read_picture(bomb)
    monkeypatch.setattr(pictures, "MOST_BYTES", 100)
    with pytest.raises(FileError, match="bytes, more than 100"):
        read_picture(bomb)


def test_files_that_are_cut_short(tmp_path):
    rng = np.random.default_rng(5)
    whole = encoded(Image.fromarray(rng.integers(0, 256, (80, 80, 3)).astype(np.uint8)), "JPEG")
    path = tmp_path / "cut.jpg"
    for length in (1, 20, len(whole) // 2):
        path.write_bytes(whole[:length])
        with pytest.raises(FileError, match=r"cut\.jpg cannot be read as a picture"):
            read_picture(path)
    with pytest.raises(FileError, match="is a folder"):
        read_picture(tmp_path)
    with pytest.raises(FileError, match="There is no file"):
        read_picture(tmp_path / "none.png")
