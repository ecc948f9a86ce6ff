"""What the command line says when something is wrong: on standard error, with exit code 2."""

import shlex
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from intertwine import cli, kernels

NAMES = ", ".join(kernels.names())
EMPTY = "A file's name is empty.\n  Is a variable unset? Write the name out."


@pytest.fixture
def picture(here):
    Image.fromarray(np.zeros((5, 6), np.uint8)).save("a.png")
    np.save("a.npy", np.zeros((5, 6, 7)))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            "a.png",
            "No kernel was given.\n"
            "  Pass one of --kernel NAME:param=value, --taps '1 2 1; 2 4 2; 1 2 1' "
            f"and --kernel-file FILE.\n  Names: {NAMES}.",
        ),
        (
            "a.png -k sobel --taps 1",
            "More than one kernel was given.\n"
            "  Pass one of --kernel NAME:param=value, --taps '1 2 1; 2 4 2; 1 2 1' "
            f"and --kernel-file FILE.\n  Names: {NAMES}.",
        ),
        (
            "a.png -k gausian:sigma=1",
            f"There is no kernel named 'gausian'. Did you mean 'gaussian'?\n  Known: {NAMES}.",
        ),
        (
            "a.png --taps 1,x",
            "--taps: 'x' is not a number.\n  Write numbers or fractions, rows parted by "
            "semicolons: '1 2 1; 2 4 2; 1 2 1'.",
        ),
        (
            "a.png --taps 1,2;3",
            "--taps: the rows hold 2, 1 numbers.\n"
            "  Give every row the same number of taps: '1 2 1; 2 4 2; 1 2 1'.",
        ),
        (
            "a.png --taps 1,-1 --normalize",
            "--normalize divides by the sum of the taps, but that of taps is 0.",
        ),
        (
            "a.png -k laplacian:ndim=3",
            "The kernel laplacian(ndim=3) has 3 axes, shape (3, 3, 3), but it is to work along 2."
            "\n  Pass another kernel, or name as many axes of an array: --axes 0,1",
        ),
        (
            "a.png -k sobel --signed ofset",
            "`--signed ofset` is not known. Did you mean 'offset'?\n"
            "  Known: auto, clip, offset, absolute, keep.",
        ),
        (
            "a.png -k sobel --alpha kep",
            "`--alpha kep` is not known. Did you mean 'keep'?\n  Known: keep, filter.",
        ),
        (
            "a.png -k sobel --boundary reflect",
            "`boundary='reflect'` means two different things, so it is not a word here.\n"
            "  'reflect' of scipy.ndimage and skimage.filters is 21|1234|43: "
            "write boundary='symmetric'.\n"
            "  'reflect' of numpy.pad, scipy.signal, skimage.transform and torch is 32|1234|32: "
            "write boundary='mirror'.",
        ),
        ("a.png -k sobel --axes 0,1", "--axes is for .npy files, not for an image."),
        ("a.png -k sobel --column x", "--column is for .csv .tsv .txt, not for a.png."),
        ("a.npy -k sobel --axes x", "--axes x: write whole numbers, such as --axes 0,1"),
        ("b.png -k sobel", "There is no file b.png."),
        (
            "a.png -k sobel -o a.png",
            "a.png exists already.\n  Pass --force to replace it, or -o ANOTHER.",
        ),
        (
            "a.png -k sobel --signed keep -o b.png",
            "b.png: PNG holds samples of 8 or 16 bits, not int16.\n"
            "  Write a .tif or .npy, or pass --signed clip, offset or absolute.",
        ),
        ("a.png a.npy -k sobel -o out", "There is no folder out for 2 results.\n  mkdir out"),
        (
            "a.png -k sobel -o out/",
            "There is no folder out, and no kind of file without an ending.\n"
            "  mkdir out, or name a file: out.png",
        ),
        (
            "a.png ./a.png -k sobel",
            "a.png and a.png would both become a-sobel.png.\n"
            "  Rename one of them, or pass them in two calls.",
        ),
        ("a.png --kernel-file k.csv", "There is no file k.csv."),
        (". -k sobel", ". is a folder.\n  Pass its files: *.png"),
        ("/ -k sobel", "/ is a folder.\n  Pass its files: /*.png"),
        (". -k sobel --explain", ". is a folder.\n  Pass its files: *.png"),
        ("'' -k sobel", EMPTY),
        ("a.png -k sobel -o ''", EMPTY),
        ("a.png --kernel-file ''", EMPTY),
    ],
)
def test_messages(intertwine, picture, here, words, text):
    before = sorted(here.iterdir())
    done = intertwine("convolve", *shlex.split(words))
    assert (done.code, done.out, done.err) == (2, "", f"intertwine: {text}\n")
    assert sorted(here.iterdir()) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("convolve a.png -k sobel --boundary mirorr -o a.png", "Did you mean 'mirror'?"),
        ("convolve a.png -k sobel --alpha kep -o a.png", "Did you mean 'keep'?"),
        ("compress a.png --basis circel -o a.png", "Did you mean 'circle'?"),
        ("compress a.png --keep 2 -o a.png", "`keep=2.0` must be a number above 0"),
        ("spectrum a.png --window hannn -o a.png", "Did you mean 'hann'?"),
        ("find a.png a.png --score znc -o a.png", "Did you mean 'zncc'?"),
        ("find a.png a.png --scales -1,2 -o a.png", "must be positive"),
        ("find a.csv a.csv --format jsn -o a.csv", "Did you mean 'json'?"),
        ("find a.csv a.csv --score znc -o a.csv", "Did you mean 'zncc'?"),
        ("find a.csv a.csv --min-distance 0.5 -o a.csv", "it counts whole samples, from 1."),
        ("find a.csv a.csv --also b.wav -o a.csv", "--also is not for series."),
        ("rotation a.png a.png --plot a.npy", "the plot is a PNG picture."),
        ("deskew a.png --within 90 -o a.png", "`within_deg=90.0` is out of range"),
        ("diffuse a.png --boundary wrpa -o a.png --time 5", "Did you mean 'wrap'?"),
        ("diffuse a.png --time -5 -o a.png", "must be a finite number from 0 up."),
        ("diffuse a.png --frame-s 0 -o a.png --time 5", "write seconds from 0.02 to 60."),
    ],
)
def test_a_wrong_option_is_said_before_a_name_that_is_taken(intertwine, picture, words, said):
    np.savetxt("a.csv", np.arange(4))
    done = intertwine(*words.split())
    assert done.code == 2
    assert said in done.err
    assert "exists already" not in done.err


