"""Odd picture files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from intertwine.files import FileError
from intertwine.tour import photo
from tour.textures import textured


def saved(image: Image.Image, path: Path, **options: object) -> photo.Photo:
    image.save(path, **options)
    return photo.read(path)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "CMYK", "I;16", "F"])
def test_every_mode_comes_out_as_rgb_and_grey(mode: str, tmp_path: Path) -> None:
    grey = textured(300, 270)[..., 0]
    if mode in ("I;16", "F"):
        kinds = {"I;16": np.uint16, "F": np.float32}
        image = Image.fromarray(grey.astype(kinds[mode]) * kinds[mode](16))
    else:
        image = Image.fromarray(textured(300, 270)).convert(mode)
    seen = saved(image, tmp_path / "photo.tif")
    assert seen.rgb.shape == (300, 270, 3)
    assert (seen.rgb.dtype, seen.grey.dtype) == (np.uint8, np.float32)
    assert seen.grey.std() > 10
    if mode == "I;16":
        stretched = (grey.astype(float) - grey.min()) * (255 / np.ptp(grey))
        assert np.abs(seen.grey - stretched).max() <= 0.5
        assert any("stretched" in note for note in seen.notes)


def test_transparent_parts_lie_on_white(tmp_path: Path) -> None:
    rgba = np.zeros((256, 256, 4), np.uint8)
    rgba[:, :100, 3] = 255
    seen = saved(Image.fromarray(rgba), tmp_path / "photo.png")
    assert seen.grey[0, 0] == 0
    assert seen.grey[0, 200] == 255
    assert "Its transparent parts lie on white." in seen.notes


def test_a_turned_photo_is_set_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    seen = saved(Image.fromarray(textured(256, 400)), tmp_path / "photo.png", exif=exif)
    assert seen.grey.shape == (400, 256)
    assert seen.notes[0] == "The file holds 256 × 400 pixels."
    np.testing.assert_array_equal(seen.rgb, np.rot90(textured(256, 400), -1))


@pytest.mark.parametrize(
    ("height", "width"), [(20, 20), (1, 1), (20, 3000), (5000, 40), (900, 1300), (257, 641)]
)
def test_every_size_fits_the_chapters_and_says_how(height: int, width: int, tmp_path: Path) -> None:
    seen = saved(Image.fromarray(textured(height, width)), tmp_path / "photo.png")
    assert min(seen.grey.shape) >= photo.LEAST
    assert max(seen.grey.shape) <= photo.MOST
    assert seen.square().grey.shape == (256, 256)
    assert seen.notes[0] == f"The file holds {width} × {height} pixels."
    assert seen.notes[-1] == "All numbers below are those of this copy."


def test_a_handy_photo_is_left_as_it_is(tmp_path: Path) -> None:
    rgb = textured(256, 640)
    seen = saved(Image.fromarray(rgb), tmp_path / "photo.png")
    np.testing.assert_array_equal(seen.rgb, rgb)
    luma = rgb @ np.array([0.299, 0.587, 0.114])
    assert np.abs(seen.grey - luma).max() <= 0.51
    assert len(seen.notes) == 1


def test_the_default_is_the_portrait_that_matplotlib_brings() -> None:
    assert photo.read(photo.default_path()).rgb.shape == (600, 512, 3)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="There is no file"):
        photo.read(tmp_path / "none.jpg")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n"])
def test_no_picture(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"photo\.png"):
        photo.read(path)


def test_an_array_is_no_picture(tmp_path: Path) -> None:
    np.save(tmp_path / "photo.npy", np.zeros((300, 300)))
    with pytest.raises(FileError, match=r"holds no picture\.\n  Pass a file of one of \.png"):
        photo.read(tmp_path / "photo.npy")


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
def test_half_a_picture(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"photo.{suffix}"
    Image.fromarray(textured(300, 300)).save(path)
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(FileError, match=r"photo\."):
        photo.read(path)


def test_odd_values_and_channels(tmp_path: Path) -> None:
    values = textured(256, 300)[..., 0].astype(np.float32)
    values[0, 0], values[1, 1] = np.nan, np.inf
    tifffile.imwrite(tmp_path / "float.tif", values)
    assert np.isfinite(photo.read(tmp_path / "float.tif").grey).all()
    deep = textured(256, 300).astype(np.uint16) * 257
    tifffile.imwrite(tmp_path / "deep.tif", deep, photometric="rgb")
    seen = photo.read(tmp_path / "deep.tif")
    assert any("stretched" in note for note in seen.notes)
    assert seen.rgb[..., 0].std() > 10
    tifffile.imwrite(tmp_path / "pages.tif", np.stack([deep[..., 0]] * 2), photometric="minisblack")
    assert "Only the first of its 2 pages is used." in photo.read(tmp_path / "pages.tif").notes
