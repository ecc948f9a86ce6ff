"""``intertwine rotation`` and ``intertwine deskew``."""

import re
import shlex

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

RNG = np.random.default_rng(0)
TEXTURE = np.clip(ndimage.gaussian_filter(RNG.normal(128, 400, (90, 120)), 2), 0, 255)


@pytest.fixture
def pictures(here):
    a = np.repeat(TEXTURE.astype(np.uint8)[..., None], 3, axis=2)
    Image.fromarray(a).save("a.png")
    Image.fromarray(np.rot90(a).copy()).save("b.png")
    page = np.full((120, 160), 240, np.uint8)
    page[20:100:10, 20:140] = 20
    tilted = ndimage.rotate(page, 4, reshape=False, order=1, cval=240)
    Image.fromarray(tilted).save("page.png")
    Image.fromarray(np.zeros((40, 40), np.uint8)).save("black.png")
    return a


def test_rotation_prints_what_it_found(intertwine, pictures):
    done = intertwine("rotation", "a.png", "b.png")
    assert done.code == 0
    first, second, third, fourth = done.out.splitlines()
    assert first == "angle       90.0000 degrees counter-clockwise"
    assert second == "shift       +0.00 rows, +0.00 columns"
    assert third.startswith("confidence  ")
    assert float(third.split()[1]) > 0.99
    assert fourth == "agreement   1.000 on 100 % of the smaller"


def test_align_and_plot_write_pictures(intertwine, pictures, here):
    words = "rotation a.png b.png --scale --align c.png --plot p.png"
    assert "scale       1.0000" in intertwine(*shlex.split(words)).out
    back = np.asarray(Image.open("c.png")).astype(int)
    assert back.shape == pictures.shape
    assert np.abs(back - pictures)[4:-4, 4:-4].mean() < 1
    with Image.open("p.png") as plot:
        assert plot.size[0] > 800
    again = intertwine(*shlex.split(words))
    assert again.code == 2
    assert again.err == (
        "intertwine: c.png exists already.\n  Pass --force to replace it, or -o ANOTHER.\n"
    )


def test_masks_leave_out_what_does_not_turn(intertwine, pictures, here):
    a = np.asarray(Image.open("a.png").convert("L"))[:90, :90].copy()
    b = np.rot90(a).copy()
    over = np.zeros(a.shape, bool)
    over[60:80, 20:70] = True
    a[over], b[over] = 255, 255
    Image.fromarray(a).save("a.png")
    Image.fromarray(b).save("b.png")
    Image.fromarray(~over).save("counts.png")  # one bit a pixel
    np.save("counts.npy", ~over)
    plain, masked = (
        {word: float(number) for word, number in re.findall(r"^(\w+) +(\S+) ", done.out, re.M)
         if word in ("angle", "agreement")}
        for done in (
            intertwine("rotation", "a.png", "b.png"),
            intertwine(*shlex.split("rotation a.png b.png --mask counts.png --mask-b counts.npy")),
        )
    )  # fmt: skip
    assert masked["angle"] == pytest.approx(90, abs=0.01)
    assert masked["agreement"] > 0.99 > plain["agreement"]


def test_pictures_that_do_not_match_are_called_so(intertwine, pictures):
    np.save("n.npy", RNG.normal(size=(80, 90)))
    done = intertwine("rotation", "a.png", "n.npy", "--no-shift")
    assert done.code == 0
    assert done.out.splitlines()[-2:] == [
        "The pictures may not match: do not rely on this.",
        "If one is larger or smaller than the other, pass --scale.",
    ]


def test_symmetric_pictures_are_called_so(intertwine, here):
    y, x = np.mgrid[:128, :128] - 63.5
    square = 255 * (np.maximum(np.abs(y), np.abs(x)) < 18).astype(np.uint8)
    Image.fromarray(square).save("a.png")
    Image.fromarray(np.roll(square, (7, -9), (0, 1))).save("b.png")
    last = intertwine("rotation", "a.png", "b.png").out.splitlines()[-1]
    assert last.startswith("The picture looks the same under other rotations: ")
    assert len(last.split(",")) == 3


def test_deskew(intertwine, pictures, here):
    done = intertwine("deskew", "page.png")
    assert done.code == 0
    assert re.match(r"page-straight.png  rotated by [34]\.\d\d degrees clockwise", done.out)
    straight = np.asarray(Image.open("page-straight.png"))
    assert straight[0, 0] == 240
    left = intertwine("deskew", "page-straight.png", "-o", "t.png").out.split()[3]
    assert abs(float(left)) < 0.1


def test_a_page_that_is_left_as_it_was_says_why(intertwine, pictures, here):
    page = np.asarray(Image.open("page.png"))
    square = np.full((160, 160), 240, np.uint8)
    square[20:140] = page
    Image.fromarray(ndimage.rotate(square, 60, reshape=False, order=1, cval=240)).save("far.png")
    said = intertwine("deskew", "far.png").out
    assert re.fullmatch(
        r"far-straight.png  the lines are rotated by 6[34]\.\d degrees counter-clockwise, beyond "
        r"--within 20: left as it was\n",
        said,
    )
    done = intertwine("deskew", "black.png")
    assert (done.code, done.out) == (0, "black-straight.png  no lines stand out, left as it was\n")


def test_pages_of_a_tiff_have_their_own_angles(intertwine, pictures, here):
    import tifffile

    page = np.asarray(Image.open("page.png"))
    tifffile.imwrite("scan.tif", np.stack([page, page[:, ::-1]]), photometric="minisblack")
    lines = intertwine("deskew", "scan.tif", "-o", "out.tif").out.splitlines()
    assert ["page 1" in lines[0], "page 2" in lines[1]] == [True, True]
    assert [
        bool(re.search(r"by [34]\.\d\d degrees clockwise", lines[0])),
        "degrees counter-" in lines[1],
    ] == [True, True]
    assert tifffile.imread("out.tif").shape == (2, 120, 160)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            "rotation a.png black.png",
            "`b` is constant, every sample is 0.\n"
            "  b: uint8 (40, 40)\n"
            "  Nothing can be measured on it; pass data that show something.",
        ),
        (
            "rotation a.png b.png --mask b.png",
            "`mask` has shape (120, 90) but `a` (90, 120).\n  Pass one bool for each sample.",
        ),
        ("rotation a.png none.png", "There is no file none.png."),
        (
            "rotation a.png b.png --plot p.jpg",
            "p.jpg: the plot is a PNG picture.\n  Name it p.png.",
        ),
        (
            "deskew page.png --within 80",
            "`within_deg=80.0` is out of range, it goes above 0 to 45.\n"
            "  Beyond that, columns and lines cannot be told apart: turn the page with np.rot90.",
        ),
        ("deskew page.png -o page.png",
         "page.png exists already.\n  Pass --force to replace it, or -o ANOTHER."),
    ],
)  # fmt: skip
def test_messages(intertwine, pictures, here, words, text):
    before = sorted(here.iterdir())
    done = intertwine(*shlex.split(words))
    assert (done.code, done.out, done.err) == (2, "", f"intertwine: {text}\n")
    assert sorted(here.iterdir()) == before
