"""``intertwine fit-kernel``: the kernel between two files is that of the operator."""

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

import intertwine as iw
from fitting.scenes import picture
from intertwine.cli.fit_kernel import Constraint
from intertwine.learn.fitting.constraints import WORDS

LOPSIDED = np.array([[0.1, 0.2, 0.0], [0.0, 0.3, 0.1], [0.0, 0.0, 0.3]])


@pytest.fixture
def pair(here):
    """A picture of bytes and what a lopsided kernel makes of it."""
    before = np.rint(picture(120)).astype(np.uint8)
    after = np.rint(iw.convolve(before.astype(float), LOPSIDED)).astype(np.uint8)
    Image.fromarray(before).save("before.png")
    Image.fromarray(after).save("after.png")
    return "before.png", "after.png"


def test_pictures(intertwine, pair):
    done = intertwine("fit-kernel", *pair, "--size", 3, "-o", "k.json", "--page", "k.html")
    assert done.code == 0, done.err
    found = iw.Kernel.load("k.json")
    np.testing.assert_allclose(found.taps, LOPSIDED, rtol=0, atol=0.002)
    assert re.search(r"^samples +13924$", done.out, re.MULTILINE)
    assert "No convolution" not in done.out
    page = Path("k.html").read_text(encoding="utf-8")
    for word in ("Before: before.png", "After: after.png", "Kernel @ before", "After − prediction"):
        assert word in page


def test_the_saved_kernel_filters_other_files(intertwine, pair):
    assert intertwine("fit-kernel", *pair, "-s", 3, "-o", "k.json").code == 0
    done = intertwine("convolve", "before.png", "--kernel-file", "k.json", "-o", "again.png")
    assert done.code == 0, done.err
    again, after = (np.asarray(Image.open(name)).astype(int) for name in ("again.png", pair[1]))
    assert np.abs(again - after)[1:-1, 1:-1].max() <= 1


def test_recordings(intertwine, here):
    rng = np.random.default_rng(1)
    before, response = rng.uniform(-0.3, 0.3, 4000), np.array([0.5, 0.0, -0.25, 0.125])
    after = iw.convolve(before, iw.Kernel(response, 0), boundary="zero")
    for name, samples in (("dry.wav", before), ("room.wav", after)):
        soundfile.write(name, samples, 8000, subtype="FLOAT")
    done = intertwine(
        "fit-kernel", "dry.wav", "room.wav", "--size", 4, "--origin", 0, "-o", "room.json"
    )
    assert done.code == 0, done.err
    found = iw.Kernel.load("room.json")
    assert found.origin == (0,)
    np.testing.assert_allclose(found.taps, response, rtol=0, atol=1e-6)


def test_a_pair_that_no_convolution_connects_is_told_of(intertwine, pair):
    before = np.asarray(Image.open("before.png")) / 255
    Image.fromarray(np.rint(255 * before**0.6).astype(np.uint8)).save("bright.png")
    done = intertwine("fit-kernel", "before.png", "bright.png", "--size", 5)
    assert done.code == 0, done.err
    assert done.out.startswith("No convolution with 5 x 5 taps connects the two: ")
    assert "tone curve" in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--size", "3", "--ridge", "much"], "--ridge much: must be a number, or gcv"),
        (["--size", "3", "--constraint", "flat"], "`constraint='flat'`"),
        (["--size", "3", "-o", "k.png"], "k.png"),
        (["--size", "200"], "the kernel has 200 taps along axis 0"),
    ],
    ids=["ridge", "constraint", "suffix", "size"],
)
def test_what_is_wrong_is_said(intertwine, pair, words, said):
    done = intertwine("fit-kernel", *pair, *words)
    assert done.code != 0
    assert said in done.err


def test_the_help_names_every_constraint():
    (option,) = Constraint.__metadata__
    assert all(word in option.help for word in WORDS)


def test_errors_that_are_not_known(intertwine, here):
    """A picture of two waves tells few taps apart: only the ridge decides the others."""
    waves = np.add.outer(np.cos(np.arange(80) / 9), np.sin(np.arange(90) / 7))
    np.save("waves.npy", waves)
    np.save("soft.npy", iw.convolve(waves, LOPSIDED))
    given = "fit-kernel", "waves.npy", "soft.npy", "--size", 3, "--ridge", "gcv"
    done = intertwine(*given, "--page", "k.html")
    assert done.code == 0, done.err
    assert "Standard errors are NaN" in done.out
    assert "how far the taps are known is open." in done.out
    assert re.search(r"open +open +open$", done.out, re.MULTILINE)
    page = Path("k.html").read_text(encoding="utf-8")
    assert "± open" in page
    assert "Standard errors</" not in page


def test_a_few_clipped_samples_that_miss_by_much_are_told_of(intertwine, here):
    rng = np.random.default_rng(2)
    before = rng.normal(0, 0.2, 8000)
    after = iw.convolve(before, [0.5, 1.0, 0.25])
    assert 5 < (np.abs(after) > 0.7).sum() < 80
    for name, samples in (("dry.wav", before), ("wet.wav", after / 0.7)):
        soundfile.write(name, samples.clip(-1, 1), 8000, subtype="PCM_16")
    told = intertwine("fit-kernel", "dry.wav", "wet.wav", "--size", 3)
    assert re.search(
        r"^\d+ samples of AFTER \(0\.\d+ %\) at an end of the range may", told.out, re.M
    )
    skipped = intertwine("fit-kernel", "dry.wav", "wet.wav", "--size", 3, "--skip-clipped")
    assert "may be clipped" not in skipped.out