def test_series_are_no_pictures(intertwine, here):
    np.savetxt("a.csv", np.arange(4))
    for words, text in (
        ("rotation a.csv a.csv", "a.csv is a series, not a picture."),
        ("deskew a.csv", "a.csv is a series, not a page."),
        ("compress a.csv", "a.csv is no picture.\n  Pass a PNG, JPEG, TIFF, WebP or BMP."),
        (
            "spectrum a.csv",
            "a.csv holds a series; drawn are those of pictures and recordings.\n"
            "  Pass one of these, or call intertwine.spectrum in Python.",
        ),
        (
            "convolve a.csv --taps 1 -o a.png",
            "a.png: series samples of shape (4,) are no picture.",
        ),
        (
            "convolve a.csv --taps 1 -o a.wav",
            "a.wav: a series is no recording.\n  Write an image or a .npy.",
        ),
    ):
        done = intertwine(*words.split())
        assert (done.code, done.err) == (2, f"intertwine: {text}\n")
    assert [path.name for path in here.iterdir()] == ["a.csv"]


def test_debug_shows_the_traceback(intertwine):
    done = intertwine("convolve", "b.png", "-k", "sobel", "--debug")
    assert done.code == 2
    assert done.err.startswith("Traceback (most recent call last):")


def test_unknown_options_are_refused(intertwine):
    done = intertwine("convolve", "b.png", "--kernal", "sobel")
    assert done.code == 2
    assert "--kernal" in done.err


def test_interruption_ends_with_130_and_leaves_nothing(intertwine, picture, here, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(Image.Image, "save", interrupted)
    done = intertwine("convolve", "a.png", "-k", "sobel")
    assert done.code == 130
    assert done.err == "intertwine: interrupted; no file is left half-written.\n"
    assert sorted(path.name for path in here.iterdir()) == ["a.npy", "a.png"]


def test_calibrate_names_the_folder_it_cannot_use(intertwine, here, monkeypatch):
    (here / "file").touch()
    monkeypatch.setenv("INTERTWINE_CACHE", "file")
    monkeypatch.setattr("intertwine.engine.calibrate.PROBES", ())
    done = intertwine("calibrate")
    assert (done.code, done.err) == (
        2,
        "intertwine: Cannot keep the measurements in file: File exists.\n"
        "  Set INTERTWINE_CACHE to a folder that you may write to.\n",
    )


def test_version(intertwine):
    done = intertwine("--version")
    assert (done.code, done.out) == (0, "intertwine 0.1.0\n")


def test_without_typer_and_rich_the_extra_is_named(intertwine, monkeypatch):
    monkeypatch.setattr(cli, "_NEEDED", ("typer_that_is_absent", "rich_that_is_absent"))
    done = intertwine("--help")
    assert (done.code, done.err) == (
        2,
        "intertwine: The command line needs typer_that_is_absent and rich_that_is_absent, "
        "which this installation lacks.\n  pip install 'intertwine[image]'\n",
    )


def test_importing_the_library_loads_no_file_library():
    heavy = ("typer", "rich", "PIL", "tifffile", "imagecodecs", "soundfile", "intertwine.files")
    code = f"import sys, intertwine; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
