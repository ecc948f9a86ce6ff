"""compress: the published figures, real bytes, and files that are never garbage."""

import hashlib
import io
import math
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import fft
from skimage import data as photos
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

import intertwine as iw
from intertwine.files import FileError
from intertwine.fourier import Compressed, compress, psnr, ssim
from intertwine.fourier.compression import bases, container
from intertwine.fourier.compression.bases import Basis, pair_sizes

#: The camera photo, 512 x 512, kept within a disk of area keep * N^2, rounded and clipped: decibels
#: computed with numpy.fft alone; and the same share of 8 x 8 cosine coefficients.
CIRCLE = {0.5: 34.091, 0.2: 30.102, 0.1: 28.146, 0.05: 26.199, 0.02: 23.905, 0.01: 22.707}
BLOCKS = {0.5: 54.08, 0.2: 39.70, 0.1: 34.22, 0.05: 30.91, 0.02: 26.83, 0.01: 16.24}

CAMERA = photos.camera()
SMALL = CAMERA[100:164, 200:296]
COLOUR = photos.astronaut()[20:116, 180:260]


@pytest.mark.parametrize("keep", CIRCLE)
def test_a_circle_of_the_camera_photo(keep):
    steps = np.fft.fftfreq(512, 1 / 512)
    disk = np.add.outer(steps**2, steps**2) <= keep * 512**2 / np.pi
    direct = np.fft.ifft2(np.fft.fft2(CAMERA) * disk).real.round().clip(0, 255).astype(np.uint8)
    small = compress(CAMERA, keep=keep)
    assert small.psnr == pytest.approx(CIRCLE[keep], abs=1e-3)
    assert small.psnr == pytest.approx(psnr(CAMERA, direct), abs=5e-4)
    assert small.kept == disk.sum()
    assert small.ratio == (~disk).sum() / disk.sum()


@pytest.mark.parametrize("keep", BLOCKS)
def test_blocks_of_the_camera_photo(keep):
    assert compress(CAMERA, keep=keep, basis="block-dct").psnr == pytest.approx(
        BLOCKS[keep], abs=0.006
    )


@pytest.mark.parametrize("image", [CAMERA, COLOUR, (COLOUR * 257.0).astype(np.uint16)])
def test_quality_is_that_of_scikit_image(image):
    other = compress(image, keep=0.07).decompress()
    channels = None if image.ndim == 2 else 2
    white = 255 if image.dtype == np.uint8 else 65535
    expected = structural_similarity(image, other, channel_axis=channels, data_range=white)
    assert ssim(image, other) == pytest.approx(expected, abs=1e-10)
    assert psnr(image, other) == pytest.approx(
        peak_signal_noise_ratio(image, other, data_range=white), abs=1e-10
    )


@pytest.mark.parametrize("basis", bases.NAMES)
@pytest.mark.parametrize("image", [SMALL, COLOUR, SMALL / 255, (SMALL / 255).astype("float32")])
def test_what_is_said_is_what_comes_back(basis, image):
    small = compress(image, ratio=9, basis=basis)
    back = small.decompress()
    assert (back.shape, back.dtype) == (image.shape, image.dtype)
    assert (small.shape, small.dtype, small.basis) == (image.shape, image.dtype, basis)
    assert small.psnr == psnr(image, back)
    assert small.ssim == ssim(image, back)
    assert small.keep == pytest.approx(0.1, abs=0.003)
    assert small.ratio == pytest.approx((1 - small.keep) / small.keep)
    assert small.nbytes == len(small.to_bytes())
    pixels = image.shape[0] * image.shape[1]
    assert small.bits_per_pixel == 8 * small.nbytes / pixels


@pytest.mark.parametrize("basis", bases.NAMES)
@pytest.mark.parametrize("target", [20, 28.5, 37])
def test_the_asked_quality_is_reached_closely(basis, target):
    small = compress(SMALL, psnr=target, basis=basis)
    assert target <= small.psnr < target + 0.35


@pytest.mark.parametrize("basis", bases.NAMES)
def test_quality_that_is_asked_for_costs_less_than_a_share_of_that_quality(basis):
    fine = compress(SMALL, keep=0.2, basis=basis)
    assert compress(SMALL, psnr=fine.psnr, basis=basis).nbytes < 0.8 * fine.nbytes


@pytest.mark.parametrize("basis", bases.NAMES)
def test_everything_kept_loses_nothing(basis):
    for image in (SMALL, COLOUR[:13, :9]):
        small = compress(image, keep=1, basis=basis)
        assert small.psnr == math.inf
        assert np.array_equal(small.decompress(), image)


