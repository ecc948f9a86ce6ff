"""``intertwine spectrum``, ``compress`` and ``decompress``."""

import numpy as np
import pytest
from PIL import Image

from intertwine.cli.spectrum import brightness
from intertwine.files import read
from intertwine.fourier import Compressed, compress
from intertwine.fourier.compression import rates
from intertwine.fourier.plots import picture, rate, sound
from intertwine.fourier.spectra import spectrum
from tour.textures import textured


@pytest.fixture
def photo(here):
    Image.fromarray(textured(64, 80)).save(here / "photo.png")
    return "photo.png"


@pytest.fixture
def song(here):
    import soundfile

    time = np.arange(16000) / 8000
    soundfile.write(here / "song.wav", 0.5 * np.sin(2 * np.pi * 500 * time), 8000)
    return "song.wav"


def width(path):
    return read(path).pages[0].shape[1]


def test_spectra_are_drawn(intertwine, photo, song, here):
    for name in (photo, song):
        ended = intertwine("spectrum", name)
        assert (ended.code, ended.err) == (0, "")
        assert ended.out.strip() == f"{name[:-4]}-spectrum.png"
        assert width(here / ended.out.strip()) > 1000
    assert intertwine("spectrum", photo).code == 2
    assert intertwine("spectrum", photo, "-f", "--window", "hann").code == 0


def test_the_drawings_say_what_was_measured():
    wave = 0.5 * np.sin(2 * np.pi * 500 * np.arange(16000) / 8000)
    upper, lower, *_ = sound.draw(wave, 8000, "a wave").axes
    bars = {t.get_text(): b.get_y() + b.get_height() for t, b in zip(
        lower.get_xticklabels(), lower.patches, strict=True)}  # fmt: skip
    assert bars["500"] == pytest.approx(10 * np.log10(0.125), abs=0.05)
    assert upper.get_ylabel() == "hertz"
    level = upper.collections[0].get_array()
    assert level.max() == pytest.approx(20 * np.log10(0.5), abs=0.2)
    for image in (np.zeros((9, 12)), textured(64, 80)[..., 0], np.ones((2, 2))):
        left, right = picture.draw(spectrum(image), "x").axes[:2]
        assert left.get_xlabel() == "across: cycles per pixel"
        assert right.get_xlim() == (0, 0.5)
    assert sound.draw(np.zeros(40), 8000, "silence").axes[1].texts[0].get_text() == "silent"


def test_compress_prints_draws_and_saves(intertwine, photo, here):
    ended = intertwine("compress", photo, "--ratio", "9", "--save", "photo.iwc")
    assert (ended.code, ended.err) == (0, "")
    small = Compressed.load(here / "photo.iwc")
    assert f"{small.nbytes}, " in ended.out
    assert f"PSNR {small.psnr:.2f} dB" in ended.out
    assert "black area / circle area" in ended.out
    assert width(here / "photo-rates.png") > 1000
    back = intertwine("decompress", "photo.iwc", "-o", "back.png")
    assert (back.code, back.err) == (0, "")
    assert np.array_equal(read(here / "back.png").pages[0], small.decompress())


def test_a_damaged_file_is_a_message(intertwine, here):
    compress(textured(20, 20), keep=0.2).save(here / "a.iwc")
    whole = (here / "a.iwc").read_bytes()
    (here / "a.iwc").write_bytes(whole[:-5])
    ended = intertwine("decompress", "a.iwc")
    assert ended.code == 2
    assert ended.err.startswith("intertwine: a.iwc is cut short or altered: the checksum of its")
    assert not (here / "a.png").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("spectrum", "none.png"), "intertwine: There is no file none.png."),
        (("spectrum", "photo.png", "--window", "hannn"), "Did you mean 'hann'?"),
        (("spectrum", "photo.png", "-o", "a.jpg"), "a.jpg: a drawing is a .png file."),
        (("compress", "photo.png", "--keep", "2"), "intertwine: `keep=2.0` must be a number above"),
        (("compress", "photo.png", "--keep", ".1", "--psnr", "30"), "not 2 (keep, psnr)."),
        (("compress", "photo.png", "--basis", "wavelet"), "`basis='wavelet'` is not known."),
        (("compress", "song.wav"), "song.wav is no picture."),
        (("compress", "photo.png", "--save", "a.zip"), "a.zip: a compressed picture is a .iwc"),
        (("decompress", "photo.png"), "photo.png is no compressed picture"),
        (("decompress", "none.iwc"), "intertwine: There is no file none.iwc."),
        (("decompress", "photo.png", "-o", "b.png"), "photo.png is no compressed picture"),
    ],
)
def test_wrong_words(intertwine, photo, song, words, said):
    ended = intertwine(*words)
    assert ended.code == 2
    assert said in ended.err


