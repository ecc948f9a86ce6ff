"""Pictures survive being read and written: depth, alpha, palettes, orientation, metadata."""

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from intertwine import files
from intertwine.files.document import Document
from intertwine.files.orientation import stored as as_stored
from intertwine.files.orientation import upright

RNG = np.random.default_rng(7)


def noise(shape, dtype):
    if np.dtype(dtype).kind == "f":
        return RNG.normal(size=shape).astype(dtype)
    return RNG.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


@pytest.mark.parametrize("suffix", [".png", ".webp", ".bmp", ".tif"])
@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)])
def test_eight_bits_come_back(tmp_path, suffix, shape):
    picture, path = noise(shape, np.uint8), tmp_path / f"a{suffix}"
    files.write(path, Document("image", (picture,)))
    back = files.read(path).pages[0]
    if suffix == ".webp" and len(shape) == 2:  # WebP knows no grey
        back = back[..., 0]
    np.testing.assert_array_equal(back, picture)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 2), (5, 7, 3), (5, 7, 4)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_depth_and_alpha_come_back(tmp_path, suffix, shape, dtype):
    picture, alpha, path = noise(shape, dtype), shape[2:] in ((2,), (4,)), tmp_path / f"a{suffix}"
    files.write(path, Document("image", (picture,), alpha))
    back = files.read(path)
    assert (back.alpha, back.pages[0].dtype) == (alpha, dtype)
    np.testing.assert_array_equal(back.pages[0], picture)


@pytest.mark.parametrize("dtype", [np.int16, np.uint32, np.float16, np.float32, np.float64])
def test_tiff_keeps_every_real_type(tmp_path, dtype):
    picture = noise((4, 6, 3), dtype)
    files.write(tmp_path / "a.tif", Document("image", (picture,)))
    back = files.read(tmp_path / "a.tif").pages[0]
    assert back.dtype == dtype
    np.testing.assert_array_equal(back, picture)


def test_tiff_keeps_pages_of_different_shapes(tmp_path):
    pages = (noise((4, 6), np.uint16), noise((5, 3), np.uint16), noise((2, 2), np.uint16))
    files.write(tmp_path / "a.tif", Document("image", pages))
    back = files.read(tmp_path / "a.tif").pages
    assert [page.shape for page in back] == [(4, 6), (5, 3), (2, 2)]
    for mine, theirs in zip(pages, back, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_jpeg_is_near(tmp_path):
    rows, columns = np.mgrid[0:64, 0:64]
    picture = np.stack([rows * 4, columns * 4, 255 - rows * 2], axis=-1).astype(np.uint8)
    files.write(tmp_path / "a.jpg", Document("image", (picture,)))
    back = files.read(tmp_path / "a.jpg").pages[0]
    assert np.abs(back.astype(int) - picture).max() <= 8


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif"])
def test_profile_resolution_and_camera_data_are_kept(tmp_path, suffix):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    meta = {"dpi": (300.0, 300.0), "icc_profile": profile}
    picture = noise((5, 7, 3), np.uint8)
    files.write(tmp_path / f"a{suffix}", Document("image", (picture,), False, meta))
    back = files.read(tmp_path / f"a{suffix}").meta
    assert back["icc_profile"] == profile
    assert back["dpi"] == pytest.approx((300, 300), abs=0.01)


def test_deep_png_keeps_profile_and_resolution(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[271] = "Maker"
    meta = {"dpi": (300.0, 150.0), "icc_profile": profile, "exif": exif.tobytes()}
    picture = noise((5, 7, 3), np.uint16)
    files.write(tmp_path / "a.png", Document("image", (picture,), False, meta))
    back = files.read(tmp_path / "a.png")
    np.testing.assert_array_equal(back.pages[0], picture)
    assert back.meta["icc_profile"] == profile
    assert back.meta["dpi"] == pytest.approx((300, 150), abs=0.02)
    with Image.open(tmp_path / "a.png") as image:
        assert image.getexif()[271] == "Maker"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_are_turned_upright_as_pillow_turns_them(tmp_path, orientation):
    picture, exif = noise((4, 6, 3), np.uint8), Image.Exif()
    exif[274], exif[271] = orientation, "Maker"
    image = Image.fromarray(picture)
    image.save(tmp_path / "a.png", exif=exif)
    with Image.open(tmp_path / "a.png") as stored:
        expected = np.asarray(ImageOps.exif_transpose(stored))
    back = files.read(tmp_path / "a.png")
    np.testing.assert_array_equal(back.pages[0], expected)
    assert back.meta["orientation"] == orientation
    points = np.stack(np.indices(expected.shape[:2]), -1).reshape(-1, 2)
    rows, columns = as_stored(points, orientation, expected.shape[:2]).astype(int).T
    np.testing.assert_array_equal(picture[rows, columns], expected.reshape(-1, 3))
    grid = upright(np.stack(np.indices((4, 6)), -1), orientation)
    between = as_stored([(0.5, 1.5)], orientation, expected.shape[:2])
    np.testing.assert_array_equal(between[0], grid[:2, 1:3].mean((0, 1)))
    files.write(tmp_path / "b.png", back)
    np.testing.assert_array_equal(files.read(tmp_path / "b.png").pages[0], expected)
    with Image.open(tmp_path / "b.png") as written:
        assert written.getexif().get(274, 1) == 1
        assert written.getexif()[271] == "Maker"


def test_an_unknown_orientation_means_upright():
    picture = noise((2, 3), np.uint8)
    assert upright(picture, 9) is picture


def test_palettes_become_colours_or_grey(tmp_path):
    colours = Image.fromarray(noise((6, 6, 3), np.uint8)).quantize(8)
    colours.save(tmp_path / "colours.png")
    back = files.read(tmp_path / "colours.png")
    np.testing.assert_array_equal(back.pages[0], np.asarray(colours.convert("RGB")))

    grey = Image.fromarray(noise((6, 6), np.uint8)).convert("P")
    grey.putpalette([level for level in range(256) for _ in "RGB"])
    grey.save(tmp_path / "grey.png")
    assert files.read(tmp_path / "grey.png").pages[0].shape == (6, 6)


def test_a_transparent_palette_entry_becomes_alpha(tmp_path):
    image = Image.new("P", (4, 3))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 1), 1)
    image.save(tmp_path / "a.png", transparency=0)
    back = files.read(tmp_path / "a.png")
    assert back.alpha
    np.testing.assert_array_equal(back.pages[0][1, 1], [0, 0, 255, 255])
    assert back.pages[0][0, 0, 3] == 0


