"""The aquarium on the command line: what it writes, and what it refuses."""

import numpy as np
import pytest
from PIL import Image

from intertwine import aquarium


@pytest.fixture
def photo(here):
    levels = np.random.default_rng(0).integers(0, 256, (260, 300, 3), np.uint8)
    levels[:, :150] //= 2
    Image.fromarray(levels).save(here / "photo.png")
    return "photo.png"


def test_an_animation_by_default(intertwine, photo, here):
    ended = intertwine("diffuse", photo, "--time", "5,50,500")
    assert ended.code == 0
    assert ended.out.splitlines()[-1] == "photo-diffused.gif"
    masses = {line.split()[4] for line in ended.out.splitlines()[:-1]}
    assert len(masses) == 1
    entropies = [float(line.split()[6]) for line in ended.out.splitlines()[:-1]]
    assert entropies == sorted(entropies)
    with Image.open(here / "photo-diffused.gif") as image:
        assert image.n_frames == 3
        assert image.size == (800, 400)
        assert image.info["duration"] == 800


def test_pictures_into_a_folder_and_webp(intertwine, photo, here):
    ended = intertwine("diffuse", photo, "-t", "5,50", "-o", "frames/")  # a new folder
    assert ended.code == 0
    assert sorted(p.name for p in (here / "frames").iterdir()) == ["photo-t5.png", "photo-t50.png"]
    options = ("--drift", "0,4", "--boundary", "wrap", "-d", "0", "--frame-s", "0.1")
    assert intertwine("diffuse", photo, "-t", "0,10", *options, "-o", "c.webp").code == 0
    with Image.open(here / "c.webp") as image:
        assert image.n_frames == 2
    assert intertwine("diffuse", photo, "-t", "3", "--discrete", "-o", "one.png").code == 0
    with Image.open(here / "one.png") as image:
        assert image.size == (800, 400)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--time", "5,-1"], "`time=-1.0` must be a finite number from 0 up."),
        (["--time", "soon"], "--time soon: write numbers, such as --time 5,50,500"),
        (["--time", "5,5", "-o", "."], "--time names a time twice"),
        (["--diffusivity", "-1"], "`diffusivity=-1.0` must not be negative."),
        (["--diffusivity", "1,2,3"], "has 3 entries but the kernel works along 2 axes."),
        (["--drift", "0,4"], "a drift along axis 1 of `axes` runs into its walls"),
        (["--boundary", "refect"], "`boundary='refect'` is not known."),
        (["-o", "a.png"], "a.png: a .png holds one picture, not 3."),
        (["-o", "a.gf"], "a.gf: .gf is no picture of an aquarium. Did you mean '.gif'?"),
        (["-o", "nowhere/a.gif"], "There is no folder nowhere to write a.gif in."),
        (["--frame-s", "0"], "--frame-s 0: write seconds from 0.02 to 60."),
    ],
)
def test_refusals_leave_no_file(intertwine, photo, here, words, said):
    before = set(here.iterdir())
    ended = intertwine("diffuse", photo, *words)
    assert ended.code == 2
    assert said in ended.err
    assert set(here.iterdir()) == before


def test_an_existing_file_is_kept(intertwine, photo, here):
    (here / "photo-diffused.gif").write_text("mine")
    assert "exists already" in intertwine("diffuse", photo).err
    assert (here / "photo-diffused.gif").read_text() == "mine"


def test_entropy_is_that_of_the_shares():
    even = aquarium.state(0.0, np.full((4, 5), 7.0))
    assert even.entropy_nats == pytest.approx(np.log(20))
    assert aquarium.state(0.0, np.zeros((4, 5))).entropy_nats == 0
    assert even.mass == 140


def test_frames_can_be_drawn_of_a_dark_tank():
    dark = aquarium.state(0.0, np.zeros((256, 256)))
    assert aquarium.draw(dark, dark).shape == (400, 800, 3)


@pytest.mark.parametrize(
    ("factor", "said"), [(1 + 4e-13, "kept to 1e-12"), (1 - 1e-9, "-1e-07 %"), (0.75, "-25 %")]
)
def test_a_lost_mass_is_told_from_rounding(factor, said):
    start = aquarium.state(0.0, np.full((4, 5), 7.0))
    later = aquarium.state(1.0, np.full((4, 5), 7.0 * factor))
    assert aquarium._kept(later, start) == said
    assert aquarium._kept(aquarium.state(0.0, np.zeros((4, 5))), start) == "-100 %"


def test_a_file_that_is_no_folder_is_kept(intertwine, photo, here):
    (here / "frames").write_text("mine")
    ended = intertwine("diffuse", photo, "-t", "5", "-o", "frames")
    assert ended.code == 2
    assert ended.err.strip() == (
        "intertwine: frames: a name without an ending is no picture of an aquarium.\n"
        "  Known: .gif .webp .png, or a folder."
    )
    assert (here / "frames").read_text() == "mine"
    assert "There is no folder nowhere" in intertwine("diffuse", photo, "-o", "nowhere/new").err
