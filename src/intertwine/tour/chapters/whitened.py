"""Decorrelated colours, the photo whitened by a convolution, and what may be chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "White noise, and what is chance"

_TAPS, _SAMPLED = 21, 40
_FAINT = 0.05  # a correlation that goes for none
_FLAT, _NEAR = 0.7, 0.2  # flatness and correlation of what goes for white
_LEAST = 1.0  # standard deviation in grey levels that there is something to whiten

Levels = NDArray[np.float64]


# Neighbours would count the same thing many times, so that few pixels are drawn for the test.
_COLOURS = """
pixels = rgb.reshape(-1, 3).astype(float)
colours = iw.Whitener("pca").fit(pixels)
print(colours.explained_variance_.round(1))
"""
_WHITENED = f"""
levels = x.astype(float)
kernel = iw.whitening_kernel(levels, {_TAPS})
white = iw.convolve(levels - levels.mean(), kernel)
beside = [np.corrcoef(z[:, 1:].ravel(), z[:, :-1].ravel())[0, 1] for z in (levels, white)]
before, after = iw.is_white(levels, "image"), iw.is_white(white, "image")
print(np.round(beside, 2), f"{{before.flatness:.2f}} {{after.flatness:.2f}}")

rng = np.random.default_rng(0)
left, right = (
    rng.choice(half.ravel(), {_SAMPLED}, replace=False)
    for half in (levels[:, :128], levels[:, 128:])
)
compared = iw.chance(left, right)
print(compared.sentence)
"""


def write(photo: Photo) -> list[Block]:
    colours = listing.run(photo, _COLOURS)
    blocks: list[Block] = [
        f"White noise has mean 0, variance 1, and nothing in it is correlated. {_likeness(colours)}"
    ]
    if colours.refusal or colours["colours"].rank_ == 0:
        plain = "All its pixels have one colour: there is nothing to decorrelate."
        return [*blocks, plain, colours.code("The colours of one colour")]
    blocks += [*_colours(colours), colours.code("The axes of the colours")]
    if colours["x"].std() < _LEAST:
        return [*blocks, "This photo is too plain to whiten, or to compare parts of."]
    grey = colours.then(_WHITENED)
    if grey.refusal:
        plain = (
            "In grey this photo is made of few waves: at most of the frequencies there is nothing "
            "that a kernel could make as strong as the rest, so that no kernel whitens it."
        )
        return [*blocks, plain, grey.code("A photo of few waves, refused")]
    return [*blocks, *_whitened(grey), _halves(grey), grey.code("A white photo, and chance")]


def _likeness(ran: listing.Ran) -> str:
    """Whether this photo is like noise, in its colours and from pixel to pixel."""
    pairs = (ran["rgb"][..., 0], ran["rgb"][..., 1]), (ran["x"][:, 1:], ran["x"][:, :-1])
    if any(np.ptp(part) == 0 for pair in pairs for part in pair):
        return "This photo is not noise: some of its levels never change."
    colour, space = (float(np.corrcoef(a.ravel(), b.ravel())[0, 1]) for a, b in pairs)
    told = (
        f"In this photo a pixel's red and green correlate by {fixed(colour)}, and pixels side by "
        f"side by {fixed(space)}"
    )
    if max(abs(colour), abs(space)) < _FAINT:
        return told + ": it is close to noise itself."
    return told + ": one foretells the other."


def _colours(ran: listing.Ran) -> list[Block]:
    model = ran["colours"]
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


def _whitened(ran: listing.Ran) -> list[Block]:
    grey, white, before, after = (ran[name] for name in ("levels", "white", "before", "after"))
    beside = ran["beside"]
    left = (
        "All rings of frequencies are about as strong: what is left is what neighbours do not "
        "foretell."
        if after.flatness >= _FLAT and abs(beside[1]) < _NEAR
        else f"{_TAPS} × {_TAPS} taps do not make all frequencies of this photo as strong: "
        "neighbours still foretell some of it."
    )
    return [
        "Where a photo's statistics are alike everywhere its covariance is a convolution, and the "
        f"inverse square root of that is one too: a kernel of {_TAPS} × {_TAPS} taps. Pixels "
        "side by "
        f"side correlate by {fixed(beside[0])} before and {fixed(beside[1])} after, and the "
        f"flatness of the spectrum is {fixed(before.flatness)} before and {fixed(after.flatness)} "
        "after (1 is white).",
        Figure(
            (
                pictures.grey(grey, "The photo.", "Before"),
                pictures.signed(white, "The whitened photo: edges and grain.", "Whitened"),
            ),
            left,
        ),
    ]


def _halves(ran: listing.Ran) -> str:
    return (
        f"Is the left half (a) brighter than the right (b)? From {_SAMPLED} pixels of each, drawn "
        f"at random: {ran['compared'].sentence} The p-value is exact: the sums of all ways to deal "
        f"out the {2 * _SAMPLED} pixels are a convolution of two-point kernels."
    )