@given(
    image=arrays.arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20))),
    basis=st.sampled_from(bases.NAMES),
    keep=st.floats(0.01, 1),
)
def test_any_small_picture(image, basis, keep):
    small = compress(image, keep=keep, basis=basis)
    back = Compressed.from_bytes(small.to_bytes())
    assert np.array_equal(back.decompress(), small.decompress())
    assert back.psnr == small.psnr
    assert math.isnan(small.ssim) == (min(image.shape) < 7)


@given(
    shape=st.tuples(st.integers(1, 3), st.integers(1, 20), st.integers(1, 20)),
    name=st.sampled_from(bases.NAMES),
    seed=st.integers(0, 99),
)
def test_bases_are_orthonormal(shape, name, seed):
    planes = np.random.default_rng(seed).normal(size=shape)
    basis = Basis(name, *shape[1:])
    waves = basis.analyse(planes)
    np.testing.assert_allclose(basis.synthesise(waves), planes, atol=1e-12)
    if name != "block-dct" or (shape[1] % 8 == shape[2] % 8 == 0):
        assert np.square(waves).sum() == pytest.approx(np.square(planes).sum())
    assert waves.shape == (shape[0], basis.size)


def test_pairs_have_the_size_of_their_fourier_coefficients():
    plane = np.random.default_rng(3).normal(size=(1, 6, 7))
    basis = Basis("largest", 6, 7)
    sizes = pair_sizes(basis, basis.analyse(plane)).reshape(6, 7)
    np.testing.assert_allclose(sizes, np.abs(fft.fft2(plane[0], norm="ortho")), atol=1e-13)


def test_radii_are_frequencies():
    rows, columns = np.fft.fftfreq(6), np.fft.fftfreq(9)
    expected = np.add.outer(rows**2, columns**2).ravel() * 54**2
    assert Basis("circle", 6, 9).radii().tolist() == expected.round().astype(int).tolist()


def test_a_constant_picture_is_one_wave():
    flat = np.full((40, 30), 77, np.uint8)
    for basis in ("circle", "largest", "dct"):
        small = compress(flat, keep=0.001, basis=basis)
        assert (small.kept, small.psnr, small.ssim) == (1, math.inf, 1.0)
    assert compress(np.zeros((9, 9), np.uint8), keep=0.5, basis="largest").ratio == math.inf
    assert compress(flat, psnr=60).psnr >= 60


def test_save_and_load(tmp_path):
    small = compress(COLOUR, keep=0.1)
    path = tmp_path / "colour.iwc"
    small.save(path)
    assert path.stat().st_size == small.nbytes
    assert Compressed.load(path) == small
    with pytest.raises(FileError, match=r"exists already"):
        small.save(path)
    small.save(path, overwrite=True)
    with pytest.raises(FileError, match=r"is a \.iwc file.\n  Name it colour\.iwc\."):
        small.save(tmp_path / "colour.png")
    with pytest.raises(FileError, match=r"^There is no file .*none\.iwc\.$"):
        Compressed.load(tmp_path / "none.iwc")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["colour.iwc"]


def test_a_write_that_fails_leaves_nothing(tmp_path, monkeypatch):
    small = compress(SMALL, keep=0.1)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(FileError, match="No space left"):
        small.save(tmp_path / "a.iwc")
    assert not list(tmp_path.iterdir())


def test_every_cut_and_every_changed_byte_is_a_checksum_error():
    whole = compress(SMALL[:16, :16], keep=0.2).to_bytes()
    for end in range(len(container.MAGIC), len(whole)):
        with pytest.raises(FileError, match="The data is cut short or altered: the checksum"):
            Compressed.from_bytes(whole[:end])
    for place in range(len(whole)):
        altered = bytearray(whole)
        altered[place] ^= 1 << place % 8
        with pytest.raises(FileError, match=r"does not begin as|checksum"):
            Compressed.from_bytes(bytes(altered))
    with pytest.raises(FileError, match="checksum"):
        Compressed.from_bytes(whole + b"\0")


def sealed(body):
    """`body` with the checksum that belongs to it: what a forger would write."""
    return bytes(body) + hashlib.blake2b(body, digest_size=16).digest()


FORGED = [
    (8, "<H", 2, "its version is 2, this program reads 1."),
    (10, "<H", 9, "its header promises 9 bytes."),
    (12, "<I", 0, "it promises 0 x 96 pixels."),
    (12, "<I", 2**31, "it promises 2147483648 x 96 x 1 samples, more than 134217728."),
    (20, "<B", 2, "it promises 2 channels."),
    (21, "<B", 4, "its basis 4 is not known."),
    (22, "<B", 4, "its type of samples 4 is not known."),
    (23, "<B", 9, "it promises 9 layers."),
    (24, "<Q", 2**60, "it promises 1152921504606846976 of 6144 coefficients."),
    (32, "<Q", 2**60, "it promises 1152921504606846976 of 6144 coefficients."),
    (40, "<d", math.nan, "its quantisation step is nan."),
    (40, "<d", -1.0, "its quantisation step is -1.0."),
    (64, "<B", 7, "a layer's coder is not known."),
]