def test_one_bit_pictures_become_black_and_white(tmp_path):
    stored = noise((4, 9), np.uint8) > 99
    for name in ("a.png", "a.tif"):
        Image.fromarray(stored).save(tmp_path / name)
        np.testing.assert_array_equal(files.read(tmp_path / name).pages[0], stored * np.uint8(255))


def test_cmyk_becomes_rgb(tmp_path):
    Image.new("CMYK", (3, 2), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=100)
    back = files.read(tmp_path / "a.jpg").pages[0]
    assert back.shape == (2, 3, 3)
    assert back[..., 0].min() > 200 > 60 > back[..., 1:].max()


def test_tiff_with_white_as_zero_and_palettes_goes_through_pillow(tmp_path):
    import tifffile

    picture = noise((4, 5), np.uint8)
    tifffile.imwrite(tmp_path / "white.tif", picture, photometric="miniswhite")
    np.testing.assert_array_equal(files.read(tmp_path / "white.tif").pages[0], 255 - picture)

    colours = Image.fromarray(noise((6, 6, 3), np.uint8)).quantize(8)
    colours.save(tmp_path / "palette.tif")
    expected = np.asarray(colours.convert("RGB"))
    np.testing.assert_array_equal(files.read(tmp_path / "palette.tif").pages[0], expected)


def test_tiff_planes_compression_and_premultiplied_alpha(tmp_path):
    import tifffile

    planes = noise((3, 4, 5), np.uint16)
    tifffile.imwrite(
        tmp_path / "planes.tif", planes, photometric="rgb", planarconfig="separate",
        compression="lzw",
    )  # fmt: skip
    back = files.read(tmp_path / "planes.tif")
    np.testing.assert_array_equal(back.pages[0], np.moveaxis(planes, 0, -1))
    assert back.meta["compression"] == 5

    painted = np.array([[[50, 25, 0, 128], [0, 0, 0, 0]]], np.uint8)
    tifffile.imwrite(
        tmp_path / "alpha.tif", painted, photometric="rgb", extrasamples=["assocalpha"]
    )
    back = files.read(tmp_path / "alpha.tif")
    assert back.alpha
    np.testing.assert_array_equal(back.pages[0], [[[100, 50, 0, 128], [0, 0, 0, 0]]])


def test_a_tiff_with_orientation_is_turned(tmp_path):
    import tifffile

    picture = noise((4, 6), np.uint16)
    tags = [(274, "H", 1, 6, True)]
    tifffile.imwrite(tmp_path / "a.tif", picture, photometric="minisblack", extratags=tags)
    np.testing.assert_array_equal(files.read(tmp_path / "a.tif").pages[0], np.rot90(picture, -1))
