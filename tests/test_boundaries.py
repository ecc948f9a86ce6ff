"""The table of boundaries says what this library and its peers do, and every page reads it."""

import inspect
import re
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
import skimage.filters
import skimage.transform

import intertwine as iw
from intertwine.base.boundaries import BOUNDARIES, OPENCV, TABLE
from intertwine.fourier.filters import FrequencyFilter

DOCS = Path(__file__).parents[1] / "docs"
ROW = np.array([1.0, 2.0, 3.0, 4.0])

#: Further than any picture, so that a rule shows that starts again.
REACH = 2


def shifted(filtered):
    """The row with its outside, of a function that correlates a row with taps."""
    taps = np.eye(2 * REACH + 1)
    left, right = filtered(taps[0]), filtered(taps[-1])
    return [*left[:REACH], *ROW, *right[-REACH:]]


def by_numpy(name):
    return np.pad(ROW, REACH, mode=name)


def by_ndimage(name):
    return shifted(lambda taps: scipy.ndimage.correlate1d(ROW, taps, mode=name))


def by_signal(name):
    if name in ("fill", "pad", "symm", "symmetric", "wrap", "circular"):
        return shifted(
            lambda taps: scipy.signal.convolve2d(
                ROW[None], taps[None, ::-1], mode="same", boundary=name
            )[0]
        )
    if name in ("constant", "edge", "reflect"):
        delay = np.eye(2 * REACH + 1)[-1]
        ahead = scipy.signal.upfirdn(delay, ROW, mode=name)
        behind = scipy.signal.upfirdn(delay, ROW[::-1], mode=name)
        return [*ahead[REACH : 2 * REACH], *ROW, *behind[REACH : 2 * REACH][::-1]]
    # A mean over 2 REACH + 1 samples, once with and once without the sample furthest outside.
    means = [
        scipy.signal.savgol_filter(ROW, width, 0, mode=name) * width
        for width in range(1, 2 * REACH + 2, 2)
    ]
    left = [means[i + 1][0] - means[i][0] - ROW[i + 1] for i in range(REACH)]
    right = [means[i + 1][-1] - means[i][-1] - ROW[-2 - i] for i in range(REACH)]
    return [*left[::-1], *ROW, *right]


def by_skimage_filters(name):
    row = np.tile(ROW, (5, 1))
    return shifted(lambda taps: skimage.filters.correlate_sparse(row, taps[None], mode=name)[2])


def by_skimage_transform(name):
    def back(places):
        return places - [REACH, 0]

    wide = (5, ROW.size + 2 * REACH)
    moved = skimage.transform.warp(
        np.tile(ROW, (5, 1)), back, output_shape=wide, mode=name, order=0
    )
    return moved[2]


def by_opencv(name):
    return cv2.copyMakeBorder(ROW[None], 0, 0, REACH, REACH, getattr(cv2, name))[0]


def by_torch(name):
    import torch

    row = torch.tensor(ROW)[None, None]
    pad = torch.nn.functional.pad
    return pad(row, (REACH, REACH), mode="constant" if name == "zeros" else name)[0, 0].numpy()


PEERS = {
    "numpy.pad": by_numpy,
    "scipy.ndimage": by_ndimage,
    "scipy.signal": by_signal,
    "skimage.filters": by_skimage_filters,
    "skimage.transform": by_skimage_transform,
    "OpenCV": by_opencv,
    "torch": by_torch,
}
NAMES = [
    (word, library, name)
    for word, row in TABLE.items()
    for library, names in row.names.items()
    for name in names
]


def drawn(word):
    """The numbers of a picture; the constant is 0, as where nobody names another."""
    return [float("0" if c == "c" else c) for c in TABLE[word].picture if c != "|"]


@pytest.mark.parametrize("word", [word for word in BOUNDARIES if word != "renormalize"])
def test_pictures_are_what_convolution_sees(word):
    one = iw.Kernel(np.eye(2 * REACH + 1)[REACH], origin=REACH)
    assert iw.convolve(ROW, one, mode="full", boundary=word).tolist() == drawn(word)