@pytest.mark.parametrize(("offset", "form", "value", "said"), FORGED)
def test_a_forged_header_is_refused(offset, form, value, said):
    body = bytearray(compress(SMALL, keep=0.2).to_bytes()[:-16])
    struct.pack_into(form, body, offset, value)
    with pytest.raises(FileError) as caught:
        Compressed.from_bytes(sealed(body))
    assert str(caught.value) == f"The data cannot be read: {said}"


def test_a_forged_size_takes_no_memory():
    """A layer that unpacks to a gigabyte, and a header that promises 44 megapixels for it."""
    import bz2

    bomb = bz2.compress(bytes(2**26))
    small = compress(SMALL, keep=0.2)
    layer = container.Layer(1, bomb)
    forged = container.Content(**{**vars(small.content), "layers": (layer,)})
    whole = container.to_bytes(forged)
    tracemalloc.start()
    with pytest.raises(FileError, match=f"holds more coefficients where {small.kept} are promised"):
        Compressed.from_bytes(whole).decompress()
    large = container.Content(**{**vars(small.content), "height": 2**13, "width": 2**13})
    reread = Compressed.from_bytes(container.to_bytes(large))
    assert reread.shape == (2**13, 2**13)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def test_too_few_coefficients_are_refused():
    small = compress(SMALL, keep=0.2)
    forged = container.Content(**{**vars(small.content), "coded": 2000})
    with pytest.raises(FileError, match=f"holds {small.kept} coefficients where 2000 are promised"):
        Compressed.from_bytes(container.to_bytes(forged)).decompress()


BAD = [
    (lambda: compress(SMALL), iw.OptionError, "exactly one of keep=, ratio= and psnr=, not 0."),
    (lambda: compress(SMALL, keep=0.1, ratio=9), iw.OptionError, "not 2 (keep, ratio)."),
    (lambda: compress(SMALL, keep=0), iw.OptionError, "`keep=0` must be a number above 0 and up"),
    (lambda: compress(SMALL, keep=True), iw.OptionError, "`keep=True` must be a number"),
    (lambda: compress(SMALL, ratio=-1), iw.OptionError, "`ratio=-1` must be a number from 0"),
    (lambda: compress(SMALL, psnr=math.nan), iw.OptionError, "`psnr=nan` must be a number above"),
    (lambda: compress(SMALL, keep=0.1, basis="circel"), iw.OptionError, "Did you mean 'circle'?"),
    (lambda: compress(SMALL * 1.0, keep=0.1), iw.OptionError, "but black is 0 and white is 1"),
    (
        lambda: compress(np.full((9, 9), np.nan), keep=0.1),
        iw.OptionError,
        "81 NaN or infinite samples of 81; each",
    ),
    (lambda: compress(SMALL.astype(int), keep=0.1), iw.DTypeError, "has dtype int64, in which"),
    (lambda: compress(SMALL > 9, keep=0.1), iw.DTypeError, "has dtype bool"),
    (lambda: compress(SMALL[0], keep=0.1), iw.ShapeError, "shape (96,) is no picture"),
    (lambda: compress(np.zeros((9, 9, 4), np.uint8), keep=0.1), iw.ShapeError, "image[..., :3]"),
    (lambda: compress(np.zeros((0, 9), np.uint8), keep=0.1), iw.ShapeError, "is empty"),
    (lambda: psnr(SMALL, SMALL[:9]), iw.ShapeError, "(64, 96) but `other` has (9, 96)"),
    (lambda: psnr(SMALL, SMALL / 255), iw.DTypeError, "`image` is uint8 but `other` is float64"),
    (lambda: ssim(SMALL[:5], SMALL[:5]), iw.ShapeError, "5 x 96 pixels are smaller than its"),
]


@pytest.mark.parametrize(("call", "kind", "said"), BAD, ids=[said for *_, said in BAD])
def test_wrong_calls(call, kind, said):
    with pytest.raises(kind) as caught:
        call()
    assert said in str(caught.value)
    assert "\n" in str(caught.value) or "must be" in str(caught.value)


def test_jpeg_takes_fewer_bytes_than_a_circle():
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(CAMERA).save(stream, "JPEG", quality=50)
    quality = psnr(CAMERA, np.asarray(Image.open(stream)))
    assert stream.tell() < 0.7 * compress(CAMERA, psnr=quality).nbytes
