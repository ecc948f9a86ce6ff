"""``intertwine convolve``: the numbers in the files are the operator's."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

import intertwine as iw
from intertwine import files
from intertwine.files.document import Document

RNG = np.random.default_rng(5)
LOPSIDED = "1 2 3; 0 5 1; 0 0 2"
TAPS = np.array([[1, 2, 3], [0, 5, 1], [0, 0, 2]])


def save(name, picture, alpha=False):
    files.write(name, Document("image", (picture,), alpha), overwrite=True)


def load(name):
    return files.read(name).pages[0]


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("shape", [(9, 8), (9, 8, 3)])
def test_colours_are_filtered_one_by_one_and_rounded(intertwine, suffix, dtype, shape):
    picture = RNG.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)
    save(f"a{suffix}", picture)
    done = intertwine(
        "convolve", f"a{suffix}", "--taps", LOPSIDED, "--normalize", "-o", f"b{suffix}"
    )
    assert done.code == 0, done.err
    result = load(f"b{suffix}")
    exact = iw.convolve(picture, TAPS, axes=(0, 1)) / TAPS.sum()
    assert result.dtype == dtype
    assert np.abs(result - exact).max() <= 0.51  # half a step, and float32's own error
    assert done.out.startswith(f"b{suffix}  image 9 x 8, {'grey' if len(shape) == 2 else 'RGB'}, ")


def test_correlate_does_not_flip(intertwine):
    picture = RNG.integers(0, 20, (9, 8), np.uint8)
    save("a.png", picture)
    assert (
        intertwine("convolve", "a.png", "--taps", "1 2 3", "--correlate", "-o", "b.png").code == 0
    )
    np.testing.assert_array_equal(load("b.png"), iw.correlate(picture, [[1, 2, 3]]))


def test_operator_options_reach_the_operator(intertwine):
    picture = RNG.integers(0, 20, (19, 18)).astype(np.float32)
    save("a.tif", picture)
    options = "--boundary constant --cval 3 --mode full --stride 2 --dilation 3 --threads 2"
    words = f"{options} --method reference --precision 1e-3".split()
    done = intertwine("convolve", "a.tif", "--taps", LOPSIDED, "-o", "b.tif", *words)
    assert done.code == 0, done.err
    expected = iw.convolve(
        picture, TAPS, boundary="constant", cval=3, mode="full", stride=2, dilation=3
    )
    np.testing.assert_array_equal(load("b.tif"), expected)


@pytest.mark.parametrize(
    ("signed", "fall", "rise", "flat"),
    [
        ("clip", 0, 100, 0),
        ("offset", 28, 228, 128),
        ("absolute", 100, 100, 0),
        ("auto", 100, 100, 0),
    ],
)
def test_signed_results(intertwine, signed, fall, rise, flat):
    save("a.png", np.array([[90, 90, 190, 190, 90, 90]], np.uint8))
    done = intertwine("convolve", "a.png", "--taps", "0 1 -1", "-o", "b.png", "--signed", signed)
    assert done.code == 0, done.err
    np.testing.assert_array_equal(load("b.png"), [[flat, flat, rise, flat, fall, flat]])


def test_signed_keep_keeps_the_operators_numbers(intertwine):
    picture = RNG.integers(0, 255, (6, 7), np.uint8)
    save("a.png", picture)
    assert (
        intertwine("convolve", "a.png", "-k", "sobel", "--signed", "keep", "-o", "b.tif").code == 0
    )
    result = load("b.tif")
    assert result.dtype == np.int16
    np.testing.assert_array_equal(result, iw.convolve(picture, iw.kernels.sobel()))


def test_what_is_cut_off_is_said(intertwine):
    save("a.png", np.full((5, 4), 200, np.uint8))
    done = intertwine("convolve", "a.png", "--taps", "1 1", "-o", "b.png")
    assert "  100 % of the samples lay beyond the range of uint8 and were cut off" in done.out
    assert (load("b.png") == 255).all()


def test_hidden_colours_do_not_bleed(intertwine):
    picture = np.zeros((9, 20, 4), np.uint8)
    picture[...] = [0, 255, 0, 0]
    picture[:, :10] = [200, 10, 30, 255]
    save("a.png", picture, alpha=True)
    assert intertwine("convolve", "a.png", "-k", "gaussian:sigma=2", "-o", "b.png").code == 0
    result = load("b.png")
    np.testing.assert_array_equal(result[..., 3], picture[..., 3])
    np.testing.assert_array_equal(result[:, :10], picture[:, :10])

    done = intertwine("convolve", "a.png", "-k", "sobel:axis=1", "-o", "c.png")
    assert done.code == 0
    assert (load("c.png")[:, :10, :3] == 0).all()  # transparency is no edge


def test_alpha_filter_softens_the_outline_and_keeps_the_paint(intertwine):
    picture = np.zeros((9, 40, 4), np.uint8)
    picture[...] = [0, 255, 0, 0]
    picture[:, :20] = [200, 10, 30, 255]
    save("a.png", picture, alpha=True)
    words = ("-k", "gaussian:sigma=2", "--alpha", "filter", "-o", "b.png")
    assert intertwine("convolve", "a.png", *words).code == 0
    result = load("b.png")
    expected = iw.convolve(picture[..., 3].astype(float), iw.kernels.gaussian(2.0, ndim=2))
    assert np.abs(result[..., 3] - expected).max() <= 0.5 + 1e-9
    visible = result[..., 3] > 0
    assert (result[visible][:, :3] == [200, 10, 30]).all()


def test_opaque_alpha_is_as_if_there_were_none(intertwine):
    picture = RNG.integers(0, 255, (9, 8, 4), np.uint8)
    picture[..., 3] = 255
    save("a.png", picture, alpha=True)
    save("rgb.png", picture[..., :3])
    for mode in ("same", "full", "valid"):
        for name in ("a", "rgb"):
            words = (
                "-k",
                "gaussian:sigma=1,truncate=2",
                "--mode",
                mode,
                "-f",
                "-o",
                f"{name}2.png",
            )
            assert intertwine("convolve", f"{name}.png", *words).code == 0
        np.testing.assert_array_equal(load("a2.png")[..., :3], load("rgb2.png"))
        assert (load("a2.png")[..., 3] == 255).all()


def test_every_page_is_convolved(intertwine):
    pages = (RNG.integers(0, 9, (6, 7), np.uint16), RNG.integers(0, 9, (5, 5), np.uint16))
    files.write("a.tif", Document("image", pages))
    done = intertwine("convolve", "a.tif", "--taps", LOPSIDED)
    assert done.code == 0, done.err
    for mine, theirs in zip(files.read("a-taps.tif").pages, pages, strict=True):
        np.testing.assert_array_equal(mine, iw.convolve(theirs, TAPS))


def test_floating_point_pictures_keep_their_sign_and_nan_stays_local(intertwine):
    picture = RNG.normal(size=(9, 8)).astype(np.float32)
    picture[4, 4] = np.nan
    save("a.tif", picture)
    assert intertwine("convolve", "a.tif", "-k", "sobel", "-o", "b.tif").code == 0
    np.testing.assert_array_equal(load("b.tif"), iw.convolve(picture, iw.kernels.sobel()))
    words = ("-k", "box:size=3", "--nan", "ignore", "-o", "c.tif")
    assert intertwine("convolve", "a.tif", *words).code == 0
    assert np.isfinite(load("c.tif")).all()
    assert intertwine("convolve", "a.tif", *words, "--min-weight", "1", "--force").code == 0
    assert np.isnan(load("c.tif")).sum() == 9


def test_stereo_is_convolved_along_time(intertwine):
    sound = RNG.integers(-9999, 9999, (500, 2), np.int16)
    soundfile.write("a.wav", sound, 8000)
    done = intertwine("convolve", "a.wav", "--taps", "1 2 3", "--normalize")
    assert done.code == 0, done.err
    back, rate = soundfile.read("a-taps.wav", dtype="int16")
    exact = iw.convolve(sound.astype(float), np.array([1, 2, 3]) / 6, axes=0)
    assert rate == 8000
    assert np.abs(back - exact).max() <= 0.51


def test_named_kernels_take_as_many_axes_as_the_data(intertwine):
    volume = RNG.normal(size=(6, 5, 4))
    np.save("a.npy", volume)
    assert intertwine("convolve", "a.npy", "-k", "gaussian:sigma=1", "-o", "b.npy").code == 0
    expected = iw.convolve(volume, iw.kernels.gaussian(1, ndim=3))
    np.testing.assert_array_equal(load("b.npy"), expected)
    words = ("-k", "gaussian:sigma=1", "--axes", "0,2", "-o", "c.npy")
    assert intertwine("convolve", "a.npy", *words).code == 0
    expected = iw.convolve(volume, iw.kernels.gaussian(1, ndim=2), axes=(0, 2))
    np.testing.assert_array_equal(load("c.npy"), expected)


@pytest.mark.parametrize("how", ["npy", "csv", "txt", "png"])
def test_kernels_from_files(intertwine, how):
    picture = RNG.integers(0, 9, (7, 8)).astype(np.float64)
    np.save("a.npy", picture)
    if how == "npy":
        np.save("k.npy", TAPS)
    elif how == "png":
        Image.fromarray((TAPS * 51).astype(np.uint8)).save("k.png")
    else:
        text = "1,2,3\n0,5,1 # a comment\n\n0,0,2\n"
        Path(f"k.{how}").write_text(text if how == "csv" else text.replace(",", " "))
    for words in (("--kernel-file", f"k.{how}"), ("-k", f"k.{how}")):
        assert intertwine("convolve", "a.npy", *words, "-f").code == 0
        scale = 5 if how == "png" else 1
        np.testing.assert_allclose(load("a-k.npy") * scale, iw.convolve(picture, TAPS), rtol=1e-12)


def test_several_files_into_a_folder(intertwine, here):
    for name in ("a.png", "b.png"):
        save(name, RNG.integers(0, 255, (5, 6), np.uint8))
    (here / "bad.png").write_bytes(b"bad")
    (here / "out").mkdir()
    done = intertwine("convolve", "a.png", "bad.png", "b.png", "-k", "box:size=3", "-o", "out")
    assert done.code == 2
    assert sorted(path.name for path in (here / "out").iterdir()) == ["a-box.png", "b-box.png"]
    assert "bad.png cannot be read as a picture" in done.err
    assert done.err.endswith("intertwine: 1 of 3 files were not convolved.\n")


def test_explain_prints_the_plan_and_writes_nothing(intertwine, here):
    save("a.png", RNG.integers(0, 255, (5, 6), np.uint8))
    done = intertwine("convolve", "a.png", "-k", "box:size=3", "--explain")
    plan = iw.plan(load("a.png"), iw.kernels.box((3, 3)))
    assert done.code == 0, done.err
    assert plan.method in done.out
    assert [path.name for path in here.iterdir()] == ["a.png"]


@pytest.mark.parametrize("target", ["b.wav", "b.flac"])
def test_signed_keep_keeps_the_loudness_of_a_recording(intertwine, target):
    soundfile.write("a.wav", np.array([0, 100, -300, 7, 0, 2000], np.int16), 8000)
    done = intertwine("convolve", "a.wav", "--taps", "3 -5 1", "--signed", "keep", "-o", target)
    assert done.code == 0, done.err
    whole = soundfile.read("a.wav", dtype="int16")[0].astype(np.int64)
    expected = iw.convolve(whole, [3, -5, 1]) / 2**15
    np.testing.assert_array_equal(soundfile.read(target)[0], expected)


def test_a_column_of_a_table_is_smoothed_and_the_others_stay(intertwine, here):
    (here / "a.csv").write_text("year,flow,note\n1871,1,wet\n1872,5,dry\n1873,9,dry\n")
    done = intertwine("convolve", "a.csv", "--taps", "0 1 2", "--boundary", "zero")
    assert (done.code, done.err) == (0, "")
    assert (here / "a-taps.csv").read_text() == (
        "year,flow,note\n1871,1.0,wet\n1872,7.0,dry\n1873,19.0,dry\n"
    )
    words = ("--taps", "1 2", "--column", "year", "--mode", "valid", "-o", "b.csv")
    assert intertwine("convolve", "a.csv", *words).code == 0
    assert (here / "b.csv").read_text() == "year\n5614.0\n5617.0\n"