def test_renormalize_sees_nothing_outside():
    found = iw.convolve(ROW, [0.0, 3.0, 1.0], boundary="renormalize")  # 3 x[n] + x[n - 1]
    assert found[0] == pytest.approx((3 * 1) * (4 / 3), rel=4 * np.finfo(float).eps)
    assert found[1:].tolist() == [7.0, 11.0, 15.0]


@pytest.mark.parametrize(
    ("word", "library", "name"),
    [each for each in NAMES if each[1] != "torch" or find_spec("torch")],
)
def test_peers_do_what_the_picture_shows(word, library, name):
    np.testing.assert_allclose(
        PEERS[library](name), drawn(word), rtol=0, atol=64 * np.finfo(float).eps
    )


def test_every_library_has_names():
    assert {library for _, library, _ in NAMES} == set(PEERS)
    assert len(NAMES) >= 40


def test_opencv_counts_its_borders_like_this():
    assert [getattr(cv2, name) for name in OPENCV] == list(range(len(OPENCV)))


def _refusal(**options):
    with pytest.raises(iw.OptionError) as caught:
        iw.convolve(ROW, [1.0, 2.0], **options)
    return str(caught.value)


@pytest.mark.parametrize("name", sorted({name for *_, name in NAMES} - set(BOUNDARIES)))
def test_names_of_other_libraries_lead_to_the_words_that_do_the_same(name):
    words = {word for word, _, theirs in NAMES if theirs == name}
    for spelled in {name, name.lower(), name.upper(), name.removeprefix("BORDER_")}:
        for option in ("boundary", "mode"):
            said = _refusal(**{option: spelled})
            proposed = set(re.findall(r"write boundary='(\w+)'", said))
            short = spelled != name and spelled in ("REFLECT", "CONSTANT", "WRAP")  # others' too
            assert short or proposed == words, said
            for word in proposed:
                assert f"{TABLE[word].picture}: write boundary='{word}'" in said


@pytest.mark.parametrize("word", BOUNDARIES)
def test_a_boundary_given_as_the_mode_is_told_where_it_belongs(word):
    said = _refusal(mode=word)
    assert said.startswith(f"convolve: `mode='{word}'` names a boundary, ")
    assert said.endswith(f"{TABLE[word].picture}: write boundary='{word}'.")


def test_tools_that_know_fewer_boundaries_propose_none_of_the_others():
    for run in (
        lambda boundary: iw.diffuse(ROW, 1.0, boundary=boundary),
        lambda boundary: iw.fourier.low_pass(0.1).apply(ROW, boundary=boundary),
    ):
        with pytest.raises(iw.OptionError, match=r"write boundary='symmetric'\.$"):
            run("reflect")
        with pytest.raises(iw.OptionError, match=r"is not known\.\n  Known: symmetric, wrap"):
            run("BORDER_REFLECT_101")


# What people read.


def _pictures(text):
    return re.findall(r"(\w+)\s+``(..\|1234\|..)``", text)


def test_docstrings_draw_what_the_table_draws():
    found = dict(_pictures(inspect.getdoc(iw.convolve)))
    assert found == {word: row.picture for word, row in TABLE.items()}
    drawings = _pictures(inspect.getdoc(FrequencyFilter.apply))
    assert drawings == [(word, TABLE[word].picture) for word in ("symmetric", "wrap")]


def _cells(page):
    """The rows of every table of a page, by what their first cell names."""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines if line.startswith("|")]
    found = {}
    for cells in rows:
        plain = [cell.strip().replace("\\|", "|").replace("`", "") for cell in cells]
        found.setdefault(plain[0].replace('"', "").removesuffix(" (default)"), plain[1:])
    return found


def test_the_operators_page_shows_the_table():
    found = _cells("operator.md")
    for word, row in TABLE.items():
        assert found[word] == [row.picture, row.meaning.replace("`", "")]


def test_the_migration_page_shows_the_table():
    found = _cells("migration.md")
    columns = ("scipy.ndimage", "numpy.pad", "OpenCV", "torch", "scipy.signal")
    assert found["Intertwine"] == ["picture", *columns]
    for word, row in TABLE.items():
        assert found[word] == [row.picture, *(", ".join(row.names.get(c, ())) for c in columns)]
        assert set(row.names.get("skimage.filters", ())) <= set(row.names.get("scipy.ndimage", ()))
        assert row.names.get("skimage.transform") == row.names.get("numpy.pad")
