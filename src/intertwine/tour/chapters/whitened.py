"""Decorrelated colours, the photo whitened by a convolution, and what may be chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import intertwine as iw
from intertwine.significance import Chance
from intertwine.tour import pictures
from intertwine.tour.blocks import Block, Code, Figure, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "White noise, and what is chance"

_TAPS, _SAMPLED = 21, 40
_LEAST = 1.0  # standard deviation in grey levels that there is something to whiten

Levels = NDArray[np.float64]


def write(photo: Photo) -> list[Block]:
    square = photo.square()
    grey = square.grey.astype(np.float64)
    blocks: list[Block] = [
        "White noise has mean 0, variance 1, and nothing in it is correlated. Photos are the "
        "opposite: a pixel's red tells its green, and a pixel tells its neighbours.",
        *_colours(square.rgb.reshape(-1, 3).astype(np.float64)),
    ]
    if grey.std() < _LEAST:
        return [*blocks, "This photo is too plain to whiten, or to compare parts of."]
    return [*blocks, *_whitened(grey), *_halves(grey), _code()]


def _colours(pixels: Levels) -> list[Block]:
    model = iw.Whitener("pca")
    try:
        model.fit(pixels)
    except iw.OptionError:
        return []
    if model.rank_ == 0:
        return ["All pixels of this photo have one colour: there is nothing to decorrelate."]
    shares = model.explained_variance_ / model.explained_variance_.sum()
    axes = model.components_ * np.sqrt(model.explained_variance_)[:, None]
    rows = tuple(
        (f"{place}", *(fixed(float(part), 2) for part in axis), fixed(100 * float(share), 1) + " %")
        for place, (axis, share) in enumerate(zip(axes, shares, strict=True), 1)
    )
    dead = 3 - model.rank_
    return [
        "Take every pixel as a point in the space of red, green and blue. The **eigenvectors** of "
        "the covariance are the axes of that cloud; along them nothing is correlated, and scaled "
        "to variance 1 the colours are white."
        + (f" Along {dead} of the 3 directions this photo does not vary at all." if dead else ""),
        Table(
            "The reoriented axes of this photo's colours, and how much of the variance each holds.",
            ("Axis", "red", "green", "blue", "variance"),
            rows,
        ),
    ]


def _whitened(grey: Levels) -> list[Block]:
    kernel = iw.whitening_kernel(grey, _TAPS)
    white = iw.convolve(grey - grey.mean(), kernel)
    before, after = iw.is_white(grey, "image"), iw.is_white(white, "image")
    return [
        "If a photo looked alike everywhere, its covariance would be a convolution, and its "
        f"inverse square root one too: a kernel of {_TAPS} × {_TAPS} taps. It nearly does: "
        f"neighbours that correlated by {fixed(before.correlation)} correlate by at most "
        f"{fixed(abs(after.correlation))} either way, and the flatness of the spectrum rises "
        f"from {fixed(before.flatness)} to {fixed(after.flatness)} (1 is white).",
        Figure(
            (
                pictures.grey(grey, "The photo.", "Before"),
                pictures.signed(white, "The whitened photo: edges and grain.", "Whitened"),
            ),
            "All rings of frequencies are about as strong: what is left is what neighbours do not "
            "foretell.",
        ),
    ]


def _halves(grey: Levels) -> list[Block]:
    """Pixels far apart, drawn by a seed: neighbours would count the same thing many times."""
    rng = np.random.default_rng(0)
    middle = grey.shape[1] // 2
    left, right = (
        rng.choice(part.ravel(), _SAMPLED, replace=False)
        for part in (grey[:, :middle], grey[:, middle:])
    )
    found = iw.chance(left, right)
    assert isinstance(found, Chance)  # of two samples
    return [
        f"Is the left half (a) brighter than the right (b)? From {_SAMPLED} pixels of each, drawn "
        f"at random: {found.sentence} The p-value is exact: the sums of all ways to deal out the "
        f"{2 * _SAMPLED} pixels are a convolution of two-point kernels."
    ]


def _code() -> Code:
    return Code(
        "colours = iw.Whitener('pca')\n"
        "if x.std() > 10:\n"
        "    colours.fit(rgb.reshape(-1, 3))\n"
        "    kernel = iw.whitening_kernel(x, 21)\n"
        "    white = iw.convolve(x - x.mean(), kernel)\n"
        "    print(iw.is_white(white, 'image'))\n"
        "    print(iw.chance(x[::32, 9], x[::32, -9], design='paired').sentence)",
        "White colours, a white photo, and chance",
    )