def test_brightness_and_odd_pictures(intertwine, here):
    Image.fromarray(np.full((5, 6, 4), 200, np.uint8)).save(here / "clear.png")
    assert brightness(read(here / "clear.png")).tolist() == np.full((5, 6), 200.0).tolist()
    Image.fromarray(np.full((30, 20), 40000, np.uint16)).save(here / "deep.png")
    for name in ("clear.png", "deep.png"):
        assert intertwine("spectrum", name).err == (
            f"intertwine: {name} is of one brightness all over: it holds no waves.\n"
            "  Pass a picture that shows something.\n"
        )
        assert intertwine("compress", name).code == 0
    one, two = np.full((30, 20), 40000, np.uint16), np.full((5, 6, 4), 200, np.uint8)
    one[3, 4], two[1, 2, 0] = 0, 7
    for name, page in (("deep.png", one), ("clear.png", two)):
        Image.fromarray(page).save(here / name)
        assert intertwine("spectrum", name).code == 0


def measured(name, *sizes):
    levels = (20.0, 30.0, 40.0)
    points = [rates.Point(n, db, 0.5) for n, db in zip(sizes, levels, strict=True)]
    return rates.Curve(name, tuple(points))


JPEG = measured("JPEG", 100, 1000, 10000)


def test_the_verdict_follows_from_the_numbers():
    wins = rates.verdict(
        [measured("circle", 200, 2000, 9e4), measured("block-dct", 90, 900, 9000), JPEG], 30.0
    )
    assert wins.startswith(
        "At 30.0 dB, the quality of this result, JPEG takes 1000 bytes. The same quality "
        "takes 2.00 times as many with circle, 0.90 times as many with block-dct.\nJPEG wins"
    )
    loses = rates.verdict([measured("circle", 10, 100, 1000), JPEG], 30.0)
    assert "JPEG does not win" in loses
    assert "block-dct" not in loses


def test_the_verdict_says_when_nothing_else_reaches_that_quality():
    nowhere = rates.verdict([rates.Curve("circle", ()), JPEG], 30.0)
    assert nowhere == (
        "At 30.0 dB, the quality of this result, JPEG takes 1000 bytes. "
        "No other way was measured at that quality."
    )


def test_the_verdict_is_at_the_results_own_quality():
    between = rates.verdict([measured("circle", 200, 2000, 2e5), JPEG], 35.0)
    assert "At 35.0 dB, the quality of this result, JPEG takes 3162 bytes" in between
    assert "6.32 times as many with circle." in between  # sqrt(2000 * 2e5) / sqrt(1000 * 10000)
    assert rates.verdict([measured("circle", 200, 2000, 2e5), JPEG], 44.0).startswith(
        "JPEG was measured from 20.0 to 40.0 dB, and this result has 44.0 dB: compared is its "
        "middle setting. At 30.0 dB JPEG takes 1000 bytes. The same quality takes 2.00 "
        "times as many with circle."
    )


def test_jpeg_is_pillows(tmp_path):
    image = textured(48, 56)
    points = rates.jpeg_curve(image, (20, 80)).points
    Image.fromarray(image).save(tmp_path / "a.jpg", quality=20, optimize=True)
    assert points[0].nbytes == (tmp_path / "a.jpg").stat().st_size
    curves = [rates.basis_curve(image, "circle"), rates.jpeg_curve(image)]
    lines = rate.draw(curves, 48 * 56, "x").axes[0].lines
    assert lines[1].get_xdata()[-1] == pytest.approx(8 * curves[1].points[-1].nbytes / (48 * 56))
