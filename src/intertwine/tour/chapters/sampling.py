"""Convolution by chance: one draw, sixteen draws, their mean beside the convolution."""

from __future__ import annotations

import numpy as np

from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "Convolution by chance"

_SEED = 2
_DRAWS = (1, 4, 16, 64, 256)
_CLOSE = 64  # pixels of a detail
_CODE = f"""
from intertwine import stochastic

levels = x.astype(float)
k = iw.kernels.gaussian(2.0, ndim=2)  # its taps are chances
y = iw.convolve(levels, k)
drawn = {{n: stochastic.sample(levels, k, rng={_SEED}, draws=n) for n in {_DRAWS}}}
variance = stochastic.variance(levels, k)        # of one draw
bars = stochastic.standard_error(levels, k, 16)  # of the mean of 16
for n in drawn:
    expected, found = np.sqrt(variance.mean() / n), np.sqrt(((drawn[n] - y) ** 2).mean())
    print(f"{{n}} draws: expected {{expected:.2f}}, found {{found:.2f}}")
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    return [
        "A kernel whose taps are positive and add up to 1 can be read in a second way: as "
        "**chances**. Instead of mixing all pixels of a patch, draw one of them, the likelier the "
        "larger its tap. No level appears that was not in the photo. Average many such draws, "
        "and the convolution comes out of the noise. Here is the blur of a Gaussian of sigma 2:",
        _pictures(ran),
        "How far a draw is from the convolution is not a matter of luck alone. Its variance is "
        "`k * x² − (k * x)²`: the blur of the squares less the square of the blur. It is zero "
        "where the patch is flat and large at edges, and n draws have an n-th of it. The map "
        "of these **error bars** needs no draws at all:",
        _errors(ran),
        _table(ran),
        "Read the other way round, the taps say where a particle goes that starts at a pixel. "
        "Every particle moved by chance, step after step, is **diffusion**; all of them moved by "
        "their mean is convolution again.",
        ran.code("Draws; the seed alone decides them, not the number of threads"),
    ]


def detail(variance: np.ndarray) -> tuple[slice, slice]:
    """The 64 × 64 pixels, of those on a grid, whose error bars are longest in sum."""
    half = _CLOSE // 2
    blocks = np.sqrt(variance).reshape(len(variance) // half, half, -1, half).sum((1, 3))
    four = blocks[:-1, :-1] + blocks[1:, :-1] + blocks[:-1, 1:] + blocks[1:, 1:]
    top, left = (int(i) * half for i in np.unravel_index(four.argmax(), four.shape))
    return slice(top, top + _CLOSE), slice(left, left + _CLOSE)


def _pictures(ran: listing.Ran) -> Figure:
    part = detail(ran["variance"])
    drawn = [
        (ran["levels"], "The photo", "a detail of the photo"),
        (ran["drawn"][1], "One draw", "the same detail, scattered"),
        (ran["drawn"][16], "Mean of 16", "grainy and blurred"),
        (ran["y"], "Convolution", "the same detail, blurred"),
    ]
    panels = tuple(
        pictures.enlarged(pictures.grey(picture[part], f"{label}: {alt}.", label))
        for picture, label, alt in drawn
    )
    off = float(np.sqrt(np.square(ran["drawn"][16] - ran["y"])[part].mean()))
    caption = (
        f"{_CLOSE} × {_CLOSE} pixels of the photo where error bars are longest. One draw only "
        "moves "
        f"pixels; the mean of 16 lies {fixed(off, 1)} levels from the convolution here, as a root "
        "mean square."
    )
    return Figure(panels, caption)


def _errors(ran: listing.Ran) -> Figure:
    bars = ran["bars"]
    found = np.abs(ran["drawn"][16] - ran["y"])
    reach = pictures.usual_reach(bars)
    panels = (
        pictures.grey(bars * (255 / reach), "Bright lines along edges.", "Expected error"),
        pictures.grey(found * (255 / reach), "The same lines, with grain.", "Error found"),
    )
    caption = (
        "Left the standard error of the mean of 16 draws, computed; right how far the mean of 16 "
        f"draws came to lie from the convolution. Black is 0, white is {fixed(reach, 1)} levels "
        "in both."
    )
    return Figure(panels, caption)


def _table(ran: listing.Ran) -> Table:
    rows = []
    for draws, mean in ran["drawn"].items():
        expected = float(np.sqrt(ran["variance"].mean() / draws))
        found = float(np.sqrt(np.square(mean - ran["y"]).mean()))
        rows.append((str(draws), fixed(expected), fixed(found)))
    return Table(
        "The error of all 256 × 256 pixels together (root of the mean square, in levels). Four "
        "times as many draws halve it.",
        ("Draws", "Expected", "Found"),
        tuple(rows),
    )
